"""The wires to a printer, on real sockets and pseudo-terminals: bounded in time, and clear about what is wrong."""

import errno
import os
import pty
import socket
from pathlib import Path

import pytest
from fakes.usb_bus import UsbBus

from hardware.receipt_printer import transports
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.transports import (
    Fault,
    FileTransport,
    SerialTransport,
    TcpTransport,
    TransportError,
    split_host_port,
    transport_for,
)
from hardware.receipt_printer.usb_transport import UsbTransport


@pytest.fixture(autouse=True)
def _short_time_outs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "CONNECT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(transports, "WRITE_TIMEOUT_S", 0.3)


# --- addresses ---


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("10.0.0.9", "10.0.0.9", 9100),
        ("printer.shop:9101", "printer.shop", 9101),
        ("[::1]:9100", "::1", 9100),
        ("fe80::1", "fe80::1", 9100),
    ],
)
def test_addresses_of_network_printers(address: str, host: str, port: int) -> None:
    assert split_host_port(address) == (host, port)


@pytest.mark.parametrize("address", ["", ":9100", "host:abc", "host:0", "host:70000"])
def test_an_address_that_is_none_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(ValueError, match="write host:port"):
        split_host_port(address)


def test_each_driver_has_its_transport() -> None:
    assert isinstance(transport_for(PrinterSettings(driver="tcp", address="h:1")), TcpTransport)
    assert isinstance(transport_for(PrinterSettings(driver="serial", address="/dev/x@38400")), SerialTransport)
    assert isinstance(transport_for(PrinterSettings(driver="usb", address="04b8:0202")), UsbTransport)
    assert isinstance(transport_for(PrinterSettings(driver="file", address="/dev/usb/lp0")), FileTransport)
    with pytest.raises(ValueError, match="unknown printer driver 'cloud'"):
        transport_for(PrinterSettings(driver="cloud"))


# --- TCP ---


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_network_printer_is_written_and_read_over_both_protocols(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        transport = TcpTransport(f"[{host}]:{server.getsockname()[1]}")
        transport.open()
        peer, _ = server.accept()
        with peer:
            transport.write(b"hello")
            assert peer.recv(10) == b"hello"
            assert transport.read(0.01) == b""
            peer.sendall(b"\x12")
            assert transport.read(5) == b"\x12"
        assert transport.bytes_written == 5
        with pytest.raises(TransportError, match="closed the connection") as lost:
            transport.read(5)
        assert lost.value.fault is Fault.LOST
        transport.close()


def test_nobody_at_the_address_is_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(TransportError, match=f"127.0.0.1, port {port}, refused") as error:
        TcpTransport(f"127.0.0.1:{port}").open()
    assert error.value.fault is Fault.OFF


def test_a_refusal_by_another_machine_is_busy_not_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(TransportError, match="another till prints on it") as error:
        TcpTransport("10.0.0.9").open()
    assert error.value.fault is Fault.BUSY


def test_an_address_that_answers_nothing_is_given_up_in_time() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        full = [socket.socket() for _ in range(4)]
        for waiting in full:
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        with pytest.raises(TransportError, match="did not answer: is it switched on") as error:
            TcpTransport(f"127.0.0.1:{server.getsockname()[1]}").open()
        assert error.value.fault is Fault.OFF
        for waiting in full:
            waiting.close()


def test_an_unknown_name_says_so() -> None:
    with pytest.raises(TransportError, match="is not known to the network") as error:
        TcpTransport("no-such-printer.invalid").open()
    assert error.value.fault is Fault.OFF


def test_a_printer_that_reads_nothing_stalls_instead_of_blocking_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = TcpTransport(f"127.0.0.1:{server.getsockname()[1]}")
        transport.open()
        with pytest.raises(TransportError, match="took no more data") as error:
            transport.write(b"x" * 50_000_000)
        assert error.value.fault is Fault.STALLED
        assert 0 < transport.bytes_written < 50_000_000
        transport.close()


# --- serial ---


def test_a_serial_printer_is_written_and_read() -> None:
    ours, theirs = pty.openpty()
    transport = SerialTransport(f"{os.ttyname(theirs)}@38400")
    transport.open()
    transport.write(b"hello")
    assert os.read(ours, 10) == b"hello"
    os.write(ours, b"\x12\x12")
    assert transport.read(5)[:1] == b"\x12"
    transport.close()
    os.close(ours)
    os.close(theirs)


def test_a_serial_printer_that_takes_nothing_stalls_instead_of_blocking_for_ever() -> None:
    ours, theirs = pty.openpty()
    transport = SerialTransport(os.ttyname(theirs))
    transport.open()
    with pytest.raises(TransportError, match="took no more data") as error:
        transport.write(b"x" * 200_000)
    assert error.value.fault is Fault.STALLED
    os.close(ours)
    transport.close()
    os.close(theirs)


def test_a_serial_port_in_use_is_busy_and_a_missing_one_is_off() -> None:
    ours, theirs = pty.openpty()
    first, second = SerialTransport(os.ttyname(theirs)), SerialTransport(os.ttyname(theirs))
    first.open()
    with pytest.raises(TransportError, match="in use by another program") as error:
        second.open()
    assert error.value.fault is Fault.BUSY
    first.close()
    with pytest.raises(TransportError, match="No such file") as missing:
        SerialTransport("/dev/no-such-port").open()
    assert missing.value.fault is Fault.OFF
    os.close(ours)
    os.close(theirs)


# --- files ---


def test_a_file_is_appended_to_and_answers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "printer"
    path.write_bytes(b"before ")
    transport = FileTransport(str(path))
    transport.open()
    transport.write(b"after")
    assert transport.read(1) == b""
    transport.close()
    assert path.read_bytes() == b"before after"


def test_a_device_file_that_takes_nothing_stalls(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    transport = FileTransport(str(path))
    transport.open()
    with pytest.raises(TransportError, match="took no more data") as error:
        transport.write(b"x" * 1_000_000)
    assert error.value.fault is Fault.STALLED
    transport.close()
    os.close(reader)


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match="cannot be opened: No such file") as error:
        FileTransport(str(tmp_path / "missing" / "printer")).open()
    assert error.value.fault is Fault.OFF


# --- USB ---


def test_a_usb_printer_gets_every_byte_although_the_bus_takes_a_few_at_a_time() -> None:
    bus = UsbBus()
    transport = UsbTransport("04b8:0202", backend=bus)
    transport.open()
    transport.write(b"a receipt longer than seven bytes")
    assert bus.received == b"a receipt longer than seven bytes"
    assert transport.bytes_written == 33
    assert transport.read(0.01) == b"\x12"
    assert transport.read(0.01) == b""
    transport.close()


@pytest.mark.parametrize(
    ("error", "fault"), [(errno.ENODEV, Fault.LOST), (errno.ETIMEDOUT, Fault.STALLED), (errno.EIO, Fault.LOST)]
)
def test_a_usb_printer_that_fails_while_writing(error: int, fault: Fault) -> None:
    bus = UsbBus()
    transport = UsbTransport("04b8:0202", backend=bus)
    transport.open()
    bus.fails_with = error
    with pytest.raises(TransportError, match="USB printer 04b8:0202") as failed:
        transport.write(b"x")
    assert failed.value.fault is fault
    transport.close()


def test_a_usb_printer_held_by_another_program_is_busy_and_a_missing_one_is_off() -> None:
    bus = UsbBus()
    bus.claimed_by_other = True
    with pytest.raises(TransportError, match="held by another program") as busy:
        UsbTransport("04b8:0202", backend=bus).open()
    assert busy.value.fault is Fault.BUSY
    with pytest.raises(TransportError, match="not plugged in") as off:
        UsbTransport("04b8:0e15", backend=UsbBus()).open()
    assert off.value.fault is Fault.OFF
    with pytest.raises(ValueError, match="write vendor:product"):
        UsbTransport("printer")
