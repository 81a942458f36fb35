"""The store's logo: a PNG made into the dots of a printer's head."""

from pathlib import Path
from typing import Any

WIDEST_DOTS, HIGHEST_DOTS = 384, 200
_LARGEST_PIXELS = 4_000_000
_SHADES = 0.12
"""From this share of grey dots on, a logo is a picture and no drawing."""


class LogoError(Exception):
    """The picture cannot be used; the text says why."""


def load_logo(path: Path, paper_dots: int) -> Any:
    """The logo as a 1-bit Pillow image (black = 0), as wide as it is or as fits. Raises LogoError.

    What is transparent is paper.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=("PNG",)) as opened:
            if opened.width * opened.height > _LARGEST_PIXELS:
                raise LogoError(f"the logo {path.name} is larger than any receipt needs")
            picture = opened.convert("RGBA")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise LogoError(f"the logo {path.name} cannot be read as a PNG: {type(error).__name__}") from error
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    grey = paper.convert("L")
    room = min(WIDEST_DOTS, paper_dots)
    scale = min(1.0, room / grey.width, HIGHEST_DOTS / grey.height)
    if scale < 1.0:
        size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    return grey.convert("1", dither=_dither_for(grey))


def _dither_for(grey: Any) -> Any:
    """A drawing keeps its sharp edges; a picture with shades gets its shades as dots."""
    from PIL import Image

    histogram = grey.histogram()
    between = sum(histogram[64:192])
    return Image.Dither.FLOYDSTEINBERG if between > _SHADES * sum(histogram) else Image.Dither.NONE
