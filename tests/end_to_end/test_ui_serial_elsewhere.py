"""Two real tills of one store: a piece with its serial number is sold once, whichever till has it in hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.whole_counter import PHONE, WholeCounter, open_central
from PySide6.QtWidgets import QApplication

from pos_app.domain.returns import ReturnRequest

IMEI = "490154203237518"


@pytest.fixture
def tills(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[str], WholeCounter]]:
    """tills("02"): this till of the store; the one before it is put away, its sales are at the service."""
    central = open_central(tmp_path / "central")
    opened: list[WholeCounter] = []

    def open_it(workstation_id: str) -> WholeCounter:
        put_away()
        opened.append(WholeCounter(tmp_path / workstation_id, central, workstation_id=workstation_id))
        return opened[-1]

    def put_away() -> None:
        if opened and not opened[-1].closed:
            opened[-1].close()

    yield open_it
    put_away()
    central.close()


def sell_phone(till: WholeCounter) -> str:
    till.scan(PHONE, IMEI)
    till.window.tender.pay_exact_cash()
    number = str(till.sale.header.receipt_number)
    till.window.sale.next_sale()
    till.all_sent()
    return number


def test_a_piece_that_another_till_sold_is_told_before_it_is_paid_and_taken_off(tills) -> None:
    number = sell_phone(tills("02"))
    till = tills("03")
    till.scan(PHONE, IMEI)
    till.window.tender.pay_exact_cash()
    till.until(lambda: till.window.sale.question is not None, "the other till's sale is told")
    question = till.window.sale.question
    assert question.title == "Sold at another till"
    assert number in question.detail
    assert till.window.sale.completed is None
    assert till.view.tenders == ()
    till.window.sale.answer(question.choices[0])
    assert till.names() == []


def test_a_piece_that_came_back_is_sold_again_without_a_question(tills) -> None:
    till = tills("02")
    number = sell_phone(till)
    returning = till.register.returning
    original = returning.find_here(number)
    returning.take_back(original, [ReturnRequest(1, 1000, serial_number=IMEI)], "Does not work")
    till.all_sent()
    again = tills("03")
    assert sell_phone(again) != number
    assert again.window.sale.question is None


def test_offline_the_rule_of_this_till_holds_and_nobody_waits(tills) -> None:
    sell_phone(tills("02"))
    till = tills("03")
    till.go_offline()
    till.scan(PHONE, IMEI)
    till.window.tender.pay_exact_cash()
    assert till.sale.lines[0].serial_number == IMEI
