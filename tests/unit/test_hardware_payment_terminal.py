"""The simulated card terminal: one charge for one payment, and the truth when asked."""

import threading
from pathlib import Path

import pytest

from hardware.payment_terminal.simulator import Behaviour, SimulatedPaymentTerminal
from pos_app.ports import CardOutcome, DeviceState, PaymentTerminal


@pytest.fixture
def terminal(tmp_path: Path) -> SimulatedPaymentTerminal:
    return SimulatedPaymentTerminal(memory=tmp_path / "payments.jsonl")


def test_it_is_a_payment_terminal(terminal: SimulatedPaymentTerminal) -> None:
    asked: PaymentTerminal = terminal
    result = asked.authorise("payment-1", 11495, "USD")
    assert (result.outcome, result.amount_minor) == (CardOutcome.APPROVED, 11495)
    assert (result.brand, result.last_four, len(result.authorisation)) == ("Visa", "4242", 6)


def test_the_same_payment_id_never_charges_twice(terminal: SimulatedPaymentTerminal) -> None:
    first = terminal.authorise("payment-1", 500, "USD")
    assert terminal.authorise("payment-1", 500, "USD") == first
    assert terminal.charged_minor() == 500


def test_a_decline_and_a_customer_who_does_not_come_charge_nothing(terminal: SimulatedPaymentTerminal) -> None:
    terminal.set_switches(behaviour=Behaviour.DECLINE)
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.DECLINED
    terminal.set_switches(behaviour=Behaviour.TIMEOUT)
    result = terminal.authorise("payment-2", 500, "USD")
    assert result.outcome is CardOutcome.CANCELLED
    assert "No card was presented" in result.message
    assert terminal.charged_minor() == 0


def test_a_lost_answer_is_unknown_and_asking_again_tells_what_happened(terminal: SimulatedPaymentTerminal) -> None:
    terminal.set_switches(behaviour=Behaviour.LOST)
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    assert terminal.recover("payment-1").outcome is CardOutcome.APPROVED
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert terminal.charged_minor() == 500


def test_the_terminal_remembers_while_the_register_is_killed(tmp_path: Path) -> None:
    memory = tmp_path / "payments.jsonl"
    before = SimulatedPaymentTerminal(memory=memory)
    before.set_switches(behaviour=Behaviour.LOST)
    before.authorise("payment-1", 500, "USD")
    with memory.open("a", encoding="utf-8") as file:
        file.write('\n{"payment_id": "payme')
    after = SimulatedPaymentTerminal(memory=memory)
    after.authorise("payment-3", 700, "USD")
    after = SimulatedPaymentTerminal(memory=memory)
    assert after.recover("payment-3").amount_minor == 700
    assert after.recover("payment-1").outcome is CardOutcome.APPROVED
    assert after.recover("payment-2").outcome is CardOutcome.CANCELLED
    assert "4242" in memory.read_text()


def test_cancelling_ends_the_wait_at_once_and_charges_nothing() -> None:
    waiting = threading.Event()
    terminal = SimulatedPaymentTerminal(
        on_status=lambda status: waiting.set() if status.state is DeviceState.BUSY else None
    )
    terminal.set_switches(delay_ms=60_000)
    results = []
    customer = threading.Thread(target=lambda: results.append(terminal.authorise("payment-1", 500, "USD")))
    customer.start()
    assert waiting.wait(10)
    assert terminal.recover("payment-1").outcome is CardOutcome.UNKNOWN
    assert terminal.authorise("payment-2", 900, "USD").outcome is CardOutcome.CANCELLED
    terminal.cancel()
    customer.join(10)
    assert results[0].outcome is CardOutcome.CANCELLED
    assert terminal.recover("payment-1").outcome is CardOutcome.CANCELLED
    assert terminal.charged_minor() == 0


def test_a_terminal_that_cannot_be_reached_charges_nothing_and_knows_nothing(
    terminal: SimulatedPaymentTerminal,
) -> None:
    terminal.set_switches(behaviour=Behaviour.OFFLINE)
    assert terminal.status.state is DeviceState.OFFLINE
    assert terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.CANCELLED
    assert terminal.recover("payment-1").outcome is CardOutcome.UNKNOWN
    terminal.set_switches(behaviour=Behaviour.APPROVE)
    assert terminal.recover("payment-1").outcome is CardOutcome.CANCELLED


@pytest.mark.parametrize(("payment_id", "amount", "currency"), [("", 1, "USD"), ("p", 0, "USD"), ("p", 1, "dollars")])
def test_what_is_no_payment_is_refused(
    terminal: SimulatedPaymentTerminal, payment_id: str, amount: int, currency: str
) -> None:
    with pytest.raises(ValueError, match="not a card payment"):
        terminal.authorise(payment_id, amount, currency)
