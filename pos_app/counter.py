"""A whole counter: the register, its devices and, in a demo, the central service, behind the checkout window.

The window is shown first. Devices and the network start behind it, so that the first scan need not wait.
"""

import logging
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from hardware.peripherals import Peripherals
from pos_app import gs1_reader
from pos_app.backup_keeper import BackupKeeper
from pos_app.bootstrap import Register
from pos_app.central_line import connect
from pos_app.counter_settings import PoleDisplays, drawer_alarm_s, has_pole_display, peripherals_settings
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.embedded_central import EmbeddedCentral
from pos_app.errors import WorldError
from pos_app.goods_room import goods_parts
from pos_app.ports import DeviceStatus, PrintJob, PrintQueue, SyncStatus
from pos_app.receipt_room import ReceiptParts, mail_worker, sample_picture
from pos_app.report_room import report_parts
from pos_app.restored_till import tell_what_lacks
from pos_app.sample_store import is_demo
from pos_app.services.device_events import DeviceEvents
from pos_app.services.paper_in_doubt import PaperInDoubt
from pos_app.services.unlisted_items import UnlistedItems
from pos_app.settings import TerminalSettings
from pos_app.startup_check import startup_notice
from pos_app.training_till import TrainingTill
from pos_app.update_room import LocalUpdates, UpdateWatch, updating_of
from ui.qt_bridge import QtBridge
from ui.services_bundle import (
    DemoProduct,
    DevicePanelParts,
    PaperParts,
    ParkingParts,
    ReturnParts,
    Services,
    TillParts,
    UiSettings,
)
from ui.tender.manual_prompt import ManualPrompt
from ui.wedge_scanner import WedgeTiming

if TYPE_CHECKING:
    from hardware.barcode_scanner.assembler import RefusedScan
    from pos_app.backup_room import LocalBackups
    from pos_app.mailer import MailWorker
    from pos_app.ports.fleet import FleetRoom
    from pos_app.services.backing_up import BackingUp
    from pos_app.services.maintenance import Maintenance
    from pos_app.services.set_up.set_up import SetUp
    from pos_app.services.staff import Staff
    from pos_app.technician_room import TechnicianRoom

PRODUCTS_ON_THE_PANEL = 8
WARM_AFTER_S = 3.0
GOODS_EVERY_S = 15.0
FIRST_RETRY_S, LONGEST_RETRY_S = 2.0, 60.0

_logger = logging.getLogger(__name__)


class PaperAndDrawer:
    """Receipts again and the drawer, as the window asks for them."""

    def __init__(self, register: Register, peripherals: Peripherals) -> None:
        self._register = register
        self._peripherals = peripherals

    def print_document(self, document: ReceiptDocument) -> None:
        """Print something that is no sale, such as a statement."""
        job_id = self._register.ids.new_id()
        self._queue(PrintJob(job_id, job_id, document))

    def _queue(self, job: PrintJob) -> None:
        with self._register.data.storage.unit_of_work() as work:
            work.add_print_job(job)
            work.commit()
        self._peripherals.print_nudge()


def _paper(register: Register) -> PrintQueue:
    """What is to be printed; at a till for training all of it says so."""
    if not register.profile.training:
        return register.data.print_queue
    from pos_app.services.training_paper import TrainingPaper

    return TrainingPaper(register.data.print_queue)


class Counter:
    """Everything at one counter; start() after the window is shown, stop() at the end."""

    def __init__(
        self, folder: Path, register: Register, settings: TerminalSettings, demo_pins: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.register = register
        self._folder = folder
        self._settings = settings
        self.bridge = QtBridge()
        devices = peripherals_settings(folder, register.profile, settings)
        register.selling.asks_weight = True
        self.peripherals = Peripherals(devices, _paper(register), register.data.printer_records)
        self.central_url = settings.central_url
        self.central = (
            None
            if settings.central_url or not is_demo(folder)
            else EmbeddedCentral(
                folder / "central",
                store_id=register.profile.store_id,
                workstation_id=register.profile.workstation_id,
            )
        )
        self._network_fault = ""
        self._network: Thread | None = None
        self._goods: Thread | None = None
        self._warming: Thread | None = None
        self._mail: MailWorker | None = None
        self._backup = BackupKeeper(lambda: self._backups, self.bridge.on_device)
        self._updates = UpdateWatch(LocalUpdates(folder, settings.update_ring))
        self._stopping = Event()
        self._device_events = DeviceEvents(register.data.storage, register.clock)
        self._pulses_seen = 0
        self._receipts_seen = 0
        register.data.storage.on_committed = self._committed
        register.data.storage.on_drawer_wanted = self.peripherals.drawer_wanted
        self.services = Services(
            selling=register.selling,
            tendering=register.tendering,
            rewards=register.rewards,
            membership=register.membership,
            explaining=register.explaining,
            catalogue=register.data.catalogue,
            terms=register.data.terms,
            formatter=register.formatter,
            clock=register.clock,
            ids=register.ids,
            profile=register.profile,
            operator=register.operator,
            bridge=self.bridge,
            sync_status=self.sync_status,
            device_statuses=self.peripherals.statuses,
            print_actions=PaperAndDrawer(register, self.peripherals),
            receipts=ReceiptParts(register, self._receipts_queued),
            papers=self._papers(),
            promo_codes=register.promo_codes,
            parking=ParkingParts(register.suspending, register.parked_sharing),
            start_training=None if register.profile.training else TrainingTill(folder, register.operator).start,
            loading=register.loading,
            manual_card=ManualPrompt(),
            card_refunds=lambda: register.card_refunds,
            orders=lambda: register.orders,
            scale=lambda: self.peripherals.others.scale,
            customer_displays=(PoleDisplays(self.peripherals),) if has_pole_display(settings.devices) else (),
            tax_exemption=lambda: register.tax_exemption,
            interrupted_returns=lambda: len(register.data.pending_returns.all()),
            maintenance=self._maintenance,
            newer_version=self._updates.newer,
            backing_up=None if register.profile.training else self._backing_up,
            staff=None if register.profile.training else cache(self._staff),
            set_up=None if register.profile.training else cache(self._set_up),
            settings_due=register.store_settings.are_due,
            settings_fault=lambda: register.store_settings.fault,
            returns=lambda: ReturnParts(
                register.returning,
                register.finding_sales,
                register.refunding,
                register.exchanging,
                register.without_receipt,
            ),
            approving=register.approving,
            sign_on=register.sign_on if register.sign_on_rules.required else None,
            own_pin=lambda: register.own_pin,
            approvals=register.approvals,
            cash=register.cash_movements,
            time_clock=register.time_clock,
            day=register.business_day,
            tills=register.tills,
            reports=cache(lambda: report_parts(register, self.sync_status)),
            goods=cache(lambda: goods_parts(register)),
            till=lambda: TillParts(
                register.closing,
                register.till_papers,
                register.data.till_records,
                register.tills,
                register.till_moving,
            ),
            unlisted=UnlistedItems(register.selling, register.approvals, register.formatter),
            settings=UiSettings(
                customer_display=settings.customer_display == "window",
                theme="dark" if settings.theme == "dark" else "light",
                group_separator=settings.scanner_group_separator,
                double_delivery_ms=settings.scanner_double_ms,
                asks_about_doubles=settings.scanner_double == "ask",
                drawer_alarm_ms=drawer_alarm_s(settings.devices) * 1000,
                scan_timing=WedgeTiming(
                    settings.scanner_gap_ms,
                    settings.scanner_minimum_length,
                    settings.scanner_prefix,
                    settings.scanner_suffix,
                ),
                idle_lock_ms=register.sign_on_rules.idle_lock_minutes * 60_000,
                demo_pins=demo_pins,
            ),
        )

    def start(self) -> None:
        """Start devices and the line to the central service. Returns at once."""
        self.peripherals.on_scan = self.bridge.on_scan
        self.peripherals.on_scan_refused = self._scan_refused
        self.peripherals.on_drawer = self.bridge.on_drawer
        self.peripherals.on_status = self._on_device
        self.peripherals.on_paper_in_doubt = self.bridge.on_paper_in_doubt
        self.peripherals.on_backup_printer = self.bridge.on_backup_printer
        self.peripherals.card_prompt = self.services.manual_card
        self.peripherals.start()
        self.services.payment_terminal = self.peripherals.payment_terminal
        self.register.card_terminal = lambda: self.peripherals.payment_terminal
        if self.peripherals.simulated_printer is not None:
            self.services.device_panel = self._device_panel()
        self.peripherals.print_nudge()
        self._start_receipts()
        self._network = Thread(target=self._connect, name="connect", daemon=True)
        self._network.start()
        self._warming = Thread(target=self._warm, name="warm", daemon=True)
        self._warming.start()
        self._goods = Thread(target=self._keep_goods_current, name="goods", daemon=True)
        self._goods.start()
        if self._settings.update_url:
            self._updates.start()
        if not self.register.profile.training:
            self._backup.start()

    def stop(self) -> None:
        """Stop everything; nothing that was acknowledged is lost."""
        self._stopping.set()
        self._updates.stop()
        self._backup.stop()
        if self._mail is not None:
            self._mail.stop()
        self.peripherals.stop()
        if self._network is not None:
            self._network.join(timeout=30)
        for thread in (self._goods, self._warming):
            if thread is not None:
                thread.join(timeout=30)
        if self.register.sign_on_rules.required:
            self._sign_off()
        self.register.close()
        if self.central is not None:
            self.central.stop()

    def sync_status(self) -> SyncStatus:
        """What the status strip shows."""
        status = self.register.sync_status()
        return replace(status, reason=self._network_fault) if self._network_fault else status

    def _sign_off(self) -> None:
        """Whoever is signed on when the program ends is journaled as gone; a disk that refuses stops nobody."""
        try:
            self.register.sign_on.sign_off("program ended")
        except WorldError as error:
            _logger.error("the sign-off is not in the journal: %s", error)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _start_receipts(self) -> None:
        """Receipts that nobody chose before the till stopped, and the mail."""
        self._mail = mail_worker(self.register, self._settings)
        self._mail.start()
        if self.services.receipts is not None:
            self.services.receipts.desk.settle_held()

    def _receipts_queued(self) -> None:
        """A receipt waits for the printer or the mail that no journal entry told of."""
        self.peripherals.print_nudge()
        if self._mail is not None:
            self._mail.nudge()

    def _papers(self) -> PaperParts:
        register, peripherals = self.register, self.peripherals
        doubts = PaperInDoubt(
            storage=register.data.storage,
            print_queue=register.data.print_queue,
            ids=register.ids,
            operator=register.operator,
        )
        doubts.on_queued = peripherals.print_nudge
        return PaperParts(doubts, lambda: peripherals.printer_is_jammed, peripherals.recover_printer)

    def _maintenance(self) -> "Maintenance":
        """The technician's console of this counter."""
        from pos_app.services.maintenance import Maintenance

        room = self._technician_room()
        return Maintenance(
            room,
            room.book,
            approvals=self.register.approvals,
            operator=self.register.operator,
            storage=self.register.data.storage,
            updating=updating_of(self.register.data, self._updates.room) if self._settings.update_url else None,
        )

    def _technician_room(self) -> "TechnicianRoom":
        from pos_app.technician_room import TechnicianRoom

        return TechnicianRoom(
            self._folder,
            self._settings,
            self.register,
            self.peripherals,
            central_url=self._central_address,
            sync_status=self.sync_status,
            changed=self._devices_changed,
        )

    def _fleet_room(self) -> "FleetRoom | None":
        """What the service is told of this till; a till for training is nobody's."""
        from pos_app.fleet_room import LocalFleetRoom

        register = self.register
        if register.profile.training:
            return None
        return LocalFleetRoom(self._folder, register.data.storage, register.clock.now, self._technician_room)

    def _staff(self) -> "Staff":
        """The people of this till, for whoever is responsible for them."""
        from pos_app.services.staff import Staff
        from pos_app.storage.staff import SqliteStaffBook

        register, data = self.register, self.register.data
        book = SqliteStaffBook(data.database, data.storage, data.people)
        return Staff(book, approvals=register.approvals, operator=register.operator)

    def _set_up(self) -> "SetUp":
        """The manager's room for the store's settings."""
        from pos_app.services.set_up.set_up import SetUp

        register = self.register
        return SetUp(
            register.store_settings.book,
            approvals=register.approvals,
            operator=register.operator,
            storage=register.data.storage,
            clock=register.clock,
            ids=register.ids,
            formatter=register.formatter,
            profile=register.profile,
            preview=partial(sample_picture, register.clock),
            people=register.data.people.everybody,
        )

    @cached_property
    def _backups(self) -> "LocalBackups":
        """The copies of the data, for the window and for what makes them by itself."""
        from pos_app.backup_room import LocalBackups

        data = self.register.data
        return LocalBackups(
            self._folder, self._settings, data.database, self.register.keys, self.register.clock, data.storage
        )

    def _backing_up(self) -> "BackingUp":
        """The copies of the data, as the window works with them."""
        from pos_app.services.backing_up import BackingUp

        register = self.register
        return BackingUp(
            self._backups,
            register.approvals,
            operator=register.operator,
            clock=register.clock,
            formatter=register.formatter,
            profile=register.profile,
        )

    def _central_address(self) -> str:
        if self.central is None:
            return self.central_url
        return self.central.url if self.central.running else ""

    def _devices_changed(self) -> None:
        """On the thread that restarted devices: the window goes on with those that are there now."""
        self.services.payment_terminal = self.peripherals.payment_terminal
        self.services.customer_displays = (PoleDisplays(self.peripherals),) if self.peripherals.others.displays else ()
        if self.peripherals.simulated_printer is not None:
            self._pulses_seen = self._receipts_seen = 0
            self.peripherals.simulated_printer.on_change = self._paper_changed
        for status in self.peripherals.statuses():
            self.bridge.on_device(status)
        self.peripherals.print_nudge()

    def _committed(self) -> None:
        """Something new is in the journal: print what it queued and send it."""
        self.peripherals.print_nudge()
        self.register.nudge()
        self._backup.nudge()

    def _keep_goods_current(self) -> None:
        """Prices and products that were to change at this moment do; a disk that refuses is asked again."""
        while not self._stopping.wait(GOODS_EVERY_S):
            try:
                self.register.make_due_changes()
            except WorldError as error:
                _logger.error("products that are to change were not changed: %s", error)

    def _warm(self) -> None:
        """What the first of something would wait for, once the till has been standing for a while."""
        if not self._stopping.wait(WARM_AFTER_S):
            gs1_reader.warm()
            notice = startup_notice(self.register.data)
            if notice is not None and not self._stopping.is_set():
                self.bridge.on_notice(*notice)

    def _connect(self) -> None:
        """Runs on its own thread until there is a line; what goes wrong is shown as the reason for being offline."""
        wait_s = FIRST_RETRY_S
        while not self._stopping.is_set():
            try:
                url = self.central_url
                if self.central is None and not url:
                    self._network_fault = "No rewards service was set up for this till yet. Selling needs none."
                    self.bridge.on_sync(self.sync_status())
                    return
                if self.central is not None:
                    self.central.start()
                    url = self.central.url
                connect(
                    self.register,
                    url,
                    self._enrolment_code,
                    self.bridge.on_sync,
                    self._fleet_room(),
                    self._settings.central_ca_file,
                )
                self._network_fault = ""
                tell_what_lacks(self.register, self._stopping, self.bridge.on_notice)
                return
            except WorldError as error:
                _logger.error("no line to the central service: %s", error)
                self._network_fault = str(error)
                self.bridge.on_sync(self.sync_status())
            self._stopping.wait(wait_s)
            wait_s = min(wait_s * 2, LONGEST_RETRY_S)

    def _enrolment_code(self) -> str:
        if self.central is None:
            raise WorldError("This till was not let in yet. Enrol it with the one-time code of the store's manager.")
        return self.central.enrolment_code()

    def _scan_refused(self, refused: "RefusedScan") -> None:
        """Which scanner it was is said where there are several."""
        several = len(self.peripherals.others.scanners) > 1
        self.bridge.on_scan_refused(f"{refused.source}: {refused.reason}" if several else refused.reason)

    def _on_device(self, status: DeviceStatus) -> None:
        self.bridge.on_device(status)
        if not self._stopping.is_set():
            self._device_events.heard(status)

    def _device_panel(self) -> DevicePanelParts:
        printer = self.peripherals.simulated_printer
        assert printer is not None
        printer.on_change = self._paper_changed
        return DevicePanelParts(
            products=self._products(),
            inject_scan=self._inject_scan if self.peripherals.simulated_scanner is not None else None,
            card_terminal=self,
            set_central_running=self._set_central_running if self.central is not None else None,
            set_paper_out=self._set_paper_out,
            close_drawer=self._push_drawer_shut,
        )

    # The panel's switches work on whatever simulators stand here now: a technician may have put real devices in place.

    def _inject_scan(self, code: str) -> None:
        scanner = self.peripherals.simulated_scanner
        if scanner is not None:
            scanner.inject(code)

    def _set_paper_out(self, out: bool) -> None:
        printer = self.peripherals.simulated_printer
        if printer is not None:
            printer.set_faults(paper_out=out)

    def _push_drawer_shut(self) -> None:
        printer = self.peripherals.simulated_printer
        if printer is not None:
            printer.move_drawer(False)
        self.bridge.on_drawer(False)

    def _products(self) -> list[DemoProduct]:
        hits = self.register.data.catalogue.best_sellers(PRODUCTS_ON_THE_PANEL)
        return [DemoProduct(hit.name, hit.code) for hit in hits]

    def _paper_changed(self) -> None:
        """On the simulated printer's thread: a drawer that sprang open, or a receipt that was cut."""
        printer = self.peripherals.simulated_printer
        if printer is None:
            return
        if printer.drawer_pulses > self._pulses_seen:
            self._pulses_seen = printer.drawer_pulses
            self.bridge.on_drawer(True)
        if printer.receipts_cut != self._receipts_seen:
            self._receipts_seen = printer.receipts_cut
            self.bridge.on_paper(printer.receipts()[-1].picture())

    def _set_central_running(self, running: bool) -> None:
        assert self.central is not None
        Thread(target=self.central.start if running else self.central.stop, name="central switch", daemon=True).start()

    def set_next(self, outcome: str) -> None:
        """The simulated card terminal's next answer: approve, decline or lose_answer."""
        from hardware.payment_terminal.simulator import Behaviour

        answers = {"approve": Behaviour.APPROVE, "decline": Behaviour.DECLINE, "lose_answer": Behaviour.LOST}
        terminal = self.peripherals.simulated_terminal
        if terminal is not None:
            terminal.set_switches(behaviour=answers[outcome])
