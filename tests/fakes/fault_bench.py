"""Where the faults of devices are played, and the scenarios by the number of their fault."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.printing_counter import PrintingCounter

from hardware.receipt_printer.simulator import SimulatedPrinter

Scenario = Callable[["Bench"], None]
SCENARIOS: dict[int, list[Scenario]] = {}


@dataclass
class Bench:
    """Where a scenario is played."""

    counter: PrintingCounter
    folder: Path
    expect_log: Callable[[str], None]
    monkeypatch: pytest.MonkeyPatch


def plays(number: int) -> Callable[[Scenario], Scenario]:
    """This scenario proves the fault of this number."""

    def keep(scenario: Scenario) -> Scenario:
        SCENARIOS.setdefault(number, []).append(scenario)
        return scenario

    return keep


def totals_on_paper(machine: SimulatedPrinter) -> int:
    return machine.paper().text().count("TOTAL")
