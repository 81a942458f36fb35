"""The time clock in the side column: coming, going, and the last entries."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.operator import Role
from ui.messages import Toast
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from pos_app.services.time_clock import TimeClock
    from ui.sale.checkout_window import CheckoutWindow

_SHOWN = 30
_SEES_EVERYBODY = (Role.SUPERVISOR, Role.MANAGER)


def show_time_clock(window: CheckoutWindow, time_clock: TimeClock) -> None:
    """Coming or going first; supervisors and managers see everybody's entries."""
    services = window.services
    names = {}
    if services.sign_on is not None:
        everybody = services.sign_on.people.everybody()
        names = {person.operator.operator_id: person.operator.display_name for person in everybody}
    operator = services.operator

    def act(words: str) -> None:
        def do() -> None:
            (time_clock.clock_out if time_clock.is_in else time_clock.clock_in)()
            window.sale.toast = Toast(words)

        window.sale.attempt(do)

    is_in = time_clock.is_in
    name = operator.display_name
    first = (
        ListRow("Clock out", f"{name} is in", partial(act, f"{name} clocked out"), "log-out")
        if is_in
        else ListRow("Clock in", f"{name} is not in", partial(act, f"{name} clocked in"), "log-in")
    )
    entries = time_clock.latest(_SHOWN, everybody=operator.role in _SEES_EVERYBODY)
    rows = [
        ListRow(
            f"{names.get(entry.operator_id, entry.operator_id)} clocked {'in' if entry.came else 'out'}",
            services.formatter.date_time(datetime.fromisoformat(entry.at)),
            lambda: None,
            "log-in" if entry.came else "log-out",
            closes=False,
        )
        for entry in entries
    ]
    window.side.show_list("Time clock", [first, *rows])
