"""A member's life and partners' points over the wire: who may ask, and what travels."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fakes.central_shop import CentralShop
from fakes.central_till import Answer, Journal, Till, enrolled_till, returned_line, tender

from sync import contract, membership
from sync.central.server import CentralServer


@pytest.fixture
def central_database(tmp_path: Path) -> str:
    """What the wire does is the same on every engine."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def url(shop: CentralShop) -> Iterator[str]:
    shop.clock.at = datetime.now(UTC)  # requests are signed with the real time
    server = CentralServer(shop.service).start()
    yield server.url
    server.stop()


@pytest.fixture
def till(shop: CentralShop, url: str) -> Till:
    return enrolled_till(url, shop.service.open_enrolment("001", "01"))


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def test_terms_travel_once(shop: CentralShop, till: Till) -> None:
    first = till.get(contract.PATH_TERMS)
    tag = {"If-None-Match": first.headers["ETag"]}

    def again() -> Answer:
        return till.send("GET", contract.PATH_TERMS, b"", till.headers("GET", contract.PATH_TERMS, b"") | tag)

    assert (again().status, again().body) == (304, b"")
    named = f"{contract.PATH_TERMS}?have=standard:1"
    assert till.get(named).json["terms"] == []
    shop.service.load_terms(contract.Terms(terms_id="standard", version=2, effective_from="2099-01-01T00:00:00Z"))
    assert again().status == 200
    assert [one["version"] for one in till.get(named).json["terms"]] == [2]


def test_a_members_life_over_the_wire(shop: CentralShop, till: Till) -> None:
    shop.service.load_terms(
        contract.Terms(
            terms_id="standard",
            version=2,
            effective_from="2015-01-01T00:00:00Z",
            redeem_proofs=["pin", "code"],
            offline=contract.OfflineRedemption(allowed=True),
        )
    )
    joining = contract.EnrolMember(
        event_id="e1", email="jo@example.com", marketing_consent=True, joined_at="2026-01-01T00:00:00Z", pin="4711"
    )
    member = till.post(contract.PATH_ENROL_MEMBER, joining).json["member"]
    member_id = member["member_id"]
    assert (member["proofs"], member["segment"]) == (["pin", "code"], "consumer")
    assert member["signed_allowance"]["signature"]
    by_card = till.post(contract.PATH_FIND_MEMBER, contract.FindMember(card_number=member["card_number"]))
    assert by_card.json["member"]["member_id"] == member_id
    link = membership.LinkAccount(event_id="l", member_id=member_id, kind="shopping", reference="jo-1")
    assert till.post(membership.PATH_LINK_ACCOUNT, link).json["member"]["linked"] == ["shopping"]
    unlink = membership.UnlinkAccount(event_id="u", member_id=member_id, kind="shopping")
    assert till.post(membership.PATH_UNLINK_ACCOUNT, unlink).json["member"]["linked"] == []
    sent = till.post(membership.PATH_SEND_CODE, membership.SendCode(member_id=member_id))
    assert sent.json["destination"] == "j••••@example.com"
    change = membership.SetPin(member_id=member_id, pin="0815", proof_kind="code", proof=shop.codes.sent[-1][1])
    assert till.post(membership.PATH_SET_PIN, change).status == 204
    hold = contract.PlaceHold(
        hold_id="h", member_id=member_id, points=100, transaction_id="t", proof_kind="pin", proof="4711"
    )
    assert code(till.post(contract.PATH_HOLDS, hold)) == (409, "proof_wrong")
    said = till.post(membership.PATH_STATEMENT, membership.AskStatement(member_id=member_id))
    assert said.json["masked_email"] == "j••••@example.com"
    leaving = membership.LeaveProgramme(event_id="x", member_id=member_id)
    assert [till.post(membership.PATH_LEAVE, leaving).status for _ in range(2)] == [204, 204]
    assert code(till.post(membership.PATH_STATEMENT, membership.AskStatement(member_id=member_id))) == (
        404,
        "unknown_member",
    )


def test_a_partner_posts_points_with_a_signature_of_its_own(shop: CentralShop, url: str, till: Till) -> None:
    member_id = shop.member()
    key = Ed25519PrivateKey.generate()
    public_key = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    partner_id = shop.service.care.add_partner("bank", "card", public_key).partner_id
    partner = Till(url, partner_id, key)
    rows = [membership.PartnerEarning(reference="r1", points=70, earned_on="2026-01-02", email="a@example.com")]
    earnings = membership.PartnerEarnings(rows=rows)
    answers = [partner.post(membership.PATH_PARTNER_EARNINGS, earnings).json["results"][0]["status"] for _ in range(2)]
    assert answers == ["applied", "duplicate"]
    assert shop.kinds(member_id) == {"partner": 70}
    assert code(till.post(membership.PATH_PARTNER_EARNINGS, earnings)) == (401, "not_authenticated")
    assert code(partner.post(contract.PATH_FIND_MEMBER, contract.FindMember(email="a@example.com"))) == (
        401,
        "not_authenticated",
    )
    shop.service.care.close_partner(partner_id)
    shut_out = Till(url, partner_id, key)
    while (answer := shut_out.post(membership.PATH_PARTNER_EARNINGS, earnings)).status == 200:
        pass  # a revocation is noticed within a second
    assert code(answer) == (401, "terminal_revoked")
    stranger = Till(url, partner_id, Ed25519PrivateKey.generate())
    assert code(stranger.post(membership.PATH_PARTNER_EARNINGS, earnings)) == (401, "not_authenticated")


def test_a_sale_of_another_store_is_found_by_its_receipt_and_a_store_sees_its_exposure(
    shop: CentralShop, till: Till
) -> None:
    member_id = shop.member()
    journal = Journal("002-01")
    paid = [tender("p1", "points", 100, points=100, reference="offline-1")]
    journal.sale("t1", price_minor=10_100, points=100, member_id=member_id, tenders=paid, store_id="002")
    journal.returned("r1", "t1", returned_line(1), store_id="002", receipt_number="002-01-000001")
    assert [one.reason for one in shop.upload(journal).results] == ["overdrawn", ""]
    found = till.post(contract.PATH_FIND_SALE, contract.FindSale(receipt_number="002-01-000001")).json["found"]
    assert found["sale"]["header"]["transaction_id"] == "t1"
    assert [one["header"]["transaction_id"] for one in found["returns"]] == ["r1"]
    nothing = till.post(contract.PATH_FIND_SALE, contract.FindSale(receipt_number="002-01-000002"))
    assert (nothing.status, nothing.json) == (200, {"found": None})
    other_store = till.get(membership.PATH_EXPOSURE).json
    assert (other_store["store_id"], other_store["offline_points"]) == ("001", 0)
    own = enrolled_till(f"http://{till.host}:{till.port}", shop.service.open_enrolment("002", "09"))
    exposure = own.get(membership.PATH_EXPOSURE).json
    assert (exposure["offline_points"], exposure["overdrawn_points"], exposure["value_minor"]) == (100, 100, 100)
