"""kill -9 in the middle of a sale: nothing is lost, nothing is there twice, the customer pays once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

EMAIL, BALANCE, USED = "j@example.com", 1234, 500
TILL_PROCESS = Path(__file__).parents[1] / "fakes" / "till_process.py"


def kill_at(point: str, folder: Path, central_url: str) -> None:
    """Run a till until it is at that point of a sale, then kill it without warning."""
    with subprocess.Popen(
        [sys.executable, str(TILL_PROCESS), str(folder), central_url, point], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == point
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("point", ["ringing-up", "part-paid", "completed"])
def test_a_till_killed_in_a_sale_goes_on_where_it_was(point: str, tmp_path: Path) -> None:
    central = RealCentral(tmp_path / "central")
    central.member(EMAIL, BALANCE)
    till = RealTill(tmp_path / "till")
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.close()

    kill_at(point, tmp_path / "till", central.url)

    till = RealTill(tmp_path / "till")
    till.connect(central.url)
    if point == "completed":
        assert not till.selling.restore()
        queued = till.data.print_queue.next_job()
        assert queued is not None
        assert queued.document.title == "Sale 001-01-000001"
    else:
        assert till.selling.restore()
        assert [line.item.name for line in till.selling.view.basket.lines] == ["Speaker", "Wireless microphone"]
        assert till.selling.view.account is not None
        if point == "ringing-up":
            sale = till.selling.current
            assert sale is not None
            member_id = till.selling.view.account.member_id
            till.tendering.add_points(till.rewards.hold_points(sale.header.transaction_id, member_id, USED))
        assert till.selling.view.points_used == USED
        assert till.tendering.add_cash(till.tendering.cash_due_minor).completed is not None
    till.drain()
    till.drain()

    earned = (26_500 + 4_999 - USED) // 100
    assert central.balance(EMAIL) == BALANCE - USED + earned
    assert central.service.verify().findings == ()
    kinds = [entry.kind for entry in till.data.outbox.pending(100)]
    assert kinds == []
    assert till.data.storage.till_totals().sale_count == 1
    till.close()
    central.close()
