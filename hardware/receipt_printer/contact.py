"""How a printer is, as it says itself each time it is asked, and whether a job may go out to it."""

from hardware.base import Device
from hardware.cash_drawer.drawer import CashDrawer
from hardware.receipt_printer.health import PROOF_WORDS, SAYS_NOTHING
from hardware.receipt_printer.known_printer import KnownPrinter
from hardware.receipt_printer.session import Completion, Patience, PrinterSession, Recovery
from hardware.receipt_printer.status import RESYNCHRONISE, PrinterCondition
from hardware.receipt_printer.stored_logo import LogoKeeper
from hardware.receipt_printer.transports import Fault, Transport, TransportError
from pos_app.ports import CompletionMark, DeviceState

_STATE_OF_FAULT = {Fault.OFF: DeviceState.OFFLINE, Fault.BUSY: DeviceState.BUSY}


class PrinterContact:
    """Used on the printer's thread, but for recovery, which anybody may set: what somebody decided after a jam.

    device is told what is heard, and drawer the level of its pin. resynchronise: a command may have been cut in two on
    its way, so the printer is brought back to its senses before the next one.
    """

    def __init__(
        self,
        device: Device,
        drawer: CashDrawer | None,
        known: KnownPrinter,
        logo: LogoKeeper,
        transport: Transport,
        patience: Patience,
    ) -> None:
        self.condition = PrinterCondition()
        self.recovery: Recovery | None = None
        self.resynchronise = False
        self._device = device
        self._drawer = drawer
        self._known = known
        self._logo = logo
        self._transport = transport
        self._patience = patience
        self._silences = 0
        self._is_lost = False

    @property
    def is_silent(self) -> bool:
        """True while it does not answer."""
        return self._silences > 0

    @property
    def may_answer(self) -> bool:
        """True when silence means busy or hung; False for a printer that cannot answer, as far as is known."""
        can_read = self._transport.reads
        return self._known.answers or (can_read and self._silences < self._patience.silences_of_a_mute)

    def is_ready(self, session: PrinterSession) -> bool:
        """Ask the printer how it is and report it; True when a job may go out. Raises TransportError."""
        condition = session.condition()
        if condition is None:
            self._silences += 1
            if self.may_answer:
                self._device.report(DeviceState.BUSY, _SILENT)
                return False
            self._heard_of()
            self._device.report(DeviceState.READY, SAYS_NOTHING)
        else:
            if not condition.can_print and (choice := self.take_recovery()) is not None:
                session.recover(choice)
                condition = session.condition() or condition
            if self._silences:  # it may have been without power: what it held in its memory is looked at again
                self._known.out_of_sight()
            self._silences = 0
            self._heard_of()
            self._known.answered()
            self.take_condition(condition)
            self._device.report(condition.state, condition.reason)
            if not condition.can_print:
                return False
        if self.resynchronise or self._logo.was_cut_short:
            session.send(RESYNCHRONISE)
            self.resynchronise = False
            self._logo.forget_what_was_cut_short()
        return condition is None or self._is_known(session)

    def take_recovery(self) -> Recovery | None:
        """What somebody decided since this was last asked."""
        choice, self.recovery = self.recovery, None
        return choice

    def take_condition(self, condition: PrinterCondition) -> None:
        """It is so now."""
        self.condition = condition
        if self._drawer is not None:
            self._drawer.sensed(condition.drawer_pin_high)

    def report_printing(self, condition: PrinterCondition) -> None:
        """While a job is under way; paper that runs low stays in sight."""
        self.take_condition(condition)
        if condition.state is DeviceState.READY:
            self._device.report(DeviceState.BUSY, "printing")
        else:
            self._device.report(condition.state, condition.reason)

    def report_resting(self) -> None:
        """The job is done with."""
        condition = self.condition
        self._device.report(condition.state, condition.reason if self._known.answers else SAYS_NOTHING)

    def why_unconfirmed(self, completion: Completion) -> str:
        """Why a job that was sent in full is not known to be on paper."""
        if completion is Completion.STOPPED:
            return "The register was closed before the printer had confirmed."
        if completion is Completion.UNPROVEN:
            return PROOF_WORDS[CompletionMark.NONE] if self._known.answers else SAYS_NOTHING
        status = self._device.status
        return status.reason if status.state is not DeviceState.BUSY else "The printer did not confirm in time."

    def wire_failed(self, error: TransportError) -> None:
        """The line broke or was not there: what stands at it next time may be another machine."""
        self._device.count("CommunicationErrorCount")
        self._is_lost = True
        self._known.out_of_sight()
        self._device.report(_STATE_OF_FAULT.get(error.fault, DeviceState.ERROR), str(error))

    def _is_known(self, session: PrinterSession) -> bool:
        is_first_contact = not self._known.is_same_machine
        if not self._known.learn(session):
            return False
        if is_first_contact:
            self._logo.look(session)
        return True

    def _heard_of(self) -> None:
        if self._is_lost:
            self._is_lost = False
            self._device.count("ReconnectCount")


_SILENT = "The printer takes the connection but does not answer: another till prints, or it hangs."
