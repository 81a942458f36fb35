"""Metric 16: the longest time that the window stands still while a customer is served beside a device that fails."""

from bench.child_process import Child
from bench.measuring import Effort, Goal, Measured, Spread
from bench.tills import TEN_THOUSAND, folder_with

_NOTICED_MS = 100.0
_FAULTS = {
    "hangs": "hang",
    "says nothing": "mute",
    "out of paper": "paper_out",
    "cover open": "cover_open",
    "cutter jam": "cutter_jam",
    "slow": "slow_bytes_per_s 800",
    "resets the line": "reset_after_bytes 300",
    "answers garbage": "garbage",
    "scanner raves": "noise",
}


def measure(effort: Effort) -> list[Measured]:
    """Each fault beside the time in which a hand notices nothing; first a counter at which everything is well."""
    rounds = effort.samples(8, 2)
    worst: dict[str, list[float]] = {name: [] for name in ("all is well", *_FAULTS)}
    with folder_with(TEN_THOUSAND) as folder, Child("bench.children.faulty_devices", str(folder)) as window:
        window.ask("well")
        for _ in range(rounds):
            for name in worst:
                worst[name].append(window.ask(_FAULTS.get(name, "well")))
    limit = Spread(_NOTICED_MS, _NOTICED_MS, 1)
    return [
        Measured(f"16 window stands still, {name}", "ms", "what nobody notices", limit, Spread.of(longest), Goal(1))
        for name, longest in worst.items()
    ]
