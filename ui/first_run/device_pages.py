"""The later steps: printer, goods, the central service, and the end. Each but the last may be left for later."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pos_app.ports.first_run import FirstRunDesk, Step
from pos_app.ports.goods import ImportOutcome
from pos_app.ports.maintenance import FoundDevice, TrialReport, TrialStep
from ui.first_run.step_page import GAP, SIDE, StepPage
from ui.technician.parts import Facts, Field, RowItem, RowList
from ui.theme.tokens import Space
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from ui.background import Background

_SIMULATED = FoundDevice("receipt_printer", "simulator", "", "No printer yet", "Receipts are shown on the screen")
_DEMO_GOODS = "The goods of the demo store"
_SHOWN_REFUSALS = 3


class PrinterPage(StepPage):
    """What is plugged in or on the network; the chosen one prints a test page."""

    title = "Receipt printer"
    icon = "printer"
    step = Step.PRINTER
    words = "Touch a printer: it prints a test page. Without one, receipts are shown on the screen until you add it."
    _met = Signal(object, object)

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.found: list[FoundDevice] = [_SIMULATED]
        self._cancelled = Event()
        self.list = RowList("Printers", self.card)
        self.list.chosen.connect(lambda number: self._use(self.found[number]))
        self.search = Button("Search the network", self.card, icon="network")
        self.search.clicked.connect(self._search)
        self.address = Field("Address of a network printer", self.card, icon="network")
        self.address.set_hint("or its address, such as 192.168.1.50")
        self.address.entered.connect(self._typed)
        self._met.connect(self._on_met)
        self.keys.serve(self.address)

    def begin(self) -> None:
        """What is plugged in is looked at without being asked."""
        super().begin()
        self._show([_SIMULATED])
        self.work(self.desk.printers, lambda devices: self._show([*devices, _SIMULATED]))

    def end(self) -> None:
        super().end()
        self._cancelled.set()

    def _show(self, devices: list[FoundDevice]) -> None:
        self.found = devices
        driver, address = (self.desk.values.get(key, "") for key in ("printer_driver", "printer_address"))
        chosen = next((n for n, one in enumerate(devices) if (one.driver, one.address) == (driver, address)), -1)
        rows = [RowItem(one.title, " ".join((one.address, one.detail)).strip(), "printer", "accent") for one in devices]
        self.list.show_items(rows, chosen)

    def _search(self) -> None:
        cancelled = self._cancelled = Event()
        self.report.show_busy("Searching the network for printers ...")
        self._arrange()

        def met(device: FoundDevice) -> None:
            self._met.emit(cancelled, device)

        self.work(lambda: self.desk.search_printers(met, cancelled), self._searched)

    def _on_met(self, search: Event, device: FoundDevice) -> None:
        if search is self._cancelled and not search.is_set() and device not in self.found:
            self._show([device, *self.found])

    def _searched(self, tried: int) -> None:
        real = len(self.found) - 1
        self.show_result(TrialReport(bool(real), f"Addresses tried: {tried}. Printers found: {real}."))

    def _typed(self) -> None:
        address = self.address.line.text().strip()
        if address:
            self._use(FoundDevice("receipt_printer", "tcp", address, f"Printer at {address}"))

    def _use(self, device: FoundDevice) -> None:
        self._cancelled.set()
        busy = "" if device.driver == "simulator" else "Setting it up and printing a test page ..."
        self.attempt(lambda: self.desk.set_printer(device.driver, device.address), self._used, busy)

    def _used(self, report: TrialReport) -> None:
        if self.desk.values.get("printer_driver") == "simulator" and report.good:
            report = TrialReport(True, "Receipts are shown on the screen.")
        self.show_result(report)
        self.on_button.setFocus()

    def go_on(self) -> None:
        """With or without one."""
        self.attempt(lambda: self.desk.go_to(Step.GOODS), lambda _: self.done.emit())

    def report_room(self) -> int:
        """Room for what was tried."""
        return 110

    def arrange_body(self, top: int, bottom: int) -> None:
        """The list, and the ways to find more."""
        wide = self.width() - 2 * SIDE
        half = (wide - GAP) // 2
        self.list.setGeometry(SIDE, top, wide, bottom - top - 60)
        self.address.setGeometry(SIDE, bottom - 52, half, 48)
        self.search.setGeometry(SIDE + half + GAP, bottom - 52, half, 48)


class GoodsStep(StepPage):
    """A file, the demo goods, or nothing yet."""

    title = "What you sell"
    icon = "package"
    step = Step.GOODS
    words = "Touch a catalogue file (CSV or JSON) or the demo goods, or go on without any."
    _reached = Signal(int)

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._files: list[Path] = []
        self._stopped = Event()
        self._importing = ""
        self.list = RowList("Where goods come from", self.card)
        self.list.chosen.connect(self._take)
        self.path = Field("Path of a file", self.card, icon="file-up")
        self.path.set_hint("or the path of a file")
        self.path.entered.connect(lambda: self._import(Path(self.path.line.text().strip()).expanduser()))
        self._reached.connect(self._on_reached)
        self.keys.serve(self.path)

    def begin(self) -> None:
        """Files of the user's folders and of media that are plugged in."""
        super().begin()
        self._show([])
        self.work(self.desk.goods_files, self._show)

    def end(self) -> None:
        super().end()
        self._stopped.set()

    def _show(self, files: list[Path]) -> None:
        self._files = files
        demo = RowItem(_DEMO_GOODS, "60 products with barcodes, to practise with", "sparkles", "accent")
        self.list.show_items([demo, *(RowItem(path.name, str(path.parent), "file-spreadsheet") for path in files)])

    def _take(self, number: int) -> None:
        if number:
            self._import(self._files[number - 1])
        else:
            self.attempt(self.desk.take_demo_goods, self._demo_taken, "Putting them on the shelf ...")

    def _demo_taken(self, count: int) -> None:
        self._good(TrialReport(True, f"{count} products are on file."))

    def _import(self, path: Path) -> None:
        self._stopped, self._importing = Event(), path.name
        stopped = self._stopped
        self.attempt(
            lambda: self.desk.import_goods(path, self._reached.emit, stopped.is_set),
            self._imported,
            f"Reading {path.name} ...",
        )

    def _on_reached(self, line: int) -> None:
        if self.report.busy:
            self.report.show_busy(f"Reading {self._importing}: line {line:,} ...")

    def _imported(self, outcome: ImportOutcome) -> None:
        products = outcome.added + outcome.changed + outcome.unchanged
        refused = [row for row in outcome.refused if row.whole_row][:_SHOWN_REFUSALS]
        steps = tuple(TrialStep(f"Line {row.line}: {row.reason}", False) for row in refused)
        words = f"{products:,} products are on file; {outcome.rows_refused:,} rows could not be taken."
        self._good(TrialReport(products > 0, words, steps))

    def _good(self, report: TrialReport) -> None:
        self.show_result(report)
        self.on_button.setFocus()

    def go_on(self) -> None:
        """With or without goods."""
        self.attempt(lambda: self.desk.go_to(Step.CENTRAL), lambda _: self.done.emit())

    def report_room(self) -> int:
        """Room for rows that were refused."""
        return 140

    def arrange_body(self, top: int, bottom: int) -> None:
        """The list and the path."""
        wide = self.width() - 2 * SIDE
        self.list.setGeometry(SIDE, top, wide, bottom - top - 60)
        self.path.setGeometry(SIDE, bottom - 52, wide, 48)


class CentralPage(StepPage):
    """The service that keeps members and points for all stores."""

    title = "Rewards service"
    icon = "cloud"
    step = Step.CENTRAL
    on = "Later"
    words = "If your stores share a rewards service, its address and a one-time code let this till in."

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.add_field("url", "Address", "https://rewards.example.com")
        self.add_field("code", "One-time code", "from whoever runs the service")
        self.connect_it = Button("Connect", self.card, kind="accent", icon="link", size=16)
        self.connect_it.clicked.connect(self._connect)

    def begin(self) -> None:
        """Typed anew: a code is good once."""
        super().begin()
        self.on_button.rename("Go on" if self.desk.values.get("central_url") else "Later")

    def _entered(self) -> None:
        if self.value("url") and self.value("code"):
            self.keys.put_away()
            self._connect()
        else:
            self.fields["code"].setFocus()

    def _connect(self) -> None:
        url, code = self.value("url"), self.value("code")
        self.attempt(lambda: self.desk.connect(url, code), self._connected, "Asking the service ...")

    def _connected(self, terminal_id: str) -> None:
        self.on_button.rename("Go on")
        self.show_result(TrialReport(True, f"This till was let in as {terminal_id}."))
        self.on_button.setFocus()

    def go_on(self) -> None:
        """With or without it."""
        self.attempt(lambda: self.desk.go_to(Step.READY), lambda _: self.done.emit())

    def arrange_body(self, top: int, bottom: int) -> None:
        """The button below the fields."""
        wide = self.width() - 2 * SIDE
        self.connect_it.setGeometry(SIDE, top + Space.S, (wide - GAP) // 2, 52)


class ReadyPage(StepPage):
    """Everything that was said, and the first sale."""

    title = "Ready"
    icon = "play"
    step = Step.READY
    on = "Open the till"
    words = "Sign on with your number and PIN, open the day, and scan. All of this can be changed later."

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.facts = Facts("What was set up", self.card)

    def begin(self) -> None:
        """What was said."""
        super().begin()
        values = self.desk.values
        taxes = [
            f"{values[f'tax_{number}_name']} {values.get(f'tax_{number}_rate', '')} %"
            for number in (1, 2)
            if values.get(f"tax_{number}_name")
        ]
        where = ", ".join(values[key] for key in ("address", "city") if values.get(key))
        self.facts.show_facts(
            [
                ("Store", values.get("store_name", "")),
                ("Address", where or "none"),
                ("Store and till", f"{values.get('store_id', '')}, {values.get('workstation_id', '')}"),
                ("Currency and time", f"{values.get('currency', '')}, {values.get('time_zone', '')}"),
                ("Taxes", ", ".join(taxes) or "none"),
                ("Manager's number", values.get("manager_number", "")),
                ("Printer", values.get("printer_address", "") or "on the screen"),
                ("Rewards service", values.get("central_url", "") or "later"),
            ]
        )
        self.on_button.setFocus()

    def go_on(self) -> None:
        """The till opens as this store."""
        self.attempt(self.desk.finish, lambda _: self.done.emit(), "Opening the till ...")

    def arrange_body(self, top: int, bottom: int) -> None:
        """The facts."""
        self.facts.setGeometry(SIDE, top, self.width() - 2 * SIDE, bottom - top)
