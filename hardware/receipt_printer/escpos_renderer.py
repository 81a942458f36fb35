"""A receipt as the bytes of an ESC/POS printer, through python-escpos.

The library writes into its Dummy, one for each renderer and kept, because a new one costs more than a receipt. Text is
encoded here: the library chooses code pages by guessing, and loops over characters in Python.
"""

import codecs
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from hardware.receipt_printer.layout import BarcodeLine, CutLine, LogoLine, PrintedLine, QrLine, TextLine, layout
from hardware.receipt_printer.logo import LogoError, load_logo
from hardware.receipt_printer.raster import bars_picture, raster_command, text_raster
from hardware.receipt_printer.settings import Cutter, PrinterSettings
from hardware.receipt_printer.symbols import SYSTEMS, barcode_command_data, bars, can_be_bars, module_count
from hardware.receipt_printer.text_cells import wrap
from pos_app.domain.barcodes import Symbology
from pos_app.domain.receipt_document import Align, ReceiptDocument, Size
from pos_app.domain.tills import FIRST_DRAWER

_ALIGN = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}
# Typographic characters that few code pages have, and the plain ones that say the same in as many columns.
_PLAIN = str.maketrans("\u2212\u2010\u2011\u2013\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2044", "----''," + '"""*/')
_BARCODE_HEIGHT_DOTS = 80
_LONGEST_QR_BYTES = 800


@dataclass(frozen=True, slots=True)
class RenderedReceipt:
    """The bytes of a receipt; notes tell what could not be printed as asked."""

    data: bytes
    notes: tuple[str, ...] = ()


class EscposRenderer:
    """Renders receipts for one printer. Not thread-safe: it belongs to the printer's thread.

    cache_folder keeps the library's printer profiles parsed, which halves its import time.
    """

    def __init__(self, settings: PrinterSettings, cache_folder: Path | None = None) -> None:
        self._settings = settings
        self._cache_folder = cache_folder
        self._notes: list[str] = []
        self._logo_fault = ""
        self._logo_command = b""

    def render(self, document: ReceiptDocument, *, opens: str = "", stored_logo: bytes = b"") -> RenderedReceipt:
        """The whole receipt; opens puts the pulse of this drawer, A or B, before it.

        stored_logo is what prints the logo from the printer's memory; without it the receipt brings the dots.
        """
        printer = self._printer
        printer.clear()
        self._notes = []
        # The library does not notice that ESC @ resets the printer, so its own state is reset with it.
        printer.magic.encoding = None
        printer.hw("INIT")
        printer.charcode(self._settings.code_page)
        if opens:
            printer._raw(self.drawer_pulse(opens))
        self._logo_command = stored_logo or self._logo
        self._write(layout(document, self._settings.columns, logo=bool(self._logo_command)))
        if self._logo_fault:
            self._notes.append(self._logo_fault)
        return RenderedReceipt(printer.output, tuple(self._notes))

    def drawer_pulse(self, drawer: str = FIRST_DRAWER) -> bytes:
        """ESC p: one pulse to a cash drawer. The first hangs on its pin, a second one on the other pin."""
        connector = int((self._settings.drawer_pin == 2) != (drawer == FIRST_DRAWER))
        on, off = self._settings.drawer_on_ms // 2, self._settings.drawer_off_ms // 2
        return bytes((0x1B, 0x70, connector, min(on, 255), min(off, 255)))

    @cached_property
    def _printer(self) -> Any:
        from platformdirs import user_cache_path

        folder = self._cache_folder or user_cache_path("pos-terminal") / "receipt-printer"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ.setdefault("ESCPOS_CAPABILITIES_PICKLE_DIR", str(folder))
        from escpos.printer import Dummy

        return Dummy(profile=self._settings.profile)

    @cached_property
    def logo_picture(self) -> Any:
        """The logo as this printer's dots, a 1-bit picture made once; None where there is none or it is no logo."""
        settings = self._settings
        if settings.logo_file is None or not settings.raster:
            return None
        try:
            return load_logo(settings.logo_file, settings.columns * settings.dots_per_column)
        except LogoError as error:
            self._logo_fault = f"{error}; the store's name is printed instead"
            return None

    @cached_property
    def _logo(self) -> bytes:
        """The logo's raster command, made once; empty where there is none."""
        return raster_command(self.logo_picture) if self.logo_picture is not None else b""

    @cached_property
    def _encoding_table(self) -> Any:
        """The printer's code page as a table for the codecs module."""
        encoder = self._printer.magic.encoder
        page = encoder._get_codepage_char_list(encoder.get_encoding_name(self._settings.code_page))
        upper = "".join(c if c != " " and not c.isspace() and ord(c) >= 0xA0 else "\ufffe" for c in page)
        return codecs.charmap_build("".join(map(chr, range(128))) + upper)

    def _write(self, lines: list[PrintedLine]) -> None:
        """Lines of one style go to the library as one piece, which is what makes a long receipt cheap."""
        style = _Style()
        pending: list[bytes] = []
        for line in lines:
            encoded = self._encode(line.text) if isinstance(line, TextLine) else None
            if encoded is not None and isinstance(line, TextLine) and _is_shown_as(line, style):
                pending.append(encoded)
                continue
            wanted = _style_for(line, encoded, style)
            if wanted != style:
                self._flush(pending)
                self._change_style(style, wanted)
                style = wanted
            if encoded is not None:
                pending.append(encoded)
            else:
                self._flush(pending)
                self._write_special(line)
        self._flush(pending)

    def _flush(self, pending: list[bytes]) -> None:
        if pending:
            self._printer._raw(b"\n".join(pending) + b"\n")
            pending.clear()

    def _change_style(self, old: "_Style", new: "_Style") -> None:
        if new.size is not old.size:
            factor = 2 if new.size is Size.DOUBLE else 1
            self._printer.set(custom_size=True, width=factor, height=factor)
        self._printer.set(
            align=_ALIGN[new.align] if new.align is not old.align else None,
            bold=new.bold if new.bold is not old.bold else None,
        )

    def _encode(self, text: str) -> bytes | None:
        """The text in the printer's code page, or None when a character is not in it."""
        if text.isascii():
            return text.encode("ascii")
        try:
            return codecs.charmap_encode(text, "strict", self._encoding_table)[0]
        except UnicodeEncodeError:
            try:
                return codecs.charmap_encode(text.translate(_PLAIN), "strict", self._encoding_table)[0]
            except UnicodeEncodeError:
                return None

    def _write_special(self, line: PrintedLine) -> None:
        match line:
            case TextLine():
                self._write_foreign(line)
            case BarcodeLine():
                self._write_barcode(line.data, line.symbology)
            case QrLine():
                self._write_qr(line.data)
            case LogoLine():
                self._printer._raw(self._logo_command)
            case CutLine() if self._settings.cutter is Cutter.NONE:
                self._printer.print_and_feed(6)
            case CutLine():
                self._printer.cut(mode="PART" if self._settings.cutter is Cutter.PARTIAL else "FULL")

    def _write_foreign(self, line: TextLine) -> None:
        """A line with characters outside the code page: as a picture, or with question marks and a note."""
        if self._settings.raster:
            picture, missing = text_raster(line, self._settings.columns, self._settings.dots_per_column)
            self._printer._raw(raster_command(picture))
            if missing:
                self._notes.append(f"no font here draws {' '.join(missing)}: printed as empty boxes")
            return
        self._notes.append(f"not in code page {self._settings.code_page}, printed with ?: {line.text.strip()}")
        self._printer._raw(codecs.charmap_encode(line.text, "replace", self._encoding_table)[0] + b"\n")

    def _write_barcode(self, data: str, symbology: Symbology) -> None:
        """GS k. Drawn by the printer itself where it can; a code wider than the paper is printed as text instead."""
        dots = self._settings.columns * self._settings.dots_per_column
        # The margin that a printer cannot print on is the quiet zone.
        fits = can_be_bars(data, symbology)
        widths = [w for w in (3, 2) if fits and module_count(data, symbology) * w <= dots]
        if not widths:
            self._notes.append(f"too long for a barcode on this paper, printed as text: {data}")
            self._write_plain(data)
            return
        if not self._printer.profile.supports("barcodeB") and self._settings.raster:
            picture = bars_picture(bars(data, symbology), widths[0], _BARCODE_HEIGHT_DOTS, dots)
            below = data.center(self._settings.columns).rstrip().encode("ascii")
            self._printer._raw(raster_command(picture) + below + b"\n")
            return
        command = barcode_command_data(data, symbology)
        self._printer._raw(
            bytes((0x1D, 0x68, _BARCODE_HEIGHT_DOTS, 0x1D, 0x77, widths[0], 0x1D, 0x66, 0, 0x1D, 0x48, 2))
            + bytes((0x1D, 0x6B, SYSTEMS[symbology], len(command)))
            + command
        )

    def _write_qr(self, data: str) -> None:
        size = len(data.encode())
        if not 0 < size <= _LONGEST_QR_BYTES:
            self._notes.append(f"not printable as a QR code, printed as text: {data[:60]}")
            self._write_plain(data)
            return
        self._printer.qr(data, native=True, size=6 if size <= 80 else 4 if size <= 300 else 3)

    def _write_plain(self, data: str) -> None:
        for text in wrap(data, self._settings.columns):
            encoded = self._encode(text)
            self._printer._raw((encoded if encoded is not None else text.encode("ascii", "replace")) + b"\n")


class _Style(NamedTuple):
    """What the print head is set to."""

    align: Align = Align.LEFT
    size: Size = Size.NORMAL
    bold: bool = False


def _is_shown_as(line: TextLine, style: _Style) -> bool:
    return line.align is style.align and line.size is style.size and line.bold == style.bold


def _style_for(line: PrintedLine, encoded: bytes | None, now: _Style) -> _Style:
    """The style a line needs; what does not show on it stays as it is."""
    match line:
        case TextLine(text=""):
            return now._replace(size=line.size)
        case TextLine() if encoded is not None:
            return _Style(line.align, line.size, line.bold)
        case TextLine():
            return now._replace(align=line.align)
        case CutLine():
            return now
    return now._replace(align=Align.CENTRE)
