"""What one scan does in whatever is open: it arrives as a scan, nothing is typed or pressed by it, nothing is paid."""

from fakes.whole_counter import CABLE, WholeCounter
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget


def a_scan_is_neither_lost_nor_typed_nor_presses(counter: WholeCounter, code: str = CABLE) -> None:
    """Scan here and now, wherever the focus is. What a room makes of the code is for the room's own tests to say."""
    window = counter.window
    pressed: list[str] = []
    arrived: list[str] = []
    taken = window.on_scan
    window.on_scan = lambda scanned: (arrived.append(scanned), taken(scanned))  # type: ignore[method-assign]
    for control in window.findChildren(QAbstractButton):
        control.clicked.connect(lambda *_, control=control: pressed.append(control.accessibleName()))
    sales, typed = _sales(counter), _typed(window)
    counter.scan(code)
    counter.until(lambda: arrived == [code], "the scan arrived, once")
    assert pressed == []
    assert _typed(window) in (typed, "") or code not in _typed(window)
    assert _sales(counter) == sales


def _sales(counter: WholeCounter) -> int:
    row = counter.register.data.database.one("SELECT count(*) FROM journal WHERE kind = 'sale'")
    assert row is not None
    return int(row[0])


def _typed(window: QWidget) -> str:
    """What stands in the field with the focus."""
    focused = window.focusWidget()
    return focused.text() if isinstance(focused, QLineEdit) else ""
