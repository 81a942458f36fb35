"""Promotions as a shop writes them down: every kind is understood, and every mistake is named with its key."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pos_app.domain.money import currency
from pos_app.domain.promotion_document import PromotionDocumentError, read_promotions
from pos_app.domain.promotions import Occasion, PaidWith, PromoCode, PromotionKind
from pos_app.promotion_file import read_promotion_file

USD, ZONE = currency("USD"), ZoneInfo("America/Los_Angeles")
PERCENT = {"id": "p", "kind": "percent", "percent": "12.5"}


def read(*rows: dict[str, Any], codes: tuple[dict[str, Any], ...] = ()) -> Any:
    """The book of these rows."""
    return read_promotions({"promotions": list(rows), "promo_codes": list(codes)}, USD, ZONE)


def problems(*rows: dict[str, Any], codes: tuple[dict[str, Any], ...] = ()) -> str:
    """What is wrong with these rows."""
    with pytest.raises(PromotionDocumentError) as wrong:
        read(*rows, codes=codes)
    return "\n".join(wrong.value.problems)


@pytest.mark.parametrize(
    ("row", "kind", "values"),
    [
        (PERCENT, PromotionKind.PERCENT, {"percent_micro": 125_000}),
        ({"id": "a", "kind": "amount", "amount": "5.00", "each": True}, PromotionKind.AMOUNT, {"each": True}),
        ({"id": "b", "kind": "buy_get", "buy": 2, "get": 1}, PromotionKind.BUY_GET, {"percent_micro": 1_000_000}),
        ({"id": "c", "kind": "mix_and_match", "buy": 3, "price": "10"}, PromotionKind.BUNDLE, {"amount_minor": 1000}),
        (
            {"id": "d", "kind": "threshold", "minimum": "100.00", "amount": "10.00"},
            PromotionKind.AMOUNT,
            {"minimum_minor": 10_000, "amount_minor": 1000},
        ),
        (
            {"id": "e", "kind": "threshold", "minimum": "100.00", "percent": "10"},
            PromotionKind.PERCENT,
            {"minimum_minor": 10_000, "percent_micro": 100_000},
        ),
        (
            PERCENT | {"paid_with": {"tender": "card", "card_brand": "Northgate Card"}},
            PromotionKind.PERCENT,
            {"paid_with": PaidWith("card", "Northgate Card")},
        ),
    ],
    ids=["percent", "each", "buy-get", "mix", "amount-from", "percent-from", "tender"],
)
def test_each_kind_is_understood(row: dict[str, Any], kind: PromotionKind, values: dict[str, Any]) -> None:
    (promotion,) = read(row).promotions
    assert promotion.kind is kind
    assert {name: getattr(promotion, name) for name in values} == values


def test_a_day_is_the_whole_day_by_the_clock_of_the_store() -> None:
    (deal,) = read(PERCENT | {"from": "2026-11-27", "to": "2026-11-29"}).promotions
    for moment, counts in (
        (datetime(2026, 11, 26, 23, 59, 59, tzinfo=ZONE), False),
        (datetime(2026, 11, 27, 0, 0, tzinfo=ZONE), True),
        (datetime(2026, 11, 29, 23, 59, 59, tzinfo=ZONE), True),
        (datetime(2026, 11, 30, 0, 0, tzinfo=ZONE), False),
        (datetime(2026, 11, 30, 7, 59, tzinfo=UTC), True),
    ):
        assert deal.in_force(Occasion(moment, "001")) is counts


def test_a_deal_of_some_weekdays() -> None:
    (deal,) = read(PERCENT | {"weekdays": ["fri", "sat"]}).promotions
    days = [deal.in_force(Occasion(datetime(2026, 11, day, 12, tzinfo=ZONE), "001")) for day in range(23, 30)]
    assert days == [False, False, False, False, True, True, False]


def test_codes_and_their_rules() -> None:
    book = read(
        PERCENT,
        codes=(
            {"code": " once ", "promotion": "p"},
            {"code": "ANY", "promotion": "p", "uses": 0},
            {"code": "SOME", "promotion": "p", "uses": 9, "offline_up_to": "20.00"},
        ),
    )
    assert book.promotions[0].needs_code
    assert set(book.codes) == {
        PromoCode("ONCE", "p", 1),
        PromoCode("ANY", "p", 0),
        PromoCode("SOME", "p", 9, True, 2000),
    }


def test_every_mistake_is_named_with_its_key() -> None:
    found = problems(
        {"id": "a", "kind": "percent", "percent": 10},
        {"id": "b", "kind": "amount", "amount": "5.005", "until": "2026-11-27"},
        {"id": "c", "kind": "gift"},
        {"id": "d", "kind": "buy_get", "buy": "2", "get": 1},
        PERCENT | {"from": "27.11.2026", "weekdays": ["Friday"], "scope": {"category": ["tv"]}},
        PERCENT,
        PERCENT | {"id": "f", "paid_with": {"tender": "cash"}},
        codes=({"code": "X", "promotion": "none"}, {"promotion": "p", "uses": -1}),
    )
    for key in (
        "promotions[0].percent",
        "promotions[1].amount",
        "promotions[1].until",
        "promotions[2].kind",
        "promotions[3].buy",
        "promotions[4].from",
        "promotions[4].weekdays",
        "promotions[4].scope.category",
        "promotions[6]: a promotion may ask for any tender but cash",
        "promo_codes[0].promotion",
        "promo_codes[1].code",
        "promo_codes[1].uses",
    ):
        assert key in found, key


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "kind": "percent", "percent": "101"},
        {"id": "a", "kind": "percent", "percent": "NaN"},
        {"id": "a", "kind": "threshold", "percent": "10"},
        {"id": "a", "kind": "buy_get", "buy": 0, "get": 1},
        {"id": "a", "kind": "percent", "percent": "10", "from": "2026-11-28", "to": "2026-11-27"},
        {"id": "", "kind": "percent", "percent": "10"},
        {"id": "a", "kind": "percent", "percent": "10", "name": "two\nlines"},
    ],
    ids=["101", "nan", "no-minimum", "buys-nothing", "ends-first", "no-id", "two-lines"],
)
def test_what_makes_no_sense_is_refused(row: dict[str, Any]) -> None:
    assert "promotions[0]" in problems(row)


@pytest.mark.parametrize(
    "document",
    [{"promotions": "none"}, {"promotions": [1]}, {"promo_codes": {"a": 1}}],
    ids=["text", "number", "table"],
)
def test_a_document_of_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(PromotionDocumentError):
        read_promotions(document, USD, ZONE)


def test_a_store_without_the_file_has_no_promotions(tmp_path: Path) -> None:
    assert read_promotion_file(tmp_path, USD, "UTC").promotions == ()


@pytest.mark.parametrize("text", ["[[promotions]\n", "promotion = 1\n", '[[promotions]]\nid = "x"\n'])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "promotions.toml").write_text(text)
    with pytest.raises(ValueError, match=r"promotions\.toml"):
        read_promotion_file(tmp_path, USD, "UTC")
