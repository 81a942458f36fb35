"""Scanner bytes put together to codes: everything up to CR, LF or Tab, or refused with a reason. Pure."""

from dataclasses import dataclass

from pos_app.domain.scan_code import split_symbology
from pos_app.ports import ScanEvent

LONGEST_SCAN = 512
"""The QR code of a receipt, with the address of the page that checks it, has up to some 250 characters."""
_ENDS = b"\r\n\t"
_GROUP_SEPARATOR = 0x1D


@dataclass(frozen=True, slots=True)
class RefusedScan:
    """Something that was read and is not used; raw is what arrived, as hexadecimal bytes for the log."""

    reason: str
    raw: str
    source: str = ""


class ScanAssembler:
    """Collects the bytes of one scanner. prefix and suffix are taken off; both must be there where they are set."""

    def __init__(self, source: str = "", prefix: str = "", suffix: str = "") -> None:
        self._source = source
        self._prefix, self._suffix = prefix, suffix
        self._pending = b""
        self._is_overlong = False

    @property
    def is_waiting(self) -> bool:
        """True when a code has begun and not ended."""
        return bool(self._pending)

    def feed(self, data: bytes) -> list[ScanEvent | RefusedScan]:
        """The scans these bytes complete, in order."""
        results: list[ScanEvent | RefusedScan] = []
        for byte in data:
            if byte in _ENDS:
                if self._pending:
                    results.append(self._finish())
            elif len(self._pending) < LONGEST_SCAN:
                self._pending += bytes((byte,))
            else:
                self._is_overlong = True
        return results

    def give_up(self) -> RefusedScan | None:
        """Called after a silence: what has begun will not end any more."""
        if not self._pending:
            return None
        return self._refuse("The scanner stopped in the middle of a code, or sends no end mark (CR): scan again.")

    def _finish(self) -> ScanEvent | RefusedScan:
        if self._is_overlong:
            return self._refuse(f"The code is longer than {LONGEST_SCAN} characters: no product or receipt has one.")
        if any((byte < 0x20 and byte != _GROUP_SEPARATOR) or byte == 0x7F for byte in self._pending):
            return self._refuse("The scanner sent control bytes: check its baud rate and settings.")
        try:
            code = self._pending.decode("utf-8")
        except UnicodeDecodeError:
            return self._refuse("The scanner sent garbage: check its baud rate and settings.")
        if not code.startswith(self._prefix):
            return self._refuse("The beginning of the code is missing: scan again.")
        if not code.endswith(self._suffix):
            return self._refuse("The end of the code is missing: scan again.")
        text, symbology = split_symbology(code[len(self._prefix) : len(code) - len(self._suffix)])
        if not text.strip():
            return self._refuse("The scanner sent an empty code: scan again.")
        self._pending = b""
        return ScanEvent(text, symbology, self._source)

    def _refuse(self, reason: str) -> RefusedScan:
        refused = RefusedScan(reason, self._pending.hex(" "), self._source)
        self._pending, self._is_overlong = b"", False
        return refused
