"""A receipt printer: takes jobs from the persisted queue, prints each once, and knows whether it is on paper.

A job goes queued -> sending -> printed | sent_unconfirmed | failed. Until its first byte leaves it stays queued and is
tried again, here or at another printer; after that it is never printed again by itself: somebody looks at the paper and
asks for a copy.
"""

import logging
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from hardware.base import Device, StatusListener
from hardware.cash_drawer.drawer import CashDrawer, DrawerError
from hardware.device_thread import DeviceBusyError, DeviceThread
from hardware.receipt_printer.contact import PrinterContact
from hardware.receipt_printer.drawer_port import DRAWER_PATIENCE_S, DrawerPort
from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.health import (
    PROOF_WORDS,
    QUESTION,
    HealthLevel,
    HealthReport,
    identity_words,
    logo_slip,
    test_data,
)
from hardware.receipt_printer.known_printer import KnownPrinter
from hardware.receipt_printer.session import Completion, Patience, PrinterSession, Recovery
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.stored_logo import LogoKeeper, LogoWay
from hardware.receipt_printer.transports import Transport, TransportError
from pos_app.domain.tills import FIRST_DRAWER
from pos_app.ports import (
    CompletionMark,
    DeviceState,
    PrinterCapability,
    PrinterRecords,
    PrintJob,
    PrintQueue,
    PrintState,
)

logger = logging.getLogger(__name__)

_HEALTH_CHECK_S = 5.0
_STATISTICS_S = 600.0
_WAITED_FOR_CHECK_S = 1.0


class ReceiptPrinter(Device):
    """One printer with its thread, and the drawer that hangs on it.

    opens_drawer is False for a printer that no drawer hangs on, and behind a print queue, which might open it later.
    """

    def __init__(
        self,
        settings: PrinterSettings,
        print_queue: PrintQueue,
        transport: Transport,
        renderer: EscposRenderer,
        on_status: StatusListener | None = None,
        patience: Patience | None = None,
        *,
        records: PrinterRecords | None = None,
        kind: str = "receipt_printer",
        opens_drawer: bool = True,
    ) -> None:
        super().__init__(settings.name, kind, on_status)
        self.on_doubt: Callable[[PrintJob], None] = lambda _: None
        """Hears, on the printer's thread, of each job that somebody has to look at."""
        self.drawer = CashDrawer(on_status, open_level=settings.drawer_open_level) if opens_drawer else None
        self._settings = settings
        self._queue = print_queue
        self._transport = transport
        self._renderer = renderer
        self._patience = patience or Patience()
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)
        self._known = KnownPrinter(settings.record_key, records)
        way = LogoWay(settings.stored_logo) if settings.logo_file is not None else LogoWay.OFF
        self._logo = LogoKeeper(lambda: renderer.logo_picture, way, self._known)
        self._contact = PrinterContact(self, self.drawer, self._known, self._logo, transport, self._patience)
        self._port = DrawerPort(self.drawer, self.count, self._contact.take_condition, self._thread.stopping)
        self._retry_s = self._patience.retry_s
        self._next_try_at = 0.0
        self._tried_at = 0.0
        self._next_check_at = 0.0
        self._next_statistics_at = time.monotonic() + _STATISTICS_S
        self._logo_at = time.monotonic() + self._patience.logo_after_s
        self._nudged_at = float("-inf")
        # True while jobs wait that nobody stands at the drawer for any more.
        self._has_backlog = True

    # --- for any thread -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start printing what is queued. Jobs that an earlier run left half sent are put up as unconfirmed."""
        self._has_backlog = self._queue.next_job() is not None
        for job in self._queue.unfinished():
            self._contact.resynchronise = True
            if job.state is PrintState.SENDING:
                reason = "The register stopped while this was printing."
                self._finish(job, PrintState.SENT_UNCONFIRMED, reason, in_doubt=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stop; False when the thread hangs in the operating system."""
        stopped = self._thread.stop(timeout_s)
        if stopped:
            self._known.keep_statistics(self.statistics())
        return stopped

    def nudge(self) -> None:
        """A job has been queued: look now, also in the middle of a back-off. Thread-safe."""
        self._nudged_at = time.monotonic()
        self._thread.wake()

    def recover(self, choice: Recovery) -> None:
        """Somebody cleared the jam and chose: go on from the line that failed, or print all of the receipt again."""
        self._contact.recovery = choice
        self.nudge()

    @property
    def why_down(self) -> str:
        """What keeps it from taking jobs, in words; empty while it can. One that says nothing any more is down, too."""
        status = self.status
        is_silent = status.state is DeviceState.BUSY and self._contact.is_silent
        is_down = is_silent or status.state in (DeviceState.OFFLINE, DeviceState.ERROR, DeviceState.ABSENT)
        return (status.reason or "The printer is not there.") if is_down else ""

    @property
    def is_jammed(self) -> bool:
        """True while a cutter waits for recover()."""
        return self._contact.condition.cutter_error

    @property
    def capability(self) -> PrinterCapability:
        """Who the printer is and what it can do, as far as it was asked yet."""
        return self._known.capability

    def lifetime_statistics(self) -> dict[str, int]:
        """The counts of all its time at this counter, this run included."""
        return self._known.statistics(self.statistics())

    def check_health(self, level: HealthLevel) -> "Future[HealthReport]":
        """Look how it is; external and interactive ask it everything afresh and print a page. Thread-safe.

        The future may fail with WorldError.
        """
        return self._thread.submit(lambda: self._check_health(level))

    def store_logo(self) -> "Future[HealthReport]":
        """Put the store's logo into the printer's memory, again if need be, and print it from there. Thread-safe.

        The future may fail with WorldError.
        """
        return self._thread.submit(self._store_logo)

    def kick_drawer(self, reason: str) -> "Future[None]":
        """Open the drawer now. The future fails with DrawerError; nothing opens later. Thread-safe."""
        asked_at = time.monotonic()
        try:
            self._port.require_ready(self.status)
            return self._thread.submit(lambda: self._kick(reason, asked_at))
        except (DeviceBusyError, DrawerError) as error:
            failed: Future[None] = Future()
            failed.set_exception(error if isinstance(error, DrawerError) else DrawerError(str(error)))
            return failed

    # --- on the printer's thread --------------------------------------------------------------------------------------

    def _when_idle(self) -> float:
        """Print what waits, or look how the printer is; seconds until the next look."""
        self._thread.assert_current()
        now = time.monotonic()
        if now < self._next_try_at and self._nudged_at < self._tried_at:
            return self._next_try_at - now
        self._tried_at = now
        job = self._queue.next_job()
        self._has_backlog = self._has_backlog and job is not None
        try:
            if job is not None and not self._print(job):
                return self._try_again_in(self._patience.retry_s)
            if job is None and (now >= self._next_check_at or self._contact.recovery is not None):
                self._check()
        except TransportError as error:
            self._contact.wire_failed(error)
            wait_s, self._retry_s = self._retry_s, min(self._retry_s * 2, self._patience.longest_retry_s)
            return self._try_again_in(wait_s)
        self._retry_s = self._patience.retry_s
        return 0.0 if job is not None else max(0.0, self._next_check_at - time.monotonic())

    def _try_again_in(self, wait_s: float) -> float:
        """Rest, unless somebody asked for another try while this one was under way."""
        self._next_try_at = time.monotonic() + wait_s
        return wait_s if self._nudged_at < self._tried_at else 0.0

    def _check(self) -> None:
        """Internal health check: the status bytes, nothing printed."""
        with self._connected() as session:
            if self._contact.is_ready(session) and time.monotonic() >= self._logo_at and self._logo.is_wanted:
                self._keep_logo(session)
        is_learning = self._contact.is_silent and self._contact.may_answer
        now = time.monotonic()
        self._next_check_at = now + (self._patience.retry_s if is_learning else self._rest_s())
        if now >= self._next_statistics_at:
            self._next_statistics_at = now + _STATISTICS_S
            self._known.keep_statistics(self.statistics())

    def _rest_s(self) -> float:
        """Until the next health check; sooner for an open drawer, or a printer that waits for somebody."""
        is_waited_for = not self._contact.condition.can_print or self._port.is_open
        return _WAITED_FOR_CHECK_S if is_waited_for else _HEALTH_CHECK_S

    def _print(self, job: PrintJob) -> bool:
        """Try one job; True when it is done with, False to try it again later. Raises TransportError while queued."""
        started, is_late = time.monotonic(), self._has_backlog
        opens = job.drawer if job.open_drawer and not is_late and self.drawer is not None else ""
        self._has_backlog = True
        data = self._rendered(job, opens)
        if data is None:
            self._has_backlog = is_late
            return True
        try:
            with self._connected() as session:
                held = self._logo.print_command
                if not self._contact.is_ready(session):
                    if opens:
                        self._port.failed(self.status.reason)
                    return False
                if held != self._logo.print_command:  # another printer stands here, without the logo
                    data = self._rendered(job, opens) or data
                if self._queue.claim(job.job_id, len(data)):
                    self._send(session, job, data, opens)
        except TransportError:
            if opens:
                self._port.failed("The printer could not be reached.")
            raise
        self._has_backlog = is_late or time.monotonic() - started > DRAWER_PATIENCE_S
        return True

    def _rendered(self, job: PrintJob, opens: str) -> bytes | None:
        """The bytes of a job; None, and the job has failed, when it cannot be drawn."""
        try:
            rendered = self._renderer.render(job.document, opens=opens, stored_logo=self._logo.print_command)
        except Exception as error:  # a bug of ours or a document of a later version: the queue must go on
            logger.exception("print job %s cannot be rendered", job.job_id)
            self.count("ReceiptFailedCount")
            self._finish(job, PrintState.FAILED, f"This receipt cannot be drawn: {error}", in_doubt=True)
            return None
        for note in rendered.notes:
            logger.warning("print job %s: %s", job.job_id, note)
        return rendered.data

    def _send(self, session: PrinterSession, job: PrintJob, data: bytes, opens: str) -> None:
        """From here on the job is sent at most once. Raises TransportError only while no byte of it has left."""
        self._contact.report_printing(self._contact.condition)
        before = self._transport.bytes_written
        try:
            completion = self._transmit(session, job.job_id, data, opens)
            while completion is Completion.CLEARED:
                again = self._renderer.render(job.document, stored_logo=self._logo.print_command).data
                completion = self._transmit(session, job.job_id, again, "")
        except TransportError as error:
            sent = min(self._transport.bytes_written - before, len(data))
            self.count("BytesWrittenCount", sent)
            if sent == 0:
                self._queue.set_state(job.job_id, PrintState.QUEUED, str(error))
                raise
            self._contact.resynchronise = True  # what was handed to the wire may not have come out of it
            self._unconfirmed(job, f"{error} {sent} of {len(data)} bytes were sent.", sent, in_doubt=True)
            self._contact.wire_failed(error)
            return
        self.count("BytesWrittenCount", len(data))
        if completion is Completion.PRINTED:
            self.count("ReceiptPrintedCount")
            self._queue.set_state(job.job_id, PrintState.PRINTED, bytes_sent=len(data))
        else:
            in_doubt = completion is not Completion.UNPROVEN
            self._unconfirmed(job, self._contact.why_unconfirmed(completion), len(data), in_doubt=in_doubt)
        if completion is Completion.UNCONFIRMED and self._contact.condition.can_print:
            self._known.forget()  # it did not prove what it used to: another printer, or another setting of it
        if not self._contact.condition.can_print and (condition := session.condition()) is not None:
            self._contact.take_condition(condition)
        self._contact.report_resting()

    def _transmit(self, session: PrinterSession, job_id: str, data: bytes, opens: str) -> Completion:
        """Hand over the bytes and wait for the proof that this printer can give. Raises TransportError.

        Pin 3 tells of the first drawer alone; a second one is believed to have opened.
        """
        mark, way = _completion_mark(job_id), self._known.completion
        if opens:
            self._port.expect()
        session.send(data)
        session.complete()
        completion = self._proof(session, way, mark, len(data))
        if opens == FIRST_DRAWER:  # asked now, since a slow printer comes to the pulse when it comes to it
            self._port.judge(session, "sale")
            self._watch_the_drawer()
        return completion

    def _proof(self, session: PrinterSession, way: CompletionMark, mark: bytes, size: int) -> Completion:
        if not self._known.answers:
            return Completion.UNPROVEN
        session.ask_for_completion(way, mark)
        return session.await_completion(way, mark, size, self._contact.report_printing, self._contact.take_recovery)

    def _check_health(self, level: HealthLevel) -> HealthReport:
        if level is not HealthLevel.INTERNAL:
            self._known.forget()
        with self._connected() as session:
            is_ready = self._contact.is_ready(session)
            capability = self._known.capability
            words = [self.status.reason or "The printer answers and is ready."]
            words += [text for text in (identity_words(capability.identity),) if text]
            if capability.completion is not None:
                words.append(PROOF_WORDS[capability.completion])
            if is_ready and level is not HealthLevel.INTERNAL:
                data = test_data(lambda page: self._renderer.render(page).data, self._settings, capability.identity)
                completion = self._transmit(session, "printer test", data, False)
                words.append(_TEST_WORDS[completion])
                is_ready = completion in _GONE_WELL
        question = QUESTION if is_ready and level is HealthLevel.INTERACTIVE else ""
        if self.status.state is DeviceState.BUSY:
            self._contact.report_resting()
        return HealthReport(level, is_ready, tuple(words), self.status, capability.identity, question)

    def _keep_logo(self, session: PrinterSession) -> tuple[bool, str]:
        self.report(DeviceState.BUSY, "The store's logo is put into the printer's memory.")
        is_kept, words = self._logo.store(session)
        logger.info("%s: %s", self.name, words)
        self._contact.report_resting()
        return is_kept, words

    def _store_logo(self) -> HealthReport:
        with self._connected() as session:
            is_kept, words = self._contact.is_ready(session), self.status.reason
            if is_kept:
                is_kept, words = self._keep_logo(session)
            if is_kept:
                slip = self._renderer.render(logo_slip(), stored_logo=self._logo.print_command)
                is_kept = self._transmit(session, "logo", slip.data, False) in _GONE_WELL
        question = "Is the logo on the paper, and is it sharp?" if is_kept else ""
        identity = self._known.capability.identity
        return HealthReport(HealthLevel.INTERACTIVE, is_kept, (words,), self.status, identity, question)

    def _kick(self, reason: str, asked_at: float) -> None:
        self._thread.assert_current()
        if time.monotonic() - asked_at > DRAWER_PATIENCE_S:
            raise DrawerError(self._port.failed("The printer was busy for too long."))
        try:
            with self._connected() as session:
                if not self._contact.is_ready(session):
                    raise DrawerError(self._port.failed(self.status.reason))
                self._watch_the_drawer()
                self._port.kick(session, self._renderer.drawer_pulse(), reason)
        except TransportError as error:
            self._contact.wire_failed(error)
            raise DrawerError(self._port.failed(str(error))) from None

    def _watch_the_drawer(self) -> None:
        """One that tells is looked at again soon, so that its being shut is seen."""
        if self._port.tells:
            self._next_check_at = 0.0

    @contextmanager
    def _connected(self) -> Iterator[PrinterSession]:
        try:
            self._transport.open()
            yield PrinterSession(self._transport, self._patience, self._thread.stopping)
        finally:
            self._transport.close()

    def _unconfirmed(self, job: PrintJob, reason: str, sent: int, *, in_doubt: bool) -> None:
        self.count("ReceiptUnconfirmedCount")
        self._finish(job, PrintState.SENT_UNCONFIRMED, reason, sent, in_doubt=in_doubt)

    def _finish(self, job: PrintJob, state: PrintState, reason: str, sent: int = 0, *, in_doubt: bool) -> None:
        self._queue.set_state(job.job_id, state, reason, bytes_sent=sent, in_doubt=in_doubt)
        logger.warning("print job %s: %s: %s", job.job_id, state, reason)
        if in_doubt:
            self.on_doubt(job)


_GONE_WELL = (Completion.PRINTED, Completion.UNPROVEN)
_TEST_WORDS = {
    Completion.PRINTED: "The test page has been printed: the printer confirmed it.",
    Completion.UNPROVEN: "The test page has been sent; this printer cannot say whether it came out.",
    Completion.UNCONFIRMED: "The test page was sent and not confirmed: look at the paper.",
    Completion.CLEARED: "The printer's buffer was cleared: print the test page again.",
    Completion.STOPPED: "The register was closed before the test page was confirmed.",
}


def _completion_mark(job_id: str) -> bytes:
    """Four printable characters that belong to the job."""
    return f"{zlib.crc32(job_id.encode()) & 0xFFFF:04X}".encode("ascii")
