"""kill -9 at every step of the closing: it goes on at that step with the counts entered, and no cent counts twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.closing_till import ClosingTill

TILL_PROCESS = Path(__file__).parents[1] / "fakes" / "closing_process.py"
AFTER = ("count_cash", "count_tenders", "reveal", "deposit", "sign")


def killed_after(words: int, folder: Path) -> list[str]:
    """What a till said before it was killed."""
    with subprocess.Popen(
        [sys.executable, str(TILL_PROCESS), str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(words)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return said


@pytest.mark.parametrize("words", range(1, 15), ids=lambda words: f"after-{words}-steps")
def test_a_till_killed_while_it_closes_goes_on_where_it_was(words: int, tmp_path: Path) -> None:
    said = killed_after(words, tmp_path)
    till = ClosingTill(tmp_path)
    assert till.faults() == []
    closing = till.closing.current
    step, _, counted = said[-1].partition(" ")
    if step in AFTER and closing is not None:
        # What was said is there; more may have come to its end before the kill did, never less.
        assert AFTER.index(closing.step.value) >= AFTER.index(step)
        assert closing.cash_minor == int(counted) or (counted == "0" and closing.cash)
        assert till.data.storage.business_day() == ""
        if said.count(said[-1]) == 2 and step == "deposit":
            assert (closing.float_minor, closing.bag_number) in ((20_000, "BAG-"), (20_000, "BAG-8"))
    elif step == "opening" and not till.data.storage.business_day():
        assert sum(one.amount_minor for one in till.day.rows()) == 20_000, "what was counted of the float is there"
    elif step in AFTER:
        assert till.kinds().count("z_report") == 1, "a closing is there until it has come to its end"
    if closing is None and not till.data.storage.business_day():
        till.day.open(till.day.rows())
    if closing is None:
        if till.closing.sale_under_way():  # it went on from what it said, into the next customer's sale
            till.selling.restore()
            till.tendering.add_cash(till.tendering.cash_due_minor)
        till.closing.stop_sales()
    report = till.finish(till.expected_minor)

    assert till.faults() == []
    kinds = till.kinds()
    assert kinds.count("z_report") == report.number
    assert kinds.count("business_day_closed") == report.number
    reports = till.papers.z_reports()
    assert sum(one.figures.sale_count for one in reports) == kinds.count("sale")
    sold = [
        json.loads(payload)["total_minor"]
        for (payload,) in till.data.database.all("SELECT payload FROM journal WHERE kind = 'sale'")
    ]
    assert sum(one.figures.sales_minor for one in reports) == sum(sold) == reports[0].grand_total_minor
    printed = till.data.database.all("SELECT count(*) FROM print_job WHERE document LIKE '%Z REPORT%'")
    assert printed == [(report.number,)]
    till.close()
