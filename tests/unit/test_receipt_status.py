"""What a printer says: its status bytes told apart, whatever arrives between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.receipt_printer.status import (
    PrinterCondition,
    Reply,
    ReplyKind,
    ReplyParser,
    condition_of,
    identity_text,
    proves_completion,
    request_completion,
)
from pos_app.ports import CompletionMark, DeviceState

ALL_CLEAR = (0x12, 0x12, 0x12, 0x12)


def test_replies_of_different_commands_on_one_wire_are_told_apart() -> None:
    wire = b"\x16\x12\x37\x22A1B2\x00\x10\x00\x0c\x00\x0c\x5fTM-T88VI\x00\x11\x13\x00"
    parser = ReplyParser()
    assert parser.feed(wire) == [
        Reply(ReplyKind.REAL_TIME, b"\x16"),
        Reply(ReplyKind.REAL_TIME, b"\x12"),
        Reply(ReplyKind.BLOCK, b"\x37\x22A1B2"),
        Reply(ReplyKind.AUTOMATIC, b"\x10\x00\x0c\x00"),
        Reply(ReplyKind.BUFFERED, b"\x0c"),
        Reply(ReplyKind.BLOCK, b"\x5fTM-T88VI"),
        Reply(ReplyKind.BUFFERED, b"\x00"),
    ]
    assert parser.garbage_count == 0


@given(st.binary(max_size=600), st.integers(1, 7))
def test_garbage_never_stops_the_parser_and_pieces_read_as_the_whole(data: bytes, piece: int) -> None:
    whole = ReplyParser().feed(data)
    parser = ReplyParser()
    pieces = [reply for start in range(0, len(data), piece) for reply in parser.feed(data[start : start + piece])]
    assert len(data) > 250 or pieces == whole
    assert parser.feed(b"\x00" * 4 + b"\x12")[-1] == Reply(ReplyKind.REAL_TIME, b"\x12")


@pytest.mark.parametrize(
    ("replies", "state", "says"),
    [
        (ALL_CLEAR, DeviceState.READY, ""),
        ((0x16, 0x12, 0x12, 0x12), DeviceState.READY, ""),
        ((0x1A, 0x16, 0x12, 0x12), DeviceState.ERROR, "cover is open"),
        ((0x1A, 0x32, 0x12, 0x7E), DeviceState.ERROR, "out of paper"),
        ((0x1A, 0x52, 0x1A, 0x12), DeviceState.ERROR, "cutter is jammed"),
        ((0x1A, 0x52, 0x32, 0x12), DeviceState.ERROR, "cannot recover"),
        ((0x1A, 0x52, 0x52, 0x12), DeviceState.ERROR, "cooling"),
        ((0x1A, 0x12, 0x12, 0x12), DeviceState.OFFLINE, "paused"),
        ((0x12, 0x12, 0x12, 0x1E), DeviceState.WARNING, "nearly used up"),
    ],
)
def test_the_four_status_bytes_become_a_state_and_what_to_do(
    replies: tuple[int, int, int, int], state: DeviceState, says: str
) -> None:
    condition = condition_of(replies)
    assert condition.state is state
    assert says in condition.reason
    assert bool(condition.reason) == bool(says)


def test_the_drawers_contact_is_read() -> None:
    assert condition_of((0x16, 0x12, 0x12, 0x12)) == PrinterCondition(drawer_pin_high=True)


def test_a_completion_mark_is_four_printable_characters() -> None:
    assert request_completion(b"A1B2") == b"\x1d\x28\x48\x06\x00\x30\x30A1B2"
    for mark in (b"A1", b"A1B2C", b"A1B\x04"):
        with pytest.raises(ValueError, match="four printable"):
            request_completion(mark)


PROCESS_ID, BUFFERED, AUTOMATIC, NONE = CompletionMark


@pytest.mark.parametrize(
    ("wire", "way", "proves"),
    [
        (b"\x37\x22A1B2\x00", PROCESS_ID, True),
        (b"\x35noise\x37\x22A1B2\x00", PROCESS_ID, True),
        (b"\x37\x22FFFF\x00", PROCESS_ID, False),
        (b"\x00", PROCESS_ID, False),
        (b"\x03", BUFFERED, True),
        (b"\x0f", BUFFERED, False),
        (b"\x10\x00\x03\x00", AUTOMATIC, True),
        (b"\x18\x00\x00\x00", AUTOMATIC, False),
        (b"\x30\x00\x00\x00", AUTOMATIC, False),
        (b"\x10\x08\x00\x00", AUTOMATIC, False),
        (b"\x10\x00\x0c\x00", AUTOMATIC, False),
        (b"\x37\x22A1B2\x00", NONE, False),
    ],
)
def test_only_the_proof_that_a_printer_is_known_for_proves_its_job(
    wire: bytes, way: CompletionMark, proves: bool
) -> None:
    assert any(proves_completion(reply, way, b"A1B2") for reply in ReplyParser().feed(wire)) is proves


def test_a_status_cut_short_by_another_answer_does_not_swallow_it() -> None:
    assert ReplyParser().feed(b"\x10\x12\x12") == [Reply(ReplyKind.REAL_TIME, b"\x12")] * 2


def test_a_printers_name_is_read_without_what_could_not_be_shown() -> None:
    (reply,) = ReplyParser().feed(b"\x5fTM-\x1bT88\x00")
    assert identity_text(reply) == "TM-T88"
    assert identity_text(Reply(ReplyKind.BUFFERED, b"\x00")) is None
