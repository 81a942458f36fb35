"""Lucide icons as tinted pictures, sharp at every scale, each drawn once.

The icons are read from the data file of the python-lucide package; importing the package itself would pull in
an HTTP client for a feature that a till does not need, and cost a third of the start.
"""

import sqlite3
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from pos_app.package_data import package_folder

_GOODS_ICONS = (
    (("headphone", "headset", "earphone", "earbud"), "headphones"),
    (("camera", "lens", "camcorder", "photo"), "camera"),
    (("television", "tv"), "tv"),
    (("monitor", "display", "screen"), "monitor"),
    (("notebook", "laptop"), "laptop"),
    (("tablet", "e-reader"), "tablet"),
    (("phone", "mobile"), "smartphone"),
    (("game", "gaming", "console"), "gamepad-2"),
    (("speaker", "soundbar", "sound"), "speaker"),
    (("microphone",), "mic"),
    (("cable", "cord"), "cable"),
    (("adapter", "charger", "power", "plug", "ups", "battery"), "battery-charging"),
    (("memory", "flash", "card reader"), "memory-stick"),
    (("drive", "storage", "ssd"), "hard-drive"),
    (("processor", "cpu"), "cpu"),
    (("motherboard", "board"), "circuit-board"),
    (("router", "network", "switch", "wireless"), "router"),
    (("keyboard",), "keyboard"),
    (("mouse", "mice"), "mouse"),
    (("watch", "wearable"), "watch"),
    (("toner", "ink", "printer"), "printer"),
    (("label", "tag"), "tag"),
    (("paper", "binder", "folder"), "file-text"),
    (("disc", "dvd", "blu-ray", "cd", "movie"), "disc-3"),
    (("gift",), "gift"),
    (("service", "installation", "repair", "warranty"), "wrench"),
    (("lamp", "light", "bulb"), "lightbulb"),
    (("projector",), "projector"),
)


def goods_look(category: str, name: str) -> tuple[str, int]:
    """The icon for a product and the number of its tint: by the words of its category, else of its name."""
    return _look_of(category) or _look_of(name) or ("package", 2)


@lru_cache(maxsize=1024)
def _look_of(words: str) -> tuple[str, int] | None:
    lowered = f" {words.lower()}"
    for number, (parts, icon_name) in enumerate(_GOODS_ICONS):
        for part in parts:
            if f" {part}" in lowered:
                return icon_name, number
    return None


@lru_cache(maxsize=512)
def icon(name: str, size: int, colour: str, ratio: float = 1.0, stroke: float = 2.0) -> QPixmap:
    """An icon of that many pixels in one colour, for a screen of that device pixel ratio."""
    svg = _svg(name).replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{stroke}"')
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    row = _database().execute("SELECT svg FROM icons WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise ValueError(f"there is no icon named {name}")
    return str(row[0])


@lru_cache(maxsize=1)
def _database() -> sqlite3.Connection:
    path = package_folder("lucide") / "data" / "lucide-icons.db"
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
