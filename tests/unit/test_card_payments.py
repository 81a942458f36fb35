"""Card payments of a sale and card refunds of returns: once each, whatever is lost or killed in between."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.memory_people import ASSOCIATE
from fakes.memory_shop import MemoryCatalogue, MemoryTerms, PlainFormatter, profile
from fakes.terminal_data import open_day, terminal_data

from hardware.payment_terminal.simulator import Behaviour, SimulatedPaymentTerminal
from pos_app.domain.item import Item
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardResult
from pos_app.services.approvals import Approval, ApprovalNeededError, Approvals
from pos_app.services.card_payments import REVERSED, CardPayments
from pos_app.services.card_refunds import CardRefunds
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.storage.journal_audit import audit
from pos_app.storage.terminal_database import TerminalDatabase

PRICE = 10_000


class Till:
    """Services over a real database, and a card terminal with a memory of its own."""

    def __init__(self, data: TerminalDatabase, folder: Path) -> None:
        self.data = data
        self.terminal = SimulatedPaymentTerminal(memory=folder / "card-terminal.jsonl")
        parts = {"storage": data.storage, "terms": MemoryTerms(), "clock": data.clock, "ids": data.ids}
        self.selling = Selling(
            catalogue=MemoryCatalogue({"1": Item("1", "Thing", PRICE)}),
            profile=profile(tax_rates=()),
            operator=ASSOCIATE,
            **parts,
        )
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.cards = CardPayments(self.selling, self.tendering)
        self.refunds = CardRefunds(
            data.card_refunds,
            terminal=lambda: self.terminal,
            clock=data.clock,
            currency_code="USD",
            approvals=Approvals(ASSOCIATE),
        )

    def entries(self, kind: str) -> list[dict]:
        rows = self.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
        return [json.loads(payload) for (payload,) in rows]

    def pay(self, amount_minor: int):
        attempt = self.cards.begin(amount_minor)
        return self.cards.settle(attempt, self.cards.ask(self.terminal, attempt))


@pytest.fixture
def folder(tmp_path: Path):
    with terminal_data(tmp_path) as data:
        open_day(data)
    return tmp_path


@pytest.fixture
def till(folder: Path):
    with open_till(folder) as till:
        till.selling.add_item("1")
        yield till


class open_till:
    """A till over a folder, as after a start; closing it is switching it off."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Till:
        from fakes.terminal_data import NOON

        from pos_app.clock import SetClock
        from pos_app.ids import SystemIds

        clock, ids = SetClock(NOON), SystemIds()
        self._opened = terminal_data(self._folder, clock=clock, ids=ids)
        data = self._opened.__enter__()
        data.clock, data.ids = clock, ids
        return Till(data, self._folder)

    def __exit__(self, *error: object) -> None:
        self._opened.__exit__(None, None, None)


def test_the_references_of_a_card_payment_are_in_the_tender_and_in_the_journal(till: Till) -> None:
    completed = till.pay(PRICE).completed
    tender = completed.transaction.tenders[0]
    assert tender.payment_id == tender.tender_id
    assert tender.processor_reference == f"simulated-{tender.payment_id}"
    kept = till.entries("sale")[0]["tenders"][0]
    assert (kept["payment_id"], kept["processor_reference"]) == (tender.payment_id, tender.processor_reference)
    assert audit(till.data.database).faults == []


def test_what_the_terminal_is_asked_for_is_on_disk_before_it_hears_of_it(till: Till) -> None:
    attempt = till.cards.begin(4_000)
    kept = till.data.storage.open_transaction()
    assert kept.card_attempt == attempt
    with pytest.raises(CashierError, match="has not said yet"):
        till.cards.begin(4_000)
    with pytest.raises(CashierError, match="has not said yet"):
        till.tendering.add_cash(4_000)
    with pytest.raises(CashierError):
        till.selling.add_item("1")
    with pytest.raises(CashierError, match="has not said yet"):
        till.selling.cancel("no")


def test_after_a_restart_the_terminal_is_asked_and_charges_once(folder: Path) -> None:
    with open_till(folder) as before:
        before.selling.add_item("1")
        attempt = before.cards.begin(4_000)
        before.cards.ask(before.terminal, attempt)  # approved, and then the till is switched off
    with open_till(folder) as after:
        assert after.selling.restore()
        assert after.cards.attempt == attempt
        outcome = after.cards.settle(attempt, after.cards.ask(after.terminal, attempt, again=True))
        assert outcome.due_minor == PRICE - 4_000
        assert after.terminal.charged_minor() == 4_000
        assert after.cards.attempt is None


def test_a_payment_that_the_terminal_never_heard_of_is_over_after_a_restart(folder: Path) -> None:
    with open_till(folder) as before:
        before.selling.add_item("1")
        attempt = before.cards.begin(4_000)
    with open_till(folder) as after:
        after.selling.restore()
        assert after.cards.settle(attempt, after.cards.ask(after.terminal, attempt, again=True)) is None
        assert after.selling.view.tenders == ()
        assert after.pay(PRICE).completed is not None
        assert after.terminal.charged_minor() == PRICE


def test_a_card_part_goes_back_on_the_terminal_and_out_of_the_sale_in_one_write(till: Till) -> None:
    till.pay(4_000)
    (part,) = till.selling.view.tenders
    attempt = till.cards.begin_giving_back(part.tender_id)
    assert till.cards.settle(attempt, till.cards.ask(till.terminal, attempt)).due_minor == PRICE
    assert till.terminal.charged_minor() == 0
    assert till.data.storage.open_transaction().tenders == ()
    (reversed_payment,) = till.entries(REVERSED)
    assert reversed_payment["payment_id"] == part.payment_id
    assert reversed_payment["amount_minor"] == 4_000
    assert audit(till.data.database).faults == []


def test_a_refund_that_was_cut_off_is_found_again_and_not_given_twice(folder: Path) -> None:
    with open_till(folder) as before:
        before.selling.add_item("1")
        before.pay(4_000)
        attempt = before.cards.begin_giving_back(before.selling.view.tenders[0].tender_id)
        before.cards.ask(before.terminal, attempt)
    with open_till(folder) as after:
        after.selling.restore()
        assert len(after.selling.view.tenders) == 1
        after.cards.settle(attempt, after.cards.ask(after.terminal, attempt, again=True))
        assert after.selling.view.tenders == ()
        assert after.terminal.charged_minor() == 0


def test_a_refused_refund_leaves_the_payment_in_the_sale(till: Till) -> None:
    till.pay(4_000)
    till.terminal.set_switches(behaviour=Behaviour.DECLINE)
    attempt = till.cards.begin_giving_back(till.selling.view.tenders[0].tender_id)
    assert till.cards.settle(attempt, till.cards.ask(till.terminal, attempt)) is None
    assert len(till.selling.view.tenders) == 1
    assert till.cards.attempt is None


def test_what_somebody_read_off_the_terminal_needs_a_second_person(till: Till) -> None:
    attempt = till.cards.begin(4_000)
    with pytest.raises(ApprovalNeededError) as needed:
        till.cards.by_hand(attempt, approved=True)
    approval = Approval("a-1", needed.value.request, "manager-1")
    result = till.cards.by_hand(attempt, approved=True, approval=approval)
    assert till.cards.settle(attempt, result).due_minor == PRICE - 4_000


def test_an_unknown_result_settles_nothing(till: Till) -> None:
    attempt = till.cards.begin(4_000)
    with pytest.raises(CashierError, match="has not said yet"):
        till.cards.settle(attempt, CardResult(CardOutcome.UNKNOWN, 4_000))
    assert till.cards.attempt == attempt


KILLED = """
import sys, time
sys.path[:0] = [{root!r}, {tests!r}, {unit!r}]
from pathlib import Path
from test_card_payments import open_till
switched_on = open_till(Path({folder!r}))
till = switched_on.__enter__()
till.selling.add_item("1")
attempt = till.cards.begin(4_000)
if {point!r} == "answered":
    till.cards.ask(till.terminal, attempt)
print({point!r}, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(("point", "charged"), [("noted", 0), ("answered", 4_000)], ids=["noted", "answered"])
def test_kill_9_between_terminal_and_disk_never_charges_twice(folder: Path, point: str, charged: int) -> None:
    tests = Path(__file__).parents[1]
    script = KILLED.format(
        root=str(tests.parent), tests=str(tests), unit=str(Path(__file__).parent), folder=str(folder), point=point
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == point
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with open_till(folder) as after:
        after.selling.restore()
        attempt = after.cards.attempt
        outcome = after.cards.settle(attempt, after.cards.ask(after.terminal, attempt, again=True))
        assert (outcome is not None) == bool(charged)
        assert after.terminal.charged_minor() == charged
        rest = PRICE - charged
        assert after.pay(rest).completed is not None
        assert after.terminal.charged_minor() == PRICE


# --- refunds of returns -----------------------------------------------------------------------------------------------


def paid_by_card(till: Till) -> Tender:
    return till.pay(PRICE).completed.transaction.tenders[0]


def test_a_return_gives_back_to_the_card_once(till: Till) -> None:
    tender = paid_by_card(till)
    first = till.refunds.refund("return-1", tender, 3_000)
    again = till.refunds.refund("return-1", tender, 3_000)
    assert first == again
    assert first.outcome is CardOutcome.APPROVED
    assert till.terminal.charged_minor() == PRICE - 3_000


def test_while_nobody_knows_how_a_refund_ended_no_other_is_begun(folder: Path) -> None:
    with open_till(folder) as till:
        till.selling.add_item("1")
        tender = paid_by_card(till)
        till.terminal.set_switches(behaviour=Behaviour.LOST)
        assert till.refunds.refund("return-1", tender, 3_000).outcome is CardOutcome.UNKNOWN
    with open_till(folder) as after:
        (waiting,) = after.refunds.open()
        assert (waiting.refund_id, waiting.amount_minor) == ("return-1", 3_000)
        with pytest.raises(CashierError, match="not resolved"):
            after.refunds.refund("return-2", tender, 1_000)
        assert after.refunds.refund("return-1", tender, 3_000).outcome is CardOutcome.APPROVED
        assert after.refunds.open() == []
        assert after.terminal.charged_minor() == PRICE - 3_000


def test_a_refused_refund_may_be_asked_for_again(till: Till) -> None:
    tender = paid_by_card(till)
    till.terminal.set_switches(behaviour=Behaviour.DECLINE)
    assert till.refunds.refund("return-1", tender, 3_000).outcome is CardOutcome.DECLINED
    till.terminal.set_switches(behaviour=Behaviour.APPROVE)
    assert till.refunds.refund("return-1", tender, 3_000).outcome is CardOutcome.APPROVED
    assert till.terminal.charged_minor() == PRICE - 3_000


def test_a_refund_read_off_the_slip_needs_a_second_person_and_settles_it(till: Till) -> None:
    tender = paid_by_card(till)
    till.terminal.set_switches(behaviour=Behaviour.LOST)
    till.refunds.refund("return-1", tender, 3_000)
    (waiting,) = till.refunds.open()
    with pytest.raises(ApprovalNeededError) as needed:
        till.refunds.resolve_by_hand(waiting.payment_id, approved=True)
    approval = Approval("a-1", needed.value.request, "manager-1")
    till.refunds.resolve_by_hand(waiting.payment_id, approved=True, approval=approval)
    assert till.refunds.open() == []
    assert till.refunds.refund("return-1", tender, 3_000).authorisation == "by hand"


def test_only_a_card_gets_a_card_refund_and_never_more_than_it_paid(till: Till) -> None:
    tender = paid_by_card(till)
    with pytest.raises(CashierError, match="at most"):
        till.refunds.refund("return-1", tender, PRICE + 1)
    with pytest.raises(CashierError, match="not paid by card"):
        till.refunds.refund("return-1", Tender("t", TenderType.CASH, 100, 100), 100)
