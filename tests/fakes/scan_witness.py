"""What one scan does in whatever is open: nothing is typed or pressed by it, nothing is paid, and it leaves a trace."""

from fakes.whole_counter import CABLE, WholeCounter
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget


def a_scan_is_neither_lost_nor_typed_nor_presses(counter: WholeCounter, code: str = CABLE) -> None:
    """Scan here and now, wherever the focus is."""
    window = counter.window
    pressed: list[str] = []
    heard: list[object] = []
    for control in window.findChildren(QAbstractButton):
        control.clicked.connect(lambda *_, control=control: pressed.append(control.accessibleName()))
    window.sale.item_added.connect(heard.append)
    window.sale.missed.connect(heard.append)
    sales, before = _sales(counter), _seen(window)
    counter.scan(code)
    counter.until(lambda: heard or _seen(window) != before, "the scan left a trace")
    assert pressed == []
    assert code not in _typed(window)
    assert _sales(counter) == sales


def _sales(counter: WholeCounter) -> int:
    row = counter.register.data.database.one("SELECT count(*) FROM journal WHERE kind = 'sale'")
    assert row is not None
    return int(row[0])


def _typed(window: QWidget) -> str:
    return " ".join(line.text() for line in window.findChildren(QLineEdit) if line.isVisible())


def _seen(window: QWidget) -> list[tuple[str, ...]]:
    """What a screen reader finds in the window."""
    return [
        (part.accessibleName(), part.accessibleDescription(), part.text() if hasattr(part, "text") else "")
        for part in window.findChildren(QWidget)
        if part.isVisible()
    ]
