"""What a store's day says of its tills, and that a document is read again as it was written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.period_figures import PeriodFigures, TaxFigure, TenderFigure
from pos_app.domain.store_close import (
    Bag,
    LedgerPoints,
    StoreClose,
    StoreDay,
    StoreTill,
    TillState,
    bags_of,
    close_from_plain,
    close_to_plain,
    summed_figures,
    summed_results,
    till_words,
)
from pos_app.domain.till_closing import TenderResult

AMOUNT = st.integers(-(10**9), 10**9)
COUNT = st.integers(0, 10**6)
FIGURES = st.builds(
    PeriodFigures,
    sale_count=COUNT,
    sales_minor=AMOUNT,
    points_issued=COUNT,
    pickups_minor=COUNT,
    tenders=st.lists(
        st.builds(TenderFigure, st.sampled_from(("card", "cash", "points")), COUNT, AMOUNT, COUNT, AMOUNT),
        unique_by=lambda one: one.tender,
    ).map(tuple),
    taxes=st.lists(st.builds(TaxFigure, st.sampled_from(("1", "2")), AMOUNT), unique_by=lambda one: one.name).map(
        tuple
    ),
)


@given(st.lists(FIGURES, max_size=4))
def test_the_figures_of_several_tills_are_their_sum_tender_by_tender(parts: list[PeriodFigures]) -> None:
    whole = summed_figures(parts)
    assert whole.sales_minor == sum(part.sales_minor for part in parts)
    assert whole.points_issued == sum(part.points_issued for part in parts)
    for name in ("card", "cash", "points"):
        assert whole.tender(name).net_minor == sum(part.tender(name).net_minor for part in parts)
    taxes = {tax.name: tax.amount_minor for tax in whole.taxes}
    for tax in ("1", "2"):
        wanted = sum(one.amount_minor for part in parts for one in part.taxes if one.name == tax)
        assert taxes.get(tax, 0) == wanted


@given(FIGURES, AMOUNT, COUNT)
def test_a_close_is_read_again_as_it_was_written(figures: PeriodFigures, counted_minor: int, points: int) -> None:
    day = StoreDay(
        store_id="001",
        business_day="2026-11-22",
        currency_code="USD",
        tills=(StoreTill("001-01", TillState.CLOSED, "2026-11-22T20:00:00Z", z_number=7),),
        figures=summed_figures([figures]),
        results=(TenderResult("cash", "Cash", 0, counted_minor),),
        bags=(Bag("001-01", "B-1", 500, is_pickup=True),),
        ledger=LedgerPoints(issued=points),
        points_worth=(100, 100),
    )
    close = StoreClose(3, 1, "2026-11-22T20:00:00Z", "manager-1", "", day, "digest")
    assert close_from_plain(json.loads(json.dumps(close_to_plain(close))), "digest") == close
    assert close.title == "Store close 3, amendment 1"


def test_what_changes_by_itself_makes_no_other_close() -> None:
    closed = StoreTill("001-01", TillState.CLOSED, "2026-11-22T20:00:00Z", z_number=7)
    late = StoreTill("001-02", TillState.OPEN, "2026-11-22T19:00:00Z", unsent=4)
    before = StoreDay("001", "2026-11-22", "USD", (closed, late))
    silent = StoreTill("001-02", TillState.COUNTING, "2026-11-23T07:00:00Z", unsent=1)
    heard = StoreTill("001-01", TillState.CLOSED, "2026-11-23T07:00:00Z", z_number=7)
    assert StoreDay("001", "2026-11-22", "USD", (heard, silent)).content == before.content
    came = StoreTill("001-02", TillState.CLOSED, "2026-11-23T07:00:00Z", z_number=9)
    assert StoreDay("001", "2026-11-22", "USD", (heard, came)).content != before.content


def test_counts_of_one_tender_are_added_up_and_foreign_cash_stays_apart() -> None:
    first = (TenderResult("cash", "Cash", 100, 90, "", "Wrong change"), TenderResult("cash:EUR", "Euro", 5, 5, "EUR"))
    second = (TenderResult("cash", "Cash", 50, 60),)
    assert [(one.tender, one.expected_minor, one.over_short_minor) for one in summed_results([first, second])] == [
        ("cash", 150, 0),
        ("cash:EUR", 5, 0),
    ]


def test_bags_are_those_with_money_in_them_pickups_first() -> None:
    bags = bags_of([("001-02", "D-2", 700), ("001-01", "", 0)], [("001-02", "P-1", 400)])
    assert [(bag.bag_number, bag.amount_minor, bag.is_pickup) for bag in bags] == [
        ("P-1", 400, True),
        ("D-2", 700, False),
    ]


@pytest.mark.parametrize(
    ("till_id", "words"),
    [("", "001-01"), ("01-B", "001-01-B"), ("P-associate-2", "001-01 associate-2"), ("02-B", "001-01 02-B")],
    ids=["the only one", "second drawer", "somebody's own", "from another workstation"],
)
def test_a_till_is_called_by_its_workstation_and_what_it_is_there(till_id: str, words: str) -> None:
    assert till_words("001-01", till_id) == words
