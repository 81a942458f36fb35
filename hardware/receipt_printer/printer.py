"""A receipt printer: takes jobs from the persisted queue, prints each once, and knows whether it is on paper.

A job goes queued -> sending -> printed | sent_unconfirmed | failed. Until its first byte leaves it stays queued and is
tried again; after that it is never printed again by itself: somebody looks at the paper and asks for a copy.
"""

import logging
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from hardware.base import Device, StatusListener
from hardware.cash_drawer.drawer import CashDrawer
from hardware.device_thread import DeviceBusyError, DeviceThread
from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.session import Completion, Patience, PrinterSession
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.status import RESYNCHRONISE, PrinterCondition
from hardware.receipt_printer.transports import Fault, Transport, TransportError
from pos_app.errors import WorldError
from pos_app.ports import DeviceState, PrintJob, PrintQueue, PrintState

logger = logging.getLogger(__name__)

_HEALTH_CHECK_S = 5.0
# A drawer opens for somebody who stands in front of it: within this time of being asked for, or not.
_DRAWER_PATIENCE_S = 5.0
_STATE_OF_FAULT = {Fault.OFF: DeviceState.OFFLINE, Fault.BUSY: DeviceState.BUSY}


class DrawerError(WorldError):
    """The drawer could not be opened; the message says why. It will not open later by itself."""


class ReceiptPrinter(Device):
    """One printer with its thread, and the drawer that hangs on it."""

    def __init__(
        self,
        settings: PrinterSettings,
        print_queue: PrintQueue,
        transport: Transport,
        renderer: EscposRenderer,
        on_status: StatusListener | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings.name, "receipt_printer", on_status)
        self.drawer = CashDrawer(on_status)
        self._queue = print_queue
        self._transport = transport
        self._renderer = renderer
        self._patience = patience or Patience()
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)
        self._answers = False
        self._silences = 0
        self._resynchronise = False
        self._retry_s = self._patience.retry_s
        self._next_try_at = 0.0
        self._tried_at = 0.0
        self._next_check_at = 0.0
        self._nudged_at = float("-inf")
        # True while jobs wait that nobody stands at the drawer for any more.
        self._has_backlog = True

    def start(self) -> None:
        """Start printing what is queued. Jobs that an earlier run left half sent are put up as unconfirmed."""
        self._has_backlog = self._queue.next_job() is not None
        for job in self._queue.unfinished():
            if job.state is PrintState.SENDING:
                self._resynchronise = True
                self._finish(job, PrintState.SENT_UNCONFIRMED, "The register stopped while this was printing.")
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stop; False when the thread hangs in the operating system."""
        return self._thread.stop(timeout_s)

    def nudge(self) -> None:
        """A job has been queued: look now, also in the middle of a back-off. Thread-safe."""
        self._nudged_at = time.monotonic()
        self._thread.wake()

    def kick_drawer(self, reason: str) -> "Future[None]":
        """Open the drawer now. The future fails with DrawerError; nothing opens later. Thread-safe."""
        asked_at = time.monotonic()
        status = self.status
        try:
            if status.state in (DeviceState.OFFLINE, DeviceState.ERROR, DeviceState.ABSENT):
                raise DrawerError(self._drawer_failed(status.reason or "The printer is not ready."))
            return self._thread.submit(lambda: self._kick(reason, asked_at))
        except (DeviceBusyError, DrawerError) as error:
            failed: Future[None] = Future()
            failed.set_exception(error if isinstance(error, DrawerError) else DrawerError(str(error)))
            return failed

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
            if job is None and now >= self._next_check_at:
                self._check()
        except TransportError as error:
            self._wire_failed(error)
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
            self._is_ready(session)
        is_learning = self._silences > 0 and self._may_answer()
        self._next_check_at = time.monotonic() + (self._patience.retry_s if is_learning else _HEALTH_CHECK_S)

    def _print(self, job: PrintJob) -> bool:
        """Try one job; True when it is done with, False to try it again later. Raises TransportError while queued."""
        started, is_late = time.monotonic(), self._has_backlog
        opens_drawer = job.open_drawer and not is_late
        self._has_backlog = True
        try:
            rendered = self._renderer.render(job.document, open_drawer=opens_drawer)
        except Exception as error:  # a bug of ours or a document of a later version: the queue must go on
            logger.exception("print job %s cannot be rendered", job.job_id)
            self._finish(job, PrintState.FAILED, f"This receipt cannot be drawn: {error}")
            self._has_backlog = is_late
            return True
        for note in rendered.notes:
            logger.warning("print job %s: %s", job.job_id, note)
        try:
            with self._connected() as session:
                if not self._is_ready(session):
                    if opens_drawer:
                        self._drawer_failed(self.status.reason)
                    return False
                self._send(session, job, rendered.data, opens_drawer)
        except TransportError:
            if opens_drawer:
                self._drawer_failed("The printer could not be reached.")
            raise
        self._has_backlog = is_late or time.monotonic() - started > _DRAWER_PATIENCE_S
        return True

    def _send(self, session: PrinterSession, job: PrintJob, data: bytes, opens_drawer: bool) -> None:
        """From here on the job is sent at most once. Raises TransportError only while no byte of it has left."""
        mark = _completion_mark(job.job_id)
        self._queue.set_state(job.job_id, PrintState.SENDING)
        self.report(DeviceState.BUSY, "printing")
        before = self._transport.bytes_written
        try:
            session.send(data)
            if opens_drawer:
                self._drawer_opened("sale")
            session.ask_for_completion(mark)
            completion = (
                session.await_completion(mark, len(data), self._report_condition)
                if self._answers
                else Completion.UNCONFIRMED
            )
        except TransportError as error:
            sent = self._transport.bytes_written - before
            if sent == 0:
                self._queue.set_state(job.job_id, PrintState.QUEUED, str(error))
                raise
            self._resynchronise = True
            self._finish(
                job, PrintState.SENT_UNCONFIRMED, f"{error} {min(sent, len(data))} of {len(data)} bytes were sent."
            )
            self._wire_failed(error)
            return
        if completion is Completion.PRINTED:
            self.count("ReceiptPrintedCount")
            self._finish(job, PrintState.PRINTED)
        else:
            self._finish(job, PrintState.SENT_UNCONFIRMED, self._why_unconfirmed(completion))
        if self.status.state is DeviceState.BUSY:
            self.report(DeviceState.READY, "" if self._answers else _SAYS_NOTHING)

    def _why_unconfirmed(self, completion: Completion) -> str:
        if completion is Completion.STOPPED:
            return "The register was closed before the printer had confirmed."
        if not self._answers:
            return _SAYS_NOTHING
        status = self.status
        return status.reason if status.state is not DeviceState.BUSY else "The printer did not confirm in time."

    def _is_ready(self, session: PrinterSession) -> bool:
        """Ask the printer how it is and report it; True when a job may go out."""
        condition = session.condition()
        if condition is None:
            self._silences += 1
            if self._may_answer():
                self.report(
                    DeviceState.BUSY,
                    "The printer takes the connection but does not answer: another till prints, or it hangs.",
                )
                return False
            self.report(DeviceState.READY, _SAYS_NOTHING)
        else:
            self._answers, self._silences = True, 0
            self.report(condition.state, condition.reason)
            if not condition.can_print:
                return False
        if self._resynchronise:
            session.send(RESYNCHRONISE)
            self._resynchronise = False
        return True

    def _may_answer(self) -> bool:
        """True when silence means busy or hung; False for a printer that cannot answer, as far as is known."""
        can_read = self._transport.reads
        return self._answers or (can_read and self._silences < self._patience.silences_of_a_mute)

    def _report_condition(self, condition: PrinterCondition) -> None:
        if condition.can_print:
            self.report(DeviceState.BUSY, "printing")
        else:
            self.report(condition.state, condition.reason)

    def _kick(self, reason: str, asked_at: float) -> None:
        self._thread.assert_current()
        if time.monotonic() - asked_at > _DRAWER_PATIENCE_S:
            raise DrawerError(self._drawer_failed("The printer was busy for too long."))
        try:
            with self._connected() as session:
                if not self._is_ready(session):
                    raise DrawerError(self._drawer_failed(self.status.reason))
                session.send(self._renderer.drawer_pulse())
                session.condition()  # an answer behind the pulse: it has been taken
        except TransportError as error:
            self._wire_failed(error)
            raise DrawerError(self._drawer_failed(str(error))) from None
        self._drawer_opened(reason)

    @contextmanager
    def _connected(self) -> Iterator[PrinterSession]:
        try:
            self._transport.open()
            yield PrinterSession(self._transport, self._patience, self._thread.stopping)
        finally:
            self._transport.close()

    def _finish(self, job: PrintJob, state: PrintState, reason: str = "") -> None:
        self._queue.set_state(job.job_id, state, reason)
        if state is not PrintState.PRINTED:
            logger.warning("print job %s: %s: %s", job.job_id, state, reason)

    def _wire_failed(self, error: TransportError) -> None:
        self.count("CommunicationErrorCount")
        self.report(_STATE_OF_FAULT.get(error.fault, DeviceState.ERROR), str(error))

    def _drawer_opened(self, reason: str) -> None:
        self.count("DrawerGoodOpenCount")
        self.drawer.report(DeviceState.READY)
        logger.info("cash drawer opened: %s", reason)

    def _drawer_failed(self, cause: str) -> str:
        message = f"The drawer was not opened: {cause} Open it with its key if need be."
        self.count("DrawerFailedOpenCount")
        self.drawer.report(DeviceState.WARNING, message)
        logger.warning("%s", message)
        return message


_SAYS_NOTHING = "This printer does not report back: whether paper came out has to be seen."


def _completion_mark(job_id: str) -> bytes:
    """Four printable characters that belong to the job."""
    return f"{zlib.crc32(job_id.encode()) & 0xFFFF:04X}".encode("ascii")
