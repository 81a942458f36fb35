"""The theme in force. Components ask for it when they paint, so a change of theme is one repaint."""

from functools import lru_cache

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ui.theme.fonts import font
from ui.theme.tokens import LIGHT, Theme, Tint

_STATIC_STYLE = """
QLineEdit {{ border: none; background: transparent; color: {ink};
  selection-background-color: {accent}; selection-color: {on_accent}; }}
QToolTip {{ border: 1px solid {line_2}; padding: 6px 8px; background: {surface}; color: {ink}; }}
QScrollBar:vertical {{ width: 10px; background: transparent; margin: 4px 2px; }}
QScrollBar::handle:vertical {{ background: {line_2}; border-radius: 3px; min-height: 40px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page
  {{ background: transparent; height: 0; }}
"""


class _Current:
    theme: Theme = LIGHT
    reduce_motion: bool = False


def theme() -> Theme:
    """The theme in force."""
    return _Current.theme


def colour(name: str) -> QColor:
    """A colour of the theme in force by its token name."""
    return paint_colour(getattr(_Current.theme, name))


@lru_cache(maxsize=256)
def paint_colour(value: str) -> QColor:
    """A #RRGGBB colour as Qt paints with it; kept, so never change it."""
    return QColor(value)


def tint(number: int) -> Tint:
    """One of the theme's category tints; any number will do."""
    tints = _Current.theme.tints
    return tints[number % len(tints)]


def use(chosen: Theme) -> None:
    """Show everything in this theme from now on."""
    _Current.theme = chosen
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return
    palette = QPalette(paint_colour(chosen.page))
    palette.setColor(QPalette.ColorRole.Window, paint_colour(chosen.page))
    palette.setColor(QPalette.ColorRole.WindowText, paint_colour(chosen.ink))
    palette.setColor(QPalette.ColorRole.Base, paint_colour(chosen.surface))
    palette.setColor(QPalette.ColorRole.Text, paint_colour(chosen.ink))
    palette.setColor(QPalette.ColorRole.PlaceholderText, paint_colour(chosen.ink_3))
    palette.setColor(QPalette.ColorRole.Highlight, paint_colour(chosen.accent))
    palette.setColor(QPalette.ColorRole.HighlightedText, paint_colour(chosen.on_accent))
    application.setPalette(palette)
    application.setFont(font(15))
    names = {name: getattr(chosen, name) for name in ("ink", "accent", "on_accent", "line_2", "surface")}
    application.setStyleSheet(_STATIC_STYLE.format(**names))
    for widget in application.allWidgets():
        widget.update()


def reduce_motion() -> bool:
    """True when nothing on the screen may move."""
    return _Current.reduce_motion


def set_reduce_motion(reduced: bool) -> None:
    """Switch movement on the screen off or on."""
    _Current.reduce_motion = reduced
