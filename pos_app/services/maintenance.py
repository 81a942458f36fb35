"""What a technician does at a counter: set up, test and mend devices; every change is a version with who and when.

The console is opened by somebody who may; what is done in it is in their name. Calls may touch devices, disk and
network: none of them belongs on the GUI thread, except begin, rows and drivers.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.ports import Storage
from pos_app.ports.maintenance import (
    AddressKind,
    BundleItem,
    CounterBench,
    DeviceRow,
    DriverChoice,
    SettingsBook,
    SettingsVersion,
)
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.updating import Updating
from pos_app.services.visit import Visit

Values = Mapping[str, str | int | None]

PRINTER, BACKUP_PRINTER, CARD_TERMINAL = "receipt_printer", "backup_printer", "payment_terminal"
FIXED_KEYS = {
    PRINTER: ("printer_driver", "printer_address"),
    CARD_TERMINAL: ("card_terminal_driver", "card_terminal_address"),
    BACKUP_PRINTER: ("backup_printer_driver", "backup_printer_address"),
}
"""Devices that a counter has once: the keys of settings.toml that say what they are. The others are tables."""

ADDABLE_KINDS = {
    PRINTER: "Receipt printer",
    BACKUP_PRINTER: "Backup printer",
    "barcode_scanner": "Barcode scanner",
    "line_display": "Pole display",
    "scale": "Scale",
    "cash_drawer": "Cash drawer",
    CARD_TERMINAL: "Card terminal",
}
ON_THE_PRINTER = "on the printer"
"""The driver of a drawer that the printer opens: it goes when there is one on a line of its own."""
_LONGEST_NAME = 40


class Maintenance:
    """The console of one counter."""

    def __init__(
        self,
        bench: CounterBench,
        book: SettingsBook,
        *,
        approvals: Approvals,
        operator: Operator,
        storage: Storage,
        updating: Updating | None = None,
    ) -> None:
        self.bench = bench
        self.book = book
        self.updating = updating
        self._storage = storage
        self._visit = Visit(
            approvals,
            operator,
            Action.TECHNICIAN_CONSOLE,
            "the technician's console",
            "Settings and devices of this till",
        )

    def begin(self, approval: Approval | None = None) -> None:
        """Open the console. Raises ApprovalNeededError or NotAllowedError."""
        self._visit.begin(approval)

    @property
    def by(self) -> str:
        """In whose name things are done. Raises CashierError when that is nobody, or somebody else by now."""
        return self._visit.by

    # --- devices ------------------------------------------------------------------------------------------------------

    def rows(self) -> list[DeviceRow]:
        """Every device as it is now."""
        return self.bench.rows()

    def drivers(self, kind: str) -> Sequence[DriverChoice]:
        """The ways to drive a kind of device, best first."""
        return self.bench.drivers(kind)

    def replaces(self, kind: str) -> str:
        """The name of the device whose place another of this kind takes; empty when it is added."""
        if kind not in FIXED_KEYS:
            return ""
        return next((row.name for row in self.rows() if row.kind == kind and row.driver != "simulator"), "")

    def set_up(self, kind: str, driver: str, address: str, entry: str = "") -> str:
        """Add a device, or change the one of this entry; it starts at once. What has to wait, in words.

        Raises CashierError for an address that is missing, WorldError for settings the till could not start with.
        """
        choice, by = self._choice(kind, driver), self.by
        words = write_device(self.book, choice, address, entry or self._free_name(kind), by)
        return self._apply(words, by)

    def remove(self, row: DeviceRow) -> str:
        """Take a device away. A printer or card terminal becomes the simulated one."""
        by = self.by
        return self._apply(take_out(self.book, row, by), by)

    def use_code_page(self, name: str) -> str:
        """The page that the receipt printer prints letters with. What has to wait, in words."""
        by = self.by
        self.book.change({"printer_code_page": name}, by, f"Code page {name}")
        return self._apply(f"Code page {name}", by)

    def keep_scanner_timing(self, gap_ms: int, minimum_length: int) -> str:
        """What tells keyboard scanners from people: longest pause between two keys, shortest code. What waits."""
        by = self.by
        values = {"scanner_gap_ms": gap_ms, "scanner_minimum_length": minimum_length}
        words = f"Keyboard scanners: at most {gap_ms} ms between keys"
        self.book.change(values, by, words)
        return self._apply(words, by)

    # --- settings -----------------------------------------------------------------------------------------------------

    def versions(self) -> list[SettingsVersion]:
        """Newest first."""
        return self.book.versions()

    def roll_back(self, number: int) -> str:
        """Make an earlier version the one that counts. What has to wait, in words."""
        by = self.by
        self.book.roll_back(number, by)
        return self._apply(f"Back to version {number}", by)

    def take_from(self, path: Path) -> str:
        """Settings that another counter exported replace these. What has to wait, in words."""
        by = self.by
        self.book.take_from(path, by)
        return self._apply(f"Imported from {path.name}", by)

    # --- support ------------------------------------------------------------------------------------------------------

    def bundle(self) -> list[BundleItem]:
        """What a support bundle would contain, already redacted."""
        return self.bench.bundle()

    def write_bundle(self, items: Sequence[BundleItem]) -> Path:
        """Write it; where it is."""
        self._visit.check()
        return self.bench.write_bundle(items)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _apply(self, words: str, by: str) -> str:
        """The settings are on disk: into the journal, then into force."""
        with self._storage.unit_of_work() as work:
            work.append(EventKind.SETTINGS_CHANGED, {"by": by, "words": words})
            work.commit()
        return self.bench.apply()

    def _choice(self, kind: str, driver: str) -> DriverChoice:
        found = next((choice for choice in self.drivers(kind) if choice.driver == driver), None)
        if found is None:
            raise CashierError("driver_unknown", f"There is no driver {driver!r} for this kind of device.")
        return found

    def _free_name(self, kind: str) -> str:
        stay = [row for row in self.rows() if row.driver != ON_THE_PRINTER]
        taken = {row.name for row in stay} | {row.entry for row in stay}
        plain = ADDABLE_KINDS.get(kind, kind)[:_LONGEST_NAME].lower()
        numbered = (f"{plain} {number}" if number > 1 else plain for number in count(1))
        return next(name for name in numbered if name not in taken)


def write_device(book: SettingsBook, choice: DriverChoice, address: str, name: str, by: str) -> str:
    """Write a device into the settings; what was done, in words.

    A kind that a counter has once takes the place of the one before, another gets or changes the table of this name.
    Raises CashierError for an address that is missing, WorldError for settings the till could not start with.
    """
    place = "" if choice.address_kind is AddressKind.NONE else " ".join(address.split())
    if choice.address_kind is not AddressKind.NONE and not place:
        raise CashierError("address_missing", f"Say where it is, such as {choice.example}.")
    words = f"{choice.title} {place}".rstrip()
    if choice.kind in FIXED_KEYS:
        driver_key, address_key = FIXED_KEYS[choice.kind]
        book.change({driver_key: choice.driver, address_key: place or None}, by, words)
    else:
        values: Values = {"kind": choice.kind, "name": name, "driver": choice.driver, "address": place or None}
        book.put_device(name, values, by, words)
    return words


def take_out(book: SettingsBook, row: DeviceRow, by: str) -> str:
    """Take a device out of the settings; what was done, in words. Raises CashierError for one that has no own place."""
    words = f"{row.name} removed"
    if row.entry:
        book.remove_device(row.entry, by, words)
    elif row.kind in FIXED_KEYS:
        book.change(dict.fromkeys(FIXED_KEYS[row.kind], None), by, words)
    else:
        raise CashierError("not_removable", f"The {row.name} belongs to another device.")
    return words
