"""The faults of a counter's devices, played over real sockets, pseudo-terminals and processes.

The table is tests/fakes/device_faults.py; docs/hardware/faults.md is made from it (WRITE_DOCS=1). The scenarios of
printers are in tests/fakes/print*_faults.py, each under the number of its fault.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import fakes.print_job_faults
import fakes.printer_faults
import fakes.printer_wire_faults  # noqa: F401 - imported for their scenarios
import pytest
from fakes.device_faults import FAULTS, DeviceFault
from fakes.fault_bench import SCENARIOS, Bench
from fakes.printing_counter import printing_counter

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENT = REPOSITORY / "docs" / "hardware" / "faults.md"
HEAD = """# Faults of devices

What goes wrong at a counter, what the till does then, and what proves it. This page is made by
`tests/contract/test_device_faults.py`; a row that did not hold would fail the tests.

| # | fault | what the till does | how it is tested |
| --- | --- | --- | --- |
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture
def bench(
    cache: Path, tmp_path: Path, expect_log: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    with printing_counter(cache) as counter:
        yield Bench(counter, tmp_path, expect_log, monkeypatch)


@pytest.mark.parametrize(("number", "name"), [(n, s.__name__) for n, many in SCENARIOS.items() for s in many])
def test_fault(number: int, name: str, bench: Bench) -> None:
    scenario = next(each for each in SCENARIOS[number] if each.__name__ == name)
    scenario(bench)


def test_every_fault_is_played_or_tested_elsewhere() -> None:
    assert [fault.number for fault in FAULTS] == list(range(1, 35))
    for fault in FAULTS:
        assert bool(fault.elsewhere) or SCENARIOS.get(fault.number), fault
        for place in fault.elsewhere:
            path, _, name = place.partition("::")
            text = (REPOSITORY / path).read_text(encoding="utf-8")
            assert not name or f"def {name}(" in text, place


def test_the_table_of_faults_is_what_the_tests_prove() -> None:
    page = HEAD + "".join(map(_row, FAULTS))
    if os.environ.get("WRITE_DOCS"):
        DOCUMENT.write_text(page, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == page, "WRITE_DOCS=1 writes it again"


def _row(fault: DeviceFault) -> str:
    played = [re.sub(r"\s+", " ", each.__doc__ or "").strip().rstrip(".") for each in SCENARIOS.get(fault.number, ())]
    tests = [f"`{place}`" for place in fault.elsewhere]
    return f"| {fault.number} | {fault.fault} | {fault.expected} | {'; '.join((*played, *tests))} |\n"
