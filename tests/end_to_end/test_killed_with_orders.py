"""kill -9 around orders: what was said to have happened is there, nothing counts twice, and each can be ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.order_till import faults, journal_text, kinds, open_till

from pos_app.bootstrap import Register
from pos_app.domain.orders import OrderKind

TILL_PROCESS = Path(__file__).parents[1] / "fakes" / "ordering_process.py"
_KINDS = {
    "placed": ("order_placed",),
    "shipped": ("shipped",),
    "deposit": ("deposit",),
    "ready": ("order_ready",),
    "sold": ("sale", "order_completed"),
    "cancelled": ("deposit_refunded",),
}


@pytest.mark.parametrize("steps", [2, 3, 5, 7, 8, 21])
def test_a_till_killed_while_it_takes_orders_has_lost_nothing(steps: int, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(TILL_PROCESS), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(steps)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    till = open_till(tmp_path)
    assert faults(till) == []
    happened = kinds(till)
    for word, journaled in _KINDS.items():
        for kind in journaled:
            expected = said.count(word) + (said.count("placed") if kind == "sale" else 0)
            assert happened.count(kind) - expected in (0, 1), kind
    assert "Recipient" not in journal_text(till)
    _end_everything(till)
    assert faults(till) == []
    till.close()


def _end_everything(till: Register) -> None:
    """The sale under way is paid, or left where it is empty; then every open order comes to its end."""
    if till.selling.current is not None:
        _pay_or_cancel(till)
    for order in till.orders.open_orders():
        assert till.orders.contact(order.number) is not None
        if order.kind is OrderKind.SPECIAL:
            till.orders.ring_up(order.number)
            _pay_or_cancel(till)
        else:
            till.orders.leave(order.number)
    assert till.orders.open_orders() == []
    assert till.data.database.all("SELECT 1 FROM order_contact") == []


def _pay_or_cancel(till: Register) -> None:
    if till.selling.view.basket.is_empty:
        till.selling.cancel("empty")
    elif till.tendering.due_minor:
        assert till.tendering.add_cash(till.tendering.due_minor).completed is not None
    else:
        assert till.tendering.complete_if_paid() is not None
