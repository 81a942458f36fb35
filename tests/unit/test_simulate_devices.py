"""Simulated devices as processes: worked by their control port, used by the real drivers."""

import json
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware.barcode_scanner.assembler import RefusedScan
from hardware.barcode_scanner.serial_scanner import SerialScanner
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.cash_drawer.serial_drawer import SerialDrawer
from hardware.cash_drawer.settings import DrawerSettings
from hardware.line_display.display import LineDisplay
from hardware.line_display.settings import CD5220, LineDisplaySettings
from hardware.payment_terminal.adyen_local import AdyenLocalTerminal
from hardware.payment_terminal.nexo_cipher import NexoKey
from hardware.payment_terminal.nexo_line import NexoLine
from hardware.payment_terminal.payment_log import PaymentLog
from hardware.payment_terminal.terminal_process import CERTIFICATE_NAME, POI_ID
from hardware.scale.scale import SerialScale
from hardware.scale.settings import TOLEDO_8217, ScaleSettings
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.ports import CardOutcome, DeviceState, DeviceStatus, ScanEvent, WeightReading, WeightState

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = "import sys; from pos_app.commands import Command; sys.exit(Command('simulate', '').run(sys.argv[1:]))"
EAN = "4006381333931"


class Simulated:
    """One process, its address and its control port."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments, "--control", "0"],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline().split("port ")[1].rstrip(".\n"))
        self.address = self.process.stdout.readline().split(" at ")[1].split(". Stop")[0]
        self._control = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._answers = self._control.makefile("rb")

    def ask(self, **wanted: Any) -> dict[str, Any]:
        self._control.sendall(json.dumps(wanted).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def end(self) -> None:
        self._answers.close()
        self._control.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def simulate() -> Iterator[Callable[..., Simulated]]:
    made: list[Simulated] = []

    def start(*arguments: str) -> Simulated:
        made.append(Simulated(*arguments))
        return made[-1]

    yield start
    for device in made:
        device.end()


@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_a_scanner_scans_and_misreads_as_it_is_told(
    simulate: Callable[..., Simulated], line: str, expect_log: Callable[[str], None]
) -> None:
    expect_log("garbage")
    expect_log("beginning of the code")
    machine = simulate("scanner", *(["--pty"] if line == "pty" else []))
    scans: queue.Queue[ScanEvent] = queue.Queue()
    refusals: queue.Queue[RefusedScan] = queue.Queue()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    settings = ScannerSettings("hand scanner", "serial", machine.address, prefix="<", suffix=">")
    scanner = SerialScanner(settings, scans.put, refusals.put, statuses.put)
    scanner.start()
    assert statuses.get(timeout=10).state is DeviceState.READY
    while not machine.ask(do="scan", symbology="]E0", text=EAN, prefix="<", suffix=">")["ok"]:
        pass  # the connection is taken a moment after it is made
    assert scans.get(timeout=10) == ScanEvent(EAN, "]E0", "hand scanner")
    machine.ask(set={"noise": True}, do="scan", text=EAN, prefix="<", suffix=">")
    assert "garbage" in refusals.get(timeout=10).reason
    machine.ask(set={"noise": False, "first_half_lost": True}, do="scan", text=EAN, prefix="<", suffix=">")
    assert "beginning of the code is missing" in refusals.get(timeout=10).reason
    assert scanner.stop()


def test_a_scale_weighs_what_is_put_on_it(simulate: Callable[..., Simulated]) -> None:
    machine = simulate("scale", "--protocol", "toledo_8217", "--motion", "--weight-milli", "750")
    readings: queue.Queue[WeightReading] = queue.Queue()
    scale = SerialScale(ScaleSettings(driver=TOLEDO_8217, address=machine.address))
    scale.watch(readings.put)
    scale.start()
    while readings.get(timeout=10).state is not WeightState.MOTION:
        pass
    assert machine.ask(set={"motion": False})["ok"]
    while (reading := readings.get(timeout=10)).state is not WeightState.STABLE:
        pass
    assert reading.weight_milli == 750
    assert scale.stop()


def test_a_display_shows_and_a_drawer_opens(simulate: Callable[..., Simulated]) -> None:
    pole, box = simulate("display"), simulate("drawer")
    display = LineDisplay(
        LineDisplaySettings(driver=CD5220, address=pole.address, idle_lines=("Northgate", "")), receipt_texts("en")
    )
    display.start()
    while "Northgate" not in pole.ask()["state"]["lines"][0]:
        pass
    drawer = SerialDrawer(DrawerSettings(driver="serial", address=box.address))
    drawer.start()
    drawer.kick_drawer("no sale").result(10)
    while not box.ask()["state"]["open"]:
        pass
    assert box.ask(do="close")["state"] == {"open": False, "pulses": 1, "stuck": False}
    assert display.stop()
    assert drawer.stop()


def test_a_card_terminal_takes_a_payment_once_and_tells_of_one_whose_answer_was_lost(
    simulate: Callable[..., Simulated], tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("asked what became of the payment")
    machine = simulate("terminal", "--certificates", str(tmp_path))
    key = NexoKey("simulated", 1, "a simulated terminal keeps no secret")
    line = NexoLine(machine.address, tmp_path / "terminal-ca.pem", CERTIFICATE_NAME, "001-02", POI_ID, key)
    terminal = AdyenLocalTerminal(line, PaymentLog(tmp_path / "log.jsonl"))
    paid = terminal.authorise("p-1", 1234, "USD")
    assert (paid.outcome, paid.last_four) == (CardOutcome.APPROVED, "1111")
    machine.ask(set={"lose_answer": True})
    assert terminal.authorise("p-2", 500, "USD").outcome is CardOutcome.APPROVED  # asked what became of it
    machine.ask(set={"lose_answer": False, "decline": True})
    assert terminal.authorise("p-3", 900, "USD").outcome is CardOutcome.DECLINED
    assert machine.ask()["state"]["charged_minor"] == 1734
    terminal.stop()


def test_nonsense_at_the_control_port_is_answered_and_changes_nothing(
    simulate: Callable[..., Simulated], tmp_path: Path
) -> None:
    printer = simulate("printer", "--port", "0", "--paper", str(tmp_path))
    assert printer.ask(set={"paper_out": True})["state"]["paper_out"] is True
    assert "there is no switch 'paper'" in printer.ask(set={"paper": True})["error"]
    assert "paper_out is bool" in printer.ask(set={"paper_out": 1})["error"]
    assert "cannot dance" in printer.ask(do="dance")["error"]
    assert printer.ask(do="repair")["state"]["paper_out"] is False
    assert printer.ask(do="open_drawer")["state"]["drawer_open"] is True
