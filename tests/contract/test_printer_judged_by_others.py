"""A client that is not ours (receiptio, from the npm registry) judges the simulated printer: what it takes for a real
one in every state, our driver is tested against. Without Node.js or the registry these tests are skipped."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.node_tools import node_modules

from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter

RECEIPTIO = "receiptio@2.1.2"
# It knows no other port than 9100; the address keeps it apart from a simulator that somebody has running.
HOST = "127.0.0.77"


@pytest.fixture(scope="module")
def client() -> Path:
    return node_modules(RECEIPTIO) / "receiptio" / "bin" / "cli.js"


@pytest.fixture
def machine() -> Iterator[SimulatedPrinter]:
    made = SimulatedPrinter(42)
    try:
        server = PrinterServer(made, HOST, 9100)
    except OSError as error:
        pytest.skip(f"port 9100 at {HOST} cannot be had: {error}")
    server.start()
    yield made
    server.stop()


def says(client: Path, *arguments: str) -> str:
    command = ["node", str(client), "-d", HOST, "-p", "escpos", "-c", "42", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stderr.strip()


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("", "online"),
        ("paper_near_end", "online"),
        ("cover_open", "coveropen"),
        ("paper_out", "paperempty"),
        ("overheated", "error"),
        ("unrecoverable", "error"),
    ],
)
def test_each_state_is_seen_for_what_it_is(client: Path, machine: SimulatedPrinter, fault: str, verdict: str) -> None:
    if fault:
        machine.set_faults(**{fault: True})
    assert says(client, "-q") == verdict


def test_an_open_drawer_is_seen(client: Path, machine: SimulatedPrinter) -> None:
    verdicts = []
    for is_open in (False, True):
        machine.move_drawer(is_open)
        verdicts.append(says(client, "-q", "drawer"))
    assert sorted(verdicts) == ["drawerclosed", "draweropen"], "which level is open depends on the drawer's wiring"


def test_its_receipt_prints_and_paper_that_runs_out_meanwhile_is_told(
    client: Path, machine: SimulatedPrinter, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.txt"
    receipt.write_text("Hello | 1,234.50\nThank you\n", encoding="utf-8")
    assert says(client, str(receipt)) == "success"
    assert machine.refusals == []
    first = next(line for line in machine.receipts()[0].text().splitlines() if "Hello" in line)
    assert first.split() == ["Hello", "1,234.50"]
    machine.set_faults(paper_lines=1)
    assert says(client, str(receipt)) == "paperempty"


def test_a_jammed_cutter_is_an_error_that_it_can_clear(client: Path, machine: SimulatedPrinter, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.txt"
    receipt.write_text("Hello\n", encoding="utf-8")
    machine.set_faults(cutter_jam=True)
    assert says(client, str(receipt)) == "error"
    machine.clear_cutter()
    assert says(client, "-q") == "error", "until it is told how to go on"
    assert says(client, str(receipt)) == "success"
    assert says(client, "-q") == "online"
