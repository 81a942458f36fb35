"""Printers that announce themselves: packets over a real socket, written and read by dnspython, which is not ours."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import mdns
from hardware.mdns import MalformedMessageError, Record, announced_printers, question, records
from pos_app.ports.maintenance import FoundDevice

RAW, LPR = "_pdl-datastream._tcp.local.", "_printer._tcp.local."
EPSON = "EPSON\\032TM-m30III\\032[A1\\.2]"
Answer = Callable[[dns.message.Message], list[bytes]]


@contextmanager
def responder(answer: Answer) -> Iterator[int]:
    """Answers each question that arrives at its port, until it is left."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))

        def serve() -> None:
            while (packet := ours.recvfrom(9_000))[0] != b"end":
                for data in answer(dns.message.from_wire(packet[0])):
                    ours.sendto(data, packet[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield ours.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"end", ours.getsockname())
            thread.join()


def message(*rrsets: tuple[str, str, str]) -> bytes:
    """An answer with these records: name, kind, value."""
    made = dns.message.Message()
    made.flags |= 0x8400
    made.answer = [dns.rrset.from_text(name, 120, "IN", kind, value) for name, kind, value in rrsets]
    return made.to_wire()


def asked(query: dns.message.Message) -> set[tuple[str, str]]:
    return {(str(one.name), dns.rdatatype.to_text(one.rdtype)) for one in query.question}


def found(answer: Answer, wait_s: float = 5.0, expected: int = 1) -> list[FoundDevice]:
    """What was found, as soon as so much was."""
    cancelled, devices = Event(), []
    with responder(answer) as port:
        for device in announced_printers(cancelled, "127.0.0.1", port, wait_s):
            devices.append(device)
            if len(devices) == expected:
                cancelled.set()
    return devices


def test_a_printer_that_answers_in_one_piece_is_found_with_its_name() -> None:
    whole = message(
        (RAW, "PTR", f"{EPSON}.{RAW}"),
        (f"{EPSON}.{RAW}", "SRV", "0 0 9100 epson1.local."),
        (f"{EPSON}.{RAW}", "TXT", '"ty=EPSON TM-m30III" "note=Counter 2"'),
        ("epson1.local.", "A", "192.0.2.7"),
    )
    assert found(lambda query: [whole] if (RAW, "PTR") in asked(query) else []) == [
        FoundDevice("receipt_printer", "tcp", "192.0.2.7", "EPSON TM-m30III", "announces itself (mDNS)")
    ]


def test_what_the_first_answer_leaves_out_is_asked_for() -> None:
    def answer(query: dns.message.Message) -> list[bytes]:
        wanted = asked(query)
        if (LPR, "PTR") in wanted:
            return [message((RAW, "PTR", f"{EPSON}.{RAW}"))]
        if [kind for _, kind in wanted] == ["SRV"]:
            return [message((f"{EPSON}.{RAW}", "SRV", "0 0 9101 EPSON1.local."))]
        return [message(("epson1.LOCAL.", "A", "192.0.2.8"))] if ("epson1.local.", "A") in wanted else []

    (device,) = found(answer)
    assert (device.address, device.title) == ("192.0.2.8:9101", "EPSON TM-m30III [A1.2]")


def test_a_printer_of_the_older_service_is_offered_at_the_usual_port_and_only_once() -> None:
    def service(kind: str, port: int) -> bytes:
        return message(
            (kind, "PTR", f"Star.{kind}"),
            (f"Star.{kind}", "SRV", f"0 0 {port} star.local."),
            (f"Star.{kind}", "TXT", '"usb_MFG=Star" "usb_MDL=mC-Print3"'),
            ("star.local.", "A", "192.0.2.9"),
        )

    devices = found(lambda _: [service(LPR, 515), service(RAW, 9100)], wait_s=0.5, expected=2)
    assert [(device.address, device.title) for device in devices] == [("192.0.2.9", "Star mC-Print3")]


def test_garbage_and_other_services_are_read_past() -> None:
    whole = message(
        ("_ipp._tcp.local.", "PTR", "Office._ipp._tcp.local."),
        (LPR, "PTR", f"T.{LPR}"),
        (f"T.{LPR}", "SRV", "0 0 515 t.local."),
        ("t.local.", "A", "192.0.2.10"),
    )
    (device,) = found(lambda _: [b"", b"\x00" * 12, whole[:-2], b"\xff" * 400, whole])
    assert device.address == "192.0.2.10"


def test_nobody_answers_and_nothing_is_found() -> None:
    assert found(lambda _: [], wait_s=0.3) == []


def test_without_a_network_nothing_is_found() -> None:
    assert list(announced_printers(Event(), "255.255.255.255", 1, 0.1)) == []


def test_the_question_is_one_that_another_program_reads() -> None:
    query = dns.message.from_wire(question([(mdns.RAW_PRINTING, mdns.PTR), (mdns.LINE_PRINTING, mdns.PTR)]))
    assert asked(query) == {(RAW, "PTR"), (LPR, "PTR")}
    assert query.id == 0


def test_pointers_in_a_circle_come_to_an_end() -> None:
    circle = b"\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00" + b"\xc0\x0c" + b"\x00" * 10
    with pytest.raises(MalformedMessageError):
        records(circle)


@given(st.binary(max_size=300))
def test_any_bytes_are_records_or_refused(data: bytes) -> None:
    for start in (b"", b"\x00\x00\x84\x00\x00\x00\x00\x03\x00\x00\x00\x00"):
        try:
            assert all(isinstance(record, Record) for record in records(start + data))
        except MalformedMessageError:
            continue
