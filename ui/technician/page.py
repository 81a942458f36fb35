"""What every page of the console has: its work off the GUI thread, and words where it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pos_app.errors import CashierError, WorldError
from pos_app.ports.maintenance import TrialReport
from ui.theme.current import colour

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background, Task


class Page(QWidget):
    """One page; begin is called when it is shown, end when it is left."""

    title = ""
    icon = ""

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.title)
        self.desk = desk
        self._background = background
        self._task: Task | None = None

    def begin(self) -> None:
        """It is shown."""

    def end(self) -> None:
        """It is left: what is under way comes to nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def take_scan(self, code: str) -> bool:
        """True when the page is about scans."""
        return False

    def work(
        self, work: Callable[[], Any], then: Callable[[Any], None], otherwise: Callable[[str], None] | None = None
    ) -> None:
        """Do it in the background; what the world or the technician does wrong arrives as words."""

        def failed(error: Exception) -> None:
            if not isinstance(error, CashierError | WorldError):
                raise error
            (otherwise or self.failed)(str(error))

        self._task = self._background.run(work, then, failed)

    def failed(self, words: str) -> None:
        """Something did not work."""
        self.show_result(TrialReport(False, words))

    def show_result(self, report: TrialReport) -> None:
        """Where the page shows how something went."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("page"))
        painter.end()
