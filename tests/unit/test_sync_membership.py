"""A member's life over the wire: what the till asks, and which allowances it trusts."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.stub_central import Answer, StubCentral, plain, problem

from pos_app.clock import SystemClock
from pos_app.domain.member import PoolBalance
from pos_app.domain.offline_redemption import OfflineAllowance
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import EnrolmentAnswer, Proof, StatementMovement
from sync import contract, membership
from sync.membership import Allowance
from sync.terminal.client import CentralClient
from sync.terminal.gateway import CentralGateway

AT = "2026-03-02T10:00:00+00:00"
ALLOWANCE = Allowance(
    member_id="m-1",
    store_id="S001",
    balance_points=1234,
    allowance_points=1200,
    version=7,
    issued_at=AT,
    expires_at="2026-03-03T10:00:00+00:00",
)


@pytest.fixture
def central() -> Iterator[StubCentral]:
    stub = StubCentral()
    yield stub
    stub.close()


@pytest.fixture
def gateway(central: StubCentral) -> Iterator[CentralGateway]:
    client = CentralClient(central.url, central.identity(), SystemClock())
    key = central.terms_list([]).allowance_public_key
    yield CentralGateway(client, SystemClock(), allowance_key=lambda: key)
    client.close()


def member(signed: contract.SignedAllowance | None = None, member_id: str = "m-1") -> contract.Member:
    return contract.Member(
        member_id=member_id,
        display_name="Jo",
        masked_email="j••••@example.com",
        balance_points=1234,
        available_points=1234,
        pending_points=0,
        pools=[],
        as_of=AT,
        signed_allowance=signed,
    )


def answer(message: contract.Message) -> Answer:
    return Answer(body=contract.encode(message))


def member_answer(signed: contract.SignedAllowance | None = None) -> Answer:
    return answer(contract.MemberAnswer(member=member(signed)))


def asked(central: StubCentral, kind: type) -> list:
    return [contract.decode(plain(request), kind) for request in central.requests]


# --- allowances -------------------------------------------------------------------------------------------------------


def test_an_allowance_that_the_service_signed_comes_with_the_member(
    central: StubCentral, gateway: CentralGateway
) -> None:
    central.script.append(member_answer(central.allowance(ALLOWANCE)))
    account = gateway.find_member("jo@example.com")
    assert account is not None
    assert account.allowance == OfflineAllowance(
        "m-1",
        "S001",
        1234,
        1200,
        7,
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 3, 10, tzinfo=UTC),
    )


def changed(signed: contract.SignedAllowance, **changes: object) -> contract.SignedAllowance:
    """The same signature under other words."""
    values = contract.decode(base64.b64decode(signed.body), dict) | changes
    return contract.SignedAllowance(body=base64.b64encode(contract.encode(values)).decode(), signature=signed.signature)


@pytest.mark.parametrize(
    "change",
    [
        {"allowance_points": 999_999},
        {"balance_points": 999_999},
        {"expires_at": "2036-03-03T10:00:00+00:00"},
        {"issued_at": "2026-03-02T11:00:00+00:00"},
        {"store_id": "S002"},
        {"member_id": "m-2"},
        {"later_field": 1},
    ],
)
def test_an_allowance_that_was_changed_is_never_used(
    central: StubCentral, gateway: CentralGateway, change: dict, expect_log
) -> None:
    expect_log("an allowance of member m-1 is not as the service signs them")
    central.script.append(member_answer(changed(central.allowance(ALLOWANCE), **change)))
    account = gateway.find_member("jo@example.com")
    assert account is not None
    assert account.allowance is None
    assert account.available_points == 1234, "the member is found all the same"


@pytest.mark.parametrize(
    "signed",
    [
        contract.SignedAllowance(body="", signature=""),
        contract.SignedAllowance(body="%%%", signature="AAAA"),
        contract.SignedAllowance(body="e30=", signature="AAAA"),
    ],
)
def test_what_is_no_allowance_is_dropped(
    central: StubCentral, gateway: CentralGateway, signed: contract.SignedAllowance, expect_log
) -> None:
    expect_log("not as the service signs them")
    central.script.append(member_answer(signed))
    account = gateway.find_member("jo@example.com")
    assert account is not None
    assert account.allowance is None


def test_an_allowance_by_another_key_or_of_another_member_is_dropped(
    central: StubCentral, gateway: CentralGateway, expect_log
) -> None:
    expect_log("not as the service signs them")
    expect_log("an allowance of member m-2 came with member m-1")
    stranger = central.allowance(Allowance(**{**vars_of(ALLOWANCE), "member_id": "m-2"}))
    key, central.allowance_key = central.allowance_key, Ed25519PrivateKey.generate()
    forged = central.allowance(ALLOWANCE)
    central.allowance_key = key
    central.script.extend([member_answer(forged), member_answer(stranger)])
    for _ in range(2):
        account = gateway.find_member("jo@example.com")
        assert account is not None
        assert account.allowance is None


def vars_of(message: contract.Message) -> dict:
    return {name: getattr(message, name) for name in message.__struct_fields__}


def test_a_signed_allowance_without_an_offset_in_its_times_is_dropped(
    central: StubCentral, gateway: CentralGateway, expect_log
) -> None:
    expect_log("has no offset")
    naive = Allowance(**{**vars_of(ALLOWANCE), "issued_at": "2026-03-02T10:00:00"})
    central.script.append(member_answer(central.allowance(naive)))
    account = gateway.find_member("jo@example.com")
    assert account is not None
    assert account.allowance is None


def test_before_the_key_is_known_there_is_no_allowance(central: StubCentral) -> None:
    client = CentralClient(central.url, central.identity(), SystemClock())
    central.script.append(member_answer(central.allowance(ALLOWANCE)))
    account = CentralGateway(client, SystemClock()).find_member("jo@example.com")
    assert account is not None
    assert account.allowance is None
    client.close()


# --- a member's life --------------------------------------------------------------------------------------------------


def test_a_card_number_finds_its_member_and_stays_out_of_paths(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.extend([member_answer(), answer(contract.MemberAnswer(member=None))])
    found = gateway.find_member_by_card("7700123")
    assert found is not None
    assert gateway.find_member_by_card("0") is None
    assert asked(central, contract.FindMember)[0] == contract.FindMember(card_number="7700123")
    assert central.paths() == [contract.PATH_FIND_MEMBER] * 2


def test_joining_brings_the_offer_or_says_why_not(central: StubCentral, gateway: CentralGateway) -> None:
    granted = contract.EnrolmentOutcome(offer_id="welcome", status="granted", points=250)
    declined = contract.EnrolmentOutcome(offer_id="welcome", status="declined", reason="The first 1,000 have joined.")
    central.script.extend(
        [
            answer(contract.MemberAnswer(member=member(), enrolment=granted, similar=1)),
            answer(contract.MemberAnswer(member=member(), already_member=True, enrolment=declined)),
            answer(contract.MemberAnswer(member=member())),
        ]
    )
    first = gateway.join("e-1", "jo@example.com", True, AT, "2468")
    assert first == EnrolmentAnswer(first.account, False, 1, "granted", 250, "")
    second = gateway.join("e-1", "jo@example.com", True, AT, "2468")
    assert (second.already_member, second.offer_status) == (True, "declined")
    assert second.offer_reason == "The first 1,000 have joined."
    assert gateway.join("e-2", "jo@example.com", False, AT, "").offer_status == "none"
    sent = asked(central, contract.EnrolMember)[0]
    assert (sent.event_id, sent.joined_at, sent.pin) == ("e-1", AT, "2468")


def test_a_statement_is_read_whole(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.append(
        answer(
            membership.Statement(
                member_id="m-1",
                masked_email="j••••@example.com",
                balance_points=900,
                available_points=800,
                pending_points=50,
                pools=[contract.Pool(pool="store", points=900)],
                expiring=[membership.ExpiringPoints(points=100, expires_on="2026-03-31")],
                expiring_days=30,
                movements=[
                    membership.MemberMovement(
                        occurred_at=AT,
                        kind="earn",
                        points=245,
                        pool="store",
                        store_id="S002",
                        receipt_number="S002-01-7",
                    )
                ],
                as_of=AT,
            )
        )
    )
    statement = gateway.statement("m-1")
    assert statement.pools == (PoolBalance("store", 900),)
    assert statement.expiring == ((100, "2026-03-31"),)
    assert statement.movements == (StatementMovement(AT, "earn", 245, "store", "S002", "S002-01-7"),)
    assert (statement.available_points, statement.pending_points, statement.expiring_days) == (800, 50, 30)


def test_links_are_made_and_undone(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.extend([member_answer(), member_answer()])
    gateway.link_account("e-1", "m-1", "credit_card", "4242")
    gateway.unlink_account("e-2", "m-1", "shopping")
    assert central.paths() == [membership.PATH_LINK_ACCOUNT, membership.PATH_UNLINK_ACCOUNT]
    link = contract.decode(plain(central.requests[0]), membership.LinkAccount)
    assert (link.event_id, link.member_id, link.kind, link.reference) == ("e-1", "m-1", "credit_card", "4242")
    with pytest.raises(ValueError, match="'loan' is none of shopping, credit_card"):
        gateway.link_account("e-3", "m-1", "loan", "1")


def test_leaving_a_code_and_a_pin(central: StubCentral, gateway: CentralGateway) -> None:
    sent = membership.CodeSent(destination="j••••@example.com", expires_at=AT)
    central.script.extend([Answer(204, b""), answer(sent), Answer(204, b"")])
    gateway.leave("e-1", "m-1", "moved away")
    assert gateway.send_code("m-1") == "j••••@example.com"
    gateway.set_pin("m-1", "2468", Proof("code", "123456"))
    assert central.paths() == [membership.PATH_LEAVE, membership.PATH_SEND_CODE, membership.PATH_SET_PIN]
    pin = contract.decode(plain(central.requests[2]), membership.SetPin)
    assert (pin.pin, pin.proof_kind, pin.proof) == ("2468", "code", "123456")


def test_a_hold_carries_its_proof_and_a_wrong_one_is_refused(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.append(problem(403, "proof_wrong", "The PIN is wrong."))
    with pytest.raises(RefusedError, match="PIN is wrong"):
        gateway.hold_points("h-1", "m-1", 500, "t-1", Proof("pin", "1111"))
    (hold,) = asked(central, contract.PlaceHold)
    assert (hold.proof_kind, hold.proof) == ("pin", "1111")


def test_while_the_service_is_known_to_be_away_nothing_waits_for_it(central: StubCentral) -> None:
    client = CentralClient(central.url, central.identity(), SystemClock())
    gateway = CentralGateway(client, SystemClock(), is_online=lambda: False)
    for ask in (
        lambda: gateway.leave("e", "m-1", ""),
        lambda: gateway.set_pin("m-1", "2468", Proof()),
        lambda: gateway.statement("m-1"),
        lambda: gateway.find_member_by_card("7"),
    ):
        with pytest.raises(OfflineError):
            ask()
    assert central.requests == []
    client.close()


def test_a_proof_is_never_shown_by_accident() -> None:
    assert "2468" not in repr(replace(Proof("pin", "2468"), kind="code"))
