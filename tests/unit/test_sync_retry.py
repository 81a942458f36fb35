import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.terminal.retry import CAP_S, PROBE_S, SPREAD_S, Attempt, Decision, Outcome, decide

TILL = "S001-01"


@pytest.mark.parametrize(
    ("attempt", "chance", "expected"),
    [
        (Attempt(Outcome.DONE), 0.9, Decision(0, False)),
        # Reached but unwell: a random part of 2, 4, 8 ... 300 seconds.
        (Attempt(Outcome.UNAVAILABLE, 1), 0.5, Decision(1, False)),
        (Attempt(Outcome.UNAVAILABLE, 2), 0.5, Decision(2, False)),
        (Attempt(Outcome.UNAVAILABLE, 4), 0.5, Decision(8, False)),
        (Attempt(Outcome.UNAVAILABLE, 5), 0.5, Decision(16, True)),
        (Attempt(Outcome.UNAVAILABLE, 9), 0.5, Decision(150, True)),
        (Attempt(Outcome.UNAVAILABLE, 10_000), 0.5, Decision(150, True)),
        (Attempt(Outcome.UNAVAILABLE, 3), 0.0, Decision(0, False)),
        # What the service wishes for comes on top, within reason.
        (Attempt(Outcome.UNAVAILABLE, 1, retry_after_s=30), 0.5, Decision(31, False)),
        (Attempt(Outcome.UNAVAILABLE, 1, retry_after_s=999_999), 0.0, Decision(3600, False)),
        # Nobody there: soon again, later by a cheap probe.
        (Attempt(Outcome.UNREACHABLE, 1), 0.5, Decision(1, False)),
        (Attempt(Outcome.UNREACHABLE, 4), 0.9, Decision(5, False)),
        (Attempt(Outcome.UNREACHABLE, 5), 0.5, Decision(4.5, True)),
        (Attempt(Outcome.UNREACHABLE, 500), 0.0, Decision(4, True)),
        # Refused: people have to act, a probe would say nothing.
        (Attempt(Outcome.REFUSED, 20), 0.5, Decision(150, False)),
        (Attempt(Outcome.FAULT, 3), 0.5, Decision(4, False)),
    ],
)
def test_when_to_try_again(attempt: Attempt, chance: float, expected: Decision) -> None:
    assert decide(attempt, TILL, chance) == expected


def test_after_a_mass_outage_a_service_that_asks_for_room_gets_ten_minutes_of_it() -> None:
    attempt = Attempt(Outcome.UNAVAILABLE, 1, retry_after_s=2, silent_s=86_400)
    waits = sorted(decide(attempt, f"S{n:04}-01", 0.0).wait_s for n in range(2000))

    assert waits[0] >= 2
    assert waits[-1] <= 2 + SPREAD_S
    per_minute = [sum(60 * minute <= wait - 2 < 60 * (minute + 1) for wait in waits) for minute in range(10)]
    assert min(per_minute) > 150
    assert max(per_minute) < 250


def test_without_being_asked_a_till_uploads_at_once_after_a_mass_outage() -> None:
    assert decide(Attempt(Outcome.UNAVAILABLE, 1, silent_s=86_400), TILL, 0.5).wait_s == 1


@given(
    st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.DONE]),
    st.integers(1, 10**6),
    st.floats(0, 10**9),
    st.floats(0, 10**9),
    st.floats(0, 1, exclude_max=True),
)
def test_no_wait_is_negative_or_endless(
    outcome: Outcome, failures: int, retry_after_s: float, silent_s: float, chance: float
) -> None:
    decision = decide(Attempt(outcome, failures, retry_after_s, silent_s), TILL, chance)

    assert 0 <= decision.wait_s <= CAP_S + 3600 + SPREAD_S
    if outcome is Outcome.UNREACHABLE:
        assert decision.wait_s <= PROBE_S


def test_an_hour_of_503_costs_few_requests() -> None:
    elapsed_s, requests = 0.0, 0
    while elapsed_s < 3600:
        requests += 1
        elapsed_s += decide(Attempt(Outcome.UNAVAILABLE, requests), TILL, 0.5).wait_s

    assert requests <= 35
