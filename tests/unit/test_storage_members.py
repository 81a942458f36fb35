"""What a till knows of its members when the central service is out of reach, and what it let be spent meanwhile."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.memory_shop import MemoryStorage
from fakes.terminal_data import DAY, NOON, cash_sale, open_day, terminal_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.clock import SetClock
from pos_app.domain.basket import Basket
from pos_app.domain.member import MemberAccount, PoolBalance
from pos_app.domain.offline_redemption import OfflineAllowance, OfflinePolicy, OfflineSpending
from pos_app.domain.poslog import sale_to_plain
from pos_app.ports import EventOutcome, OpenTransaction, RedeemProofs
from pos_app.storage.database import FILE_NAME
from pos_app.storage.terminal_database import TerminalDatabase

ALLOWANCE = OfflineAllowance("m-1", "001", 1234, 1200, 7, NOON, NOON + timedelta(days=1))
ACCOUNT = MemberAccount(
    "m-1",
    "Jo",
    "j••••@example.com",
    1234,
    1234,
    5,
    NOON.isoformat(),
    (PoolBalance("store", 1234),),
    card_number="7700123",
    segment="student",
    linked=("shopping",),
    proofs=("pin",),
    allowance=ALLOWANCE,
)
ADDRESS = "jo@example.com"


def test_a_member_is_known_again_after_a_restart_by_address_and_by_card(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        data.members.remember(ADDRESS, ACCOUNT)
    with terminal_data(tmp_path) as data:
        assert data.members.find(ADDRESS) == ACCOUNT
        assert data.members.find_by_card("7700123") == ACCOUNT
        assert data.members.find("joe@example.com") is None
        assert data.members.find_by_card("") is None


def test_what_is_kept_of_an_address_cannot_be_read_back(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        data.members.remember(ADDRESS, ACCOUNT)
        stored = str(data.database.all("SELECT * FROM member_cache"))
    assert "jo@" not in stored
    assert "example.com" in stored, "the masked form is what the screen shows"


def test_the_last_answer_counts_and_a_card_look_up_keeps_the_address(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        data.members.remember(ADDRESS, ACCOUNT)
        data.members.remember("", replace(ACCOUNT, available_points=900))
        known = data.members.find(ADDRESS)
        assert known is not None
        assert known.available_points == 900


def test_an_address_that_went_to_another_member_finds_the_new_one(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        data.members.remember(ADDRESS, ACCOUNT)
        data.members.remember(ADDRESS, replace(ACCOUNT, member_id="m-2", card_number=""))
        known = data.members.find(ADDRESS)
        assert known is not None
        assert known.member_id == "m-2"
        assert data.members.find_by_card("7700123") is None


def test_members_not_seen_for_thirty_days_are_gone(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    with terminal_data(tmp_path, clock=clock) as data:
        data.members.remember(ADDRESS, ACCOUNT)
        clock.at = NOON + timedelta(days=30)
        assert data.members.find(ADDRESS) == ACCOUNT
        clock.at += timedelta(seconds=1)
        assert data.members.find(ADDRESS) is None
        data.members.remember("other@example.com", replace(ACCOUNT, member_id="m-2", card_number=""))
        assert data.database.all("SELECT member_id FROM member_cache") == [("m-2",)]


def test_members_who_were_erased_are_forgotten_when_the_service_says_so(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        data.members.remember(ADDRESS, ACCOUNT)
        data.outbox.save_terms(json.dumps({"terms": [], "forget_members": ["m-9", "m-1"]}).encode())
        assert data.members.find(ADDRESS) is None


def test_a_sale_under_way_keeps_what_is_known_of_its_member(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        under_way = OpenTransaction(cash_sale(1).header, Basket(), account=ACCOUNT)
        with data.storage.unit_of_work() as work:
            work.save_open_transaction(under_way)
            work.commit()
        assert data.storage.open_transaction() == under_way


# --- points spent without the central service -------------------------------------------------------------------------


def _spend(data: TerminalDatabase, points: int, member_id: str = "m-1") -> int:
    """A sale that spends points offline; the sequence of its entry comes back."""
    with data.storage.unit_of_work() as work:
        number = work.begin_transaction()
        entry = work.append("sale", sale_to_plain(cash_sale(number)))
        work.add_offline_redemption(f"offline-{number}", member_id, points)
        work.commit()
    return entry.sequence


def _acknowledge(data: TerminalDatabase, sequence: int, at: datetime, *outcomes: EventOutcome) -> None:
    data.outbox.acknowledge(sequence, outcomes, at.isoformat(timespec="seconds"))


def test_points_spent_offline_count_until_the_service_has_the_sale_even_after_a_restart(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _spend(data, 500)
        _spend(data, 300, "m-2")
    with terminal_data(tmp_path) as data:
        assert data.storage.offline_spending("m-1", NOON) == OfflineSpending(500, 1, 800)
        assert data.storage.offline_spending("m-3", NOON) == OfflineSpending(0, 0, 800)
        _acknowledge(data, 1, NOON)
        assert data.storage.offline_spending("m-2", NOON + timedelta(hours=1)) == OfflineSpending(300, 1, 300)
        _acknowledge(data, 2, NOON)
        assert data.storage.offline_spending("m-2", NOON + timedelta(hours=1)) == OfflineSpending()


def test_an_allowance_from_before_the_service_had_the_sale_never_gives_the_same_points_again(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _spend(data, 500)
        _acknowledge(data, 1, NOON + timedelta(hours=1))
        assert data.storage.offline_spending("m-1", NOON) == OfflineSpending(500, 1, 0)
        just_after = NOON + timedelta(hours=1, minutes=4)
        assert data.storage.offline_spending("m-1", just_after).member_points == 500, "clocks may differ"
        assert data.storage.offline_spending("m-1", NOON + timedelta(hours=2)) == OfflineSpending()


def test_a_service_that_lost_the_sale_has_not_settled_it(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _spend(data, 500)
        _acknowledge(data, 1, NOON)
        _acknowledge(data, 0, NOON)
        assert data.storage.offline_spending("m-1", NOON + timedelta(days=1)) == OfflineSpending(500, 1, 500)


def test_a_sale_in_quarantine_is_not_settled_until_it_is_applied(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _spend(data, 500)
        _acknowledge(data, 1, NOON, EventOutcome(1, "e", "quarantined", "unknown_terms"))
        assert data.storage.offline_spending("m-1", NOON + timedelta(days=1)) == OfflineSpending(500, 1, 500)
        _acknowledge(data, 1, NOON, EventOutcome(1, "e", "applied"))
        assert data.storage.offline_spending("m-1", NOON + timedelta(days=1)) == OfflineSpending()


def test_points_spent_are_durable_with_the_sale_or_not_at_all(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            work.append("sale", sale_to_plain(cash_sale(work.begin_transaction())))
            work.add_offline_redemption("offline-1", "m-1", 500)
        assert data.storage.offline_spending("m-1", NOON) == OfflineSpending()
        with data.storage.unit_of_work() as work, pytest.raises(RuntimeError, match="the sale comes before"):
            work.add_offline_redemption("offline-1", "m-1", 500)


def test_a_restored_copy_spends_nothing_offline_before_the_service_was_heard(tmp_path: Path, expect_log) -> None:
    expect_log("older copy")
    with terminal_data(tmp_path) as data:
        open_day(data, day=DAY)
        data.members.remember(ADDRESS, ACCOUNT)
        data.outbox.save_terms(json.dumps(DELIVERED).encode())
    copy = (tmp_path / FILE_NAME).read_bytes()
    with terminal_data(tmp_path) as data:
        _spend(data, 500)
    (tmp_path / FILE_NAME).write_bytes(copy)
    with terminal_data(tmp_path) as data:
        assert data.members.find(ADDRESS) is None
        assert data.terms.offline_policy().terminal_budget_points == 0


# --- what the service says with the terms -----------------------------------------------------------------------------

DELIVERED = {
    "terms": [
        {
            "terms_id": "standard",
            "version": 2,
            "effective_from": "2026-01-01T00:00:00+00:00",
            "offline": {"allowed": True, "redemption_limit_points": 1500, "store_budget_points": 9000},
            "redeem_proofs": ["pin", "id_seen"],
            "proof_above_points": 500,
        }
    ],
    "allowance_public_key": "a2V5",
    "terminal_budget_points": 4500,
}


def test_limits_proofs_and_the_key_come_with_the_terms_and_stay(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        assert data.terms.offline_policy() == OfflinePolicy(terminal_budget_points=0)
        assert data.terms.redeem_proofs() == RedeemProofs()
        data.outbox.save_terms(json.dumps(DELIVERED).encode())
    with terminal_data(tmp_path) as data:
        assert data.terms.offline_policy() == OfflinePolicy(True, 1500, 4500)
        assert data.terms.redeem_proofs() == RedeemProofs(("pin", "id_seen"), 500)
        assert data.terms.allowance_public_key() == "a2V5"
        data.outbox.save_terms(json.dumps({"terms": [], "terminal_budget_points": 2250}).encode())
        assert data.terms.offline_policy().terminal_budget_points == 2250
        assert data.terms.current_terms().version == 2


@pytest.mark.parametrize(
    "change",
    [
        {"terminal_budget_points": "1"},
        {"allowance_public_key": None},
        {"terms": [DELIVERED["terms"][0] | {"offline": {"allowed": "yes"}}]},
        {"terms": [DELIVERED["terms"][0] | {"offline": {"redemption_limit_points": 1.5}}]},
        {"terms": [DELIVERED["terms"][0] | {"redeem_proofs": [1]}]},
    ],
)
def test_limits_that_cannot_be_understood_leave_the_known_ones_in_force(tmp_path: Path, change: dict) -> None:
    with terminal_data(tmp_path) as data:
        data.outbox.save_terms(json.dumps(DELIVERED).encode())
        with pytest.raises(ValueError, match=r"."):
            data.outbox.save_terms(json.dumps(DELIVERED | change).encode())
        assert data.terms.offline_policy() == OfflinePolicy(True, 1500, 4500)


def test_two_tills_keep_the_same_address_differently(tmp_path: Path) -> None:
    with terminal_data(tmp_path / "one") as data:
        data.members.remember(ADDRESS, ACCOUNT)
        (stolen,) = data.database.all("SELECT address_hash FROM member_cache")
    with terminal_data(tmp_path / "other") as data:
        data.members.remember(ADDRESS, ACCOUNT)
        assert data.database.all("SELECT address_hash FROM member_cache") != [stolen]


# --- the memory that simulations use is the disk that tills use -------------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("spend"), st.sampled_from(["m-1", "m-2"]), st.integers(1, 9)),
        st.tuples(st.just("acknowledge"), st.integers(0, 100), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 20), st.just(0)),
    ),
    max_size=15,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(-60, 60))
def test_disk_and_memory_count_the_same(tmp_path_factory: pytest.TempPathFactory, done: list, issued: int) -> None:
    clock = SetClock(NOON)
    memory = MemoryStorage(clock=clock)
    with terminal_data(tmp_path_factory.mktemp("till"), clock=clock) as data:
        for number, (what, value, points) in enumerate(done):
            match what:
                case "spend":
                    for storage in (data.storage, memory):
                        with storage.unit_of_work() as work:
                            work.append("sale", sale_to_plain(cash_sale(number + 1)), event_id=f"event-{number}")
                            work.add_offline_redemption(f"offline-{number}", value, points * 100)
                            work.commit()
                case "acknowledge":
                    mark = min(value, len(memory.state.entries))
                    _acknowledge(data, mark, clock.now())
                    memory.acknowledge(mark)
                case "wait":
                    clock.at += timedelta(minutes=value)
        issued_at = clock.now() + timedelta(minutes=issued)
        for member_id in ("m-1", "m-2", "m-3"):
            assert data.storage.offline_spending(member_id, issued_at) == memory.offline_spending(member_id, issued_at)
