"""The one typeface, brought along so that every machine draws the same letters (Inter, from fontpkg-inter)."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

_FILE = "files/Inter[opsz,wght].ttf"
_DISPLAY_OPTICAL_SIZE = 32.0


@lru_cache(maxsize=1)
def family() -> str:
    """Load the typeface once and give its family name. Needs a QGuiApplication."""
    spec = find_spec("fontpkg_inter")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package fontpkg-inter is not installed")
    path = Path(spec.origin).parent / _FILE
    number = QFontDatabase.addApplicationFont(str(path))
    families = QFontDatabase.applicationFontFamilies(number)
    if not families:
        raise RuntimeError(f"Qt could not load the typeface {path}")
    return families[0]


@cache
def font(size: int, weight: int = 450, *, tabular: bool = False, display: bool = False) -> QFont:
    """A size in pixels at a weight: tabular digits for columns, display for large numbers."""
    made = QFont(family())
    made.setPixelSize(size)
    made.setVariableAxis(QFont.Tag("wght"), float(weight))
    if display:
        made.setVariableAxis(QFont.Tag("opsz"), _DISPLAY_OPTICAL_SIZE)
        made.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


_METRICS: dict[int, QFontMetricsF] = {}


def metrics(made: QFont) -> QFontMetricsF:
    """The measures of a font made here, kept: such fonts are never thrown away, so their identity names them."""
    measures = _METRICS.get(id(made))
    if measures is None:
        measures = _METRICS[id(made)] = QFontMetricsF(made)
    return measures


@lru_cache(maxsize=4096)
def _width(text: str, font_identity: int) -> float:
    return _METRICS[font_identity].horizontalAdvance(text)


def width(text: str, made: QFont) -> float:
    """How wide a text is drawn, in pixels; measuring a text costs as much as drawing it, so it is kept."""
    if id(made) not in _METRICS:
        metrics(made)
    return _width(text, id(made))
