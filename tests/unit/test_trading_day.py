"""A small trading day with everything that moves money: X, Z, the drawer and the journal agree to the cent."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.closing_till import cash
from fakes.order_till import CABLE, TV, faults, open_till

from hardware.receipt_printer.text import receipt_text
from pos_app.bootstrap import Register
from pos_app.domain.operator import Operator, Role
from pos_app.domain.returns import ReturnRequest
from pos_app.domain.till_closing import ClosingStep
from pos_app.services.till_papers import ZReport

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Register]:
    till = open_till(tmp_path / "till")
    till.operator.change_to(MANAGER)
    yield till
    assert faults(till) == []
    till.close()


def sell(till: Register, *codes: str) -> str:
    """A sale paid in cash; its receipt number."""
    for code in codes:
        assert till.selling.add_item(code).found
    completed = till.tendering.add_cash(till.tendering.cash_due_minor).completed
    assert completed is not None
    return completed.transaction.header.receipt_number


def payloads(till: Register) -> list[tuple[str, dict]]:
    rows = till.data.database.all("SELECT kind, payload FROM journal ORDER BY position")
    return [(kind, json.loads(payload)) for kind, payload in rows]


def drawer_by_hand(till: Register) -> int:
    """What lies in the drawer, from the payloads alone: an oracle that shares no code with the program."""
    drawer = 0
    for kind, said in payloads(till):
        if kind == "sale":
            for tender in said["tenders"]:
                is_cash = tender["tender_type"] == "cash"
                drawer += tender["amount_minor"] if is_cash else tender["amount_minor"] - tender["tendered_minor"]
        elif kind in ("return", "post_void", "return_without_receipt", "deposit_refunded"):
            drawer -= sum(part["amount_minor"] for part in said["refunds"] if part["tender_type"] == "cash")
        elif kind in ("tender_loan", "paid_in"):
            drawer += said["amount_minor"]
        elif kind in ("tender_pickup", "paid_out"):
            drawer -= said["amount_minor"]
    return drawer


def close(till: Register, cash_minor: int) -> ZReport:
    closing = till.closing
    closing.stop_sales()
    closing.save_cash(cash(cash_minor))
    closing.go_to(ClosingStep.COUNT_TENDERS)
    closing.confirm_count()
    for tender in closing.open_reasons():
        closing.give_reason(tender, "Not explained")
    closing.go_to(ClosingStep.DEPOSIT)
    closing.set_deposit(0, "BAG-1")
    closing.check_signature(None)
    return closing.seal(None)


def test_a_day_with_voids_returns_drops_and_parked_sales_agrees_to_the_cent(till: Register) -> None:
    numbers = [sell(till, TV), sell(till, CABLE, CABLE), sell(till, TV, CABLE)]
    back = till.returning.find_here(numbers[0])
    till.returning.take_back(back, [ReturnRequest(1, 1000, reason="Does not work")], "Does not work")
    till.returning.post_void(till.returning.find_here(numbers[1]), "Wrong customer")
    till.cash_movements.no_sale("Change for a customer")
    till.cash_movements.pay_in(2_500, "Money found")
    till.cash_movements.pay_out(1_250, "Delivery")
    till.cash_movements.lend(7_000)
    till.cash_movements.pick_up(40_000, "BAG-0")
    till.selling.add_item(TV)
    till.suspending.park()
    till.selling.add_item(CABLE)
    till.selling.cancel("changed their mind")

    expected = drawer_by_hand(till)
    assert till.data.storage.till_totals().expected_cash_minor == expected
    x_report = receipt_text(till.till_papers.x_report(), 42)
    assert f"${expected / 100:,.2f}" in x_report

    parked = [one.sale.receipt_number for one in till.suspending.parked()]
    report = close(till, expected)
    figures, said = report.figures, payloads(till)
    counted = Counter(kind for kind, _ in said)
    assert report.results[0].over_short_minor == 0
    assert (figures.sale_count, figures.return_count, figures.void_count) == (3, 1, 1)
    assert (figures.no_sale_count, figures.cancelled_count, figures.parked_count) == (1, 1, 1)
    assert figures.sales_minor == sum(one["total_minor"] for kind, one in said if kind == "sale")
    assert figures.returns_minor == sum(one["total_minor"] for kind, one in said if kind == "return")
    assert figures.voids_minor == sum(one["total_minor"] for kind, one in said if kind == "post_void")
    taxes = sum(tax["tax_minor"] for kind, one in said if kind == "sale" for tax in one["taxes"])
    back = sum(tax[2] for kind, one in said if "refunds" in one for line in one["lines"] for tax in line["taxes"])
    assert sum(tax.amount_minor for tax in figures.taxes) == taxes - back
    assert counted["z_report"] == counted["business_day_closed"] == counted["till_settled"] == 1
    assert len(parked) == 1, "carried into the next day"
    assert [one.sale.receipt_number for one in till.suspending.parked()] == parked

    till.business_day.open(cash(20_000))
    (sale,) = till.suspending.parked()
    till.suspending.recall(sale.sale, till.suspending.permit(sale.sale))
    till.tendering.add_cash(till.tendering.cash_due_minor)
    second = close(till, till.data.storage.till_totals().expected_cash_minor)
    assert (second.number, second.figures.sale_count) == (2, 1)
    assert second.grand_total_minor == report.grand_total_minor + second.figures.sales_minor
    assert second.grand_returns_minor == report.figures.returns_minor + report.figures.voids_minor
