"""Where typing goes when what covered the window is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


def give_focus_back(before: QWidget | None, window: CheckoutWindow) -> None:
    """To where it was, or to the find field when that is gone."""
    if before is not None and isValid(before) and before.isVisible():
        before.setFocus()
    else:
        window.focus_scan_field()
