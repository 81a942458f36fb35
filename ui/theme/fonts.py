"""The one typeface, brought along so that every machine draws the same letters (Inter, from fontpkg-inter)."""

from functools import cache, lru_cache
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QStaticText, QTransform

from pos_app.package_data import package_folder

_FILE = "files/Inter[opsz,wght].ttf"
_DISPLAY_OPTICAL_SIZE = 32.0


@lru_cache(maxsize=1)
def family() -> str:
    """Load the typeface once and give its family name. Needs a QGuiApplication."""
    path = package_folder("fontpkg_inter") / _FILE
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


_METRICS: dict[int, tuple[QFont, QFontMetricsF]] = {}


def metrics(made: QFont) -> QFontMetricsF:
    """The measures of a font made here, kept: such fonts are never thrown away, so their identity names them."""
    known = _METRICS.get(id(made))
    if known is None:
        known = _METRICS[id(made)] = (made, QFontMetricsF(made))
    return known[1]


class ShapedText(NamedTuple):
    """A text laid out in a font, and how much room it takes, in pixels."""

    text: QStaticText
    width: float
    height: float


@lru_cache(maxsize=4096)
def _shaped(words: str, font_identity: int) -> ShapedText:
    made, measures = _METRICS[font_identity]
    if not words.isprintable():
        words = "".join(c if c.isprintable() else " " for c in words)
    text = QStaticText(words)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    text.prepare(QTransform(), made)
    # The lay-out knows its width already, except that it leaves out spaces at the end.
    wide = measures.horizontalAdvance(words) if words.endswith(" ") else text.size().width()
    return ShapedText(text, wide, measures.height())


def shaped(words: str, made: QFont) -> ShapedText:
    """A text laid out once and kept, since most are drawn again and again; always plain, whatever it contains."""
    if id(made) not in _METRICS:
        metrics(made)
    return _shaped(words, id(made))


def width(words: str, made: QFont) -> float:
    """How wide a text is drawn, in pixels."""
    return shaped(words, made).width
