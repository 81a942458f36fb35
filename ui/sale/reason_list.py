"""Why? One of the store's reasons, by a touch or Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


def show_reasons(
    window: CheckoutWindow,
    title: str,
    reasons: Sequence[str],
    chosen: Callable[[str], None],
    back: Callable[[], None],
) -> None:
    """Ask in the side column; chosen is called once the panel is gone, back when nobody wants to say why."""

    def choose(reason: str) -> None:
        window.side.close_panel()
        chosen(reason)

    rows = [ListRow(reason, "", partial(choose, reason), "chevron-right", closes=False) for reason in reasons]
    window.side.show_list(title, rows, back=back)
