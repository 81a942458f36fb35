"""When to try again: one pure decision, with time and chance as arguments.

Full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter"): wait a random part of a doubling time.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

BASE_S = 1.0
CAP_S = 300.0
CIRCUIT_OPENS_AFTER = 5
PROBE_S = 5.0
LONGEST_RETRY_AFTER_S = 3600.0
LONG_SILENCE_S = 900.0
SPREAD_S = 600.0


class Outcome(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    UNREACHABLE = "unreachable"  # nothing answered: no network, no service
    UNAVAILABLE = "unavailable"  # reached, but busy, failing or too slow
    REFUSED = "refused"  # a clear no, to be put right by people
    FAULT = "fault"  # a bug of ours


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known after an attempt. failures counts those in a row, this one included.

    silent_s is how long nothing had been heard of the service before this answer.
    """

    outcome: Outcome
    failures: int = 0
    retry_after_s: float = 0.0
    silent_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Wait so long; then, with the circuit open, ask cheaply first whether the service is well."""

    wait_s: float
    probe_first: bool


def decide(attempt: Attempt, terminal_id: str, chance: float) -> Decision:
    """The wait before the next attempt. chance is a random number in [0, 1)."""
    if attempt.outcome is Outcome.DONE:
        return Decision(0.0, probe_first=False)
    probe_first = attempt.failures >= CIRCUIT_OPENS_AFTER and attempt.outcome is not Outcome.REFUSED
    jitter_s = chance * min(CAP_S, BASE_S * 2 ** min(attempt.failures, 32))
    if attempt.outcome is Outcome.UNREACHABLE:
        # Nobody is burdened by a knock at a closed door, and the return of the network has to show soon.
        return Decision(PROBE_S * (0.8 + 0.2 * chance) if probe_first else min(jitter_s, PROBE_S), probe_first)
    wait_s = jitter_s + min(attempt.retry_after_s, LONGEST_RETRY_AFTER_S)
    if attempt.retry_after_s and attempt.silent_s >= LONG_SILENCE_S:
        # After a mass outage every till comes back at once; a service that asks for room gets it by terminal.
        wait_s += SPREAD_S * _share(terminal_id)
    return Decision(wait_s, probe_first)


def _share(terminal_id: str) -> float:
    """A terminal's own place in [0, 1), the same at every call and spread evenly over terminals."""
    return int.from_bytes(hashlib.sha256(terminal_id.encode()).digest()[:4]) / 2**32
