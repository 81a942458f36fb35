"""Lines of text as printer rasters (GS v 0), for what the printer's code page cannot say."""

import re
from typing import Any

from hardware.receipt_printer.glyphs import CELL_HEIGHT, CELL_WIDTH, draw_text, has_glyph
from hardware.receipt_printer.layout import TextLine
from hardware.receipt_printer.text_cells import cells, width
from pos_app.domain.receipt_document import Align, Size

_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")
_TALLEST_BLOCK = 128


def text_raster(line: TextLine, columns: int, dots_per_column: int) -> tuple[Any, list[str]]:
    """The line as a 1-bit picture as wide as its text, and the characters that no font here draws."""
    from PIL import Image

    scale = 2 if line.size is Size.DOUBLE else 1
    text = line.text if line.align is Align.LEFT else line.text.strip()
    room = max(CELL_WIDTH, width(text) * CELL_WIDTH * scale)
    picture = Image.new("1", (room, CELL_HEIGHT * scale), 1)
    draw_text(picture, 0, 0, text, scale=scale, bold=line.bold)
    if dots_per_column != CELL_WIDTH:
        picture = picture.resize((room * dots_per_column // CELL_WIDTH, picture.height))
    paper_width = columns * dots_per_column
    picture = picture.crop((0, 0, min(picture.width, paper_width), picture.height))
    return picture, sorted({cell for cell, _ in cells(text) if cell != " " and not has_glyph(cell)})


def bars_picture(modules: str, module_dots: int, height: int, paper_dots: int) -> Any:
    """A barcode as a 1-bit picture as wide as the paper, in its middle."""
    from PIL import Image

    row = Image.frombytes("L", (len(modules), 1), bytes(0 if module == "1" else 255 for module in modules))
    bars = row.resize((len(modules) * module_dots, height), Image.Resampling.NEAREST)
    picture = Image.new("1", (paper_dots, height), 1)
    picture.paste(bars, ((paper_dots - bars.width) // 2, 0))
    return picture


def padded(picture: Any) -> Any:
    """The picture with white on its right up to whole bytes."""
    wider = picture.crop((0, 0, (picture.width + 7) // 8 * 8, picture.height))
    if wider.width > picture.width:
        wider.paste(1, (picture.width, 0, wider.width, wider.height))
    return wider


def raster_command(picture: Any) -> bytes:
    """GS v 0 commands for a 1-bit picture (black = 0), in blocks a printer's buffer takes."""
    row_bytes = (picture.width + 7) // 8
    rows = bytes(byte ^ 0xFF for byte in padded(picture).tobytes())
    commands = b""
    for top in range(0, picture.height, _TALLEST_BLOCK):
        block = rows[top * row_bytes : (top + _TALLEST_BLOCK) * row_bytes]
        height = len(block) // row_bytes
        commands += b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + height.to_bytes(2, "little")
        commands += without_real_time_commands(block)
    return commands


def without_real_time_commands(data: bytes) -> bytes:
    """Raster data without DLE EOT, ENQ and DC4, which printers obey wherever they stand: one more dot each."""
    return _REAL_TIME.sub(b"\x18", data)
