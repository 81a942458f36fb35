"""Tenders of the store's own, foreign cash, and the day's totals by tender: whatever the split, everything adds up."""

import json
from pathlib import Path

import pytest
from fakes.memory_people import ASSOCIATE
from fakes.memory_shop import MemoryCatalogue, MemoryStorage, MemoryTerms, PlainFormatter, profile
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.foreign_cash import ForeignCurrency, foreign_currency
from pos_app.domain.item import Item
from pos_app.domain.money import currency
from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.rounding import Rounding
from pos_app.domain.tender_definitions import OverTender, TenderDefinition
from pos_app.domain.tenders import TenderType
from pos_app.domain.till import TillTotals
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardResult, GiftCardHold
from pos_app.services.approvals import Approval, ApprovalNeededError
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.store_profile import load_store_file

SAMPLE_STORE = Path(__file__).parents[2] / "resources" / "sample_store" / "store.toml"
USD, EUR, JPY, KWD, CHF = (currency(code) for code in ("USD", "EUR", "JPY", "KWD", "CHF"))
EUROS = foreign_currency(EUR, USD, "1.0842", step_minor=500, notes_minor=(500, 1000, 2000, 5000))
FINANCING = TenderDefinition(
    "financing",
    "Financing",
    TenderType.FINANCING,
    reference_name="Contract number",
    reference_pattern="[A-Z]{2}[0-9]{8}",
    reference_hint="A contract number is two letters and eight digits.",
    maximum_minor=500_000,
    approval_above_minor=200_000,
    works_offline=False,
)
VOUCHER = TenderDefinition("voucher", "Voucher", TenderType.VOUCHER, over_tender=OverTender.KEPT, opens_drawer=True)
CHECK = TenderDefinition("check", "Check", TenderType.CHECK, over_tender=OverTender.CHANGE)
ACCOUNT = TenderDefinition("account", "Company account", TenderType.CUSTOMER_ACCOUNT)


class Till:
    """A till in memory with one article of a given price."""

    def __init__(self, price_minor: int = 5_000, **store: object) -> None:
        self.storage = MemoryStorage()
        self.storage.state.business_day = "2026-11-22"
        self.store = profile(tax_rates=(), tenders=(FINANCING, VOUCHER, CHECK, ACCOUNT), foreign_cash=(EUROS,), **store)
        parts = {
            "storage": self.storage,
            "terms": MemoryTerms(),
            "clock": self.storage.clock,
            "ids": self.storage.ids,
        }
        catalogue = MemoryCatalogue({"1": Item("1", "Thing", price_minor)})
        self.selling = Selling(catalogue=catalogue, profile=self.store, operator=ASSOCIATE, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.selling.add_item("1")

    def sales(self):
        return [sale_from_plain(json.loads(e.payload)) for e in self.storage.state.entries if e.kind == "sale"]


def test_a_store_names_its_tenders_and_their_rules() -> None:
    store = load_store_file(SAMPLE_STORE).profile
    by_id = {one.definition_id: one for one in store.tenders}
    assert by_id["financing"].tender_type is TenderType.FINANCING
    assert by_id["financing"].maximum_minor == 500_000
    assert by_id["voucher"].over_tender is OverTender.KEPT
    assert [one.currency.code for one in store.foreign_cash] == ["EUR", "CAD"]
    assert store.gift_cards.amounts_minor == (2500, 5000, 10_000, 20_000)


def test_financing_is_one_part_with_its_contract_number() -> None:
    till = Till()
    outcome = till.tendering.add_configured("financing", 3_000, "AB12345678")
    assert outcome.due_minor == 2_000
    completed = till.tendering.add_cash(2_000).completed
    tender = completed.transaction.tenders[0]
    assert (tender.tender_type, tender.definition_id, tender.reference) == (
        TenderType.FINANCING, "financing", "AB12345678",
    )  # fmt: skip
    assert till.storage.till_totals().by_tender == (("cash", 2_000), ("financing", 3_000))
    assert till.sales()[0].tenders == completed.transaction.tenders


@pytest.mark.parametrize(
    ("reference", "words"),
    [("", "Enter the contract number."), ("12345678", "A contract number is two letters and eight digits.")],
    ids=["nothing", "no letters"],
)
def test_a_reference_that_is_none_is_refused_with_what_it_must_be(reference: str, words: str) -> None:
    till = Till()
    with pytest.raises(CashierError, match=words):
        till.tendering.add_configured("financing", 3_000, reference)
    assert till.selling.view.tenders == ()


def test_a_whole_card_number_is_no_reference() -> None:
    open_reference = TenderDefinition("other", "Other", TenderType.VOUCHER, reference_name="Number")
    assert open_reference.reference_problem("4111 1111 1111 1111") == "Never enter a whole card number."


def test_a_tender_pays_no_more_than_its_maximum_and_above_its_limit_only_with_a_second_person() -> None:
    till = Till(price_minor=900_000)
    with pytest.raises(CashierError, match="more than Financing may pay"):
        till.tendering.add_configured("financing", 600_000, "AB12345678")
    with pytest.raises(ApprovalNeededError) as needed:
        till.tendering.add_configured("financing", 300_000, "AB12345678")
    approval = Approval("a-1", needed.value.request, "manager-1")
    assert till.tendering.add_configured("financing", 300_000, "AB12345678", approval=approval).due_minor == 600_000


def test_a_tender_that_needs_the_line_asks_for_approval_while_there_is_none() -> None:
    till = Till()
    with pytest.raises(ApprovalNeededError):
        till.tendering.add_configured("financing", 3_000, "AB12345678", online=False)
    assert till.tendering.add_configured("account", 3_000, online=False).due_minor == 2_000


def test_of_a_voucher_that_is_worth_more_the_rest_is_lost_and_of_a_check_it_is_change() -> None:
    kept = Till().tendering.add_configured("voucher", 6_000).completed
    assert (kept.transaction.tenders[0].amount_minor, kept.change_minor) == (5_000, 0)
    till = Till()
    given = till.tendering.add_configured("check", 6_000).completed
    assert given.change_minor == 1_000
    assert till.storage.till_totals().cash_sales_minor == -1_000
    assert till.storage.till_totals().by_tender == (("check", 5_000),)
    with pytest.raises(CashierError, match="gives no change"):
        Till().tendering.add_configured("account", 6_000)


def test_the_drawer_opens_for_vouchers_that_are_put_into_it_and_for_change() -> None:
    for definition_id, amount, opens in (("voucher", 5_000, True), ("check", 6_000, True), ("account", 5_000, False)):
        till = Till()
        completed = till.tendering.add_configured(definition_id, amount).completed
        assert till.storage.state.print_jobs[completed.print_job_id].open_drawer is opens


def test_fifty_euros_pay_fifty_dollars_and_the_change_is_in_dollars() -> None:
    till = Till()
    completed = till.tendering.add_foreign_cash("EUR", 5_000).completed
    tender = completed.transaction.tenders[0]
    assert (tender.foreign_minor, tender.currency_code, tender.rate) == (5_000, "EUR", "1 EUR = 1.0842 USD")
    assert (tender.tendered_minor, completed.change_minor) == (5_421, 421)
    totals = till.storage.till_totals()
    assert totals.foreign_cash == (("EUR", 5_000),)
    assert totals.cash_sales_minor == -421
    assert totals.by_tender == (("cash_EUR", 5_000),)
    assert till.sales()[0].tenders[0] == tender


def test_coins_of_another_currency_are_not_taken_and_other_currencies_neither() -> None:
    till = Till()
    with pytest.raises(CashierError, match=r"smallest EUR taken here is 5\.00"):
        till.tendering.add_foreign_cash("EUR", 4_999)
    with pytest.raises(CashierError, match="takes no GBP"):
        till.tendering.add_foreign_cash("GBP", 5_000)


@pytest.mark.parametrize("rate", ["", "0", "1,5", "-1", "1.0000000001", "x"], ids=repr)
def test_what_is_no_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        foreign_currency(EUR, USD, rate)


@given(
    due=st.integers(1, 10**7),
    rate=st.integers(1, 10**9),
    step=st.sampled_from([1, 5, 100, 500]),
    home_step=st.sampled_from([1, 5]),
    pair=st.sampled_from([(EUR, USD), (JPY, USD), (KWD, USD), (USD, JPY), (EUR, CHF)]),
)
def test_the_least_foreign_cash_covers_what_is_due_and_one_step_less_does_not(
    due: int, rate: int, step: int, home_step: int, pair: tuple
) -> None:
    foreign, home = pair
    one = foreign_currency(foreign, home, f"{rate // 10**6}.{rate % 10**6:06d}", step_minor=step)
    due = -(-due // home_step) * home_step
    needed = one.needed_minor(due, home_step)
    assert needed % step == 0
    assert one.home_minor(needed, home_step) >= due
    assert needed == step or one.home_minor(needed - step, home_step) < due
    assert one.home_minor(needed, home_step) % home_step == 0


SHOPS = {
    "USD": {"currency": USD, "cash_step_minor": 1},
    "JPY": {"currency": JPY, "cash_step_minor": 1},
    "KWD": {"currency": KWD, "cash_step_minor": 5},
    "CHF-5": {"currency": CHF, "cash_step_minor": 5},
}
PART = st.tuples(
    st.sampled_from(["cash", "card", "gift_card", "store_credit", "account", "voucher", "check", "foreign"]),
    st.integers(1, 400_000),
)


def _pay(till: Till, foreign: ForeignCurrency, kind: str, amount: int, number: int) -> None:
    tendering, step = till.tendering, till.store.cash_step_minor
    within = min(amount, tendering.due_minor)
    match kind:
        case "cash":
            tendering.add_cash(max(step, amount // step * step))
        case "card":
            tendering.add_card(CardResult(CardOutcome.APPROVED, within, f"A{number}"))
        case "gift_card" | "store_credit":
            hold = GiftCardHold(f"h{number}", "gc-1", within, within, store_credit=kind == "store_credit")
            tendering.add_gift_card(hold)
        case "account":
            tendering.add_configured("account", within)
        case "check" | "voucher":
            tendering.add_configured(kind, max(step, amount // step * step))
        case "foreign":
            tendering.add_foreign_cash(foreign.currency.code, amount)


@pytest.mark.parametrize("name", SHOPS)
@given(totals=st.lists(st.integers(1, 900_000), min_size=1, max_size=3), parts=st.lists(PART, max_size=8))
def test_any_split_of_any_total_in_any_order_adds_up(name: str, totals: list[int], parts: list) -> None:
    home = SHOPS[name]["currency"]
    foreign = foreign_currency(EUR, home, "1.0842", rounding=Rounding.HALF_UP)
    till = Till(totals[0], **SHOPS[name])
    object.__setattr__(till.store, "foreign_cash", (foreign,))
    change_of = {"cash": True, "cash_EUR": True, "check": True}
    numbered = iter(range(1, 1_000))
    for price in totals:
        if till.selling.current is None:
            till.selling._catalogue.items["1"] = Item("1", "Thing", price)
            till.selling.add_item("1")
        for kind, amount in [*parts, ("cash", 10**8)]:
            if till.selling.current is None:
                break
            try:
                _pay(till, foreign, kind, amount, next(numbered))
            except CashierError:
                assert till.selling.current is not None
        if till.selling.current is not None:
            till.tendering.add_cash(till.tendering.cash_due_minor)
    expected = TillTotals()
    for sale in till.sales():
        paid = sum(tender.amount_minor for tender in sale.tenders)
        assert paid == sale.total_minor + sale.cash_rounding_minor
        assert abs(sale.cash_rounding_minor) * 2 <= till.store.cash_step_minor
        for tender in sale.tenders:
            assert tender.change_minor == 0 or change_of[tender.counted_as]
            assert tender.change_minor % till.store.cash_step_minor == 0
        expected = expected.with_sale(sale.total_minor, sale.tenders, sale.earned.points)
    assert len(till.sales()) == len(totals)
    assert till.storage.till_totals() == expected
    rounding = sum(sale.cash_rounding_minor for sale in till.sales())
    assert sum(amount for _, amount in expected.by_tender) == expected.sales_total_minor + rounding
