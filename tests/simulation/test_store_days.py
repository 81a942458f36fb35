"""Three real tills and their service over real HTTP: the store's days, and a till that is away for two of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.closing_till import ClosingTill, cash
from fakes.memory_shop import PlainFormatter
from fakes.real_central import RealCentral

from pos_app.clock import SetClock
from pos_app.services.store_closing import StoreClosing
from pos_app.storage.reports import SqliteReportFigures
from sync.terminal.store import CentralStore

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
GOODS = ("10", "11", "12")


class Store:
    """A service and three tills whose clocks go together; each till's day is opened as the till is."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(MORNING)
        self.central = RealCentral(folder / "central", clock=self.clock)
        self.tills = [self._till(folder, workstation_id) for workstation_id in ("01", "02", "03")]

    def _till(self, folder: Path, workstation_id: str) -> ClosingTill:
        till = ClosingTill(folder / workstation_id, clock=self.clock, workstation_id=workstation_id)
        till.enrol(self.central.url, self.central.service.open_enrolment("001", workstation_id))
        till.connect()
        return till

    def closing(self, till: ClosingTill) -> StoreClosing:
        return StoreClosing(
            CentralStore(till.client),
            till.approvals,
            storage=till.data.storage,
            clock=self.clock,
            ids=till.ids,
            operator=till.operator,
            formatter=PlainFormatter(),
            profile=till.profile,
            papers=till.papers,
        )

    def trade(self, till: ClosingTill, *goods: str) -> int:
        """A sale and a pickup, then the till is closed; the bags that go to the bank come back, in cents."""
        till.ring_up(*goods)
        till.cash.pick_up(2_000, f"P-{till.profile.workstation_id}-{self.clock.at:%d}")
        z_report = till.close_day(till.expected_minor)
        return z_report.deposit_minor + 2_000

    def next_morning(self) -> None:
        self.clock.at += timedelta(days=1)
        for till in self.tills:
            till.day.open(cash(20_000))

    def close(self) -> None:
        for till in self.tills:
            assert till.faults() == []
            till.close()
        assert self.central.service.quarantined() == []
        self.central.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.close()


def test_a_till_that_was_away_over_two_openings_joins_the_days_in_which_it_traded(store: Store) -> None:
    first, second, away = store.tills
    closes, banked, missing = [], [], []
    for day in range(2):
        if day:
            store.next_morning()
        banked.append(store.trade(first, *GOODS) + store.trade(second, "10"))
        missing.append(store.trade(away, "11", "12"))
        for till in (first, second):
            till.drain()
        closes.append(store.closing(first).close(f"2026-11-{20 + day}", ""))
    assert [one.number for one in closes] == [1, 2]
    assert [one.day.bank_minor for one in closes] == banked
    assert [till.state for till in closes[0].day.tills] == ["closed", "closed", "not_opened"]

    away.drain()
    closing = store.closing(away)
    assert [(found.business_day, len(found.closed_tills)) for found, _ in closing.days()] == [
        ("2026-11-21", 3),
        ("2026-11-20", 3),
    ]
    for number, before in enumerate(closes):
        amended = closing.close(before.day.business_day, "")
        assert (amended.number, amended.amendment) == (before.number, 1)
        assert amended.day.bank_minor == banked[number] + missing[number]
        assert amended.day.figures.sale_count == 3
        bags = [bag.bag_number for bag in amended.day.bags if bag.is_pickup]
        assert bags == [f"P-{one}-{20 + number}" for one in ("01", "02", "03")]
    assert away.kinds().count("store_closed") == 2
    papers = away.data.database.all("SELECT document FROM print_job WHERE document LIKE '%DEPOSIT SLIP%'")
    assert len(papers) == 2


def test_closed_at_two_tills_at_once_it_is_one_close_and_each_has_its_paper(store: Store) -> None:
    first, second, _ = store.tills
    for till in (first, second):
        store.trade(till, "10")
        till.drain()
    made = store.closing(first).close("2026-11-20", "")
    assert store.closing(second).close("2026-11-20", "") == made
    assert store.closing(second).close("2026-11-20", "") == made
    assert [till.kinds().count("store_closed") for till in (first, second)] == [1, 1]
    for till in (first, second):
        till.drain()


def test_a_tills_own_figures_are_its_part_of_the_stores(store: Store) -> None:
    total = 0
    for till in store.tills:
        store.trade(till, *GOODS)
        till.drain()
        figures = SqliteReportFigures(till.data.database)
        figures.catch_up(lambda done, whole: True)
        total += till.sales[0].total_minor
    while store.central.service.stores.state("001").left:
        pass
    papers = store.closing(store.tills[0]).close("2026-11-20", "")
    assert papers.day.figures.sales_minor == total
    assert papers.day.points_agree
