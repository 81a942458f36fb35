"""The proof finds whatever somebody changed behind the service's back, and names it."""

from collections.abc import Iterator

import pytest
from fakes.central_shop import CentralShop
from fakes.central_till import Journal, line, returned_line, tender
from sqlalchemy import text

from sync import contract


@pytest.fixture
def lived(central_database: str) -> Iterator[CentralShop]:
    """A shop with a member who joined with an offer, bought, paid with points, got goods shipped and gave some back."""
    shop = CentralShop(central_database)
    offer = contract.EnrolmentOfferMessage(
        offer_id="welcome",
        points=250,
        cap=10,
        starts_at="2014-09-21T00:00:00-07:00",
        ends_at="2014-12-31T23:59:59-08:00",
    )
    terms = contract.Terms(terms_id="p", version=2, effective_from="2014-01-02T00:00:00Z", enrolment_offers=[offer])
    shop.service.load_terms(terms)
    member_id = shop.member(joined_at="2014-11-28T09:00:00-08:00")
    shop.service.issue_gift_card("6006491234567890123", 2_000, "USD")
    hold = contract.PlaceGiftCardHold(
        hold_id="g1", number="6006491234567890123", amount_minor=2_000, transaction_id="t1"
    )
    shop.service.place_gift_card_hold("001-01", hold)
    journal = Journal()
    paid = [
        tender("p1", "points", 200, points=200, reference="offline-1"),
        tender("g", "gift_card", 2_000, reference="g1"),
    ]
    sold = [line(1, 6_000, 59), line(2, 3_000, 29, to_ship=True), line(3, 1_000, 10)]
    journal.sale("t1", lines=sold, member_id=member_id, tenders=paid)
    gift = {
        "tender_type": "gift_card",
        "amount_minor": 200,
        "points": 0,
        "original_tender_id": "g",
        "reference": "",
    }
    journal.returned("r1", "t1", returned_line(3), refunds=[gift])
    journal.sale("t2", lines=[line(1, 4_000, 40), line(2, 1_000, 10, to_ship=True)], member_id=member_id)
    results = shop.upload(journal).results
    assert [one.status for one in results] == ["applied"] * 3
    shop.assert_proven()
    yield shop
    shop.service.close()


CHANGES = [
    ("UPDATE balance SET pending = pending + 1", "points pending, entries"),
    ("UPDATE lot SET granted = granted + 5", "was granted"),
    ("UPDATE lot SET remaining = remaining - 1", "left, ledger"),
    ("UPDATE enrolment_offer SET granted = 9", "its counter says 9, 1 people have it"),
    ("UPDATE enrolment_decision SET points = 500", "granted 1 times, 500 points"),
    ("DELETE FROM enrolment_decision", "its counter says 1, 0 people have it"),
    ("UPDATE sale_line SET points_base = points_base + 1 WHERE transaction_id = 't2'", "sale t2: earned and pending"),
    ("UPDATE sale_line SET points_base = points_base + 9 WHERE transaction_id = 't1'", "sale t1: earned and pending"),
    ("UPDATE sale_tender SET points = 900 WHERE tender_id = 'p1'", "points had paid, 20 came back"),
    ("DELETE FROM sale_fact", "sale t1: earned and pending"),
    ("UPDATE sale SET member_id = ''", "earned and pending (0, 0)"),
    (
        "INSERT INTO gift_card_entry SELECT 'x', reference, 'refund', 5000, 'e', 't1', 'now' FROM gift_card",
        "a gift card paid 2000 and got 5200 back",
    ),
    (
        "INSERT INTO sale_tender VALUES ('t2', 'p9', 'points', 100, 100, 'offline-9')",
        "offline-9 are counted for no store",
    ),
    (
        "INSERT INTO surplus_return VALUES ('r1', 1, 'c', 't1', '001', 1000, 'now')",
        "0 thousandths too many came back, 1000 reported",
    ),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_what_was_changed_is_named(lived: CentralShop, change: str, words: str) -> None:
    with lived.service._database.engine.begin() as connection:
        connection.execute(text(change))
    findings = lived.service.verify().findings
    assert any(words in finding for finding in findings), findings


@pytest.mark.parametrize("table", ["ledger", "pending_entry", "surplus_return", "offline_redemption"])
def test_what_was_posted_cannot_be_changed_or_deleted(lived: CentralShop, table: str) -> None:
    with lived.service._database.engine.begin() as connection:
        if table == "surplus_return":
            connection.execute(text("INSERT INTO surplus_return VALUES ('f', 1, 'c', 't1', '001', 1000, 'now')"))
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET received_at = 'later'"):
        with (
            pytest.raises(Exception, match="append-only"),
            lived.service._database.engine.begin() as connection,
        ):
            connection.execute(text(change))
