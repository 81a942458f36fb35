"""`simulate`: devices without the machine, each as a process of its own."""

import argparse
import signal
import threading
from pathlib import Path

from hardware.receipt_printer.simulator import Faults, PrinterServer, SimulatedPrinter

_SWITCHES = tuple(name for name in Faults.__slots__ if isinstance(getattr(Faults(), name), bool))
_NUMBERS = tuple(name for name in Faults.__slots__ if name not in _SWITCHES)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The devices and how they fail."""
    devices = parser.add_subparsers(dest="device", required=True)
    printer = devices.add_parser(
        "printer",
        help="a receipt printer on a TCP port",
        description="An ESC/POS receipt printer on a TCP port. Each receipt is written as a picture and as text.",
    )
    printer.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
    printer.add_argument("--port", type=int, default=9100, help="port, 0 for a free one (default: 9100)")
    printer.add_argument("--columns", type=int, default=42, help="characters in a line: 32, 42 or 48 (default: 42)")
    printer.add_argument("--paper", type=Path, default=Path("paper"), metavar="DIR", help="folder for the receipts")
    for name in _SWITCHES:
        printer.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=f"start with {_words(name)}")
    for name in _NUMBERS:
        default = getattr(Faults(), name)
        printer.add_argument(f"--{name.replace('_', '-')}", type=int, default=default, metavar="N", help=_words(name))


def main(args: argparse.Namespace) -> int:
    """Print until interrupted; 1 when the port cannot be had."""
    printer = SimulatedPrinter(args.columns)
    printer.set_faults(**{name: getattr(args, name) for name in (*_SWITCHES, *_NUMBERS)})
    try:
        server = PrinterServer(printer, args.host, args.port)
    except OSError as error:
        print(f"The printer cannot listen at {args.host}, port {args.port}: {error.strerror}.")
        return 1
    args.paper.mkdir(parents=True, exist_ok=True)
    printer.on_change = _PaperFolder(printer, args.paper).keep
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    print(
        f"A receipt printer listens at {server.address}; its paper goes to {args.paper}. Stop it with Ctrl+C.",
        flush=True,
    )
    stopped.wait()
    server.stop()
    return 0


class _PaperFolder:
    """Writes each receipt as soon as it is cut."""

    def __init__(self, printer: SimulatedPrinter, folder: Path) -> None:
        self._printer = printer
        self._folder = folder
        self._seen = 0

    def keep(self) -> None:
        """Called on the printer's thread after each change."""
        fresh = self._printer.receipts_cut - self._seen
        for receipt in self._printer.receipts()[-fresh:] if fresh else []:
            self._seen += 1
            path = self._folder / f"receipt-{self._seen:04d}.png"
            path.with_suffix(".txt").write_text(receipt.text(), encoding="utf-8")
            path.write_bytes(receipt.picture())
            print(f"{path}  ({self._printer.drawer_pulses} drawer pulses so far)", flush=True)


def _words(name: str) -> str:
    return name.replace("_", " ")
