import base64
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.stub_central import Answer, StubCentral, plain, problem
from msgspec import Raw

from pos_app.clock import SystemClock
from pos_app.domain.member import MemberAccount, PoolBalance
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import Enrolment, GiftCardHold, PointsHold, SaleRecord
from sync import contract
from sync.terminal.client import AddressError, CentralClient
from sync.terminal.enrolment import enrol
from sync.terminal.gateway import CentralGateway

CODE = "ABCD2345ABCD2345ABCD2345"


@dataclass
class Identity:
    saved: Enrolment | None = None

    def terminal_id(self) -> str:
        return "S001-01"

    def incarnation(self) -> str:
        return "first"

    def enrolment(self) -> Enrolment | None:
        return self.saved

    def save_enrolment(self, enrolment: Enrolment) -> None:
        self.saved = enrolment


@pytest.fixture
def central() -> Iterator[StubCentral]:
    stub = StubCentral()
    yield stub
    stub.close()


def let_in(terminal_id: str = "S001-01") -> Answer:
    store_id, _, workstation_id = terminal_id.partition("-")
    return Answer(
        body=contract.encode(
            contract.TerminalEnrolled(
                terminal_id=terminal_id,
                store_id=store_id,
                workstation_id=workstation_id,
                server_time="2026-03-02T10:00:00+00:00",
            )
        )
    )


def asked(central: StubCentral) -> list[contract.EnrolTerminal]:
    return [contract.decode(plain(request), contract.EnrolTerminal) for request in central.requests]


def test_a_terminal_is_let_in_by_a_code_and_keeps_its_own_key(central: StubCentral) -> None:
    identity = Identity()
    central.script.append(let_in())
    enrolment = enrol(central.url + "/", f" {CODE} ", identity, "0.1.0")
    (request,) = asked(central)
    assert (request.code, request.incarnation, request.software_version) == (CODE, "first", "0.1.0")
    key = Ed25519PrivateKey.from_private_bytes(enrolment.private_key)
    assert base64.b64decode(request.public_key) == key.public_key().public_bytes_raw()
    assert identity.saved == enrolment
    assert (enrolment.terminal_id, enrolment.store_id, enrolment.central_url) == ("S001-01", "S001", central.url)


def test_a_lost_answer_is_asked_for_again_with_the_same_key(central: StubCentral) -> None:
    identity = Identity()
    cut = Answer(200, let_in().body, cut_after=4)
    central.script.extend([cut, cut, problem(503, "busy"), let_in()])
    enrol(central.url, CODE, identity)
    assert len({request.public_key for request in asked(central)}) == 1
    assert identity.saved is not None


def test_a_wrong_or_old_code_keeps_the_terminal_out(central: StubCentral) -> None:
    identity = Identity()
    central.script.append(problem(403, "code_refused", "This code is wrong or old."))
    with pytest.raises(RefusedError, match="wrong or old"):
        enrol(central.url, CODE, identity)
    assert identity.saved is None


def test_a_code_of_another_till_is_not_taken(central: StubCentral) -> None:
    identity = Identity()
    central.script.append(let_in("S001-02"))
    with pytest.raises(RefusedError, match="S001-02, but this is S001-01") as refused:
        enrol(central.url, CODE, identity)
    assert refused.value.code == "other_terminal"
    assert identity.saved is None


def test_a_service_that_is_away_lets_nobody_in(central: StubCentral) -> None:
    identity = Identity()
    central.script.extend([problem(503, "busy")] * 3)
    with pytest.raises(OfflineError):
        enrol(central.url, CODE, identity)
    assert identity.saved is None


def test_an_address_without_encryption_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(AddressError):
        enrol("http://rewards.example.com", CODE, Identity())


# --- gateway ----------------------------------------------------------------------------------------------------------

MEMBER = contract.Member(
    member_id="m-1",
    display_name="Jo",
    masked_email="j••••@example.com",
    balance_points=1234,
    available_points=1200,
    pending_points=5,
    pools=[contract.Pool(pool="store", points=1234)],
    as_of="2026-03-02T10:00:00+00:00",
    card_number="77",
    segment="student",
    linked=["shopping"],
    proofs=["pin"],
)
ACCOUNT = MemberAccount(
    member_id="m-1",
    display_name="Jo",
    masked_email="j••••@example.com",
    balance_points=1234,
    available_points=1200,
    pending_points=5,
    as_of="2026-03-02T10:00:00+00:00",
    pools=(PoolBalance("store", 1234),),
    card_number="77",
    segment="student",
    linked=("shopping",),
    proofs=("pin",),
)


@pytest.fixture
def gateway(central: StubCentral) -> Iterator[CentralGateway]:
    client = CentralClient(central.url, central.identity(), SystemClock())
    yield CentralGateway(client, SystemClock())
    client.close()


def body(message: contract.Message) -> Answer:
    return Answer(body=contract.encode(message))


def test_a_member_is_found_or_not(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.extend([body(contract.MemberAnswer(member=MEMBER)), body(contract.MemberAnswer(member=None))])
    assert gateway.find_member("jo@example.com") == ACCOUNT
    assert gateway.find_member("nobody@example.com") is None
    assert all("example.com" not in request.path for request in central.requests), "addresses stay out of paths"


def test_joining_names_the_event_so_that_a_repeat_is_the_same_member(
    central: StubCentral, gateway: CentralGateway
) -> None:
    central.script.extend([body(contract.MemberAnswer(member=MEMBER))] * 2)
    assert gateway.enrol_member("e-1", "jo@example.com", True) == ACCOUNT
    assert gateway.enrol_member("e-1", "jo@example.com", True) == ACCOUNT
    sent = [contract.decode(plain(request), contract.EnrolMember) for request in central.requests]
    assert {request.event_id for request in sent} == {"e-1"}
    assert sent[0].marketing_consent


def test_joining_without_an_answer_about_whom_is_no_answer(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.append(body(contract.MemberAnswer(member=None)))
    with pytest.raises(OfflineError):
        gateway.enrol_member("e-1", "jo@example.com", False)


def test_points_are_held_and_given_back(central: StubCentral, gateway: CentralGateway) -> None:
    hold = contract.Hold(
        hold_id="h-1",
        member_id="m-1",
        points=500,
        state="held",
        expires_at="2026-03-02T10:05:00+00:00",
        available_points=700,
    )
    central.script.extend([body(hold), Answer(204, b"")])
    held = gateway.hold_points("h-1", "m-1", 500, "t-1")
    assert held == PointsHold("h-1", "m-1", 500, hold.expires_at, "held")
    gateway.release_hold("h-1")
    assert central.paths() == ["/v1/holds", "/v1/holds/h-1/release"]


def test_a_hold_that_is_refused_says_how_much_there_is(central: StubCentral, gateway: CentralGateway) -> None:
    central.script.append(problem(409, "not_enough_points", "Only 300 points are available."))
    with pytest.raises(RefusedError, match="Only 300") as refused:
        gateway.hold_points("h-1", "m-1", 500, "t-1")
    assert refused.value.code == "not_enough_points"


def test_a_gift_card_is_held_for_what_is_on_it(central: StubCentral, gateway: CentralGateway) -> None:
    answer = contract.GiftCardHoldAnswer(
        hold_id="h-2", reference="card-1", amount_minor=2000, balance_minor=0, state="released"
    )
    central.script.append(body(answer))
    central.script.append(body(contract.GiftCard(reference="card-1", balance_minor=150, currency_code="USD")))
    assert gateway.hold_gift_card("h-2", "6006491234567890", 5000, "t-1") == GiftCardHold(
        "h-2", "card-1", 2000, 0, "released"
    )
    assert gateway.gift_card_balance("6006491234567890") == 150
    assert all("6006" not in request.path for request in central.requests), "card numbers stay out of paths"


def test_a_sale_of_any_store_is_found_by_its_receipt_with_its_returns(
    central: StubCentral, gateway: CentralGateway
) -> None:
    found = contract.FoundSale(sale=Raw(b'{"total_minor":100}'), returns=[Raw(b'{"total_minor":40}')])
    central.script.extend([body(contract.SaleAnswer(found=found)), body(contract.SaleAnswer(found=None))])
    assert gateway.find_sale("S002-01-000007") == SaleRecord({"total_minor": 100}, ({"total_minor": 40},))
    assert gateway.find_sale("S002-01-000008") is None
