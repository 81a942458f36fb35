"""What a change does to amounts is shown as the till will compute it; values are typed and shown in the store's way."""

import copy
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.operator import Operator, Role
from pos_app.domain.rights import DEFAULT_RIGHTS, Action, Decision, decide
from pos_app.domain.settings_edits import edits_between, plain_of
from pos_app.errors import CashierError
from pos_app.formatting import StoreFormatter
from pos_app.sample_store import FOLDER
from pos_app.services.approvals import ApprovalNeededError, Approvals
from pos_app.services.set_up.draft import Draft
from pos_app.services.set_up.examples import Examples
from pos_app.services.set_up.fields import Field, Kind
from pos_app.services.set_up.money_pages import PAGES
from pos_app.services.set_up.values import Writer
from pos_app.services.set_up.words import words_of
from pos_app.store_profile import StoreProfileError, read_store

TOMORROW = date(2026, 11, 23)
DEMO = plain_of(tomllib.loads((FOLDER / "store.toml").read_text(encoding="utf-8")))


def profile_of(plain: dict):
    return read_store(plain, FOLDER / "store.toml").profile


def examples(**values: object) -> list[str]:
    """What other values of the file's first table do to amounts."""
    before = profile_of(DEMO)
    after = profile_of({**copy.deepcopy(DEMO), **values})
    return Examples(before, after, TOMORROW, StoreFormatter(before)).lines()


def tender(name: str, **values: object) -> list[dict]:
    return [{**one, **values} if one["tender_id"] == name else one for one in DEMO["tender"]]


SALES = {"tax_id": "sales", "name": "Sales tax"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"tax": [{**SALES, "rate": "0.0875"}]}, ["A $100.00 item: tax $8.25 → $8.75"]),
        (
            {"tax": [{**SALES, "rate": "0.0825", "to": "2026-12-31"}, {**SALES, "rate": "0.09", "from": "2027-01-01"}]},
            ["A $100.00 item: tax $8.25 → $9.00 from 2027-01-01"],
        ),
        (
            {"tax": [{**SALES, "rate": "0.0825"}, {"tax_id": "city", "rate": "0.01", "applies_to": ["goods"]}]},
            [
                "A $100.00 item (city): tax none → $1.00",
                "A $100.00 item (goods): tax none → $1.00",
            ],
        ),
        ({"tax": [{**SALES, "rate": "0.0825", "included": True}]}, ["A $100.00 item: tax $8.25 → $7.62"]),
        (
            {"tax_relief": [{"relief_id": "xmas", "from": "2026-12-01", "to": "2026-12-02", "applies_to": ["sales"]}]},
            ["A $100.00 item: tax $8.25 → $0.00 from 2026-12-01"],
        ),
        ({"cash_step": "0.05"}, ["$10.02 in cash: $10.02 → $10.00"]),
        (
            {"tender": tender("voucher", over_tender="change")},
            ["Manufacturer voucher of $60.00 for $50.00: pays $50.00, the rest is lost → pays $50.00, $10.00 back"],
        ),
        (
            {"tender": tender("voucher", over_tender="refused")},
            ["Manufacturer voucher of $60.00 for $50.00: pays $50.00, the rest is lost → refused"],
        ),
        ({"tender": tender("financing", approval_above="2500.00")}, ["Financing of $2,500.00: with approval → alone"]),
        (
            {"foreign_cash": [{**DEMO["foreign_cash"][0], "rate": "1.10"}, DEMO["foreign_cash"][1]]},
            ["50.00 EUR in cash: worth $54.21 → $55.00"],
        ),
        (
            {"limits": {"discount": {"associate_amount": "30.00"}}},
            ["An associate, a discount of $50.00: alone → with approval"],
        ),
        ({"orders": {"deposit": "0.25"}}, ["A special order of $100.00: deposit $20.00 → $25.00"]),
        (
            {"return_policy": [{**DEMO["return_policy"][2], "restocking_fee": "0.2"}]},
            ["$100.00 of opened goods come back: fee $15.00 → $20.00"],
        ),
        ({"store_name": "Northgate Home"}, []),
    ],
    ids=[
        "rate", "rate-with-days", "second-tax", "included", "holiday", "coin", "change", "refused", "approval",
        "foreign", "limit", "deposit", "fee", "name",
    ],
)  # fmt: skip
def test_a_change_that_moves_money_is_shown_on_an_example(values: dict, told: list[str]) -> None:
    assert examples(**values) == told


def writer(locale: str = "en_US", currency: str = "USD") -> Writer:
    profile = profile_of({**DEMO, "locale": locale, "currency": currency, "foreign_cash": []})
    return Writer(StoreFormatter(profile), profile.currency)


AMOUNT, PERCENT = Field("x", "Limit", "", Kind.AMOUNT), Field("x", "Rate", "", Kind.PERCENT)


@pytest.mark.parametrize(
    ("locale", "currency", "field", "typed", "value", "shown"),
    [
        ("en_US", "USD", AMOUNT, "1,250.5", "1250.50", "$1,250.50"),
        ("en_US", "USD", AMOUNT, "$ 40", "40.00", "$40.00"),
        ("de_DE", "EUR", AMOUNT, "1.250,50", "1250.50", "1.250,50\xa0€"),
        ("de_DE", "EUR", AMOUNT, "12,5 €", "12.50", "12,50\xa0€"),
        ("de_DE", "EUR", PERCENT, "8,25", "0.0825", "8,25 %"),
        ("en_US", "USD", PERCENT, "8.25 %", "0.0825", "8.25 %"),
        ("en_US", "USD", PERCENT, "0", "0", "0 %"),
        ("en_US", "USD", PERCENT, "100", "1", "100 %"),
    ],
)
def test_amounts_and_percentages_are_typed_and_shown_in_the_stores_own_way(
    locale: str, currency: str, field: Field, typed: str, value: str, shown: str
) -> None:
    words = writer(locale, currency)
    assert words.read(field, typed) == value
    assert words.shown(field, value) == shown
    assert words.read(field, words.typed(field, value)) == value


@pytest.mark.parametrize(
    ("locale", "currency", "typed"),
    [
        ("en_US", "USD", "8,25"),
        ("de_DE", "EUR", "8.25"),
        ("en_US", "USD", "1.005"),
        ("en_US", "USD", "12abc"),
        ("en_US", "USD", "1e3"),
        ("en_US", "USD", "٣"),
        ("en_US", "USD", "1,2345"),
        ("en_US", "USD", "--5"),
    ],
)
def test_what_is_no_amount_there_is_refused_and_never_guessed(locale: str, currency: str, typed: str) -> None:
    with pytest.raises(CashierError, match="Write it like"):
        writer(locale, currency).read(AMOUNT, typed)


@given(st.integers(0, 10**9), st.sampled_from(["en_US", "de_DE", "fr_FR", "es_ES"]))
def test_every_amount_comes_back_from_how_it_is_shown(amount_minor: int, locale: str) -> None:
    words = writer(locale, "EUR" if locale != "en_US" else "USD")
    value = words.currency.decimal_text(amount_minor)
    assert words.read(AMOUNT, words.shown(AMOUNT, value)) == value


@given(st.integers(0, 1_000_000))
def test_every_rate_comes_back_from_how_it_is_shown(micro: int) -> None:
    words = writer()
    value = f"{micro // 1_000_000}.{micro % 1_000_000:06d}".rstrip("0").rstrip(".")
    assert words.read(PERCENT, words.shown(PERCENT, value)) == value


def test_a_change_is_told_in_the_words_of_the_room() -> None:
    draft = Draft(DEMO)
    draft.set(("till", "tolerance"), "5.00")
    draft.set(("address_lines", 1), "200 Example Avenue")
    draft.set(("tax_number",), "US-1")
    draft.add(("tax",), {"tax_id": "city", "name": "City tax", "rate": "0.01", "from": "2027-01-01"})
    draft.take_out(("tile_page",), 0)
    draft.move(("tender",), 1, -1)
    words = words_of(draft.edits, PAGES, writer())
    assert "Difference without a reason: $2.00 → $5.00" in words
    assert "Address: Demo Store, 100 Example Avenue → Demo Store, 200 Example Avenue" in words
    assert "Tax number: not set → US-1" in words
    assert "Taxes: City tax added (1 %  ·  from 2027-01-01)" in words
    assert "Tiles: Small things taken out" in words


def test_a_draft_with_nothing_in_it_changes_nothing() -> None:
    draft = Draft(DEMO)
    draft.set(("till", "tolerance"), "5.00")
    draft.set(("till", "tolerance"), "2.00")
    number = draft.add(("tender",), {"tender_id": "x"})
    draft.take_out(("tender",), number)
    draft.set(("limits", "discount", "associate_amount"), "10.00")
    draft.set(("limits", "discount", "associate_amount"), None)
    assert draft.edits == ()
    assert edits_between(DEMO, draft.plain) == ()


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_store_sets_how_far_its_people_go_alone(tmp_path: Path) -> None:
    limits = {"discount": {"associate_amount": "10.00", "associate_percent": "0.05", "supervisor_amount": "100.00"}}
    rights = profile_of({**DEMO, "limits": limits}).rights
    associate = Approvals(Operator("a", "A", Role.ASSOCIATE), rights)
    associate.require(Action.DISCOUNT, amount_minor=1_000, percent_micro=50_000)
    for size in ({"amount_minor": 1_001}, {"percent_micro": 50_001}):
        with pytest.raises(ApprovalNeededError):
            associate.require(Action.DISCOUNT, **size)
    assert decide(rights, Role.SUPERVISOR, Action.DISCOUNT, 10_001) is Decision.NEEDS_APPROVAL
    assert decide(rights, Role.MANAGER, Action.DISCOUNT, 10**9) is Decision.ALLOWED
    untouched = {action: row for action, row in rights.items() if action is not Action.DISCOUNT}
    assert untouched == {action: row for action, row in DEFAULT_RIGHTS.items() if action is not Action.DISCOUNT}


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        ({"no_sale": {}}, "limits has no key no_sale"),
        ({"discount": {"manager_amount": "1"}}, "has no key 'manager_amount'"),
        ({"return_without_receipt": {"associate_amount": "5"}}, "has no key 'associate_amount'"),
        ({"discount": {"associate_amount": "-1"}}, "is not below zero"),
        ({"discount": {"associate_amount": "500"}}, "lets an associate do more than a supervisor"),
        ({"discount": {"associate_percent": "1.5"}}, "is not a rate"),
        ({"discount": 5}, "is not iterable"),
    ],
)
def test_limits_that_a_store_may_not_set_are_named(limits: dict, problem: str) -> None:
    with pytest.raises(StoreProfileError, match=problem):
        profile_of({**DEMO, "limits": limits})
