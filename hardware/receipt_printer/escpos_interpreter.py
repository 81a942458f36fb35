"""An ESC/POS printer's ears: the bytes of a job taken apart and put on paper.

Understands what this program sends and what python-escpos and common generators send around it. A command that it does
not know, a malformed one or a stray control byte raises UnknownCommandError: a printer would print garbage.
"""

import re
from collections.abc import Callable

from hardware.receipt_printer.paper import (
    Paper,
    PaperBarcode,
    PaperCut,
    PaperItem,
    PaperQr,
    PaperRaster,
    PaperText,
    Run,
)
from hardware.receipt_printer.picture_memory import PictureMemory
from hardware.receipt_printer.symbols import SYSTEMS, barcode_modules
from hardware.receipt_printer.text_cells import clean, width
from pos_app.domain.receipt_document import Align

_CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    25: "cp1257",
}
_DOTS_PER_COLUMN = 12
_TEXT = re.compile(rb"[\x20-\x7e\x80-\xff]+")
_ALIGN = {0: Align.LEFT, 1: Align.CENTRE, 2: Align.RIGHT, 48: Align.LEFT, 49: Align.CENTRE, 50: Align.RIGHT}
# Commands of a fixed number of parameter bytes that change nothing on this paper: line and letter spacing, smoothing,
# upside down off, code font, margins, print speed and density, and the modes of East Asian characters.
_IGNORED = {
    b"\x1b ": 1,
    b"\x1c.": 0,
    b"\x1c&": 0,
    b"\x1c-": 1,
    b"\x1cC": 1,
    b"\x1cS": 2,
    b"\x1dL": 2,
    b"\x1dW": 2,
    b"\x1b2": 0,
    b"\x1b3": 1,
    b"\x1b{": 1,
    b"\x1b=": 1,
    b"\x1dB": 1,
    b"\x1db": 1,
    b"\x1df": 1,
    b"\x1d|": 1,
    b"\x1bR": 1,
}


class UnknownCommandError(ValueError):
    """Bytes that no printer command starts with, or one that this printer does not have."""


class Incomplete(Exception):
    """The command goes on in bytes that have not arrived."""


class EscposInterpreter:
    """The state of the print head. take() executes one command; on_* hear of what is not paper."""

    def __init__(
        self,
        columns: int,
        on_reply: Callable[[bytes], None],
        on_drawer: Callable[[int, int], None],
        tell_status: Callable[[], None],
    ) -> None:
        self.paper = Paper(columns)
        self.paper_status = 0
        self.drawer_status = 0
        self.automatic_status = 0
        self.pictures = PictureMemory(on_reply)
        self._columns = columns
        self._reply = on_reply
        self._drawer = on_drawer
        self._tell_status = tell_status
        self._reset()

    def prints(self, buffer: bytes) -> bool:
        """True when the next command moves paper, so that a printer without any has to wait."""
        if buffer[:3] == b"\x1d(L":
            return buffer[6:7] == b"\x45"
        return buffer[:1] == b"\n" or buffer[:2] in (b"\x1bd", b"\x1bJ", b"\x1dV", b"\x1dk", b"\x1dv", b"\x1cp")

    def cuts(self, buffer: bytes) -> bool:
        """True when the next command is a cut."""
        return buffer[:2] == b"\x1dV"

    def take(self, buffer: bytes) -> int:
        """Execute the command at the start and return its length. Raises Incomplete and UnknownCommandError."""
        text = _TEXT.match(buffer)
        if text:
            self._text(text.group())
            return text.end()
        if buffer[0] == 0x0A:
            self._end_line()
            return 1
        if buffer[0] in (0x00, 0x0D):
            return 1
        if buffer[0] in (0x06, 0x15, 0x18) and self.pictures.awaits_response:
            self.pictures.respond(buffer[0])
            return 1
        if buffer[0] not in (0x1B, 0x1C, 0x1D):
            raise UnknownCommandError(f"a stray control byte {buffer[0]:02X}")
        command = _bytes(buffer, 0, 2)
        if command in _IGNORED:
            return 2 + len(_bytes(buffer, 2, _IGNORED[command]))
        handler = self._handlers.get(command)
        if handler is None:
            raise UnknownCommandError(f"an unknown command {command[0]:02X} {command[1]:02X}")
        return handler(self, buffer)

    def _reset(self) -> None:
        self._runs: list[Run] = []
        self._style = (False, False, False, False)
        self._align = Align.LEFT
        self._code_page = "cp437"
        self._barcode_height = 162
        self._barcode_module = 3
        self._barcode_text_below = False
        self._qr_module = 3
        self._qr_data = b""

    def _text(self, data: bytes) -> None:
        bold, wide, high, underline = self._style
        for character in clean(data.decode(self._code_page, "replace")):
            if self._used() + width(character) * (2 if wide else 1) > self._columns:
                self._end_line()
            last = self._runs[-1] if self._runs else None
            if last is not None and (last.bold, last.wide, last.high, last.underline) == self._style:
                self._runs[-1] = Run(last.text + character, *self._style)
            else:
                self._runs.append(Run(character, bold, wide, high, underline))

    def _end_line(self) -> None:
        self._put(PaperText(tuple(self._runs), self._align))
        self._runs = []

    def _finish_line(self) -> None:
        if self._runs:
            self._end_line()

    def _put(self, item: PaperItem) -> None:
        self.paper.items.append(item)

    def _initialise(self, buffer: bytes) -> int:
        self._reset()
        return 2

    def _select_code_page(self, buffer: bytes) -> int:
        page = _bytes(buffer, 2, 1)[0]
        if page not in _CODE_PAGES:
            raise UnknownCommandError(f"an unknown code page {page}")
        self._code_page = _CODE_PAGES[page]
        return 3

    def _print_mode(self, buffer: bytes) -> int:
        mode = _bytes(buffer, 2, 1)[0]
        self._style = (bool(mode & 0x08), bool(mode & 0x20), bool(mode & 0x10), bool(mode & 0x80))
        return 3

    def _bold(self, buffer: bytes) -> int:
        self._style = (bool(_bytes(buffer, 2, 1)[0] & 1), *self._style[1:])
        return 3

    def _underline(self, buffer: bytes) -> int:
        self._style = (*self._style[:3], _bytes(buffer, 2, 1)[0] & 0x0F > 0)
        return 3

    def _font(self, buffer: bytes) -> int:
        if _bytes(buffer, 2, 1)[0] not in (0, 48):
            raise UnknownCommandError("font B, which this printer does not have")
        return 3

    def _size(self, buffer: bytes) -> int:
        size = _bytes(buffer, 2, 1)[0]
        if size & ~0x11:
            raise UnknownCommandError(f"a character size {size:02X}, larger than double")
        self._style = (self._style[0], bool(size & 0x10), bool(size & 0x01), self._style[3])
        return 3

    def _alignment(self, buffer: bytes) -> int:
        value = _bytes(buffer, 2, 1)[0]
        if value not in _ALIGN:
            raise UnknownCommandError(f"an alignment {value}")
        if not self._runs:  # a printer obeys at the start of a line only
            self._align = _ALIGN[value]
        return 3

    def _feed_lines(self, buffer: bytes) -> int:
        lines = _bytes(buffer, 2, 1)[0]
        self._finish_line()
        for _ in range(lines):
            self._put(PaperText(()))
        return 3

    def _pulse(self, buffer: bytes) -> int:
        connector, on, _off = _bytes(buffer, 2, 3)
        if connector not in (0, 1, 48, 49):
            raise UnknownCommandError(f"a drawer connector {connector}")
        self._drawer(2 if connector in (0, 48) else 5, on * 2)
        return 5

    def _cut(self, buffer: bytes) -> int:
        mode = _bytes(buffer, 2, 1)[0]
        if mode not in (0, 1, 48, 49, 65, 66):
            raise UnknownCommandError(f"a cut {mode}")
        length = 3 + len(_bytes(buffer, 3, 1 if mode in (65, 66) else 0))
        self._finish_line()
        self._put(PaperCut(full=mode in (0, 48, 65)))
        return length

    def _barcode_height_command(self, buffer: bytes) -> int:
        self._barcode_height = _bytes(buffer, 2, 1)[0] or 162
        return 3

    def _barcode_width(self, buffer: bytes) -> int:
        self._barcode_module = _bytes(buffer, 2, 1)[0]
        if not 1 <= self._barcode_module <= 6:
            raise UnknownCommandError(f"a barcode module of {self._barcode_module} dots")
        return 3

    def _barcode_text(self, buffer: bytes) -> int:
        self._barcode_text_below = _bytes(buffer, 2, 1)[0] & 2 == 2
        return 3

    def _barcode(self, buffer: bytes) -> int:
        system, count = _bytes(buffer, 2, 2)
        if system not in SYSTEMS.values():
            raise UnknownCommandError(f"a barcode system {system}; this printer draws CODE128, EAN and UPC-A only")
        data = _bytes(buffer, 4, count)
        try:
            barcode_modules(system, data)
        except ValueError as error:
            raise UnknownCommandError(f"barcode data: {error}") from None
        self._finish_line()
        looks = (self._barcode_height, self._barcode_module, self._barcode_text_below, self._align)
        self._put(PaperBarcode(data, *looks, system))
        return 4 + count

    def _two_dimensional(self, buffer: bytes) -> int:
        if _bytes(buffer, 2, 1) != b"k":
            return self._parenthesis(buffer)
        length = int.from_bytes(_bytes(buffer, 3, 2), "little")
        symbol, function, *rest = _bytes(buffer, 5, length)
        data = bytes(rest)
        if symbol != 49:
            raise UnknownCommandError(f"a two-dimensional code {symbol}; this printer draws QR only")
        if function == 67:
            self._qr_module = data[0]
        elif function == 80:
            self._qr_data = data[1:]
        elif function == 81:
            self._finish_line()
            self._put(PaperQr(self._qr_data.decode("utf-8"), self._qr_module, self._align))
        elif function not in (65, 69):
            raise UnknownCommandError(f"a QR function {function}")
        return 5 + length

    def _parenthesis(self, buffer: bytes) -> int:
        kind = _bytes(buffer, 2, 1)
        length = int.from_bytes(_bytes(buffer, 3, 2), "little")
        data = _bytes(buffer, 5, length)
        if kind == b"L":
            self._picture(lambda: self.pictures.obey(data, self._align))
            return 5 + length
        if kind != b"H" or data[:2] != b"00" or length != 6:
            raise UnknownCommandError(f"an unknown command GS ( {kind!r} {data[:4].hex(' ')}")
        self._reply(b"\x37\x22" + data[2:] + b"\x00")
        return 5 + length

    def _picture(self, command: Callable[[], PaperRaster | None]) -> None:
        """Obey a command of the memory for pictures, which may print one."""
        try:
            printed = command()
        except ValueError as error:
            raise UnknownCommandError(str(error)) from None
        if printed is not None:
            self._finish_line()
            self._put(printed)

    def _keep_images(self, buffer: bytes) -> int:
        """FS q: so many images, each with its size before its dots. The printer starts afresh behind it."""
        at, images = 3, []
        for _ in range(_bytes(buffer, 2, 1)[0]):
            size = _bytes(buffer, at, 4)
            wide, high = int.from_bytes(size[:2], "little"), int.from_bytes(size[2:], "little")
            if not 1 <= wide <= 1023 or not 1 <= high <= 288:
                raise UnknownCommandError(f"an image of {wide} by {high} bytes")
            images.append((wide, high, _bytes(buffer, at + 4, wide * high * 8)))
            at += 4 + wide * high * 8
        self._picture(lambda: self.pictures.keep_images(images))
        self._reset()
        return at

    def _print_image(self, buffer: bytes) -> int:
        number, mode = _bytes(buffer, 2, 2)
        if mode not in (0, 48):
            raise UnknownCommandError(f"an image printed larger than it is, mode {mode}")
        self._picture(lambda: self.pictures.image(number, self._align))
        return 4

    def _foreign_parameters(self, buffer: bytes) -> int:
        """FS ( A: the font of East Asian characters."""
        if _bytes(buffer, 2, 1) != b"A":
            raise UnknownCommandError(f"an unknown command FS ( {_bytes(buffer, 2, 1)!r}")
        return 5 + len(_bytes(buffer, 5, int.from_bytes(_bytes(buffer, 3, 2), "little")))

    def _absolute_position(self, buffer: bytes) -> int:
        dots = int.from_bytes(_bytes(buffer, 2, 2), "little")
        self._pad_to(dots // _DOTS_PER_COLUMN)
        return 4

    def _relative_position(self, buffer: bytes) -> int:
        dots = int.from_bytes(_bytes(buffer, 2, 2), "little", signed=True)
        self._pad_to(self._used() + max(0, dots) // _DOTS_PER_COLUMN)
        return 4

    def _used(self) -> int:
        return sum(width(run.text) * (2 if run.wide else 1) for run in self._runs)

    def _pad_to(self, column: int) -> None:
        if column > self._used():
            self._runs.append(Run(" " * (min(column, self._columns) - self._used())))

    def _raster(self, buffer: bytes) -> int:
        header = _bytes(buffer, 2, 6)
        if header[:1] != b"0" or header[1] not in (0, 48):
            raise UnknownCommandError(f"a raster mode {header[:2].hex(' ')}")
        row_bytes, height = int.from_bytes(header[2:4], "little"), int.from_bytes(header[4:6], "little")
        if not row_bytes or not height:
            raise UnknownCommandError("a raster without dots")
        data = _bytes(buffer, 8, row_bytes * height)
        self._finish_line()
        self._put(PaperRaster(row_bytes, data, self._align))
        return 8 + len(data)

    def _status_request(self, buffer: bytes) -> int:
        which = _bytes(buffer, 2, 1)[0]
        if which in (1, 49):
            self._reply(bytes((self.paper_status,)))
        elif which in (2, 50):
            self._reply(bytes((self.drawer_status,)))
        else:
            raise UnknownCommandError(f"a status request {which}")
        return 3

    def _identity(self, buffer: bytes) -> int:
        which = _bytes(buffer, 2, 1)[0]
        texts = {65: b"1.00 SIM", 66: b"SIMULATED", 67: b"RECEIPT PRINTER", 68: b"SIM0001"}
        if which in texts:
            self._reply(b"\x5f" + texts[which] + b"\x00")
        elif which in (1, 2, 3, 49, 50, 51):
            self._reply(b"\x02")
        else:
            raise UnknownCommandError(f"an identity request {which}")
        return 3

    def _automatic(self, buffer: bytes) -> int:
        self.automatic_status = _bytes(buffer, 2, 1)[0]
        if self.automatic_status:
            self._tell_status()
        return 3

    _handlers = {  # noqa: RUF012 - written once, read only
        b"\x1b@": _initialise,
        b"\x1bt": _select_code_page,
        b"\x1b!": _print_mode,
        b"\x1bE": _bold,
        b"\x1b-": _underline,
        b"\x1bM": _font,
        b"\x1d!": _size,
        b"\x1ba": _alignment,
        b"\x1bd": _feed_lines,
        b"\x1bp": _pulse,
        b"\x1dV": _cut,
        b"\x1dh": _barcode_height_command,
        b"\x1dw": _barcode_width,
        b"\x1dH": _barcode_text,
        b"\x1dk": _barcode,
        b"\x1d(": _two_dimensional,
        b"\x1c(": _foreign_parameters,
        b"\x1cq": _keep_images,
        b"\x1cp": _print_image,
        b"\x1b$": _absolute_position,
        b"\x1b\\": _relative_position,
        b"\x1dv": _raster,
        b"\x1dr": _status_request,
        b"\x1dI": _identity,
        b"\x1da": _automatic,
    }


def _bytes(buffer: bytes, start: int, count: int) -> bytes:
    if len(buffer) < start + count:
        raise Incomplete
    return buffer[start : start + count]
