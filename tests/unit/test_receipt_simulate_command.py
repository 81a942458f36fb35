"""The simulated printer as a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

from hardware.receipt_printer.transports import TcpTransport

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = "import sys; from pos_app.commands import Command; sys.exit(Command('simulate', '').run(sys.argv[1:]))"


def test_the_process_prints_what_it_is_sent_into_a_folder_and_stops_when_asked(tmp_path: Path) -> None:
    arguments = ["printer", "--port", "0", "--columns", "32", "--paper", str(tmp_path / "paper"), "--paper-near-end"]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    address = process.stdout.readline().split(" listens at ")[1].split(";")[0]
    printer = TcpTransport(address)
    printer.open()
    printer.write(b"\x1b@hello\n\x1bp\x00\x19\xfa\x1dV\x00\x10\x04\x04")
    assert printer.read(20) == b"\x1e"
    assert "receipt-0001.png  (1 drawer pulses so far)" in process.stdout.readline()
    printer.close()
    assert (tmp_path / "paper" / "receipt-0001.txt").read_text().startswith("hello\n")
    assert (tmp_path / "paper" / "receipt-0001.png").read_bytes().startswith(b"\x89PNG")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    process.stdout.close()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter

    taken = PrinterServer(SimulatedPrinter())
    arguments = ["printer", "--port", taken.address.rsplit(":", 1)[1], "--paper", str(tmp_path)]
    result = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    taken.stop()
    assert result.returncode == 1
    assert "cannot listen at 127.0.0.1" in result.stdout
