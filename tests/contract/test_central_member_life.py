"""A member's life at the central service: card, near-duplicates, proof, links, leaving, statement, allowances."""

import base64
from datetime import timedelta

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fakes.at_once import at_once
from fakes.central_shop import SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, line

from pos_app.domain.member_card import normalise_card_number
from sync import contract, membership
from sync.central.errors import CentralError
from sync.central.senders import SendError
from sync.membership import Allowance


def join(
    shop: CentralShop, email: str, event_id: str = "", pin: str = "", joined_at: str = ""
) -> contract.MemberAnswer:
    """Somebody joins at a till."""
    return shop.service.enrol_member(
        contract.EnrolMember(
            event_id=event_id or f"join-{email}",
            email=email,
            marketing_consent=False,
            joined_at=joined_at or shop.clock.at.isoformat(),
            pin=pin,
        ),
        "001",
    )


def terms(shop: CentralShop, **changes: object) -> None:
    """Terms that are in force from now on."""
    version = len(shop.service.terms().terms) + 1
    document = contract.Terms(terms_id="standard", version=version, effective_from=shop.clock.at.isoformat(), **changes)
    shop.service.load_terms(document)


def code(refused: pytest.ExceptionInfo[CentralError]) -> str:
    return refused.value.code


# --- card and near-duplicates -----------------------------------------------------------------------------------------


def test_a_member_is_found_by_the_number_on_the_card_as_by_the_address(shop: CentralShop) -> None:
    member = join(shop, "jo@example.com").member
    assert member is not None
    assert normalise_card_number(member.card_number) == member.card_number
    spaced = f" {member.card_number[:5]} {member.card_number[5:].lower()}"
    found = shop.service.find_member(contract.FindMember(card_number=spaced)).member
    assert found == shop.service.find_member(contract.FindMember(email="jo@example.com")).member
    assert found is not None
    assert found.card_number == member.card_number


def test_a_card_number_with_a_wrong_digit_is_no_card_number(shop: CentralShop) -> None:
    member = join(shop, "jo@example.com").member
    assert member is not None
    number = member.card_number
    wrong = number[:6] + str((int(number[6]) + 1) % 10) + number[7:]
    with pytest.raises(CentralError) as refused:
        shop.service.find_member(contract.FindMember(card_number=wrong))
    assert code(refused) == "bad_card_number"


@pytest.mark.parametrize("request_", [contract.FindMember(), contract.FindMember(email="a@b.de", card_number="M1")])
def test_a_look_up_names_an_address_or_a_card(shop: CentralShop, request_: contract.FindMember) -> None:
    with pytest.raises(CentralError) as refused:
        shop.service.find_member(request_)
    assert code(refused) == "one_key"


def test_joining_says_how_many_members_have_nearly_the_same_address(shop: CentralShop) -> None:
    assert join(shop, "jo.smith@gmail.com").similar == 0
    second = join(shop, "josmith+shop@googlemail.com")
    assert (second.similar, second.already_member) == (1, False)
    assert join(shop, "jo.smith@other.example").similar == 0
    again = join(shop, "jo.smith@gmail.com", event_id="another")
    assert (again.similar, again.already_member) == (1, True)


# --- proof ------------------------------------------------------------------------------------------------------------


def hold(shop: CentralShop, member_id: str, points: int, kind: str = "", proof: str = "", hold_id: str = "h") -> str:
    request = contract.PlaceHold(
        hold_id=hold_id, member_id=member_id, points=points, transaction_id="t", proof_kind=kind, proof=proof
    )
    return shop.service.place_hold(TILL, request).state


def test_points_above_the_terms_limit_need_the_pin(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["pin"], proof_above_points=500)
    member = join(shop, "jo@example.com", pin="4711").member
    assert member is not None
    assert member.proofs == ["pin"]
    shop.service.grant_points("g", member.member_id, 3_000, earned_on=shop.clock.at.date())
    assert hold(shop, member.member_id, 500, hold_id="small") == "held"
    with pytest.raises(CentralError, match="PIN") as refused:
        hold(shop, member.member_id, 600)
    assert code(refused) == "proof_needed"
    assert hold(shop, member.member_id, 600, "pin", "4711") == "held"
    assert hold(shop, member.member_id, 600) == "held"  # the same hold again, its answer was lost
    assert shop.balance("jo@example.com").available_points == 1_900


def test_the_limit_cannot_be_passed_in_small_steps(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["id_seen"], proof_above_points=500)
    member_id = shop.member(points=3_000)
    hold(shop, member_id, 300, hold_id="one")
    with pytest.raises(CentralError) as refused:
        hold(shop, member_id, 300, hold_id="two")
    assert code(refused) == "proof_needed"
    hold(shop, member_id, 300, "id_seen", "101", hold_id="two")
    shop.pass_time(hours=25)
    assert hold(shop, member_id, 300, hold_id="three") == "held"


def test_five_wrong_pins_lock_for_a_quarter_of_an_hour_and_then_for_twice_as_long(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["pin"])
    member = join(shop, "jo@example.com", pin="4711").member
    assert member is not None
    shop.service.grant_points("g", member.member_id, 1_000, earned_on=shop.clock.at.date())

    def wrong() -> str:
        with pytest.raises(CentralError) as refused:
            hold(shop, member.member_id, 100, "pin", "0000")
        return code(refused)

    assert [wrong() for _ in range(5)] == ["proof_wrong"] * 4 + ["proof_locked"]
    with pytest.raises(CentralError) as refused:
        hold(shop, member.member_id, 100, "pin", "4711")  # the right one does not help now
    assert code(refused) == "proof_locked"
    shop.pass_time(minutes=15, seconds=1)
    assert [wrong() for _ in range(5)][-1] == "proof_locked"
    shop.pass_time(minutes=29)
    assert wrong() == "proof_locked"
    shop.pass_time(minutes=2)
    assert hold(shop, member.member_id, 100, "pin", "4711", hold_id="right") == "held"
    assert [wrong(), wrong()] == ["proof_wrong"] * 2  # the count began again


def test_wrong_pins_at_once_are_no_more_tries(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["pin"])
    member = join(shop, "jo@example.com", pin="4711").member
    assert member is not None
    results = at_once(12, lambda index: hold(shop, member.member_id, 100, "pin", f"{index:04}", hold_id=f"h{index}"))
    assert sorted(map(str, results)) == ["proof_locked"] * 8 + ["proof_wrong"] * 4


def test_a_right_pin_is_no_failure_when_the_points_do_not_suffice(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["pin"])
    member = join(shop, "jo@example.com", pin="4711").member
    assert member is not None
    for _ in range(6):
        with pytest.raises(CentralError) as refused:
            hold(shop, member.member_id, 100, "pin", "4711")
        assert code(refused) == "not_enough_points"


def test_somebody_else_joining_with_the_same_address_does_not_change_the_pin(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["pin"])
    member = join(shop, "jo@example.com", pin="4711").member
    assert member is not None
    assert join(shop, "jo@example.com", event_id="other", pin="9999").already_member
    shop.service.grant_points("g", member.member_id, 100, earned_on=shop.clock.at.date())
    with pytest.raises(CentralError):
        hold(shop, member.member_id, 100, "pin", "9999")
    assert hold(shop, member.member_id, 100, "pin", "4711") == "held"


def test_a_pin_is_changed_by_who_has_the_old_one(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["pin"])
    member_id = shop.member(points=100)
    shop.service.desk.set_pin(membership.SetPin(member_id=member_id, pin="4711"))
    with pytest.raises(CentralError) as refused:
        shop.service.desk.set_pin(membership.SetPin(member_id=member_id, pin="9999"))
    assert code(refused) == "proof_needed"
    with pytest.raises(CentralError) as refused:
        shop.service.desk.set_pin(membership.SetPin(member_id=member_id, pin="9999", proof_kind="pin", proof="1"))
    assert code(refused) == "proof_wrong"
    shop.service.desk.set_pin(membership.SetPin(member_id=member_id, pin="9999", proof_kind="pin", proof="4711"))
    assert hold(shop, member_id, 100, "pin", "9999") == "held"


def test_a_code_is_sent_and_works_once_within_ten_minutes(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["code"])
    member_id = shop.member("jo@example.com", points=1_000)
    sent = shop.service.desk.send_code(membership.SendCode(member_id=member_id))
    assert sent.destination == "j••••@example.com"
    email, secret = shop.codes.sent[-1]
    assert (email, len(secret)) == ("jo@example.com", 6)
    with pytest.raises(CentralError) as refused:
        hold(shop, member_id, 100, "code", "not it")
    assert code(refused) == "proof_wrong"
    results = at_once(2, lambda index: hold(shop, member_id, 100, "code", secret, hold_id=f"h{index}"))
    assert sorted(map(str, results)) == ["held", "proof_wrong"]
    shop.pass_time(minutes=1)
    shop.service.desk.send_code(membership.SendCode(member_id=member_id))
    shop.pass_time(minutes=10)
    with pytest.raises(CentralError, match="ten minutes"):
        hold(shop, member_id, 100, "code", shop.codes.sent[-1][1], hold_id="late")


def test_a_code_that_was_guessed_at_five_times_is_worthless(shop: CentralShop) -> None:
    terms(shop, redeem_proofs=["code"])
    member_id = shop.member(points=1_000)
    shop.service.desk.send_code(membership.SendCode(member_id=member_id))
    for _ in range(5):
        with pytest.raises(CentralError, match="wrong"):
            hold(shop, member_id, 100, "code", "guess")
    with pytest.raises(CentralError, match="Send a new one"):
        hold(shop, member_id, 100, "code", shop.codes.sent[-1][1])


def test_codes_are_not_sent_without_end(shop: CentralShop) -> None:
    member_id = shop.member()
    request = membership.SendCode(member_id=member_id)
    shop.service.desk.send_code(request)
    with pytest.raises(CentralError) as refused:
        shop.service.desk.send_code(request)
    assert code(refused) == "code_too_soon"
    for _ in range(4):
        shop.pass_time(seconds=31)
        shop.service.desk.send_code(request)
    shop.pass_time(seconds=31)
    with pytest.raises(CentralError) as refused:
        shop.service.desk.send_code(request)
    assert code(refused) == "code_too_often"
    shop.pass_time(hours=1)
    shop.service.desk.send_code(request)
    assert len(shop.codes.sent) == 6


def test_a_code_that_could_not_be_sent_is_said(shop: CentralShop) -> None:
    shop.codes.failure = SendError("the mail server did not take it (TimeoutError)")
    with pytest.raises(CentralError, match="mail server") as refused:
        shop.service.desk.send_code(membership.SendCode(member_id=shop.member()))
    assert code(refused) == "code_not_sent"


# --- links ------------------------------------------------------------------------------------------------------------


def link(shop: CentralShop, member_id: str, kind: str = "credit_card", reference: str = "4000-11") -> list[str]:
    request = membership.LinkAccount(event_id="l", member_id=member_id, kind=kind, reference=reference)
    member = shop.service.desk.link(request).member
    assert member is not None
    return member.linked


def test_accounts_are_linked_once_and_unlinked(shop: CentralShop) -> None:
    member_id, other = shop.member("a@example.com"), shop.member("b@example.com")
    assert link(shop, member_id) == ["credit_card"]
    assert link(shop, member_id, reference="400011") == ["credit_card"]  # the same one, written without a hyphen
    assert link(shop, member_id, "shopping", "jo") == ["credit_card", "shopping"]
    with pytest.raises(CentralError) as refused:
        link(shop, member_id, reference="5555")
    assert code(refused) == "linked_already"
    with pytest.raises(CentralError) as refused:
        link(shop, other)
    assert code(refused) == "linked_elsewhere"
    unlink = membership.UnlinkAccount(event_id="u", member_id=member_id, kind="credit_card")
    for _ in range(2):
        member = shop.service.desk.unlink(unlink).member
        assert member is not None
        assert member.linked == ["shopping"]
    assert link(shop, other) == ["credit_card"]


def test_two_members_want_the_same_account_at_once_and_one_gets_it(shop: CentralShop) -> None:
    ids = [shop.member("a@example.com"), shop.member("b@example.com")]
    results = at_once(2, lambda index: link(shop, ids[index]))
    assert sorted(map(str, results)) == ["['credit_card']", "linked_elsewhere"]


# --- leaving ----------------------------------------------------------------------------------------------------------


def leave(shop: CentralShop, member_id: str, reason: str = "") -> None:
    shop.service.desk.leave(membership.LeaveProgramme(event_id="leave", member_id=member_id, reason=reason))


def test_who_leaves_forfeits_the_points_and_is_nobody_any_more(shop: CentralShop) -> None:
    member = join(shop, "jo@example.com", pin="4711").member
    assert member is not None
    shop.service.grant_points("g", member.member_id, 700, earned_on=shop.clock.at.date())
    link(shop, member.member_id)
    leave(shop, member.member_id, "moves away")
    leave(shop, member.member_id)
    assert shop.kinds(member.member_id) == {"grant": 700, "forfeited": -700}
    for request in (contract.FindMember(email="jo@example.com"), contract.FindMember(card_number=member.card_number)):
        assert shop.service.find_member(request).member is None
    assert shop.service.terms("001").forget_members == [member.member_id]
    with pytest.raises(CentralError):
        hold(shop, member.member_id, 100)
    shop.pass_time(days=31)
    assert shop.service.terms("001").forget_members == []


def test_who_left_joins_again_as_somebody_new(shop: CentralShop) -> None:
    first = join(shop, "jo@example.com").member
    assert first is not None
    leave(shop, first.member_id)
    behind = (shop.clock.at - timedelta(minutes=3)).isoformat()  # this till's clock is slow
    second = join(shop, "jo@example.com", event_id="again", joined_at=behind)
    assert second.member is not None
    assert not second.already_member
    assert second.member.member_id != first.member_id
    journal = Journal()
    journal.sale("t1", member_id=second.member.member_id)
    shop.upload(journal)
    assert shop.points("jo@example.com") == 100


def test_late_news_of_a_membership_that_is_over_do_not_begin_it_again(shop: CentralShop) -> None:
    first = join(shop, "jo@example.com", event_id="the-joining").member
    assert first is not None
    leave(shop, first.member_id)
    journal = Journal(SAME_STORE_TILL)
    journal.contacts["c1"] = "jo@example.com"
    payload = {"contact_id": "c1", "marketing_consent": False, "joined_at": "2014-11-28T09:00:00-08:00"}
    journal.append("member_enrolled", payload, event_id="the-joining")
    journal.append("member_enrolled", payload, event_id="from-another-till")
    journal.sale("late", member_id=first.member_id)
    results = shop.upload(journal).results
    assert [one.member_id for one in results] == [first.member_id] * 3
    assert shop.service.find_member(contract.FindMember(email="jo@example.com")).member is None
    with pytest.raises(CentralError) as refused:
        hold(shop, first.member_id, 100)
    assert code(refused) == "member_left"
    assert shop.service.sweep() == 1
    assert shop.service.sweep() == 0
    assert shop.kinds(first.member_id) == {"earn_base": 100, "forfeited": -100}


def test_news_from_a_till_that_was_offline_link_and_end_memberships_too(shop: CentralShop) -> None:
    member_id, other = shop.member("a@example.com", 300), shop.member("b@example.com")
    journal = Journal()
    journal.contacts["ref"] = "4000-11"
    linked = {"member_id": member_id, "kind": "credit_card", "contact_id": "ref"}
    journal.append("account_linked", linked)
    journal.append("account_linked", linked | {"member_id": other})
    journal.append("account_linked", linked | {"contact_id": "lost"})
    journal.append("account_linked", linked | {"kind": "shopping"})
    journal.append("account_unlinked", {"member_id": member_id, "kind": "shopping"})
    results = shop.upload(journal).results
    assert [one.status for one in results] == ["applied", "quarantined", "quarantined", "applied", "applied"]
    assert [one.reason.partition(":")[0] for one in results[1:3]] == ["linked_elsewhere", "no_reference"]
    assert shop.balance("a@example.com").linked == ["credit_card"]
    journal.append("member_left", {"member_id": member_id, "reason": "moves away"})
    assert shop.upload(journal, 6).results[0].status == "applied"
    assert shop.kinds(member_id) == {"grant": 300, "forfeited": -300}
    journal.append("member_left", {"member_id": "nobody"})
    assert shop.upload(journal, 7).results[0].reason.startswith("unknown_member")


def test_nobody_leaves_while_their_points_are_paying(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    shop.hold("h", member_id, 300)
    with pytest.raises(CentralError) as refused:
        leave(shop, member_id)
    assert code(refused) == "points_held"
    shop.pass_time(minutes=6)
    leave(shop, member_id)
    assert shop.kinds(member_id) == {"grant": 500, "forfeited": -500}


def test_no_address_gets_into_a_reason(shop: CentralShop) -> None:
    with pytest.raises(CentralError) as refused:
        leave(shop, shop.member(), "is now at other@example.com")
    assert code(refused) == "address_in_reason"


# --- statement --------------------------------------------------------------------------------------------------------


def test_a_statement_says_where_points_come_from_and_what_expires_next(shop: CentralShop) -> None:
    member_id = shop.member("jo@example.com")
    shop.service.grant_points("g", member_id, 40, pool="card", earned_on=shop.clock.at.date(), reason="welcome back")
    journal = Journal()
    journal.sale("t1", member_id=member_id, lines=[line(1, 5_000, 50), line(2, 5_050, 50)])
    shop.upload(journal)
    shop.clock.at = shop.clock.at.replace(year=2015, month=3, day=10)
    said = shop.service.desk.statement(membership.AskStatement(member_id=member_id))
    assert (said.balance_points, said.available_points, said.masked_email) == (140, 140, "j••••@example.com")
    assert {pool.pool: pool.points for pool in said.pools} == {"card": 40, "store": 100}
    assert [(one.points, one.expires_on) for one in said.expiring] == [(140, "2015-03-31")]
    movements = [(one.kind, one.points, one.pool, one.store_id, one.receipt_number) for one in said.movements]
    assert ("earn_base", 100, "store", "001", "001-01-000001") in movements
    assert [one.text for one in said.movements if one.pool == "card"] == ["welcome back"]
    assert shop.service.desk.statement(membership.AskStatement(member_id=member_id, movements=1)).movements[1:] == []
    shop.clock.at = shop.clock.at.replace(month=2, day=1)
    assert shop.service.desk.statement(membership.AskStatement(member_id=member_id)).expiring == []


# --- allowances and terms ---------------------------------------------------------------------------------------------


def test_a_look_up_brings_a_signed_allowance_of_the_asking_store(shop: CentralShop) -> None:
    member_id = shop.member(points=5_000)
    assert shop.balance().signed_allowance is None  # the terms allow nothing offline
    offline = contract.OfflineRedemption(allowed=True, member_allowance_points=2_000, age_limit_s=3_600)
    terms(shop, offline=offline)
    shop.hold("h", member_id, 4_000)
    signed = shop.service.find_member(contract.FindMember(email="a@example.com"), "001").member.signed_allowance
    assert signed is not None
    body = base64.b64decode(signed.body)
    listed = shop.service.terms("001")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(listed.allowance_public_key))
    key.verify(base64.b64decode(signed.signature), body)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signed.signature), body.replace(b"1000", b"9000"))
    allowance = msgspec.json.decode(body, type=Allowance)
    assert (allowance.member_id, allowance.store_id) == (member_id, "001")
    assert (allowance.balance_points, allowance.allowance_points) == (1_000, 1_000)
    assert allowance.expires_at == "2014-11-28T19:00:00.000000Z"


def test_a_stores_budget_is_shared_out_to_its_tills(shop: CentralShop) -> None:
    terms(shop, offline=contract.OfflineRedemption(allowed=True, store_budget_points=50_000))
    assert shop.service.terms("001").terminal_budget_points == 25_000
    assert shop.service.terms("002").terminal_budget_points == 50_000
    shop.service.revoke_terminal(SAME_STORE_TILL)
    assert shop.service.terms("001").terminal_budget_points == 50_000


def test_terms_that_a_till_has_do_not_travel_again(shop: CentralShop) -> None:
    terms(shop, earn_points_per_unit=2)
    assert [one.version for one in shop.service.terms("001").terms] == [1, 2]
    assert [one.version for one in shop.service.terms("001", frozenset({"standard:1"})).terms] == [2]
