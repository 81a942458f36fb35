"""Characters drawn into the fixed cells of a receipt printer's font A (12 x 24 dots), through Pillow.

The face is the DejaVu Sans Mono that comes with python-barcode; what it lacks (CJK, symbols) is looked for in the
machine's own fonts, and what no font has is drawn as an empty box, never left out.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from hardware.receipt_printer.text_cells import cells
from pos_app.package_data import package_folder

CELL_WIDTH = 12
CELL_HEIGHT = 24
_FACE_SIZE = 20
_BASELINE = 19
_FALLBACK_FACES = (
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-zenhei.ttc",
    "msgothic.ttc",
    "seguisym.ttf",
    "Arial Unicode.ttf",
    "DejaVuSans.ttf",
)
_NO_CHARACTER = "\U000ffffe"


def _bundled_face() -> Path:
    """python-barcode brings the receipt font."""
    return package_folder("barcode") / "fonts" / "DejaVuSansMono.ttf"


@lru_cache(maxsize=8)
def _faces(size: int) -> tuple[Any, ...]:
    from PIL import ImageFont

    faces = [ImageFont.truetype(str(_bundled_face()), size)]
    for name in _FALLBACK_FACES:
        try:
            faces.append(ImageFont.truetype(name, size))
        except OSError:  # this machine does not have it
            continue
    return tuple(faces)


@lru_cache(maxsize=2048)
def _face_for(character: str, size: int) -> Any:
    """The first face that draws the character and not its box for missing ones; None when there is none."""
    for face in _faces(size):
        drawn, missing = face.getmask(character), face.getmask(_NO_CHARACTER)
        if drawn.size != missing.size or bytes(drawn) != bytes(missing):
            return face
    return None


def has_glyph(cell: str) -> bool:
    """True when some font draws the cell's base character."""
    return _face_for(cell[0], _FACE_SIZE) is not None


def draw_text(image: Any, x: int, y: int, text: str, *, scale: int = 1, bold: bool = False) -> int:
    """Draw cleaned text from a cell's top left corner and return the x after it. scale is 1 or 2."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image)
    draw.fontmode = "1" if image.mode == "1" else "L"
    for run in _runs(text):
        run_width = sum(columns for _, columns in run) * CELL_WIDTH * scale
        if _is_right_to_left(run):
            _draw_shaped(draw, x, y, run, run_width, scale, bold)
        else:
            _draw_cells(draw, x, y, run, scale, bold)
        x += run_width
    return x


def _draw_cells(draw: Any, x: int, y: int, run: list[tuple[str, int]], scale: int, bold: bool) -> None:
    for cell, columns in run:
        room = columns * CELL_WIDTH * scale
        face = _face_for(cell[0], _FACE_SIZE * scale)
        if face is None:
            draw.rectangle((x + 2, y + 4 * scale, x + room - 3, y + _BASELINE * scale), outline=0)
        elif cell != " ":
            _draw_word(draw, x + (room - face.getlength(cell)) // 2, y, cell, face, scale, bold)
        x += room


def _draw_shaped(draw: Any, x: int, y: int, run: list[tuple[str, int]], room: int, scale: int, bold: bool) -> None:
    """Arabic and Hebrew join and run from the right, so a run of them is drawn as one word, squeezed by nothing."""
    word = "".join(cell for cell, _ in run)
    face = _face_for(next(c for c in word if _direction(c)), _FACE_SIZE * scale) or _faces(_FACE_SIZE * scale)[0]
    _draw_word(draw, x + max(0, room - int(face.getlength(word))), y, word, face, scale, bold)


def _draw_word(draw: Any, x: float, y: int, word: str, face: Any, scale: int, bold: bool) -> None:
    for offset in range(scale + 1 if bold else 1):
        draw.text((int(x) + offset, y + _BASELINE * scale), word, font=face, fill=0, anchor="ls")


def _direction(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def _is_right_to_left(run: list[tuple[str, int]]) -> bool:
    return any(_direction(character) for cell, _ in run for character in cell)


def _runs(text: str) -> list[list[tuple[str, int]]]:
    """The cells in runs; two spaces or more part them, so that an amount keeps its place beside a foreign name."""
    pieces = [text] if text.isascii() else re.split(r"( {2,})", text)
    return [cells(piece) for piece in pieces if piece]
