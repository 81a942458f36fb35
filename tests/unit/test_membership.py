"""A member's life at the till: found online or from memory, joined once, and points used while the service is away."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.memory_gateway import MemoryGateway
from fakes.memory_shop import (
    DEMO_ACCOUNT,
    OPERATOR,
    MemoryCatalogue,
    MemoryMemberCache,
    MemoryStorage,
    MemoryTerms,
    PlainFormatter,
    profile,
)

from pos_app.domain.member import MemberAccount
from pos_app.domain.member_card import card_number
from pos_app.domain.offline_redemption import OfflineAllowance, OfflinePolicy
from pos_app.domain.receipt_document import Pair, Text
from pos_app.domain.rewards import BonusOffer, ProgrammeTerms
from pos_app.errors import CashierError, CommitUnknownError, OfflineError, WorldError
from pos_app.ports import MemberStatement, Proof, RedeemProofs
from pos_app.services.explaining import Explaining
from pos_app.services.membership import Membership
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl

EMAIL = "j@example.com"
CARD = card_number(7700)
POLICY = OfflinePolicy(
    allowed=True, redemption_limit_points=1000, terminal_budget_points=1500, member_count_limit=2, age_limit_s=86_400
)


class Till:
    """A till whose line to the central service can be cut."""

    def __init__(self, policy: OfflinePolicy = POLICY, proofs: RedeemProofs | None = None) -> None:
        self.storage, self.gateway, self.cache = MemoryStorage(), MemoryGateway(), MemoryMemberCache()
        self.terms = MemoryTerms(policy=policy, proofs=proofs)
        self.clock = self.storage.clock
        TillControl(storage=self.storage, clock=self.clock, operator=OPERATOR).open_day_if_closed(50_000)
        self.start()
        account = replace(DEMO_ACCOUNT, card_number=CARD, allowance=self.allowance())
        self.gateway.accounts[EMAIL] = account

    def start(self) -> None:
        parts = {"storage": self.storage, "terms": self.terms, "clock": self.clock, "ids": self.storage.ids}
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=profile(), operator=OPERATOR, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.rewards = Rewards(self.gateway, self.storage.ids)
        self.membership = Membership(self.gateway, cache=self.cache, profile=profile(), operator=OPERATOR, **parts)
        self.explaining = Explaining(self.selling, storage=self.storage, terms=self.terms, profile=profile())

    def allowance(self, **changes: object) -> OfflineAllowance:
        now = self.clock.now()
        values = {
            "member_id": "m-1",
            "store_id": "001",
            "balance_points": 1234,
            "allowance_points": 1200,
            "version": 1,
            "issued_at": now,
            "expires_at": now + timedelta(days=1),
        }
        return OfflineAllowance(**(values | changes))

    def cut_off(self) -> MemberAccount:
        """The member was looked up a moment ago; now the service is away."""
        self.membership.find(EMAIL)
        self.gateway.online = False
        found = self.membership.find(EMAIL)
        assert found is not None
        assert found.offline
        return found.account

    def sell_for_points(self, account: MemberAccount, points: int) -> None:
        self.selling.add_item("12")
        self.selling.attach_member(account)
        self.tendering.add_points(self.membership.hold_offline(account, points))
        self.tendering.add_cash(self.tendering.cash_due_minor)


@pytest.fixture
def till() -> Till:
    return Till()


# --- finding ----------------------------------------------------------------------------------------------------------


def test_a_member_is_found_online_and_remembered_for_when_the_line_is_cut(till: Till) -> None:
    found = till.membership.find(" J@Example.com ")
    assert found is not None
    assert not found.offline
    till.gateway.online = False
    assert till.membership.find(EMAIL).account == replace(found.account, remembered=True)
    assert till.membership.find_by_card(f" {CARD.lower()} ").offline


def test_nobody_known_here_is_said_to_be_out_of_reach_not_unknown(till: Till) -> None:
    till.gateway.online = False
    with pytest.raises(OfflineError):
        till.membership.find(EMAIL)
    with pytest.raises(OfflineError):
        till.membership.find_by_card(CARD)


def test_a_full_disk_does_not_lose_the_services_answer(till: Till, monkeypatch: pytest.MonkeyPatch, expect_log) -> None:
    expect_log("member m-1 is not remembered: The disk is full")

    def refuse(email: str, account: MemberAccount) -> None:
        raise WorldError("The disk is full.")

    monkeypatch.setattr(till.cache, "remember", refuse)
    assert till.membership.find(EMAIL) is not None


def test_what_the_service_no_longer_knows_is_forgotten_here(till: Till) -> None:
    till.membership.find(EMAIL)
    till.gateway.accounts.clear()
    assert till.membership.find(EMAIL) is None
    till.gateway.online = False
    with pytest.raises(OfflineError):
        till.membership.find(EMAIL)


def test_only_a_whole_address_finds_anybody(till: Till) -> None:
    with pytest.raises(CashierError) as refused:
        till.membership.find("j@")
    assert refused.value.code == "not_an_email"
    assert till.membership.question_about("jo@gmial.com") == "jo@gmail.com"
    assert till.membership.question_about("jo@gmail.com") == ""


def test_a_number_that_was_misread_is_no_card(till: Till) -> None:
    with pytest.raises(CashierError, match="no member card") as refused:
        till.membership.find_by_card(CARD[:-1])
    assert refused.value.code == "not_a_card"


def test_a_receipt_for_a_member_out_of_memory_shows_the_age_of_the_balance(till: Till) -> None:
    till.selling.add_item("10")
    till.selling.attach_member(till.cut_off())
    document = till.tendering.add_cash(6000).completed.document
    pairs = {block.left: block.right for block in document.blocks if isinstance(block, Pair)}
    assert pairs["Balance on 2026-11-22 10:00"] == "1,234"
    assert "Balance after this sale" not in pairs
    assert Text("Points are pending until this sale reaches the rewards service.") in document.blocks


# --- joining ----------------------------------------------------------------------------------------------------------


def test_joining_is_in_the_journal_before_the_service_is_asked(till: Till) -> None:
    till.gateway.offer_points = 250
    joining = till.membership.begin_joining("New@Example.com", True)
    entry = till.storage.state.entries[-1]
    payload = json.loads(entry.payload)
    assert (entry.kind, entry.event_id) == ("member_enrolled", joining.event_id)
    assert payload["marketing_consent"] is True
    assert b"new@example.com" not in entry.payload
    assert till.storage.state.contacts == {payload["contact_id"]: "new@example.com"}
    assert joining.masked_email == "n••••@example.com"
    answer = till.membership.join(joining, "2468")
    assert (answer.offer_status, answer.offer_points) == ("granted", 250)
    assert b"2468" not in b"".join(one.payload for one in till.storage.state.entries), "a PIN is never written down"
    assert till.cache.find("new@example.com") == answer.account


def test_a_lost_answer_asked_for_again_joins_once(till: Till) -> None:
    joining = till.membership.begin_joining("new@example.com", False)
    till.gateway.lost_answers = 1
    with pytest.raises(OfflineError):
        till.membership.join(joining)
    first = till.membership.join(joining)
    assert till.membership.join(joining) == first
    assert len(till.gateway.joined) == 1


@pytest.mark.parametrize("lands", [True, False])
def test_joining_with_an_unknown_commit_is_looked_up(till: Till, lands: bool) -> None:
    till.storage.fail_next_commit = (CommitUnknownError("unknown"), lands)
    if lands:
        till.membership.begin_joining("new@example.com", False)
    else:
        with pytest.raises(CommitUnknownError):
            till.membership.begin_joining("new@example.com", False)
    assert till.storage.kinds().count("member_enrolled") == lands


def test_joining_on_a_full_disk_joins_nobody(till: Till) -> None:
    till.storage.fail_next_commit = (WorldError("The disk is full."), False)
    with pytest.raises(WorldError):
        till.membership.begin_joining("new@example.com", False)
    assert till.storage.state.contacts == {}


# --- the account ------------------------------------------------------------------------------------------------------


def test_links_statement_code_and_pin_go_to_the_service(till: Till) -> None:
    till.membership.find(EMAIL)
    assert till.membership.link("m-1", "credit_card", " 4242 ").linked == ("credit_card",)
    assert till.cache.find(EMAIL).linked == ("credit_card",), "what is remembered follows"
    assert till.membership.unlink("m-1", "credit_card").linked == ()
    with pytest.raises(CashierError, match="Enter the number"):
        till.membership.link("m-1", "shopping", " ")
    statement = MemberStatement("j••••@example.com", 1234, 1234, 0, (), ((100, "2027-03-31"),), 30, (), "now")
    till.gateway.statements["m-1"] = statement
    assert till.membership.statement("m-1") == statement
    assert till.membership.send_code("m-1") == "j••••@example.com"
    till.membership.set_pin("m-1", "2468", Proof("code", "123456"))
    assert till.gateway.pins["m-1"] == "2468"
    with pytest.raises(CashierError, match="four to eight digits"):
        till.membership.set_pin("m-1", "12a4", Proof())


def test_who_leaves_is_forgotten(till: Till) -> None:
    till.membership.find(EMAIL)
    till.membership.leave("m-1", "moved away")
    assert till.gateway.left == ["m-1"]
    assert till.cache.find(EMAIL) is None


# --- points without the central service -------------------------------------------------------------------------------


def test_points_used_offline_are_kept_with_the_sale_and_count_from_then_on(till: Till) -> None:
    account = till.cut_off()
    assert till.membership.offline_limit(account).limit_points == 1000
    till.sell_for_points(account, 700)
    sale = json.loads(till.storage.state.entries[-1].payload)
    (tender,) = (t for t in sale["tenders"] if t["tender_type"] == "points")
    assert tender["reference"].startswith("offline-")
    assert (tender["points"], sale["points"]["used"]) == (700, 700)
    assert till.membership.offline_limit(account).limit_points == 500
    (job,) = till.storage.state.print_jobs.values()
    assert any(isinstance(b, Text) and b.text.startswith("Points used offline") for b in job.document.blocks)
    till.start()
    assert till.membership.offline_limit(account).limit_points == 500, "a restart forgets nothing"
    till.sell_for_points(account, 500)
    assert "used points offline already" in till.membership.offline_limit(account).reason


def test_points_in_the_payment_under_way_count_already(till: Till) -> None:
    account = till.cut_off()
    till.selling.add_item("12")
    till.selling.attach_member(account)
    hold = till.membership.hold_offline(account, 800)
    till.tendering.add_points(hold)
    with pytest.raises(CashierError, match="At most 400"):
        till.membership.hold_offline(account, 500)
    other = replace(account, member_id="m-2", allowance=till.allowance(member_id="m-2"))
    assert till.membership.offline_limit(other).limit_points == 700, "the till's own budget is shared"
    till.tendering.remove_tender(hold.hold_id)
    till.rewards.release(hold.hold_id)
    assert till.gateway.released == [], "nothing was set aside anywhere"
    assert till.membership.offline_limit(account).limit_points == 1000


def test_a_cancelled_sale_spent_nothing(till: Till) -> None:
    account = till.cut_off()
    till.selling.add_item("12")
    till.selling.attach_member(account)
    till.tendering.add_points(till.membership.hold_offline(account, 800))
    till.selling.cancel("changed their mind")
    assert till.membership.offline_limit(account).limit_points == 1000


def test_a_sale_whose_commit_failed_spent_nothing(till: Till) -> None:
    account = till.cut_off()
    till.selling.add_item("12")
    till.selling.attach_member(account)
    till.tendering.add_points(till.membership.hold_offline(account, 800))
    till.storage.fail_next_commit = (WorldError("The disk is full."), False)
    with pytest.raises(WorldError):
        till.tendering.add_cash(till.tendering.cash_due_minor)
    assert till.storage.state.offline_redemptions == {}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"store_id": "002"}, "belong to another store"),
        ({"issued_days": -2}, "too old"),
        ({"issued_days": 1}, "too old"),
        ({"balance_points": 99}, "limit .* is reached"),
        ({"balance_points": -500, "allowance_points": 0}, "limit .* is reached"),
    ],
)
def test_an_allowance_that_does_not_hold_here_and_now_is_refused_with_its_sentence(
    till: Till, changes: dict, sentence: str
) -> None:
    if "issued_days" in changes:
        issued_at = till.clock.now() + timedelta(days=changes.pop("issued_days"))
        changes |= {"issued_at": issued_at, "expires_at": issued_at + timedelta(days=30)}
    account = replace(DEMO_ACCOUNT, allowance=till.allowance(**changes))
    with pytest.raises(CashierError, match=sentence) as refused:
        till.membership.hold_offline(account, 100)
    assert refused.value.code == "offline_points"


def test_without_an_allowance_or_where_the_terms_forbid_it_no_points_are_used_offline(till: Till) -> None:
    with pytest.raises(CashierError, match="not looked up lately"):
        till.membership.hold_offline(DEMO_ACCOUNT, 100)
    strict = Till(OfflinePolicy())
    with pytest.raises(CashierError, match="cannot be used while"):
        strict.membership.hold_offline(replace(DEMO_ACCOUNT, allowance=strict.allowance()), 100)


def test_only_a_proof_that_needs_no_service_counts_offline() -> None:
    till = Till(proofs=RedeemProofs(("pin", "id_seen"), 300))
    account = till.cut_off()
    assert till.membership.proof_needed(300) == ()
    assert till.membership.proof_needed(400) == ("pin", "id_seen")
    assert till.membership.offline_proofs(400) == ("id_seen",)
    with pytest.raises(CashierError, match="Ask to see the member's ID"):
        till.membership.hold_offline(account, 400, Proof("pin", "2468"))
    till.selling.add_item("12")
    till.selling.attach_member(account)
    till.tendering.add_points(till.membership.hold_offline(account, 400, Proof("id_seen")))
    assert till.selling.view.tenders[0].description == "400 points, ID seen"
    pin_only = Till(proofs=RedeemProofs(("pin",)))
    with pytest.raises(CashierError, match="only be checked when"):
        pin_only.membership.hold_offline(pin_only.cut_off(), 100, Proof("id_seen"))


def test_a_hold_online_records_its_proof(till: Till) -> None:
    hold = till.rewards.hold_points("t-1", "m-1", 300, proof=Proof("id_seen"))
    assert hold.proof_kind == "id_seen"
    assert till.gateway.proofs == [Proof("id_seen")]


# --- explaining -------------------------------------------------------------------------------------------------------


def test_points_of_a_sale_explain_themselves_now_and_later_by_the_same_terms(till: Till) -> None:
    now = till.clock.now()
    till.terms.terms = ProgrammeTerms(
        version=4, offers=(BonusOffer("holiday", 1, now, now + timedelta(days=1), 5, name="Holiday 5x"),)
    )
    till.selling.add_item("10")
    till.selling.attach_member(till.gateway.accounts[EMAIL])
    before = till.explaining.explain_current()
    assert before.points == 245
    assert any(step.what.startswith("Holiday 5x") for step in before.steps)
    completed = till.tendering.add_cash(6000).completed
    till.terms.older["standard", 4], till.terms.terms = till.terms.terms, ProgrammeTerms(version=5)
    assert till.explaining.explain_receipt(completed.transaction.header.receipt_number) == before
    with pytest.raises(CashierError, match="no receipt"):
        till.explaining.explain_receipt("002-01-000001")
