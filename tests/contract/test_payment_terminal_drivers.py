"""What every driver of a card terminal does, whichever kind: one charge for one payment, and the truth when asked."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.card_rigs import KILLED_PAYMENT, RIGS, AdyenRig, ManualRig, Rig

from pos_app.ports import CardOutcome, CardResult, DeviceState, PaymentPhase, PaymentTerminal


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    made = RIGS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def expect_lost(rig: Rig, expect_log: Callable[[str], None]) -> Callable[[], None]:
    def expect() -> None:
        if isinstance(rig, AdyenRig):
            expect_log("The terminal is asked what became of the payment")

    return expect


def in_background(work: Callable[[], CardResult]) -> tuple[threading.Thread, list[CardResult]]:
    results: list[CardResult] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results


def test_an_approved_card_pays_with_brand_four_digits_and_authorisation(rig: Rig) -> None:
    terminal: PaymentTerminal = rig.terminal
    result = terminal.authorise("payment-1", 11_495, "USD")
    assert (result.outcome, result.amount_minor) == (CardOutcome.APPROVED, 11_495)
    assert len(result.last_four) == 4
    assert result.brand
    assert result.authorisation
    assert terminal.phase is PaymentPhase.APPROVED
    assert rig.taken_minor() == 11_495


def test_the_batch_is_what_was_taken_less_what_went_back_and_a_new_one_begins_at_nothing(rig: Rig) -> None:
    terminal: PaymentTerminal = rig.terminal
    for number, amount_minor in enumerate((11_495, 2_500)):
        terminal.authorise(f"payment-{number}", amount_minor, "USD")
    terminal.refund("refund-1", "payment-1", 1_000, "USD")
    batch = terminal.batch_total("USD")
    if batch is None:
        assert isinstance(rig, ManualRig), "only a terminal that is not connected leaves its total to its slip"
        return
    assert batch.net_minor == rig.taken_minor() == 12_995
    assert terminal.batch_total("USD") == batch, "asking changes nothing"
    terminal.end_batch()
    assert terminal.batch_total("USD").net_minor == 0
    terminal.authorise("payment-9", 700, "USD")
    assert terminal.batch_total("USD").net_minor == 700


def test_a_declined_card_pays_nothing_and_the_next_payment_is_taken(rig: Rig) -> None:
    rig.customer("decline")
    result = rig.terminal.authorise("payment-1", 500, "USD")
    assert (result.outcome, rig.terminal.phase) == (CardOutcome.DECLINED, PaymentPhase.DECLINED)
    assert "Nothing charged" in result.message or "Declined" in result.message
    rig.customer("approve")
    assert rig.terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.DECLINED
    assert rig.terminal.authorise("payment-2", 500, "USD").outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == 500


def test_the_same_payment_id_never_charges_twice(rig: Rig) -> None:
    first = rig.terminal.authorise("payment-1", 500, "USD")
    assert rig.terminal.authorise("payment-1", 500, "USD") == first
    assert rig.terminal.recover("payment-1") == first
    rig.restart()
    again = rig.terminal.authorise("payment-1", 500, "USD")
    assert (again.outcome, again.authorisation) == (CardOutcome.APPROVED, first.authorisation)
    assert rig.taken_minor() == 500


def test_cancelling_while_the_terminal_waits_charges_nothing(rig: Rig) -> None:
    rig.customer("hesitate")
    paying, results = in_background(lambda: rig.terminal.authorise("payment-1", 500, "USD"))
    rig.wait_for_customer()
    assert rig.terminal.phase is PaymentPhase.WAITING_CARD
    assert rig.terminal.status.state is DeviceState.BUSY
    assert rig.terminal.recover("payment-1").outcome is CardOutcome.UNKNOWN
    other = rig.terminal.authorise("payment-2", 900, "USD")
    assert other.outcome is CardOutcome.CANCELLED
    assert "busy" in other.message
    rig.terminal.cancel()
    paying.join(30)
    assert results[0].outcome is CardOutcome.CANCELLED
    assert rig.terminal.recover("payment-1").outcome is CardOutcome.CANCELLED
    assert rig.terminal.status.state is DeviceState.READY
    assert rig.taken_minor() == 0


def test_an_answer_lost_after_approval_is_unknown_until_the_terminal_is_asked(
    rig: Rig, expect_lost: Callable[[], None]
) -> None:
    expect_lost()
    rig.customer("lose_answer")
    lost = rig.terminal.authorise("payment-1", 500, "USD")
    assert (lost.outcome, rig.terminal.phase) == (CardOutcome.UNKNOWN, PaymentPhase.UNKNOWN)
    assert rig.taken_minor() == 500
    rig.heal()
    result = rig.terminal.recover("payment-1")
    assert (result.outcome, result.amount_minor) == (CardOutcome.APPROVED, 500)
    assert rig.terminal.authorise("payment-1", 500, "USD") == result
    assert rig.taken_minor() == 500


def test_who_takes_an_unknown_payment_again_gets_its_result_and_no_second_charge(
    rig: Rig, expect_lost: Callable[[], None]
) -> None:
    expect_lost()
    rig.customer("lose_answer")
    assert rig.terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.UNKNOWN
    rig.restart()
    rig.heal()
    assert rig.terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == 500


def test_a_till_killed_between_approval_and_answer_finds_the_payment_taken(rig: Rig) -> None:
    rig.kill_till_after_approval()
    assert rig.taken_minor() == KILLED_PAYMENT[1]
    rig.restart()
    result = rig.terminal.recover(KILLED_PAYMENT[0])
    assert (result.outcome, result.amount_minor) == (CardOutcome.APPROVED, KILLED_PAYMENT[1])
    assert rig.terminal.authorise(*KILLED_PAYMENT).outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == KILLED_PAYMENT[1]


def test_a_payment_that_was_never_asked_for_was_never_charged(rig: Rig) -> None:
    assert rig.terminal.recover("payment-nobody-made").outcome is CardOutcome.CANCELLED
    assert rig.terminal.phase is PaymentPhase.IDLE


def test_a_refund_gives_back_once_in_parts_and_wholly(rig: Rig) -> None:
    rig.terminal.authorise("payment-1", 10_000, "USD")
    part = rig.terminal.refund("refund-1", "payment-1", 2_500, "USD")
    assert (part.outcome, part.amount_minor) == (CardOutcome.APPROVED, 2_500)
    assert rig.terminal.refund("refund-1", "payment-1", 2_500, "USD") == part
    assert rig.taken_minor() == 7_500
    rig.restart()
    assert rig.terminal.refund("refund-1", "payment-1", 2_500, "USD").outcome is CardOutcome.APPROVED
    assert rig.terminal.refund("refund-2", "payment-1", 7_500, "USD").outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == 0
    rig.terminal.authorise("payment-2", 3_000, "USD")
    assert rig.terminal.refund("refund-3", "payment-2", 3_000, "USD").outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == 0


def test_a_refund_whose_answer_was_lost_is_asked_about_and_never_given_twice(
    rig: Rig, expect_lost: Callable[[], None]
) -> None:
    expect_lost()
    rig.terminal.authorise("payment-1", 10_000, "USD")
    rig.customer("lose_answer")
    assert rig.terminal.refund("refund-1", "payment-1", 4_000, "USD").outcome is CardOutcome.UNKNOWN
    rig.restart()
    rig.heal()
    assert rig.terminal.refund("refund-1", "payment-1", 4_000, "USD").outcome is CardOutcome.APPROVED
    assert rig.terminal.recover("refund-1").outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == 6_000


def test_a_payment_that_was_declined_is_not_given_back(rig: Rig) -> None:
    rig.customer("decline")
    rig.terminal.authorise("payment-1", 500, "USD")
    rig.customer("approve")
    refused = rig.terminal.refund("refund-1", "payment-1", 500, "USD")
    assert refused.outcome is CardOutcome.DECLINED
    assert "never charged" in refused.message
    assert rig.taken_minor() == 0


def test_a_payment_whose_end_nobody_knows_is_asked_about_before_it_is_given_back(
    rig: Rig, expect_lost: Callable[[], None]
) -> None:
    expect_lost()
    rig.customer("lose_answer")
    rig.terminal.authorise("payment-1", 500, "USD")
    rig.heal()
    assert rig.terminal.refund("refund-1", "payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert rig.taken_minor() == 0


@pytest.mark.parametrize(("payment_id", "amount", "currency"), [("", 1, "USD"), ("p", 0, "USD"), ("p", 1, "XYZ")])
def test_what_is_no_payment_is_refused(rig: Rig, payment_id: str, amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match="not a card payment"):
        rig.terminal.authorise(payment_id, amount, currency)


def test_a_terminal_that_is_well_says_so(rig: Rig) -> None:
    assert rig.terminal.check().state is DeviceState.READY
    assert rig.terminal.check().kind == "payment_terminal"


def test_nothing_that_a_driver_writes_looks_like_a_card_number(rig: Rig) -> None:
    from hardware.payment_terminal.card_data import is_card_number

    for number in range(1, 12):
        rig.terminal.authorise(f"payment-{number}", 100 + number, "USD")
    for file in rig.folder.glob("*.jsonl"):
        words = file.read_text().replace('"', " ").replace(",", " ").split()
        assert not [word for word in words if is_card_number(word)]
