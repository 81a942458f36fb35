"""The points on paper: earned and why, used, pending, the balance with its age, and what expires next."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.memory_shop import PlainFormatter
from fakes.receipt_till import ReceiptTill, words_of

from pos_app.domain.member import MemberAccount
from pos_app.domain.receipt_document import Pair, Text
from pos_app.domain.receipt_template import ReceiptTemplate
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.domain.rewards import BonusOffer, OfferScope, ProgrammeTerms
from pos_app.services.receipt_rewards import rewards_block

ACCOUNT = MemberAccount("m-1", "", "c••••@example.com", 1_240, 1_240, 0, "2026-11-22T14:00:00+00:00")


@pytest.fixture
def block(tmp_path: Path):
    """block(account, codes): what the receipt of this member's sale says of points, as left -> right."""
    till = ReceiptTill(tmp_path / "till")

    def of(account: MemberAccount | None, *codes: str, ship: int = 0, language: str = "en") -> dict[str, str]:
        for code in codes or ("12",):
            till.selling.add_item(code)
        if ship:
            till.selling.ship_line(ship)
        if account is None:
            till.selling.attach_unknown_member("casey@example.com")
        else:
            till.selling.attach_member(account)
        completed = till.tendering.add_cash(till.tendering.cash_due_minor).completed
        assert completed is not None
        blocks = rewards_block(
            completed.transaction, PlainFormatter(), ProgrammeTerms(), account, receipt_texts(language)
        )
        pairs = {b.left: b.right for b in blocks if isinstance(b, Pair)}
        return pairs | {b.text: "" for b in blocks if isinstance(b, Text)}

    yield of
    till.close()


def test_online_the_balance_is_that_after_the_sale(block) -> None:
    said = block(ACCOUNT)
    assert said["Points earned"] == "265"
    assert said["Balance after this sale"] == "1,505"
    assert said["Member c••••@example.com"] == ""


def test_with_an_older_balance_everything_is_called_an_estimate_with_its_age(block) -> None:
    said = block(replace(ACCOUNT, remembered=True))
    assert said["Points earned (estimate)"] == "265"
    assert said["Balance on 2026-11-22 14:00"] == "1,240"
    assert any("pending until this sale reaches" in words for words in said)
    assert "Balance after this sale" not in said


def test_of_an_unknown_member_no_balance_is_said(block) -> None:
    said = block(None)
    assert said["Points earned (estimate)"] == "265"
    assert not any(words.startswith("Balance") for words in said)
    assert not any("casey@" in words for words in said)


def test_points_of_shipped_goods_are_pending_and_not_in_the_balance(block) -> None:
    said = block(replace(ACCOUNT, pending_points=120), "12", "10", ship=2)
    assert said["Points earned"] == "314"
    assert said["Of these pending until shipped"] == "50"
    assert said["Balance after this sale"] == "1,504"
    assert said["Pending before this sale"] == "120"


def test_what_expires_next_is_told(block) -> None:
    said = block(replace(ACCOUNT, next_expiry_points=800, next_expiry_on="2027-03-31"))
    assert "800 points expire on 2027-03-31" in said


def test_the_block_speaks_the_language_of_the_receipt(block) -> None:
    said = block(ACCOUNT, language="de")
    assert (said["Gesammelte Punkte"], said["Punktestand nach dem Kauf"]) == ("265", "1,505")


def test_offers_are_named_with_what_they_brought(tmp_path: Path) -> None:
    begins, ends = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    offer = BonusOffer("audio", 1, begins, ends, 3, OfferScope(("audio",)), "Audio days")
    till = ReceiptTill(tmp_path / "till", receipt=ReceiptTemplate())
    terms = replace(ProgrammeTerms(), offers=(offer,))
    till.data.terms.current_terms = lambda: terms  # type: ignore[method-assign]
    sale = till.ring_up("12", account=ACCOUNT)
    words = words_of(till.receipt_of(sale).document)
    assert "Audio days (3x)" in words
    assert "Base points" in words
    till.close()
