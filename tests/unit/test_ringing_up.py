"""What items ask for before they are sold, goods that no code finds, and serial numbers that are found again."""

import json
from datetime import date
from pathlib import Path

import pytest
from fakes import memory_shop as memory
from fakes.terminal_data import NOON, header, open_day, terminal_data

from pos_app.clock import SetClock
from pos_app.domain.age import latest_birth_date
from pos_app.domain.basket import Basket, EntryMethod
from pos_app.domain.department import Department
from pos_app.domain.item import Item, ItemChecks, SoldBy
from pos_app.domain.operator import Operator, Role
from pos_app.domain.poslog import sale_from_plain, sale_to_plain
from pos_app.domain.pricing import price
from pos_app.domain.retail_transaction import complete
from pos_app.domain.rewards import EarnedPoints
from pos_app.domain.rounding import Rounding
from pos_app.domain.serial_number import SerialNumberError, check_rule, read_serial_number
from pos_app.domain.tenders import Tender, TenderType, settle
from pos_app.errors import CashierError
from pos_app.gs1_reader import read_gs1
from pos_app.ports import OpenTransaction
from pos_app.services.approvals import ApprovalNeededError, Approvals
from pos_app.services.ringing_up import Answers, Need, QuantityLimitError
from pos_app.services.selling import Selling
from pos_app.services.unlisted_items import UnlistedItems
from pos_app.storage.unlisted_sales import UnlistedSale, unlisted_sales

IMEI = "490154203237518"
ITEMS = {
    "phone": Item("phone", "Phone", 50_000, checks=ItemChecks(serial_rule="imei")),
    "wine": Item("wine", "Wine", 1_000, checks=ItemChecks(minimum_age=21)),
    "beer": Item("beer", "Beer", 500, checks=ItemChecks(minimum_age=16)),
    "cells": Item("cells", "Cells", 500, checks=ItemChecks(quantity_limit=4)),
    "4711": Item("4711", "Cheese", 1_299, sold_by=SoldBy.WEIGHT),
    "9520123456788": Item("9520123456788", "Tablet", 30_000, checks=ItemChecks(serial_rule="SN-[0-9]{4}")),
}


class Till:
    def __init__(self, role: Role = Role.ASSOCIATE) -> None:
        self.storage = memory.MemoryStorage()
        self.storage.state.business_day = "2026-11-22"
        clock = SetClock(NOON)
        self.storage.clock = clock
        operator = Operator("who", "Who", role)
        self.selling = Selling(
            storage=self.storage,
            catalogue=memory.MemoryCatalogue(ITEMS),
            terms=memory.MemoryTerms(),
            clock=clock,
            ids=self.storage.ids,
            profile=memory.profile(departments=(Department("audio", "Audio", (), 50_000),)),
            operator=operator,
            read_gs1=read_gs1,
        )
        self.unlisted = UnlistedItems(self.selling, Approvals(operator, clock=clock), memory.PlainFormatter())

    def basket(self) -> Basket:
        return self.selling.view.basket


@pytest.fixture
def till() -> Till:
    return Till()


def test_nothing_is_added_before_the_age_was_checked_and_then_it_counts_for_the_sale(till: Till) -> None:
    assert till.selling.add_item("beer").need is Need.AGE
    assert till.basket().is_empty
    assert till.selling.add_item("beer", answers=Answers(age_checked=True)).found
    assert till.selling.add_item("beer").found
    assert till.selling.add_item("wine").need is Need.AGE
    assert till.selling.add_item("wine", answers=Answers(age_checked=True)).found
    assert till.basket().age_checked == 21


def test_undo_takes_the_check_back_with_the_item(till: Till) -> None:
    till.selling.add_item("beer", answers=Answers(age_checked=True))
    till.selling.undo()
    assert till.selling.add_item("beer").need is Need.AGE


@pytest.mark.parametrize(
    ("today", "years", "latest"),
    [
        (date(2026, 11, 22), 18, date(2008, 11, 22)),
        (date(2028, 2, 29), 18, date(2010, 2, 28)),
        (date(2028, 2, 29), 16, date(2012, 2, 29)),
        (date(2026, 3, 1), 18, date(2008, 3, 1)),
    ],
)
def test_the_latest_date_of_birth(today: date, years: int, latest: date) -> None:
    assert latest_birth_date(today, years) == latest


def test_more_than_the_limit_is_asked_once_over_all_lines(till: Till) -> None:
    assert till.selling.add_item("cells", 4000).found
    asked = till.selling.add_item("cells")
    assert asked.need is Need.QUANTITY
    assert "up to 4" in asked.words
    assert till.selling.add_item("cells", answers=Answers(quantity_confirmed=True)).found
    assert till.selling.add_item("cells", 20_000).found


def test_a_quantity_on_the_line_is_asked_about_too(till: Till) -> None:
    till.selling.add_item("cells")
    with pytest.raises(QuantityLimitError):
        till.selling.set_quantity(1, 5000)
    till.selling.set_quantity(1, 5000, confirmed=True)
    till.selling.set_quantity(1, 9000)
    assert till.basket().lines[0].quantity_milli == 9000


def test_a_serial_number_is_needed_fits_its_rule_and_is_in_the_basket_once(till: Till) -> None:
    assert till.selling.add_item("phone").need is Need.SERIAL_NUMBER
    with pytest.raises(CashierError, match="15 digits"):
        till.selling.add_item("phone", answers=Answers(serial_number="123"))
    assert till.selling.add_item("phone", answers=Answers(serial_number=IMEI)).found
    with pytest.raises(CashierError, match="in the basket already"):
        till.selling.add_item("phone", answers=Answers(serial_number=IMEI))
    with pytest.raises(CashierError, match="one by one"):
        till.selling.add_item("phone", 2000)
    with pytest.raises(CashierError, match="its own serial number"):
        till.selling.set_quantity(1, 2000)


def test_goods_past_the_date_of_their_code_are_asked_about_and_those_of_today_are_not(till: Till) -> None:
    code = "]d2010952012345678817261121" + "21SN-0001"
    asked = till.selling.add_item(code)
    assert (asked.need, asked.detail, till.basket().is_empty) == (Need.PAST_ITS_DATE, "2026-11-21", True)
    assert till.selling.add_item(code, answers=Answers(past_its_date=True)).found
    assert till.selling.add_item("]d2010952012345678817261122" + "21SN-0002").found


def test_the_serial_number_of_a_gs1_code_is_taken_when_it_fits(till: Till) -> None:
    assert till.selling.add_item("010952012345678821SN-1234").found
    assert till.basket().lines[0].serial_number == "SN-1234"
    assert till.basket().lines[0].code == "9520123456788"
    assert till.selling.add_item("010952012345678821other").need is Need.SERIAL_NUMBER


@pytest.mark.parametrize(
    ("text", "rule", "number"),
    [
        ("490154203237518", "imei", IMEI),
        ("IMEI: 49-015420-323751-8", "imei", IMEI),
        ("sn/4711-a", "any", "SN/4711-A"),
        ("]C1AB12", "any", "AB12"),
        ("ab12", "[A-Z]{2}[0-9]{2}", "AB12"),
    ],
)
def test_serial_numbers_as_they_are_kept(text: str, rule: str, number: str) -> None:
    assert read_serial_number(text, rule) == number


@pytest.mark.parametrize(
    ("text", "rule"),
    [("", "any"), ("a b", "any"), ("ab", "any"), ("x" * 41, "any"), ("AB1", "[A-Z]{2}[0-9]{2}"), ("٣" * 15, "imei")],
)
def test_what_is_no_serial_number(text: str, rule: str) -> None:
    with pytest.raises(SerialNumberError):
        read_serial_number(text, rule)


@pytest.mark.parametrize("rule", ["(a+)+", "a*b*c*d*", "[", "x" * 81, "(?P<n>a)"])
def test_patterns_that_could_take_for_ever_or_are_none_are_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        check_rule(rule)


@pytest.mark.parametrize("rule", ["", "imei", "any", "[A-Z0-9]{8,12}", r"SN\d+", r"\(01\)[0-9]+"])
def test_patterns_that_are_taken(rule: str) -> None:
    assert check_rule(rule) == rule


def test_goods_without_a_code_need_approval_and_keep_to_the_highest_price(till: Till) -> None:
    with pytest.raises(ApprovalNeededError):
        till.unlisted.sell("4999999999999", "audio", 2_000)
    with pytest.raises(CashierError, match="up to"):
        till.unlisted.sell("4999999999999", "audio", 50_001)
    with pytest.raises(CashierError, match="no department"):
        till.unlisted.sell("4999999999999", "shoes", 100)
    assert till.basket().is_empty
    manager = Till(Role.MANAGER)
    assert manager.unlisted.sell("4999999999999", "audio", 2_000).found
    line = manager.basket().lines[0]
    assert (line.code, line.item.name, line.unit_price_minor, line.entry_method) == (
        "4999999999999",
        "Audio",
        2_000,
        "department",
    )


def _sold(basket: Basket):
    priced = price(basket, memory.profile().pricing_rules())
    tenders = (Tender("t", TenderType.CASH, priced.total_minor, priced.total_minor),)
    settlement = settle(priced.total_minor, tenders, 1, Rounding.HALF_UP)
    return complete(header(1), NOON.isoformat(), basket, priced, tenders, settlement, EarnedPoints())


def test_the_journal_finds_a_sale_by_a_serial_number_of_it(tmp_path: Path) -> None:
    basket = Basket().add(ITEMS["phone"], "phone").set_serial_number(1, IMEI).check_age(18)
    payload = sale_to_plain(_sold(basket))
    assert sale_from_plain(json.loads(json.dumps(payload))) == _sold(basket)
    with terminal_data(tmp_path) as data:
        open_day(data)
        with data.storage.unit_of_work() as work:
            work.append("sale", payload)
            work.commit()
        entry = data.storage.sale_of_serial(IMEI)
        assert entry is not None
        assert json.loads(entry.payload)["header"]["receipt_number"] == "001-02-000001"
        assert data.storage.sale_of_serial("other") is None


def test_a_sale_without_such_items_is_written_as_before() -> None:
    payload = sale_to_plain(_sold(Basket().add(Item("1", "Cable", 500), "1")))
    assert "serial_number" not in payload["lines"][0]
    assert not {"age_checked", "product_registered"} & payload.keys()


def test_what_was_sold_by_department_is_listed_to_be_put_on_file(tmp_path: Path) -> None:
    audio = Department("audio", "Audio", ())
    basket = Basket()
    for code, price_minor in (("4999999999999", 2_000), ("4999999999999", 2_500), ("=cmd", 100)):
        basket = basket.add(audio.item(price_minor), code, 1000, EntryMethod.DEPARTMENT)
    with terminal_data(tmp_path) as data:
        open_day(data)
        with data.storage.unit_of_work() as work:
            work.append("sale", sale_to_plain(_sold(basket)))
            work.commit()
        assert unlisted_sales(data.database) == [
            UnlistedSale("4999999999999", "Audio", 2000, 2_000, 2_500, "2026-11-22"),
            UnlistedSale("=cmd", "Audio", 1000, 100, 100, "2026-11-22"),
        ]
        assert unlisted_sales(data.database, "2026-11-23") == []


def test_a_crash_keeps_serial_numbers_and_what_was_answered(tmp_path: Path) -> None:
    basket = Basket().check_age(18).confirm_quantity("cells")
    basket = basket.add(ITEMS["cells"], "cells", 9000).add(ITEMS["phone"], "phone").set_serial_number(2, IMEI)
    with terminal_data(tmp_path) as data, data.storage.unit_of_work() as work:
        work.save_open_transaction(OpenTransaction(header(1), basket))
        work.commit()
    with terminal_data(tmp_path) as data:
        restored = data.storage.open_transaction()
        assert restored is not None
        assert restored.basket == basket
