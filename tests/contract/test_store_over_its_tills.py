"""A store's figures and day over all its tills: each event once, every till named, a late one in an amended close."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, sale_payload
from fakes.closing_till import ClosingTill
from fakes.trading import Trade
from sqlalchemy import Connection, select

from pos_app.domain import report_cells
from pos_app.domain.report_cells import Section
from pos_app.domain.store_close import StoreClose, StoreDay, TillState, close_from_plain
from sync import contract
from sync import store_days as wire
from sync.central import tables
from sync.central.database import one_of
from sync.central.errors import CentralError
from sync.central.store import days
from sync.central.store import figures as store_figures
from sync.central.store.tables import MOVES
from sync.central.terminals import Terminal

DAY, NEXT_DAY = "2014-11-28", "2014-11-29"
MANAGER = "manager-1"


def terminal(shop: CentralShop, terminal_id: str = TILL) -> Terminal:
    found = shop.service.find_terminal(terminal_id)
    assert found is not None
    return found


def figures(shop: CentralShop, section: Section, by: Any = "key", day: str = DAY, store_id: str = "001"):
    """The rows of a section, once everything is added up."""
    while shop.service.stores.state(store_id).left:
        pass
    asked = wire.AskFigures(section=section, first_day=day, last_day=day, by=by)
    return shop.service.stores.figures(store_id, asked).rows


def close(shop: CentralShop, terminal_id: str = TILL, day: str = DAY) -> StoreClose:
    asked = wire.CloseStore(business_day=day, operator_id=MANAGER)
    answer = shop.service.stores.close(terminal(shop, terminal_id), asked)
    return close_from_plain(json.loads(answer.close), answer.digest)


def day_of(shop: CentralShop, day: str = DAY) -> StoreDay:
    return next(found for found, _ in shop.service.stores.days("001", DAY) if found.business_day == day)


@pytest.fixture(scope="module")
def z_payload(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real till says when it is closed three dollars short, after a pickup of ten."""
    till = ClosingTill(tmp_path_factory.mktemp("z") / "till")
    till.ring_up("10", "11")
    till.cash.pick_up(1_000, "BAG-7")
    till.close_day(till.expected_minor - 300)
    payload = json.loads(till.data.till_records.z_reports(1)[0].payload)
    till.close()
    return payload


def traded(terminal_id: str, z_payload: dict[str, Any], day: str = DAY) -> Journal:
    """A till's day as the service gets it: opened, a pickup, closed."""
    journal = Journal(terminal_id)
    journal.append("business_day_opened", {"operator_id": MANAGER}, business_day=day)
    pickup = {"operator_id": MANAGER, "amount_minor": 1_000, "bag_number": f"P-{terminal_id}"}
    journal.append("tender_pickup", pickup, business_day=day)
    place = {"incarnation": journal.incarnation, "sequence": 1}
    period = {"from": place, "to": place | {"sequence": 2}, "last_hash": ""}
    said = z_payload | {"business_day": day, "bag_number": f"D-{terminal_id}", "period": period}
    journal.append("z_report", said, business_day=day)
    return journal


def test_every_event_of_every_till_counts_once_however_often_it_is_sent_and_added_up(shop: CentralShop) -> None:
    sold, people = 0, set()
    for number, terminal_id in enumerate((TILL, SAME_STORE_TILL)):
        journal = Journal(terminal_id)
        for one in Trade(number).day(shop.clock.now().date(), 40):
            payload = one.payload
            if one.kind == "no_sale":
                sold_by = payload["operator_id"]
                people.add(sold_by)
            if one.kind in ("no_sale", "paid_out"):
                journal.append(one.kind, payload, occurred_at=one.at.isoformat())
                sold += payload.get("amount_minor", 0)
        shop.upload(journal)
        shop.upload(journal)
    for _ in range(3):
        rows = figures(shop, Section.CASH)
        assert sum(row[6] for row in rows) == sold > 0
    assert people <= set(shop.service.stores.state("001").operators)
    assert {row[0] for row in figures(shop, Section.CASH, by="day")} == {DAY}
    assert figures(shop, Section.CASH, store_id="002") == []


def test_figures_of_older_rules_are_made_anew_and_those_thrown_away_too(
    shop: CentralShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(TILL)
    for number in range(1_200):
        journal.append("no_sale", {"operator_id": "associate-1", "reason": f"Change {number % 3}"})
    for first in range(1, len(journal.entries), contract.MAXIMUM_BATCH_EVENTS):
        shop.upload(journal, first, first + contract.MAXIMUM_BATCH_EVENTS - 1)
    before = figures(shop, Section.NO_SALE)
    assert sum(row[4] for row in before) == 1_200
    revision = shop.service.stores.state("001").revision
    monkeypatch.setattr(store_figures, "RULES_VERSION", report_cells.RULES_VERSION + 1)
    assert figures(shop, Section.NO_SALE) == before
    assert shop.service.stores.state("001").revision == revision


def test_an_event_that_no_figure_can_be_made_of_is_counted_as_such(shop: CentralShop) -> None:
    journal = Journal(TILL)
    for amount in ("much", 10**30, True):
        journal.append("paid_out", {"operator_id": "associate-1", "amount_minor": amount, "reason": "x"})
    journal.append("no_sale", {"operator_id": "associate-1", "reason": "a\x00b"})
    shop.upload(journal)
    rows = figures(shop, Section.UNREADABLE)
    assert [(row[1], row[4]) for row in rows] == [("paid_out", 3)]
    assert [row[1] for row in figures(shop, Section.NO_SALE)] == ["a?b"]


def test_the_store_sees_how_far_each_till_is_and_what_is_still_to_come(
    shop: CentralShop, z_payload: dict[str, Any]
) -> None:
    shop.upload(traded(TILL, z_payload))
    counting = Journal(SAME_STORE_TILL)
    counting.append("business_day_opened", {"operator_id": MANAGER})
    counting.append("sales_stopped", {"operator_id": MANAGER})
    for number in range(5):
        counting.append("no_sale", {"operator_id": MANAGER, "reason": str(number)})
    batch = counting.batch(1, 2)
    batch.journal_end = 7
    shop.service.upload(SAME_STORE_TILL, batch)
    shop.let_in("001-03")
    assert [(till.terminal_id, till.state, till.unsent) for till in day_of(shop).tills] == [
        (TILL, TillState.CLOSED, 0),
        (SAME_STORE_TILL, TillState.COUNTING, 5),
        ("001-03", TillState.NOT_OPENED, 0),
    ]
    counting.append("sales_resumed", {"operator_id": MANAGER})
    shop.upload(counting, 3)
    assert [(till.state, till.unsent) for till in day_of(shop).tills[1:2]] == [(TillState.OPEN, 0)]


def test_the_store_is_closed_over_its_tills_and_a_late_one_makes_an_amendment(
    shop: CentralShop, z_payload: dict[str, Any]
) -> None:
    with pytest.raises(CentralError, match="No till has closed this day"):
        close(shop)
    late = Journal(SAME_STORE_TILL)
    late.append("business_day_opened", {"operator_id": MANAGER})
    shop.upload(late)
    shop.upload(traded(TILL, z_payload))
    first = close(shop)
    deposit_minor, net = z_payload["deposit_minor"], day_of(shop).tills[0].net_sales_minor
    assert (first.title, first.operator_id) == ("Store close 1", MANAGER)
    assert [till.state for till in first.day.tills] == [TillState.CLOSED, TillState.OPEN]
    assert first.day.bank_minor == deposit_minor + 1_000
    assert [bag.bag_number for bag in first.day.bags] == [f"P-{TILL}", f"D-{TILL}"]
    assert close(shop) == first, "with nothing new it is the same close"
    shop.pass_time(hours=3)
    assert close(shop, SAME_STORE_TILL) == first, "at whatever till, whenever"

    late.append("z_report", z_payload)
    shop.upload(late)
    second = close(shop, SAME_STORE_TILL)
    assert second.title == "Store close 1, amendment 1"
    assert second.day.figures.net_sales_minor == 2 * net == 2 * first.day.figures.net_sales_minor
    assert [one.over_short_minor for one in second.day.results] == [-600]
    assert [one.digest for one in shop.service.stores.closes("001", DAY)] == [first.digest, second.digest]

    shop.upload(traded(OTHER_STORE_TILL, z_payload))
    assert close(shop, OTHER_STORE_TILL).number == 1, "each store counts its own"


def test_a_till_that_was_offline_over_two_openings_joins_the_days_in_which_it_traded(
    shop: CentralShop, z_payload: dict[str, Any]
) -> None:
    shop.upload(journal_of_next_day(traded(TILL, z_payload), z_payload))
    first, second = close(shop, day=DAY), close(shop, day=NEXT_DAY)
    assert (first.number, second.number) == (1, 2)
    offline = journal_of_next_day(traded(SAME_STORE_TILL, z_payload), z_payload)
    shop.upload(offline)
    for day, before in ((DAY, first), (NEXT_DAY, second)):
        amended = close(shop, day=day)
        assert (amended.number, amended.amendment) == (before.number, 1)
        assert [till.terminal_id for till in amended.day.closed_tills] == [TILL, SAME_STORE_TILL]
        assert amended.day.bank_minor == 2 * before.day.bank_minor
        assert sum(row[6] for row in figures(shop, Section.CASH, day=day)) == 2 * 1_000


def journal_of_next_day(journal: Journal, z_payload: dict[str, Any]) -> Journal:
    """The same till trades one more day."""
    begun = len(journal.entries)
    journal.append("business_day_opened", {"operator_id": MANAGER}, business_day=NEXT_DAY)
    pickup = {"operator_id": MANAGER, "amount_minor": 1_000, "bag_number": f"P2-{journal.terminal_id}"}
    journal.append("tender_pickup", pickup, business_day=NEXT_DAY)
    place = {"incarnation": journal.incarnation, "sequence": begun + 1}
    period = {"from": place, "to": place | {"sequence": begun + 2}, "last_hash": ""}
    said = z_payload | {"business_day": NEXT_DAY, "z_number": 2, "period": period}
    journal.append("z_report", said, business_day=NEXT_DAY)
    return journal


def test_two_tills_of_one_workstation_close_each_for_itself(shop: CentralShop, z_payload: dict[str, Any]) -> None:
    """Their records lie between one another: each Z answers its own opening, and only its own points are compared."""
    member_id = shop.member()
    own = {"till_id": "P-associate-2"}
    journal = Journal(TILL)
    journal.append("business_day_opened", {"operator_id": MANAGER})
    journal.append("till_opened", {"operator_id": MANAGER} | own)
    for number, till in enumerate(({}, own)):
        sale = sale_payload(f"t-{number}", member_id=member_id, receipt_number=f"001-01-{number:06d}")
        journal.append("sale", sale | till)
    place = {"incarnation": journal.incarnation, "sequence": 1}
    period = {"period": {"from": place, "to": place | {"sequence": 4}, "last_hash": ""}}
    issued = {"figures": z_payload["figures"] | {"points_issued": 100}}
    journal.append("z_report", z_payload | period | issued | own)
    shop.upload(journal)
    day = day_of(shop)
    assert [(till.name, till.state) for till in day.tills if till.terminal_id == TILL] == [
        (TILL, TillState.OPEN),
        (f"{TILL} associate-2", TillState.CLOSED),
    ]
    assert (day.ledger.issued, day.figures.points_issued) == (100, 100)


@pytest.mark.parametrize("kinds", [days.OPENED_AND_CLOSED, MOVES], ids=["openings and closings", "moves"])
def test_a_stores_day_is_found_without_reading_all_other_records(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    shop = CentralShop(f"sqlite:///{tmp_path / 'central.db'}")
    event = tables.event
    query = select(event.c.sequence).where(one_of(event.c.kind, kinds), event.c.business_day == DAY)

    def plan(connection: Connection) -> str:
        made = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        return " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}"))

    assert "USING INDEX event_of_" in shop.service.office.database.read(plan)
    shop.service.close()
