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

    @property
    def is_same_machine(self) -> bool:
        """False until it was asked who it is, in this run and since the last break."""
        return self._is_same_machine

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
        known = self.capability
        # A logo whose presence can be asked for stays: memory wears out with writing it again.
        logo = known.stored_logo if known.keeps_graphics else ""
        self._keep(PrinterCapability(statistics=known.statistics, stored_logo=logo))

    def keep_graphics(self, has_them: bool) -> None:
        """It was asked for the pictures in its memory."""
        if self.capability.keeps_graphics is not has_them:
            self._keep(replace(self.capability, keeps_graphics=has_them))

    def keep_logo(self, digest: str) -> None:
        """The logo in its memory; empty: none that is known."""
        if self.capability.stored_logo != digest:
            self._keep(replace(self.capability, stored_logo=digest))

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
            # Another machine: what the last one held in its memory says nothing.
            asked = PrinterCapability(identity, True, completion, at, known.statistics)
            self._keep(asked if not is_new else replace(asked, stored_logo=known.stored_logo))
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
