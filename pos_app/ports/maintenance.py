"""What a technician sees and does at a counter: devices, ways to reach them, tests, and versions of the settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Protocol

from pos_app.ports.devices import DeviceState


class AddressKind(StrEnum):
    """What a driver needs to be told about where its device is."""

    NONE = "none"
    NETWORK = "network"
    SERIAL = "serial"
    USB = "usb"
    PATH = "path"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class DriverChoice:
    """One way to drive a kind of device. note says how good it is, in a few words."""

    kind: str
    driver: str
    title: str
    address_kind: AddressKind
    example: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """Something that discovery met. driver is empty when nothing here drives it; detail is what it says of itself."""

    kind: str
    driver: str
    address: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device of the counter as it is now.

    entry is the name of its [[device]] table, empty for printer and card terminal, which are always there. statistics
    carry the names of UnifiedPOS.
    """

    name: str
    kind: str
    driver: str
    address: str
    state: DeviceState
    reason: str = ""
    last_contact: datetime | None = None
    identity: str = ""
    firmware: str = ""
    statistics: tuple[tuple[str, int], ...] = ()
    entry: str = ""


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One thing that was tried, and what came of it."""

    words: str
    good: bool


@dataclass(frozen=True, slots=True)
class TrialReport:
    """How a trial ended: a sentence, its steps, and what somebody has to look at with their own eyes."""

    good: bool
    headline: str
    steps: tuple[TrialStep, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry of the till's log."""

    at: str
    level: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """The settings as they once were. by is whoever changed them, words what they did."""

    number: int
    at: str
    by: str
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a difference: sign is +, - or a blank."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class BundleItem:
    """A file of the support bundle. words say what is in it and what was taken out."""

    name: str
    words: str
    content: bytes


class SettingsBook(Protocol):
    """The settings file with all its versions. Calls touch disk. They raise WorldError with a sentence."""

    def text(self) -> str:
        """The file as it is."""

    def versions(self) -> list[SettingsVersion]:
        """Newest first."""

    def change(self, values: Mapping[str, str | int | None], by: str, words: str) -> None:
        """Set keys; None takes a key out."""

    def put_device(self, entry: str, values: Mapping[str, str | int | None], by: str, words: str) -> None:
        """Change the [[device]] table of this name, or add it; None takes a key out."""

    def remove_device(self, entry: str, by: str, words: str) -> None:
        """Take a [[device]] table out."""

    def roll_back(self, number: int, by: str) -> None:
        """Make an earlier version the one that counts, as a new version."""

    def difference(self, number: int) -> list[DiffLine]:
        """What that version changed."""

    def export(self) -> Path:
        """Write the settings to a file of their own; where it is."""

    def importable(self) -> list[Path]:
        """Files that settings can be taken from."""

    def take_from(self, path: Path, by: str) -> None:
        """Settings that another counter exported replace these."""


class Workbench(Protocol):
    """Trying devices out, also such as are not set up. No call returns later than it says; none on the GUI thread."""

    def drivers(self, kind: str) -> Sequence[DriverChoice]:
        """The ways to drive a kind of device, best first."""

    def code_pages(self) -> Sequence[str]:
        """Names of code pages to choose from, most usual first."""

    def attached(self) -> list[FoundDevice]:
        """What is plugged into this machine. Within a second."""

    def on_network(self, hosts: str, found: Callable[[FoundDevice], None], cancelled: Event) -> int:
        """Printers of a network, an address or (empty) this machine's own network; how many addresses were tried."""

    def check_address(self, driver: str, address: str) -> TrialReport:
        """Does a printer answer there. Within three seconds; prints nothing."""

    def find_baud(self, port: str, tried: Callable[[int], None], cancelled: Event) -> int | None:
        """The speed of a scanner on a serial port, while somebody scans; None when it was not found."""


class CounterBench(Workbench, Protocol):
    """The workbench of a counter that runs: its own devices, and what else stands behind it."""

    def rows(self) -> list[DeviceRow]:
        """Every device. Returns at once."""

    def code_page(self) -> str:
        """The code page in use."""

    def code_parts(self, code: str) -> tuple[tuple[str, str], ...]:
        """What a scanned code says by itself, in pairs of words; none when it says nothing."""

    def newest(self, kind: str) -> DeviceRow | None:
        """The device of a kind that was added last, once it has said how it is, or after two seconds."""

    def hear_scanners(self, heard: Callable[[str, bytes], None] | None) -> None:
        """Each piece of bytes that a scanner with a driver sends, with its name, on its thread; None: no more."""

    def apply(self) -> str:
        """The settings changed: restart the devices that are concerned. What has to wait for a restart, in words."""

    def test_device(self, name: str) -> TrialReport:
        """The test of a device: a printer's page, a drawer that opens, words on a display, a card terminal asked."""

    def check_device(self, name: str) -> TrialReport:
        """How a device is, without a side effect."""

    def store_logo(self, name: str) -> TrialReport:
        """Put the store's logo into the memory of a printer, and print it from there. Within a minute."""

    def check_central(self) -> TrialReport:
        """Address, latency, clock, certificate and queue of the line to the central service. Within ten seconds."""

    def log_lines(self, limit: int) -> list[LogLine]:
        """The newest entries of the log, newest first."""

    def bundle(self) -> list[BundleItem]:
        """Everything that a support bundle would contain, already redacted."""

    def write_bundle(self, items: Sequence[BundleItem]) -> Path:
        """Write it; where it is."""
