"""What this counter knows of its printer: who it is, what proves its jobs, what it has done so far."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from hardware.receipt_printer.session import PrinterSession
from pos_app.ports import CompletionMark, PrinterCapability, PrinterRecords


class KnownPrinter:
    """Probed once and kept. Written by the printer's thread; what it returns is never changed afterwards.

    Whether another machine stands at the address is looked at on the first contact of each run and after each break.
    """

    def __init__(self, key: str, records: PrinterRecords | None = None) -> None:
        self._key = key
        self._records = records
        self._loaded: PrinterCapability | None = None
        self._is_same_machine = False
        self._earlier: Counter[str] | None = None

    @property
    def capability(self) -> PrinterCapability:
        """What is known."""
        if self._loaded is None:
            self._loaded = (self._records.load(self._key) if self._records else None) or PrinterCapability()
        return self._loaded

    @property
    def answers(self) -> bool:
        """True for a printer that has ever answered: its silence means something."""
        return self.capability.answers

    @property
    def completion(self) -> CompletionMark:
        """What proves a job of it."""
        return self.capability.completion or CompletionMark.NONE

    def answered(self) -> None:
        """It can answer."""
        if not self.answers:
            self._keep(replace(self.capability, answers=True))

    def out_of_sight(self) -> None:
        """The wire broke: what stands there next time may be another machine."""
        self._is_same_machine = False

    def forget(self) -> None:
        """Ask it everything again, because somebody says so or because it did not prove what it used to."""
        self._is_same_machine = False
        self._keep(PrinterCapability(statistics=self.capability.statistics))

    def learn(self, session: PrinterSession) -> bool:
        """Ask what is not known yet; False when the printer stopped being ready meanwhile. Raises TransportError."""
        known = self.capability
        if self._is_same_machine and known.completion is not None:
            return True
        is_new = known.completion is None
        identity = session.identity() if is_new or known.identity.maker else known.identity
        if is_new or identity != known.identity:
            completion = session.strongest_completion()
            condition = session.condition()
            if condition is None or not condition.can_print:  # what it did not answer says nothing then
                return False
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._keep(replace(known, identity=identity, answers=True, completion=completion, probed_at=at))
        self._is_same_machine = True
        return True

    def keep_statistics(self, of_this_run: dict[str, int]) -> None:
        """Add the counts of this run to those of the earlier ones."""
        if self._earlier is None:
            self._earlier = Counter(self.capability.statistics)
        total = dict(self._earlier + Counter(of_this_run))
        if total != self.capability.statistics:
            self._keep(replace(self.capability, statistics=total))

    def statistics(self, of_this_run: dict[str, int]) -> dict[str, int]:
        """The counts of its whole life at this counter."""
        earlier = self._earlier if self._earlier is not None else Counter(self.capability.statistics)
        return dict(earlier + Counter(of_this_run))

    def _keep(self, capability: PrinterCapability) -> None:
        self._loaded = capability
        if self._records is not None:
            self._records.save(self._key, capability)
