"""A store whose line is cut for seven business days: it trades on, and when the line is back all of it counts once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.closing_till import ClosingTill, cash
from fakes.cut_stores import ALLOWANCE_POINTS, Country
from fakes.real_central import RealCentral

from pos_app.clock import SetClock
from sync.terminal.store import CentralStore

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAYS = 7


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MONDAY)


@pytest.fixture
def central(tmp_path: Path, clock: SetClock) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central", clock=clock)
    yield made
    made.close()


def test_seven_days_with_their_z_reports_arrive_once_and_are_the_days_that_were_traded(
    tmp_path: Path, central: RealCentral, clock: SetClock
) -> None:
    till = ClosingTill(tmp_path / "till", clock=clock)
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    z_reports = []
    for day in range(DAYS):
        if day:
            clock.at += timedelta(days=1)
            till.day.open(cash(20_000))
        for goods in ("10", "11", "12"):
            till.ring_up(goods)
        z_reports.append(till.close_day(till.expected_minor))
    waiting = till.data.outbox.pending_count()
    assert waiting == len(till.kinds()), "nothing was sent, and nothing of it was lost"
    clock.at += timedelta(hours=12)
    till.drain()
    assert till.data.outbox.pending_count() == 0
    assert till.data.outbox.quarantined() == []
    found = {day.business_day: day for day, _ in CentralStore(till.client).days("2026-11-16")}
    for number, report in enumerate(z_reports):
        day = found[f"2026-11-{16 + number}"]
        assert [one.z_number for one in day.tills] == [report.number]
        assert day.figures.sale_count == 3
        assert day.figures.net_sales_minor == report.figures.net_sales_minor
    till.drain()
    assert central.service.verify().findings == ()
    assert till.faults() == []
    till.close()


def test_points_used_offline_in_that_week_stay_within_bounds_and_settle_once(tmp_path: Path) -> None:
    """What was known of a member grows too old within the week: the till then says so, and sells without points."""
    country = Country(tmp_path, 1, 1, {f"m{number}@example.com": 1500 for number in range(3)})
    try:
        (till,) = country.tills
        emails = list(country.opening)
        accounts = {email: till.look_up(email) for email in emails}
        till.line.online = False
        refusals = []
        for _ in range(DAYS):
            for email in emails:
                account = till.look_up(email) or accounts[email]
                assert account is not None
                refused = till.spend(email, account, 300, offline=True)
                if refused:
                    refusals.append(refused)
                    till.selling.add_item("12")
                    assert till.tendering.add_cash(till.tendering.cash_due_minor).completed is not None
            till.restart()
            country.clock.at += timedelta(days=1)
        used = {email: sum(points for who, _, points in till.spent if who == email) for email in emails}
        assert all(0 < points <= ALLOWANCE_POINTS for points in used.values())
        assert refusals, "the bounds are reached within a week"
        assert all(words.endswith((".", "!")) and len(words) > 20 for words in refusals), "told in words"
        country.heal()
        assert country.check() == 0, "one store alone can make nobody owe points"
        assert {email: country.balance(email) for email in emails} == {
            email: 1500 - points for email, points in used.items()
        }
    finally:
        country.close()
