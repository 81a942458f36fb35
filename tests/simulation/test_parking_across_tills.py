"""Two tills and the central service over real HTTP: a parked sale is at one till, whatever line breaks when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.parking_till import ParkingTill
from fakes.real_central import RealCentral

from pos_app.clock import SetClock
from pos_app.errors import CashierError, OfflineError, RefusedError

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Store:
    """A central service and two tills whose clocks go together."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(NOON)
        self.central = RealCentral(folder / "central", clock=self.clock)
        self.tills = {}
        for number in ("01", "02"):
            till = ParkingTill(folder / f"till-{number}", number, clock=self.clock)
            till.enrol(self.central.url, self.central.service.open_enrolment("001", number))
            till.connect()
            self.tills[number] = till
        self.first, self.second = self.tills["01"], self.tills["02"]

    def pass_time(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def assert_all_proven(self) -> None:
        """Both journals are in order, the central service took all of them and found nothing odd."""
        for till in self.tills.values():
            assert till.faults() == []
            till.drain()
        assert self.central.service.quarantined() == []
        assert self.central.service.verify().findings == ()

    def close(self) -> None:
        for till in self.tills.values():
            till.close()
        self.central.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.assert_all_proven()
    made.close()


def parked_at_first(store: Store) -> str:
    store.first.scan("12", "10")
    store.first.selling.attach_unknown_member("j@example.com")
    parking_id = store.first.suspending.park("blue bag").sale.parking_id
    store.first.sharing.exchange()
    return parking_id


def test_parked_at_one_till_paid_at_the_other(store: Store) -> None:
    parking_id = parked_at_first(store)
    (entry,) = store.second.sharing.exchange()
    assert (entry.terminal_id, entry.note, entry.item_count) == ("001-01", "blue bag", 2)  # type: ignore[attr-defined]
    recalled = store.second.recall(parking_id)
    assert recalled.total_minor == recalled.sale.total_minor
    assert store.second.selling.view.receipt_number == "001-02-000001"
    sale = store.second.tendering.add_cash(store.second.tendering.cash_due_minor).completed
    assert sale is not None
    store.second.sharing.exchange()
    store.first.sharing.exchange()
    assert store.first.suspending.parked() == []
    assert store.first.kinds() == ["transaction_suspended", "transaction_taken_elsewhere"]
    assert store.second.kinds() == ["transaction_retrieved", "sale"]


def test_the_first_till_recalls_its_own_and_it_vanishes_from_the_others_list(store: Store) -> None:
    parking_id = parked_at_first(store)
    assert len(store.second.sharing.exchange()) == 1
    store.first.recall(parking_id)
    assert store.second.sharing.exchange() == ()
    with pytest.raises(RefusedError, match="has this sale"):
        store.second.sharing.claim(parking_id)


def test_both_want_it_and_one_gets_it(store: Store) -> None:
    parking_id = parked_at_first(store)
    store.second.sharing.claim(parking_id)
    with pytest.raises(CashierError, match="has this sale"):
        store.first.sharing.claim(parking_id)


def test_a_till_that_died_between_taking_and_going_on_finds_the_sale_again(store: Store) -> None:
    parking_id = parked_at_first(store)
    store.second.sharing.exchange()
    store.second.sharing.claim(parking_id)  # and here the power goes
    store.first.sharing.exchange()
    assert [row.taken_by for row in store.first.suspending.parked()] == ["001-02"]
    (entry,) = store.second.sharing.exchange()
    assert entry.taken_here  # type: ignore[attr-defined]
    store.second.recall(parking_id)
    assert store.second.sharing.exchange() == ()
    store.first.sharing.exchange()
    assert store.first.suspending.parked() == []


def test_a_till_without_a_line_keeps_its_own_once_nobody_else_can_have_them(store: Store) -> None:
    parking_id = parked_at_first(store)
    assert len(store.second.sharing.exchange()) == 1
    store.first.cable_is_in = False
    with pytest.raises(CashierError, match="Try again in"):
        store.first.sharing.claim(parking_id)
    store.pass_time(60)
    assert store.second.sharing.exchange() == ()
    with pytest.raises(RefusedError):
        store.second.sharing.claim(parking_id)
    store.pass_time(20)
    store.first.recall(parking_id)
    store.first.cable_is_in = True
    store.first.sharing.exchange()
    assert store.second.sharing.exchange() == ()


def test_taken_while_the_first_till_had_no_line_it_hears_of_it_later(store: Store) -> None:
    parking_id = parked_at_first(store)
    store.first.cable_is_in = False
    store.second.recall(parking_id)
    store.second.sharing.exchange()
    store.pass_time(5)
    with pytest.raises(CashierError, match="line is down"):
        store.first.sharing.claim(parking_id)
    store.first.cable_is_in = True
    store.first.sharing.exchange()
    assert store.first.suspending.parked() == []
    assert store.first.kinds()[-1] == "transaction_taken_elsewhere"


def test_a_sale_that_was_never_offered_is_recalled_without_a_line(store: Store) -> None:
    store.first.cable_is_in = False
    store.first.scan("12")
    parking_id = store.first.suspending.park().sale.parking_id
    with pytest.raises(OfflineError):
        store.first.sharing.exchange()
    store.first.recall(parking_id)
    assert store.first.selling.view.receipt_number == "001-01-000001"


def test_a_sale_may_go_there_and_back_again(store: Store) -> None:
    parking_id = parked_at_first(store)
    store.second.recall(parking_id)
    back = store.second.suspending.park().sale.parking_id
    store.second.sharing.exchange()
    store.first.sharing.exchange()
    store.first.recall(back)
    assert store.first.selling.view.receipt_number == "001-01-000002"
    store.first.tendering.add_cash(store.first.tendering.cash_due_minor)
    store.first.sharing.exchange()
    store.second.sharing.exchange()
    assert store.second.suspending.parked() == []
