"""Whatever goes wrong, in whatever order: a payment is charged once at most, and no word of the driver is untrue."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.adyen_terminal import AdyenTerminalStub, Authority
from fakes.card_rigs import adyen_driver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.ports import CardOutcome

PAYMENT_FAULTS = [
    *("approve", "decline", "timeout", "busy", "lose_answer", "cut_before"),
    *("garbage", "wrong_service_id", "wrong_payment", "plain", "http_500", "reject"),
]
STATUS_FAULTS = ["", "", "cut_before", "garbage", "wrong_repeated", "plain", "http_500", "reject"]
STEPS = st.tuples(
    st.sampled_from(["take", "take", "recover", "restart", "deaf"]),
    st.sampled_from(PAYMENT_FAULTS),
    st.sampled_from(STATUS_FAULTS),
)
_numbers = itertools.count(1)


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[AdyenTerminalStub]:
    made = AdyenTerminalStub(Authority(tmp_path / "authority"))
    yield made
    made.stop()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_a_payment_through_any_faults_is_charged_once_at_most_and_told_truly(
    stub: AdyenTerminalStub, tmp_path: Path, expect_log: Callable[[str], None], steps: list[tuple[str, str, str]]
) -> None:
    payment_id = f"payment-{next(_numbers)}"
    if payment_id == "payment-1":
        expect_log("The terminal is asked what became of the payment")
    terminal = adyen_driver(tmp_path, stub.address)

    def judge(outcome: CardOutcome) -> None:
        charged = stub.times_charged[payment_id]
        assert charged <= 1
        if outcome is not CardOutcome.UNKNOWN:
            assert charged == (outcome is CardOutcome.APPROVED)

    for action, stub.fault, stub.status_fault in steps:
        stub.deaf = action == "deaf"
        if action == "restart":
            terminal = adyen_driver(tmp_path, stub.address)
        elif action == "recover":
            judge(terminal.recover(payment_id).outcome)
        else:
            judge(terminal.authorise(payment_id, 1_234, "USD").outcome)
    stub.fault, stub.status_fault, stub.deaf = "approve", "", False
    known = terminal.recover(payment_id).outcome
    assert known is not CardOutcome.UNKNOWN
    judge(known)
    judge(terminal.authorise(payment_id, 1_234, "USD").outcome)
    judge(adyen_driver(tmp_path, stub.address).recover(payment_id).outcome)
