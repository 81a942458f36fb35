"""Floor of a start and of memory: a window with one field, the database opened by its driver, and one look-up.

`python -m bench.floors.lean_window FOLDER CODE`: when its window was painted it looks the code up, paints again
and says so; it ends when its input does.
"""

import sys
from pathlib import Path
from typing import Any

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from sqlcipher3 import dbapi2

_LOOK_UP = "SELECT i.name FROM item_code c JOIN item i USING (sales_rank) WHERE c.code = ?"


class LeanWindow(QWidget):
    """A find field, and one line of text below it."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1280, 800)
        self.words = ""
        self.painted = False
        self.field = QLineEdit(self)
        self.field.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawText(20, 80, self.words)
        painter.end()
        self.painted = True


def main(folder: Path, code: str) -> None:
    """Start, look up once, wait for the end of the input."""
    application = QApplication(["floor"])
    key = (folder / "database.key").read_text(encoding="ascii").strip().removeprefix("key:")
    connection: Any = dbapi2.connect(str(folder / "terminal.db"), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    window = LeanWindow()
    window.show()
    while not window.painted:
        application.processEvents()
    (window.words,) = connection.execute(_LOOK_UP, (f"{code:0>14}",)).fetchone()
    window.painted = False
    window.update()
    while not window.painted:
        application.processEvents()
    print('"ready"', flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
