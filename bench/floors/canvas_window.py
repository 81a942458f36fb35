"""Floor of a scan: Enter -> one look-up by the database driver -> a canvas that scrolls and paints one row of text.

`python -m bench.floors.canvas_window FOLDER`, asked over standard input as bench.child_process does it.
"""

import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlcipher3 import dbapi2

from bench.child_process import serve
from bench.key_burst import type_burst

_ROW = 72
_SETTLE_MS = 15
"""As long as the measured window is left alone between two scans: a processor that rests comes back slower."""
_LOOK_UP = "SELECT i.name, i.price_minor FROM item_code c JOIN item i USING (sales_rank) WHERE c.code = ?"


class CanvasWindow(QWidget):
    """The typed code, the lines and their total."""

    def __init__(self, connection: Any) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(1280, 800)
        self._connection = connection
        self._typed = ""
        self._lines: list[tuple[str, str]] = []
        self._total_minor = 0
        self._top = 0
        self.painted = False

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def clear(self) -> None:
        """Begin again."""
        self._lines, self._total_minor, self._top = [], 0, 0
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Return:
            self._typed += event.text()
            return
        name, price_minor = self._connection.execute(_LOOK_UP, (f"{self._typed:0>14}",)).fetchone()
        self._typed = ""
        self._total_minor += price_minor
        self._lines.append((name, f"{price_minor // 100}.{price_minor % 100:02d}"))
        bottom = len(self._lines) * _ROW - self._top
        room = self.height() - _ROW
        if bottom > room:
            self.scroll(0, room - bottom, QRect(0, 0, self.width(), room))
            self._top += bottom - room
        self.update(0, (len(self._lines) - 1) * _ROW - self._top, self.width(), _ROW)
        self.update(0, room, self.width(), _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.height() - _ROW
        for exposed in event.region():
            painter.fillRect(exposed, QColor("white"))
            first = (exposed.top() + self._top) // _ROW
            for index in range(first, min(len(self._lines), (min(exposed.bottom(), room) + self._top) // _ROW + 1)):
                top = index * _ROW - self._top
                name, price = self._lines[index]
                painter.drawText(20, top + 40, name)
                painter.drawText(1100, top + 40, price)
            if exposed.bottom() >= room:
                painter.drawText(1100, room + 40, f"{self._total_minor // 100}.{self._total_minor % 100:02d}")
        painter.end()
        self.painted = True


def main(folder: Path) -> None:
    """Scan baskets of distinct codes as asked: one after the other, or all at once after the word `burst`."""
    application = QApplication(["floor"])
    key = (folder / "database.key").read_text(encoding="ascii").strip().removeprefix("key:")
    connection: Any = dbapi2.connect(str(folder / "terminal.db"), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    window = CanvasWindow(connection)
    window.show()
    QTest.qWaitForWindowExposed(window)

    def basket(codes: str) -> list[float]:
        times = []
        for code in codes.split():
            for digit in code:
                QTest.keyClick(window.windowHandle(), digit)
            application.processEvents()
            window.painted = False
            began = time.perf_counter()
            QTest.keyPress(window.windowHandle(), Qt.Key.Key_Return)
            while not window.painted:
                application.processEvents()
            times.append((time.perf_counter() - began) * 1000)
            QTest.keyRelease(window.windowHandle(), Qt.Key.Key_Return)
            QTest.qWait(_SETTLE_MS)
        window.clear()
        application.processEvents()
        return times

    def burst(codes: list[str]) -> float:
        took_s = type_burst(application, window.windowHandle(), codes, lambda: window.line_count == len(codes))
        window.clear()
        application.processEvents()
        return took_s

    serve(lambda command: burst(command.split()[1:]) if command.startswith("burst ") else basket(command))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
