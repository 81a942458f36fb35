"""Setting a store up for the first time, step by step; whatever was kept survives a power cut.

`first-run.json` in the data folder says where the set-up is; it holds no secret and goes when the store is set up. The
store itself is an ordinary store.toml, read by the same parser as ever before it is put in place.
"""

import json
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import resources
from pos_app.domain.item import Fee
from pos_app.domain.operator import Operator, Role
from pos_app.domain.rounding import divide
from pos_app.errors import CashierError, WorldError
from pos_app.first_store import check_store, country, store_text
from pos_app.ports import Enrolment
from pos_app.ports.first_run import CountryPreset, Step
from pos_app.ports.goods import FieldRefusedError, ImportOutcome
from pos_app.ports.maintenance import FoundDevice, TrialReport, TrialStep
from pos_app.settings import FILE_NAME as SETTINGS_NAME
from pos_app.storage.database import FILE_NAME as DATABASE_NAME
from pos_app.storage.keys import KeyStore
from pos_app.store_profile import StoreFile, StoreProfileError, load_store_file
from pos_app.workbench import LocalWorkbench

if TYPE_CHECKING:
    from pos_app.bootstrap import Register
    from pos_app.ports.backup import TakingOver

STATE_NAME = "first-run.json"
STORE_NAME = "store.toml"
_BY = "first set-up"
_PRINT_S = 60.0


def is_needed(folder: Path) -> bool:
    """True for a folder without a store: nothing was ever started there, or its set-up was interrupted."""
    if (folder / STATE_NAME).exists():
        return True
    return not any((folder / name).exists() for name in (STORE_NAME, DATABASE_NAME, SETTINGS_NAME))


class FirstRun:
    """See ports.first_run.FirstRunDesk."""

    def __init__(self, folder: Path, keys: KeyStore) -> None:
        self._folder = folder
        self._keys = keys
        self._bench = LocalWorkbench()
        self._register: Register | None = None
        self._state: dict[str, Any] = self._read_state()

    # --- where it is --------------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step:
        """See FirstRunDesk."""
        return Step(self._state["step"])

    @property
    def values(self) -> Mapping[str, str]:
        """See FirstRunDesk."""
        return dict(self._state["values"])

    @property
    def numbers_are_fixed(self) -> bool:
        """See FirstRunDesk."""
        return (self._folder / DATABASE_NAME).exists()

    def go_to(self, step: Step) -> None:
        """See FirstRunDesk."""
        self._write_state(step, {})

    def _read_state(self) -> dict[str, Any]:
        fresh = {"step": Step.STORE.value, "values": {}}
        try:
            kept = json.loads((self._folder / STATE_NAME).read_text(encoding="utf-8"))
            Step(kept["step"])
            return {"step": kept["step"], "values": {str(key): str(value) for key, value in kept["values"].items()}}
        except FileNotFoundError:
            return fresh
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # A file that nobody can read any more only says where it was: the steps are asked again.
            return fresh

    def _write_state(self, step: Step, values: Mapping[str, str]) -> None:
        self._state = {"step": step.value, "values": {**self._state["values"], **values}}
        _write_whole(self._folder / STATE_NAME, json.dumps(self._state, ensure_ascii=False, indent=1))

    # --- store and money ----------------------------------------------------------------------------------------------

    @cached_property
    def taking_over(self) -> "TakingOver":
        """See FirstRunDesk."""
        from pos_app.taking_over import TakeOver

        return TakeOver(self._folder, self._keys)

    @cached_property
    def countries(self) -> Sequence[CountryPreset]:
        """See FirstRunDesk."""
        path = Path(resources.__path__[0]) / "first_run" / "countries.toml"
        return tuple(country(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["country"])

    @cached_property
    def local_zone(self) -> str:
        """See FirstRunDesk."""
        with suppress(OSError):
            parts = Path("/etc/localtime").resolve().parts
            if "zoneinfo" in parts:
                return "/".join(parts[parts.index("zoneinfo") + 1 :])
        return ""

    def keep(self, step: Step, values: Mapping[str, str]) -> None:
        """See FirstRunDesk."""
        cleaned = {key: " ".join(value.split()) for key, value in values.items()}
        wanted = {**self.values, **cleaned}
        check_store(wanted)
        if step is Step.MONEY:
            self._write_store(wanted)
        steps = list(Step)
        self._write_state(steps[steps.index(step) + 1], cleaned)

    def _write_store(self, values: Mapping[str, str]) -> None:
        """The store's file; nothing is put in place that the till could not start with."""
        text = store_text(values, self.countries)
        self.close()
        draft = self._folder / "store.toml.draft"
        _write_whole(draft, text)
        try:
            load_store_file(draft)
        except StoreProfileError as error:
            raise CashierError("store_refused", str(error).partition("cannot be used: ")[2] or str(error)) from error
        os.replace(draft, self._folder / STORE_NAME)

    # --- the manager --------------------------------------------------------------------------------------------------

    def keep_manager(self, name: str, number: str, pin: str) -> None:
        """See FirstRunDesk."""
        from pos_app.storage.operator_register import OperatorRegister, check_number, check_pin

        name, number = " ".join(name.split()), number.strip()
        checks: tuple[tuple[str, Callable[[], None]], ...] = (
            ("number", lambda: check_number(number)),
            ("pin", lambda: check_pin(pin)),
        )
        for field, check in checks:
            try:
                check()
            except CashierError as error:
                raise FieldRefusedError(field, error.message) from error
        if not number:
            raise FieldRefusedError("number", "A manager signs on with a number, such as 1.")
        data = self._open().data
        try:
            manager = Operator("manager-1", name, Role.MANAGER)
            OperatorRegister(data.database, data.storage).add(manager, number, pin, changed_by=_BY)
        except CashierError as error:
            raise FieldRefusedError("name", error.message) from error
        self._write_state(Step.PRINTER, {"manager_name": name, "manager_number": number})

    def _open(self) -> "Register":
        if self._register is None:
            from pos_app.bootstrap import open_register

            self._register = open_register(self._folder, self._store(), self._keys)
        return self._register

    def _store(self) -> StoreFile:
        return load_store_file(self._folder / STORE_NAME)

    # --- the printer --------------------------------------------------------------------------------------------------

    def printers(self) -> list[FoundDevice]:
        """See FirstRunDesk."""
        return [found for found in self._bench.attached() if found.kind == "receipt_printer" and found.driver]

    def search_printers(self, found: Callable[[FoundDevice], None], cancelled: Event) -> int:
        """See FirstRunDesk."""
        return self._bench.on_network("", found, cancelled)

    def set_printer(self, driver: str, address: str) -> TrialReport:
        """See FirstRunDesk."""
        from pos_app.settings_book import SettingsFile

        place = address.strip()
        checked = self._bench.check_address(driver, place)
        if not checked.good:
            return checked
        words = "A simulated printer" if driver == "simulator" else f"{driver} {place}"
        SettingsFile(self._folder).change({"printer_driver": driver, "printer_address": place or None}, _BY, words)
        self._write_state(Step.PRINTER, {"printer_driver": driver, "printer_address": place})
        return checked if driver == "simulator" else self._test_page()

    def _test_page(self) -> TrialReport:
        from hardware.receipt_printer.health import HealthLevel
        from pos_app.lone_printer import lone_printer

        with lone_printer(self._folder, self._store().profile) as printer:
            report = printer.check_health(HealthLevel.INTERACTIVE).result(_PRINT_S)
        steps = tuple(TrialStep(words, report.healthy) for words in report.words)
        went = "The test page is printed." if report.healthy else "It is set up, but the test page did not come out."
        return TrialReport(report.healthy, went, steps, report.question)

    # --- goods --------------------------------------------------------------------------------------------------------

    def goods_files(self) -> list[Path]:
        """See FirstRunDesk."""
        from pos_app.goods_files import catalogue_files

        return catalogue_files(self._folder)

    def take_demo_goods(self) -> int:
        """See FirstRunDesk. Their taxes are the store's first one, their prices the same figures in its currency."""
        from dataclasses import replace

        from pos_app.domain.money import currency
        from pos_app.sample_store import sample_items
        from pos_app.storage.catalogue_writer import CatalogueWriter

        register = self._open()
        home, dollars = register.profile.currency, currency("USD")
        taxes = tuple(rate.tax_id for rate in register.profile.tax_rates[:1])

        def here(amount_minor: int) -> int:
            return divide(amount_minor * home.minor_per_unit, dollars.minor_per_unit)

        def fee(one: Fee) -> Fee:
            return replace(one, amount_minor=here(one.amount_minor), tax_ids=())

        entries = [
            replace(
                entry,
                item=replace(
                    entry.item,
                    price_minor=here(entry.item.price_minor),
                    tax_ids=taxes if entry.item.tax_ids else (),
                    fees=tuple(fee(one) for one in entry.item.fees),
                ),
            )
            for entry in sample_items(dollars)
        ]
        CatalogueWriter(register.data.database).add_items(entries)
        return register.data.catalogue.count()

    def import_goods(
        self, path: Path, on_progress: Callable[[int], None], stopped: Callable[[], bool]
    ) -> ImportOutcome:
        """See FirstRunDesk."""
        return self._open().goods.import_file(path, by=_BY, rehearse=False, on_progress=on_progress, stopped=stopped)

    # --- the central service ------------------------------------------------------------------------------------------

    def connect(self, url: str, code: str) -> str:
        """See FirstRunDesk."""
        known = enrol_till(self._folder, self._open(), url, code, _BY)
        self._write_state(Step.READY, {"central_url": known.central_url})
        return known.terminal_id

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """See FirstRunDesk."""
        self.close()
        (self._folder / STATE_NAME).unlink(missing_ok=True)

    def close(self) -> None:
        """See FirstRunDesk."""
        if self._register is not None:
            self._register.close()
            self._register = None


def enrol_till(folder: Path, register: "Register", url: str, code: str, by: str) -> Enrolment:
    """Let a till in at a central service, and name that in its settings.

    One that was let in there already only gets the settings. Raises FieldRefusedError and WorldError.
    """
    from pos_app.settings_book import SettingsFile
    from sync.terminal.client import AddressError, checked_address
    from sync.terminal.enrolment import enrol

    try:
        address = checked_address(url)
    except AddressError as error:
        raise FieldRefusedError("url", str(error)) from error
    known = register.data.identity.enrolment()
    if known is None or known.central_url != address:
        if not code.strip():
            raise FieldRefusedError("code", "The one-time code comes from whoever runs the central service.")
        known = enrol(address, code, register.data.identity, clock=register.clock)
    SettingsFile(folder).change({"central_url": known.central_url}, by, f"Central service {known.central_url}")
    return known


def _write_whole(path: Path, text: str) -> None:
    """The file is there whole or not at all, also after a power cut. Raises WorldError."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error
