"""Simulated devices as a process of their own works them: each behind a line, with its switches and its acts."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from hardware.line_display.simulator import SimulatedLineDisplay
from hardware.line_server import LineServer
from hardware.receipt_printer.simulator import Faults, SimulatedPrinter
from hardware.scale.settings import NCI
from hardware.scale.simulator import ScaleFaults, SimulatedScale

Serve = Callable[[Callable[[bytes], bytes]], LineServer]


def checked(kind: type, switches: Mapping[str, Any]) -> dict[str, Any]:
    """The switches, when all of them are of this kind. Raises ValueError that names the one that is not."""
    known = {field.name: type(field.default) for field in fields(kind)}
    for name, value in switches.items():
        if name not in known:
            raise ValueError(f"there is no switch {name!r}; there are {', '.join(known)}")
        if type(value) is not known[name]:
            raise ValueError(f"{name} is {known[name].__name__}")
    return dict(switches)


@dataclass(frozen=True, slots=True)
class ScannerFaults:
    """How a simulated scanner misreads. noise sends bytes of another speed before a code, first_half_lost only its
    end, no_end no end mark, bounce every code twice, control_bytes one amid it, overlong a thousand characters.
    """

    noise: bool = False
    first_half_lost: bool = False
    no_end: bool = False
    bounce: bool = False
    control_bytes: bool = False
    overlong: bool = False


class ScannerOnALine:
    """Sends codes."""

    def __init__(self, serve: Serve) -> None:
        self.line = serve(lambda _: b"")
        self._faults = ScannerFaults()
        self.sent = 0

    def set(self, switches: Mapping[str, Any]) -> None:
        """See Controlled."""
        self._faults = replace(self._faults, **checked(ScannerFaults, switches))

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """scan: text, and symbology, prefix, suffix and end where they are sent."""
        if act != "scan":
            raise ValueError(f"a scanner cannot {act}; it can scan")
        parts = {"prefix": "", "symbology": "", "text": "", "suffix": "", "end": "\r"} | dict(arguments)
        code = "".join(str(parts[name]) for name in ("prefix", "symbology", "text", "suffix")).encode()
        if not self.line.send(self._misread(code, str(parts["end"]).encode())):
            raise ValueError("no till listens to this scanner")
        self.sent += 1

    def state(self) -> dict[str, Any]:
        """See Controlled."""
        return {"sent": self.sent, **asdict(self._faults)}

    def _misread(self, code: bytes, end: bytes) -> bytes:
        faults = self._faults
        if faults.overlong:
            code = code * (1 + 1000 // max(1, len(code)))
        if faults.first_half_lost:
            code = code[len(code) // 2 :]
        if faults.control_bytes:
            code = code[:1] + b"\x01" + code[1:]
        if faults.noise:
            code = b"\xff\x80\xfe" + code
        sent = code + (b"" if faults.no_end else end)
        return sent * 2 if faults.bounce else sent


@dataclass(frozen=True, slots=True)
class DrawerFaults:
    """stuck: its coil gets the pulse and the drawer stays shut."""

    stuck: bool = False


class DrawerOnALine:
    """A trigger box and its drawer: opens at the byte it is set to."""

    def __init__(self, serve: Serve, kick: bytes = b"\x07") -> None:
        self._faults = DrawerFaults()
        self._kick = kick
        self.is_open = False
        self.pulses = 0
        self.line = serve(self._feed)

    def set(self, switches: Mapping[str, Any]) -> None:
        """See Controlled."""
        self._faults = replace(self._faults, **checked(DrawerFaults, switches))

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """open and close: with the key, and by hand."""
        if act not in ("open", "close"):
            raise ValueError(f"a drawer cannot {act}; it can open or close")
        self.is_open = act == "open"

    def state(self) -> dict[str, Any]:
        """See Controlled."""
        return {"open": self.is_open, "pulses": self.pulses, **asdict(self._faults)}

    def _feed(self, data: bytes) -> bytes:
        kicks = data.count(self._kick)
        self.pulses += kicks
        self.is_open = self.is_open or bool(kicks and not self._faults.stuck)
        return b""


class DisplayOnALine:
    """A pole display."""

    def __init__(self, serve: Serve, on_change: Callable[[str], None]) -> None:
        self._display = SimulatedLineDisplay(lambda: on_change(self._display.picture()))
        self.line = serve(self._display.feed)

    def set(self, switches: Mapping[str, Any]) -> None:
        """A display has no switches: unplug it by stopping the process."""
        raise ValueError("a display has no switches")

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """Nothing is done at a display."""
        raise ValueError("nothing can be done at a display")

    def state(self) -> dict[str, Any]:
        """See Controlled."""
        return {"lines": list(self._display.lines), "refusals": [each.hex(" ") for each in self._display.refusals]}


class ScaleOnALine:
    """A scale."""

    def __init__(self, serve: Serve, protocol: str = NCI, unit: str = "kg") -> None:
        self._scale = SimulatedScale(protocol, unit)
        self.line = serve(self._scale.feed)

    def set(self, switches: Mapping[str, Any]) -> None:
        """See Controlled."""
        self._scale.set_faults(**checked(ScaleFaults, switches))

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """put: weight_milli."""
        weight_milli = arguments.get("weight_milli")
        if act != "put" or not isinstance(weight_milli, int) or not 0 <= weight_milli <= 99_999:
            raise ValueError("a scale can only have something put on it: weight_milli from 0 to 99999")
        self._scale.put(weight_milli)

    def state(self) -> dict[str, Any]:
        """See Controlled."""
        return {"requests": self._scale.requests, **asdict(self._scale.faults)}


class PrinterOnALine:
    """A receipt printer; its port is its own, since printers speak without being asked."""

    def __init__(self, printer: SimulatedPrinter) -> None:
        self._printer = printer

    def set(self, switches: Mapping[str, Any]) -> None:
        """See Controlled."""
        self._printer.set_faults(**checked(Faults, switches))

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """repair, tear_off, and open_drawer and close_drawer by key and hand."""
        acts: dict[str, Callable[[], None]] = {
            "repair": self._printer.repair,
            "tear_off": self._printer.tear_off,
            "open_drawer": lambda: self._printer.move_drawer(True),
            "close_drawer": lambda: self._printer.move_drawer(False),
        }
        if act not in acts:
            raise ValueError(f"a printer cannot {act}; it can {', '.join(acts)}")
        acts[act]()

    def state(self) -> dict[str, Any]:
        """See Controlled."""
        printer = self._printer
        return {
            "receipts_cut": printer.receipts_cut,
            "lines_printed": printer.lines_printed,
            "drawer_pulses": printer.drawer_pulses,
            "drawer_open": printer.drawer_is_open,
            "refusals": list(printer.refusals),
            **asdict(printer.faults),
        }
