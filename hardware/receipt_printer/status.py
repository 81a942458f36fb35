"""What an ESC/POS printer says about itself: status bytes taken apart, and the printer's condition in words.

Replies of different commands share one wire and are told apart by their fixed bits:
DLE EOT 0xx1xx10, ASB byte 1 0xx1xx00 (three more follow), GS r and GS I 0xx0xxxx, XON 11h, XOFF 13h; blocks begin with
35h, 37h, 3Bh, 3Dh or 5Fh and end with NUL.
"""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.ports import CompletionMark, DeviceState

REQUEST_CONDITION = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
REQUEST_PAPER_WHEN_REACHED = b"\x1dr\x01"
REQUEST_AUTOMATIC_STATUS, NO_AUTOMATIC_STATUS = b"\x1da\xff", b"\x1da\x00"
GO_ON_FROM_THE_FAILED_LINE, CLEAR_AND_RECOVER = b"\x10\x05\x01", b"\x10\x05\x02"
# GS I: maker, model, firmware, serial number. Each is answered by a block that begins with 5Fh.
REQUEST_IDENTITY = (b"\x1dI\x42", b"\x1dI\x43", b"\x1dI\x41", b"\x1dI\x44")
# Ends any command that was cut in two, whatever it still waits for (at most a logo's 384 x 200 dots); starts afresh.
RESYNCHRONISE = b"\x00" * 9_728 + b"\x1b@"

_BLOCK_STARTS = b"\x35\x37\x3b\x3d\x5f"
_LONGEST_BLOCK = 256
_PAPER_END = 0x0C


class ReplyKind(StrEnum):
    """Which command a reply belongs to."""

    REAL_TIME = "real-time"
    AUTOMATIC = "automatic"
    BUFFERED = "buffered"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply; data is its bytes, of a block without the closing NUL."""

    kind: ReplyKind
    data: bytes


class ReplyParser:
    """Takes a printer's bytes apart. Bytes that belong to nothing are dropped and counted."""

    def __init__(self) -> None:
        self._buffer = b""
        self.garbage_count = 0

    def feed(self, data: bytes) -> list[Reply]:
        """The replies completed by these bytes."""
        self._buffer += data
        replies: list[Reply] = []
        while self._buffer:
            first = self._buffer[0]
            if first in _BLOCK_STARTS:
                end = self._buffer.find(0)
                if end < 0 and len(self._buffer) <= _LONGEST_BLOCK:
                    break
                if end < 0:
                    self._drop(1)
                    continue
                replies.append(self._take(ReplyKind.BLOCK, end, skip=1))
            elif first & 0x93 == 0x12:
                replies.append(self._take(ReplyKind.REAL_TIME, 1))
            elif first & 0x93 == 0x10:
                if any(byte & 0x90 for byte in self._buffer[1:4]):
                    self._drop(1)
                    continue
                if len(self._buffer) < 4:
                    break
                replies.append(self._take(ReplyKind.AUTOMATIC, 4))
            elif first & 0x90 == 0:
                replies.append(self._take(ReplyKind.BUFFERED, 1))
            else:
                self._drop(0 if first in (0x11, 0x13) else 1)
        return replies

    def _take(self, kind: ReplyKind, count: int, skip: int = 0) -> Reply:
        reply = Reply(kind, self._buffer[:count])
        self._buffer = self._buffer[count + skip :]
        return reply

    def _drop(self, garbage: int) -> None:
        self._buffer = self._buffer[1:]
        self.garbage_count += garbage


@dataclass(frozen=True, slots=True)
class PrinterCondition:
    """A printer's answer to DLE EOT 1 to 4."""

    offline: bool = False
    cover_open: bool = False
    paper_out: bool = False
    paper_near_end: bool = False
    cutter_error: bool = False
    unrecoverable_error: bool = False
    overheated: bool = False
    drawer_pin_high: bool = False

    @property
    def can_print(self) -> bool:
        """True when what is sent now comes out now."""
        return self.state not in (DeviceState.OFFLINE, DeviceState.ERROR)

    @property
    def state(self) -> DeviceState:
        """The device state of a badge."""
        if self.cover_open or self.paper_out or self.cutter_error or self.unrecoverable_error or self.overheated:
            return DeviceState.ERROR
        if self.offline:
            return DeviceState.OFFLINE
        return DeviceState.WARNING if self.paper_near_end else DeviceState.READY

    @property
    def reason(self) -> str:
        """What to do, in words; empty when all is well."""
        if self.cover_open:
            return "The printer's cover is open: close it."
        if self.paper_out:
            return "The printer is out of paper: load a new roll."
        if self.cutter_error:
            return "The printer's cutter is jammed: clear it and close the cover."
        if self.unrecoverable_error:
            return "The printer reports a fault that it cannot recover from: switch it off and on."
        if self.overheated:
            return "The print head is cooling down: printing goes on by itself."
        if self.offline:
            return "The printer is paused: press its feed button or switch it off and on."
        return "The paper is nearly used up: have a new roll ready." if self.paper_near_end else ""


def condition_of(replies: tuple[int, int, int, int]) -> PrinterCondition:
    """The condition from the four bytes that answer DLE EOT 1, 2, 3 and 4."""
    printer, cause, error, paper = replies
    return PrinterCondition(
        offline=bool(printer & 0x08),
        cover_open=bool(cause & 0x04),
        paper_out=bool(cause & 0x20 or paper & 0x60),
        paper_near_end=bool(paper & 0x0C),
        cutter_error=bool(error & 0x08),
        unrecoverable_error=bool(error & 0x20),
        overheated=bool(error & 0x40),
        drawer_pin_high=bool(printer & 0x04),
    )


def request_completion(mark: bytes) -> bytes:
    """GS ( H function 48: report these four printable characters once everything before is on paper."""
    if len(mark) != 4 or not all(0x20 <= byte <= 0x7E for byte in mark):
        raise ValueError(f"a completion mark is four printable characters, not {mark!r}")
    return b"\x1d(H\x06\x0000" + mark


def completion_request(way: CompletionMark, mark: bytes) -> bytes:
    """What is put behind a job, so that its answer proves the job is on paper."""
    match way:
        case CompletionMark.PROCESS_ID:
            return request_completion(mark)
        case CompletionMark.BUFFERED_STATUS:
            return REQUEST_PAPER_WHEN_REACHED
        case CompletionMark.AUTOMATIC_STATUS:
            return NO_AUTOMATIC_STATUS + REQUEST_AUTOMATIC_STATUS
    return b""


def proves_completion(reply: Reply, way: CompletionMark, mark: bytes) -> bool:
    """True when a reply says that all before its request is on paper."""
    match way:
        case CompletionMark.PROCESS_ID:
            # Noise on a serial line may have opened the block; its end is what counts.
            return reply.kind is ReplyKind.BLOCK and reply.data.endswith(b"\x37\x22" + mark)
        case CompletionMark.BUFFERED_STATUS:
            return reply.kind is ReplyKind.BUFFERED and not reply.data[0] & _PAPER_END
        case CompletionMark.AUTOMATIC_STATUS:
            return reply.kind is ReplyKind.AUTOMATIC and not _has_fault(reply.data)
    return False


def _has_fault(automatic: bytes) -> bool:
    """ASB bytes 1 to 3: offline or cover open, an error of any kind, paper end."""
    return bool(automatic[0] & 0x28 or automatic[1] & 0x68 or automatic[2] & _PAPER_END)


def identity_text(reply: Reply) -> str | None:
    """The text of an answer to GS I 65 to 68, or None for another reply."""
    if reply.kind is not ReplyKind.BLOCK or reply.data[:1] != b"\x5f":
        return None
    return "".join(character for character in reply.data[1:].decode("ascii", "replace") if character.isprintable())
