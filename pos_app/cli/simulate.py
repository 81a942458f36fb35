"""`simulate`: devices without the machine, each as a process of its own."""

import argparse
import signal
import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from hardware.cash_drawer.settings import DrawerSettings
from hardware.control_port import Controlled, ControlPort
from hardware.line_server import LineServer, PtyLineServer, TcpLineServer
from hardware.payment_terminal.nexo_cipher import NexoKey
from hardware.payment_terminal.terminal_process import (
    CERTIFICATE_NAME,
    POI_ID,
    CardSwitches,
    CardTerminalOnTheNetwork,
    make_certificate,
)
from hardware.receipt_printer.simulator import Faults, PrinterServer, SimulatedPrinter
from hardware.scale.settings import NCI, TOLEDO_8217, UNITS
from hardware.scale.simulator import ScaleFaults
from hardware.simulated_devices import (
    DisplayOnALine,
    DrawerFaults,
    DrawerOnALine,
    PrinterOnALine,
    ScaleOnALine,
    ScannerFaults,
    ScannerOnALine,
)

_KINDS: dict[str, tuple[str, type | None]] = {
    "printer": ("a receipt printer on a TCP port", Faults),
    "scanner": ("a barcode scanner on a line", ScannerFaults),
    "drawer": ("a cash drawer with its trigger box on a line", DrawerFaults),
    "display": ("a pole display on a line", None),
    "scale": ("a scale on a line", ScaleFaults),
    "terminal": ("a card terminal on the network, as Adyen's speak", CardSwitches),
}
_KEY_NAME, _TERMINAL_PASSPHRASE = "simulated", "a simulated terminal keeps no secret"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The devices and how they fail."""
    devices = parser.add_subparsers(dest="device", required=True)
    for name, (words, faults) in _KINDS.items():
        device = devices.add_parser(name, help=words, description=f"{words.capitalize()}. Stop it with Ctrl+C.")
        device.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
        port = 9100 if name == "printer" else 0
        device.add_argument("--port", type=int, default=port, help=f"port, 0 for a free one (default: {port})")
        device.add_argument(
            "--control", type=int, metavar="PORT", help="port to work it by, a JSON object a line; 0 for a free one"
        )
        if name != "terminal":
            device.add_argument("--pty", action="store_true", help="a serial port instead of a TCP port (POSIX only)")
        for fault in fields(faults) if faults is not None else ():
            _add_switch(device, fault.name, fault.default)
    printer, scale, terminal = (devices.choices[name] for name in ("printer", "scale", "terminal"))
    terminal.add_argument(
        "--certificates", type=Path, default=Path("terminal"), metavar="DIR", help="folder for its certificate"
    )
    printer.add_argument("--columns", type=int, default=42, help="characters in a line: 32, 42 or 48 (default: 42)")
    printer.add_argument("--paper", type=Path, default=Path("paper"), metavar="DIR", help="folder for the receipts")
    scale.add_argument("--protocol", choices=(NCI, TOLEDO_8217), default=NCI, help=f"what it speaks (default: {NCI})")
    scale.add_argument("--unit", choices=UNITS, default="kg", help="what it weighs in (default: kg)")
    scale.add_argument("--weight-milli", type=int, default=0, metavar="N", help="what lies on it, in thousandths")


def _add_switch(device: argparse.ArgumentParser, name: str, default: object) -> None:
    option, words = f"--{name.replace('_', '-')}", name.replace("_", " ")
    if isinstance(default, bool):
        device.add_argument(option, action="store_true", help=f"start with {words}")
    else:
        device.add_argument(option, type=int, default=default, metavar="N", help=words)


def main(args: argparse.Namespace) -> int:
    """Serve until interrupted; 1 when a port cannot be had."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        starts = {"printer": _start_printer, "terminal": _start_terminal}
        device, words, stop = starts.get(args.device, _start_on_a_line)(args)
    except OSError as error:
        print(f"The {args.device} cannot listen at {args.host}, port {args.port}: {error.strerror}.")
        return 1
    faults = _KINDS[args.device][1]
    if faults is not None:
        device.set({fault.name: getattr(args, fault.name) for fault in fields(faults)})
    control = _control(device, args.control)
    if args.control is not None and control is None:
        stop()
        return 1
    print(words, flush=True)
    stopped.wait()
    if control is not None:
        control.stop()
    stop()
    return 0


def _control(device: Controlled, port: int | None) -> ControlPort | None:
    if port is None:
        return None
    try:
        control = ControlPort(device, port)
    except OSError as error:
        print(f"The control port {port} cannot be had: {error.strerror}.")
        return None
    control.start()
    print(f"It is worked at 127.0.0.1, port {control.port}.", flush=True)
    return control


def _start_printer(args: argparse.Namespace) -> tuple[Controlled, str, Callable[[], None]]:
    printer = SimulatedPrinter(args.columns)
    server = _serial_line(printer) if args.pty else PrinterServer(printer, args.host, args.port)
    args.paper.mkdir(parents=True, exist_ok=True)
    printer.on_change = _PaperFolder(printer, args.paper).keep
    server.start()
    words = f"A receipt printer listens at {server.address}; its paper goes to {args.paper}. Stop it with Ctrl+C."
    return PrinterOnALine(printer), words, server.stop


def _serial_line(printer: SimulatedPrinter) -> PtyLineServer:
    def feed(data: bytes) -> bytes:
        printer.feed(data)
        return b""

    line = PtyLineServer(feed)
    printer.attach(line.send)
    return line


def _start_terminal(args: argparse.Namespace) -> tuple[Controlled, str, Callable[[], None]]:
    trusted, private = make_certificate(args.certificates)
    terminal = CardTerminalOnTheNetwork(private, NexoKey(_KEY_NAME, 1, _TERMINAL_PASSPHRASE), args.host, args.port)
    terminal.start()
    settings = (
        'card_terminal_driver = "adyen_local"',
        f'card_terminal_address = "{terminal.address}"',
        f'card_terminal_poi_id = "{POI_ID}"',
        f'card_terminal_ca_file = "{trusted.resolve().as_posix()}"',
        f'card_terminal_certificate_name = "{CERTIFICATE_NAME}"',
        f'card_terminal_key_name = "{_KEY_NAME}"',
        f"# and the shared key, in the place that card_terminal_key names: {_TERMINAL_PASSPHRASE}",
    )
    words = f"A card terminal is at {terminal.address}. Stop it with Ctrl+C. settings.toml:\n" + "\n".join(settings)
    return terminal, words, terminal.stop


def _start_on_a_line(args: argparse.Namespace) -> tuple[Controlled, str, Callable[[], None]]:
    def serve(feed: Callable[[bytes], bytes]) -> LineServer:
        return PtyLineServer(feed) if args.pty else TcpLineServer(feed, args.host, args.port)

    device: ScannerOnALine | DrawerOnALine | DisplayOnALine | ScaleOnALine
    if args.device == "scanner":
        device = ScannerOnALine(serve)
    elif args.device == "drawer":
        device = DrawerOnALine(serve, bytes.fromhex(DrawerSettings().kick_hex))
    elif args.device == "display":
        device = DisplayOnALine(serve, lambda picture: print(picture, flush=True))
    else:
        device = ScaleOnALine(serve, args.protocol, args.unit)
        device.do("put", {"weight_milli": args.weight_milli})
    device.line.start()
    return device, f"A {args.device} is at {device.line.address}. Stop it with Ctrl+C.", device.line.stop


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
