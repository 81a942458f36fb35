"""A till log rung up again: every sale comes to what the log says, and a difference has its cause."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from pos_app.cli import replay
from pos_app.cli.till_log import read_tickets
from pos_app.commands import find

LINES = ("txn", "kind", "code", "name", "qty", "weighed", "unit_price", "total", "tax_code", "discountable")
SALES = ("txn", "date", "state", "percent_discount", "discount", "tax", "tenders")


class Log:
    """A log of the same shape as a real one, written line by line."""

    def __init__(self, folder: Path) -> None:
        self.lines, self.sales = folder / "lines.csv", folder / "sales.csv"
        self._lines: list[dict[str, str]] = []
        self._sales: list[dict[str, str]] = []

    def sale(self, number: str, tax: str, *, percent: str = "0", discount: str = "0.00", **more: str) -> None:
        fixed = {"txn": number, "date": "1900-07-01", "state": "sale", "tenders": "Cash"}
        self._sales.append(fixed | {"percent_discount": percent, "discount": discount, "tax": tax} | more)

    def line(
        self, number: str, kind: str, code: str, quantity: str, price: str, total: str, tax: str = "", **more: str
    ):
        fixed = {"txn": number, "kind": kind, "code": code, "name": f"Item {code}", "qty": quantity}
        self._lines.append(fixed | {"unit_price": price, "total": total, "tax_code": tax} | more)

    def write(self) -> None:
        for path, columns, rows in ((self.lines, LINES, self._lines), (self.sales, SALES, self._sales)):
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def differences(log: Log, folder: Path) -> dict[str, str]:
    log.write()
    tickets = list(read_tickets(log.lines, log.sales))
    return {one.ticket.number: one.cause for one in replay.replay(tickets, folder / "till")}


def test_a_day_of_sales_comes_to_the_same_again(log: Log, tmp_path: Path) -> None:
    # General goods at 7.875 %, ten percent off before the tax.
    log.line("1", "item", "1001", "1", "1.65", "1.65", "1")
    log.sale("1", "0.12", percent="10", discount="-0.17")
    # Both taxes on one ticket are rounded together: 0.0788 + 0.2126 = 0.2914.
    log.line("2", "item", "1001", "1", "1.00", "1.00", "1")
    log.line("2", "item", "1002", "1", "2.10", "2.10", "2")
    log.sale("2", "0.29")
    # A weighed item, a line taken back, and a member's price.
    log.line("3", "item", "1003", "1.34", "2.19", "2.93", weighed="1")
    log.line("3", "item", "1001", "1", "1.65", "1.65", "1")
    log.line("3", "void", "1001", "-1", "1.65", "-1.65", "1")
    log.line("3", "item", "1002", "2", "4.00", "8.00", "2")
    log.line("3", "member_special", "1002", "1", "-0.80", "-0.80", "2")
    log.sale("3", "0.73")
    # A ticket of goods that came back, and one with a deposit given back beside a purchase.
    log.line("4", "return", "1001", "-1", "1.65", "-1.65", "1")
    log.sale("4", "-0.13")
    log.line("5", "item", "1002", "1", "4.00", "4.00", "2")
    log.line("5", "item", "9904", "-2", "2.50", "-5.00", discountable="0")
    log.sale("5", "0.41")
    # What the percentage leaves alone, and food stamps, which owe no tax.
    log.line("6", "item", "1001", "1", "10.00", "10.00", "1")
    log.line("6", "item", "1004", "1", "20.00", "20.00", discountable="0")
    log.sale("6", "0.71", percent="10", discount="-1.00")
    log.line("7", "item", "1001", "1", "10.00", "10.00", "1")
    log.sale("7", "0.00", tenders="EBT FS")
    # A line that is no product of its quantity and price.
    log.line("8", "item", "1005", "0.18", "23.25", "4.18", weighed="1")
    log.sale("8", "0.00")
    log.sale("9", "1.00", state="cancelled")
    assert differences(log, tmp_path) == {}


def test_known_differences_have_their_cause(log: Log, tmp_path: Path) -> None:
    log.line("1", "item", "1", "1", "22.15", "22.15")
    log.sale("1", "0.00", percent="10", discount="-2.21")
    log.line("2", "item", "1", "1", "10.00", "10.00", "1")
    log.sale("2", "0.23", tenders="Cash+EBT FS")
    log.line("3", "item", "1", "1", "10.00", "10.00", "1")
    log.sale("3", "0.00", tenders="Check")
    log.line("4", "void", "1", "-1", "10.00", "-10.00", "1")
    log.sale("4", "0.00")
    log.line("5", "item", "1", "1", "10.00", "10.00", "1")
    log.sale("5", "0.80")
    assert differences(log, tmp_path) == {
        "1": replay.HALF_CENT,
        "2": replay.FOOD_STAMPS,
        "3": replay.NO_TAX,
        "4": "a line was taken back that is not on the ticket",
        "5": "",
    }


def test_the_command_says_how_many_are_equal(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    log.line("1", "item", "1", "1", "10.00", "10.00", "1")
    log.sale("1", "0.79")
    log.write()
    command = find("replay")
    assert command is not None
    assert command.run([str(log.lines), str(log.sales)]) == 0
    assert "1 sales rung up again, 1 equal to the cent." in capsys.readouterr().out
    assert command.run([str(log.lines), str(log.sales.with_name("none.csv"))]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.skipif(
    not os.environ.get("POS_LOG_FOLDER"),
    reason="needs a real till's log: POS_LOG_FOLDER names the folder of pos_log_lines.csv and pos_log_sales.csv",
)
def test_every_sale_of_a_real_day_comes_to_what_the_log_says(tmp_path: Path) -> None:
    folder = Path(os.environ["POS_LOG_FOLDER"])
    tickets = list(read_tickets(folder / "pos_log_lines.csv", folder / "pos_log_sales.csv", "1900-07-01"))
    found = replay.replay(tickets, tmp_path / "till")
    assert len(tickets) == 320
    assert Counter(one.cause for one in found) == {replay.FOOD_STAMPS: 1}
