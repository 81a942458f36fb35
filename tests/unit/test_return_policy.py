"""What a store's policy says to goods that come back, and what parts of promotions and opened goods give."""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from fakes.memory_shop import profile
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket
from pos_app.domain.exchange import credit_tenders, exchange_credit_minor, exchange_refunds, paid_out
from pos_app.domain.item import Item
from pos_app.domain.kept_goods import price_kept
from pos_app.domain.money import currency
from pos_app.domain.pricing import price
from pos_app.domain.promotions import Occasion, Promotion, PromotionBook, PromotionKind, PromotionScope
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.return_policy import Clause, Condition, HolidayExtension, Outcome, PromotionRule, ReturnPolicy
from pos_app.domain.return_quote import quote_all, quote_return
from pos_app.domain.returns import PendingReturn, ReturnHistory, ReturnRequest
from pos_app.domain.rewards import EarnedPoints, ProgrammeTerms
from pos_app.domain.rounding import Rounding
from pos_app.domain.tenders import Tender, TenderType, settle
from pos_app.storage.dataclass_json import from_json, to_json
from pos_app.store_returns import read_return_policy

TERMS = ProgrammeTerms()
BOUGHT = date(2026, 11, 1)
PHONES = Clause("phones", "Phones within 14 days.", ("Phones",), 14, restocking_fee_micro=150_000)
GAMES = Clause("games", "Opened games can be exchanged.", ("Games",), 10, Outcome.EXCHANGE, opened_only=True)
FINAL = Clause("final", "Cables are final sale.", ("Cables",), outcome=Outcome.NONE)
GENERAL = Clause("general", "Everything within 30 days.", days=30)
POLICY = ReturnPolicy((FINAL, GAMES, PHONES, GENERAL))


@pytest.mark.parametrize(
    ("category", "condition", "days", "exchange", "problem"),
    [
        ("Phones", Condition.SEALED, 14, False, ""),
        ("phones", Condition.SEALED, 15, False, "Too late"),
        ("Games", Condition.SEALED, 30, False, ""),
        ("Games", Condition.OPENED, 3, False, "Exchange only"),
        ("Games", Condition.OPENED, 3, True, ""),
        ("Games", Condition.OPENED, 11, True, "Too late"),
        ("Games", Condition.DAMAGED, 3, False, "Exchange only"),
        ("Cables", Condition.SEALED, 0, True, "Final sale"),
        ("Lamps", Condition.OPENED, 30, False, ""),
        ("Lamps", Condition.OPENED, 31, False, "Too late"),
    ],
)
def test_the_first_clause_that_fits_decides(category, condition, days, exchange, problem) -> None:
    verdict = POLICY.judge(category, condition, BOUGHT, BOUGHT + timedelta(days=days), exchange=exchange)
    assert verdict.problem.startswith(problem)
    assert bool(verdict.problem) == bool(problem)
    assert verdict.clause is not None


def test_holiday_purchases_may_come_back_later_and_the_extension_is_said() -> None:
    extension = HolidayExtension("Until January 15.", date(2026, 11, 1), date(2026, 12, 25), date(2027, 1, 15))
    policy = ReturnPolicy((GENERAL,), (extension,))
    verdict = policy.judge("Lamps", Condition.SEALED, BOUGHT, date(2027, 1, 15))
    assert (verdict.problem, verdict.last_day) == ("", date(2027, 1, 15))
    assert verdict.words == "Everything within 30 days. Until January 15."
    assert policy.judge("Lamps", Condition.SEALED, BOUGHT, date(2027, 1, 16)).problem
    assert policy.judge("Lamps", Condition.SEALED, date(2026, 10, 31), date(2026, 12, 1)).problem


def test_only_opened_goods_that_work_carry_the_restocking_fee() -> None:
    fees = [POLICY.judge("Phones", one, BOUGHT, BOUGHT).restocking_fee_micro for one in Condition]
    assert fees == [0, 150_000, 0]
    assert POLICY.judge("Phones", Condition.OPENED, BOUGHT, BOUGHT, exchange=True).restocking_fee_micro == 0


def test_the_sample_stores_policy_reads_and_a_mistake_is_named() -> None:
    text = Path("resources/sample_store/store.toml").read_text(encoding="utf-8")
    policy = read_return_policy(tomllib.loads(text), currency("USD"))
    assert [clause.clause_id for clause in policy.clauses] == ["final_sale", "opened_media", "phones", "standard"]
    assert policy.promotions is PromotionRule.RECOMPUTED
    with pytest.raises(ValueError, match="return_policy 1 has a key 'dayz'"):
        read_return_policy({"return_policy": [{"id": "a", "text": "b", "dayz": 3}]}, currency("USD"))
    with pytest.raises(ValueError, match="restocking_fee is a share"):
        read_return_policy({"return_policy": [{"id": "a", "text": "b", "restocking_fee": "15"}]}, currency("USD"))


# --- amounts ----------------------------------------------------------------------------------------------------------

TEN_OFF_A_HUNDRED = Promotion(
    "ten", PromotionKind.AMOUNT, "Ten off a hundred", amount_minor=1_000, minimum_minor=10_000
)
B2G1 = Promotion("b2g1", PromotionKind.BUY_GET, "Three for two", percent_micro=1_000_000, buy=2, get=1)


def sale_of(*prices: int, promotion: Promotion | None = None, card_minor: int = 0) -> RetailTransaction:
    rules = profile(promotions=PromotionBook((promotion,) if promotion else ())).pricing_rules()
    basket = Basket()
    for number, price_minor in enumerate(prices, 1):
        basket = basket.add(Item(f"sku-{number}", f"Item {number}", price_minor, ("general",)), f"{number}")
    at = datetime.fromisoformat("2026-11-22T10:00:00+00:00")
    priced = price(basket, rules, occasion=Occasion(at, "001"))
    total = priced.total_minor
    card = min(card_minor, total)
    parts = [("card", TenderType.CARD, card), ("cash", TenderType.CASH, total - card)]
    tenders = tuple(Tender(name, kind, amount, amount) for name, kind, amount in parts if amount)
    header = TransactionHeader("t-1", 1, "001", "02", "associate-1", "2026-11-22", at.isoformat(), "USD")
    settlement = settle(total, tenders, 1, Rounding.HALF_UP)
    return complete(header, at.isoformat(), basket, priced, tenders, settlement, EarnedPoints())


def loss_of(sale: RetailTransaction, promotion: Promotion, kept: dict[int, int]) -> int:
    rules = profile(promotions=PromotionBook((promotion,))).pricing_rules()
    found = price_kept(sale, kept, rules)
    return found.loss_minor if found else 0


def test_a_threshold_that_the_rest_does_not_reach_is_taken_off_the_refund() -> None:
    sale = sale_of(6_000, 6_000, promotion=TEN_OFF_A_HUNDRED)
    assert loss_of(sale, TEN_OFF_A_HUNDRED, {1: 1000}) == 541  # five dollars off the kept one, and its tax
    loss = loss_of(sale, TEN_OFF_A_HUNDRED, {1: 1000})
    quote = quote_return(sale, [ReturnRequest(2, 1000)], ReturnHistory(), TERMS, promotion_loss_minor=loss)
    assert quote.total_minor == 5_954 - 541
    assert sale.total_minor - quote.total_minor == 6_000 + 495  # the one kept costs what it costs alone


def test_what_comes_back_whole_gives_back_everything_whatever_was_kept_back_before() -> None:
    sale = sale_of(6_000, 6_000, promotion=TEN_OFF_A_HUNDRED)
    history = ReturnHistory()
    first = quote_return(sale, [ReturnRequest(2, 1000)], history, TERMS, promotion_loss_minor=541)
    history.add(first.lines, first.refunds)
    second = quote_return(
        sale, [ReturnRequest(1, 1000)], history, TERMS, promotion_loss_minor=-history.promotion_loss_minor
    )
    assert first.total_minor + second.total_minor == sale.total_minor
    assert sum(one.amount_minor for one in (*first.refunds, *second.refunds)) == sale.total_minor


def test_a_promotion_that_is_no_longer_in_the_book_leaves_every_piece_at_what_was_paid() -> None:
    sale = sale_of(6_000, 6_000, promotion=TEN_OFF_A_HUNDRED)
    other = Promotion("other", PromotionKind.PERCENT, "Other", percent_micro=500_000, scope=PromotionScope(("x",)))
    assert loss_of(sale, other, {1: 1000}) == 0


prices = st.lists(st.integers(1, 50_000), min_size=1, max_size=5)


@given(prices, st.sampled_from([TEN_OFF_A_HUNDRED, B2G1]), st.randoms(use_true_random=False))
def test_parts_in_any_order_never_give_more_than_was_paid_and_all_of_it_in_the_end(amounts, promotion, random) -> None:
    sale = sale_of(*amounts, promotion=promotion, card_minor=3_000)
    history = ReturnHistory()
    order = [line.line_number for line in sale.lines]
    random.shuffle(order)
    given_back = 0
    for position, number in enumerate(order):
        kept = dict.fromkeys(order[position + 1 :], 1000)
        loss = loss_of(sale, promotion, kept) - history.promotion_loss_minor
        quote = quote_return(sale, [ReturnRequest(number, 1000)], history, TERMS, promotion_loss_minor=loss)
        assert quote.total_minor >= 0
        assert sum(one.amount_minor for one in quote.refunds) == quote.total_minor
        history.add(quote.lines, quote.refunds)
        given_back += quote.total_minor
        assert given_back <= sale.total_minor
    assert given_back == sale.total_minor


@given(prices, st.integers(0, 1_000_000), st.integers(0, 100_000))
def test_a_restocking_fee_never_leaves_less_than_nothing_and_is_never_given_back(
    amounts, fee_micro, card_minor
) -> None:
    sale = sale_of(*amounts, card_minor=card_minor)
    history = ReturnHistory()
    for line in sale.lines:
        fees = {line.line_number: fee_micro}
        quote = quote_return(sale, [ReturnRequest(line.line_number, 1000)], history, TERMS, fees_micro=fees)
        assert 0 <= quote.total_minor == sum(one.amount_minor for one in quote.refunds)
        history.add(quote.lines, quote.refunds)
    assert history.refunded_minor + history.kept_back_minor == sale.total_minor


@given(prices, st.integers(0, 300_000), st.integers(0, 100_000))
def test_an_exchange_moves_exactly_the_refund_whatever_the_new_goods_cost(amounts, new_total, card_minor) -> None:
    sale = sale_of(*amounts, card_minor=card_minor)
    pending = PendingReturn("r-1", quote_all(sale, ReturnHistory(), TERMS), cards=sale.tenders)
    credit = credit_tenders(pending, new_total)
    back = paid_out(pending, new_total, 1, Rounding.HALF_UP)
    worth = exchange_credit_minor(pending)
    assert sum(one.amount_minor for one in credit) == min(worth, new_total)
    assert sum(one.amount_minor for one in back) == max(0, worth - new_total)
    refunds = exchange_refunds(pending, new_total, back)
    assert sum(one.amount_minor for one in refunds) == worth
    by_tender: dict[str, int] = {}
    for one in refunds:
        by_tender[one.original_tender_id] = by_tender.get(one.original_tender_id, 0) + one.amount_minor
    assert by_tender == {one.tender_id: one.amount_minor for one in sale.tenders}


def test_a_return_under_way_reads_back_from_disk_as_it_was() -> None:
    sale = sale_of(6_000, 2_500, card_minor=3_000)
    pending = PendingReturn("r-1", quote_all(sale, ReturnHistory(), TERMS), "001-02-000001", cards=sale.tenders)
    assert from_json(PendingReturn, to_json(pending)) == pending
