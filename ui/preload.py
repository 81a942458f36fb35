"""What is needed seldom but then at once is imported while nobody waits: one module at a time, between two scans."""

import importlib
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QObject, QTimer

BEGIN_AFTER_MS, STEP_MS = 3_000, 100

RETURNS = (
    "pos_app.services.returning",
    "pos_app.services.finding_sales",
    "pos_app.services.refunding",
    "pos_app.services.exchanging",
    "pos_app.services.without_receipt",
    "ui.tender.entry_panel",
    "ui.widgets.text_panel",
    "ui.returns.line_row",
    "ui.returns.refund_panel",
    "ui.returns.exchange_desk",
    "ui.returns.sale_search",
    "ui.returns.returns",
)
"""In this order, so that each brings little with it."""


class Preload(QObject):
    """Begins a while after the window stands, so that the start is not kept waiting."""

    def __init__(self, modules: Sequence[str], parent: QObject) -> None:
        super().__init__(parent)
        self._left: Iterator[str] = iter(modules)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.step)
        self._timer.start(BEGIN_AFTER_MS)

    def step(self) -> bool:
        """Import the next one; False when all are there."""
        name = next(self._left, None)
        if name is None:
            self._timer.stop()
            return False
        importlib.import_module(name)
        self._timer.setInterval(STEP_MS)
        return True
