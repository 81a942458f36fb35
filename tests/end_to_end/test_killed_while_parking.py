"""kill -9 around parking and recalling: every sale is in exactly one place afterwards, and every number is known."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.parking_till import ParkingTill

TILL_PROCESS = Path(__file__).parents[1] / "fakes" / "parking_process.py"


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 13, 29])
def test_a_till_killed_while_it_parks_and_recalls_has_lost_nothing(steps: int, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(TILL_PROCESS), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(steps)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    till = ParkingTill(tmp_path)
    assert till.faults() == []
    parked = till.suspending.parked()
    under_way = till.selling.restore()
    # What was said to have happened is there; what was under way has happened once or not at all.
    kinds = till.kinds()
    for word, kind in (("parked", "transaction_suspended"), ("recalled", "transaction_retrieved")):
        assert kinds.count(kind) - said.count(word) in (0, 1)
    assert kinds.count("sale") - said.count("sold") - said.count("paid") in (0, 1)
    assert len(parked) == kinds.count("transaction_suspended") - kinds.count("transaction_retrieved")

    if under_way and not till.selling.view.basket.is_empty:
        till.suspending.park()
    elif under_way:
        till.selling.cancel("empty")
    for row in till.suspending.parked():
        till.recall(row.sale.parking_id)
        assert till.selling.view.basket.lines[-1].item.name in ("Wireless microphone", "Speaker", "Cable")
        assert till.tendering.add_cash(till.tendering.cash_due_minor).completed is not None
    assert till.suspending.parked() == []
    assert till.faults() == []
    till.close()
