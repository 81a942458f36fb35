"""A gift card sold by mistake: its sale is voided when the card is unspent, and its money is taken back once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.memory_shop import PlainFormatter
from fakes.real_central import RealCentral
from fakes.real_till import RealTill
from fakes.return_desk import Desk

from pos_app.clock import SetClock
from pos_app.domain.operator import Operator, Role
from pos_app.domain.stored_value import LoadKind
from pos_app.errors import CashierError, RefusedError
from pos_app.services.loading import Loading
from pos_app.storage.journal_audit import audit

CARD = "6006491234567890777"
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
MISTAKE = "Rung up by mistake"


class Counter(Desk):
    """A till that sells gift cards and voids their sales."""

    def __init__(self, folder: Path, central: RealCentral, workstation_id: str) -> None:
        till = RealTill(folder, workstation_id, clock=central.service.clock)
        till.enrol(central.url, central.service.open_enrolment("001", workstation_id))
        till.connect()
        super().__init__(till, MANAGER)
        self.loading = Loading(
            till.selling,
            till.gateway,
            storage=till.data.storage,
            clock=till.clock,
            ids=till.ids,
            formatter=PlainFormatter(),
        )

    def sell_card(self, kind: LoadKind, amount_minor: int, *goods: str) -> str:
        for code in goods:
            self.till.selling.add_item(code)
        self.loading.sell(self.loading.check(CARD), kind, amount_minor)
        tendering = self.till.tendering
        return tendering.add_cash(tendering.cash_due_minor).completed.transaction.header.receipt_number

    def plan(self, number: str):
        return self.returning.plan_void(self.returning.find_here(number), MISTAKE)

    def void(self, number: str):
        pending = self.plan(number)
        self.refunding.pay_back(pending)
        return self.refunding.finish(pending).transaction

    def left(self) -> int:
        return self.loading.check(CARD).balance_minor


@pytest.fixture
def central(tmp_path: Path):
    service = RealCentral(tmp_path / "central", clock=SetClock(MORNING))
    yield service
    assert service.service.verify().findings == ()
    service.close()


@pytest.fixture
def counters(tmp_path: Path, central: RealCentral):
    made = [Counter(tmp_path / f"till-{number}", central, f"0{number}") for number in (1, 2)]
    yield made
    for counter in made:
        assert audit(counter.till.data.database).faults == []
        counter.till.close()


def kinds(central: RealCentral) -> list[tuple[str, int]]:
    return sorted((one.kind, one.amount_minor) for one in central.service.gift_card_movements(CARD))


def test_an_unspent_card_is_taken_back_once_with_its_sale_and_both_are_on_record(counters, central) -> None:
    here, there = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000, "11")
    here.till.drain()
    returned = here.void(number)
    assert returned.post_void
    assert there.left() == 0, "the money is out of reach before the event is in"
    here.till.drain()
    assert there.left() == 0
    assert kinds(central) == [("load", 5_000), ("take_back", -5_000)]
    assert here.till.data.storage.till_totals().by_tender == ()
    with pytest.raises(CashierError, match="came back already"):
        here.void(number)


def test_a_top_up_is_taken_back_and_what_was_on_the_card_before_stays(counters, central) -> None:
    here, there = counters
    here.sell_card(LoadKind.ACTIVATE, 5_000)
    here.till.drain()
    number = there.sell_card(LoadKind.TOP_UP, 2_500)
    there.till.drain()
    there.void(number)
    there.till.drain()
    assert here.left() == 5_000
    assert ("take_back", -2_500) in kinds(central)


def test_a_card_of_which_something_was_spent_keeps_its_sale_and_the_till_says_what_is_left(counters) -> None:
    here, there = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000)
    here.till.drain()
    paid = there.till.ring_up("11", gift_card=CARD)
    there.till.drain()
    left = PlainFormatter().money(5_000 - paid.total_minor)
    with pytest.raises(CashierError) as refused:
        here.void(number)
    assert refused.value.code == "gift_card_spent"
    assert f"{left} of {PlainFormatter().money(5_000)} is left" in refused.value.message
    assert here.left() == 5_000 - paid.total_minor, "nothing is set aside any more"
    assert here.refunding.interrupted() == []


def test_offline_the_sale_stays_and_can_be_voided_when_the_line_is_back(counters) -> None:
    here, _ = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000)
    here.till.drain()
    here.online = False
    with pytest.raises(CashierError, match="void the sale when the line is back"):
        here.void(number)
    assert here.refunding.interrupted() == []
    here.online = True
    assert here.void(number).post_void


def test_a_sale_that_the_service_has_not_got_yet_is_not_voided(counters) -> None:
    here, _ = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000)
    with pytest.raises(CashierError, match="has not got this sale yet"):
        here.void(number)
    here.till.drain()
    assert here.void(number).post_void


def test_while_a_void_is_under_way_nobody_spends_the_card_and_giving_up_frees_it(counters) -> None:
    here, there = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000)
    here.till.drain()
    pending = here.plan(number)
    here.refunding.pay_back(pending)
    with pytest.raises(RefusedError, match="nothing left"):
        there.till.gateway.hold_gift_card("hold-1", CARD, 1_000, "sale-1")
    here.refunding.give_up(pending)
    assert there.left() == 5_000


def test_a_till_cut_off_after_the_answer_finishes_the_same_void(counters, central) -> None:
    here, _ = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000)
    here.till.drain()
    here.refunding.pay_back(here.plan(number))
    (found,) = here.refunding.interrupted()
    here.refunding.pay_back(found)
    here.refunding.finish(found)
    here.till.drain()
    assert here.refunding.interrupted() == []
    assert kinds(central) == [("load", 5_000), ("take_back", -5_000)]


def test_a_void_that_was_never_made_leaves_the_card_free_after_a_day_and_can_be_made_then(counters, central) -> None:
    here, there = counters
    number = here.sell_card(LoadKind.ACTIVATE, 5_000)
    here.till.drain()
    pending = here.plan(number)
    here.refunding.pay_back(pending)
    central.service.clock.at += timedelta(days=1, seconds=1)
    assert there.left() == 5_000
    here.refunding.pay_back(pending)
    assert there.left() == 0
    here.refunding.finish(pending)
    here.till.drain()
    assert there.left() == 0
