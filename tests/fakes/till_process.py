"""A till in a process of its own that stops at a point of a sale and waits to be killed.

Run as: python till_process.py FOLDER CENTRAL_URL POINT, after the till in FOLDER was enrolled.
"""

import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes.real_till import RealTill  # noqa: E402

POINTS_USED = 500


def stop_here(point: str) -> None:
    """Say where the sale is, and wait for the end."""
    sys.stdout.write(point + "\n")
    sys.stdout.flush()
    time.sleep(600)


def main(folder: str, central_url: str, point: str) -> None:
    till = RealTill(Path(folder))
    till.connect(central_url)
    till.selling.add_item("12")
    till.selling.add_item("10")
    account = till.gateway.find_member("j@example.com")
    assert account is not None
    till.selling.attach_member(account)
    if point == "ringing-up":
        stop_here(point)
    sale = till.selling.current
    assert sale is not None
    hold = till.rewards.hold_points(sale.header.transaction_id, account.member_id, POINTS_USED)
    till.tendering.add_points(hold)
    if point == "part-paid":
        stop_here(point)
    till.tendering.add_cash(till.tendering.cash_due_minor)
    stop_here(point)


if __name__ == "__main__":
    main(*sys.argv[1:])
