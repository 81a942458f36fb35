"""Installing a newer version: only between business days, and only after it proved itself on a copy of the data."""

from pos_app.domain.journal import EventKind
from pos_app.errors import CashierError
from pos_app.ports import PrintQueue, Storage
from pos_app.ports.maintenance import TrialStep
from pos_app.ports.parking import ParkedSales
from pos_app.ports.updates import UpdateRoom


class Updating:
    """Calls touch disk and start programs: none belongs on the GUI thread."""

    def __init__(self, room: UpdateRoom, *, storage: Storage, print_queue: PrintQueue, parked: ParkedSales) -> None:
        self.room = room
        self._storage = storage
        self._print_queue = print_queue
        self._parked = parked

    def conditions(self) -> list[TrialStep]:
        """What must be so before anything is installed."""
        day = self._storage.business_day()
        papers = [self._print_queue.next_job(), *self._print_queue.unfinished(), *self._print_queue.held()]
        asked = (
            (day, f"The business day of {day} is open: close it first", "The business day is closed"),
            (
                self._storage.till_is_closing(),
                "The till is being counted: finish closing it",
                "Nothing is being counted",
            ),
            (self._storage.open_transaction(), "A sale is under way: finish it or park it", "No sale is under way"),
            (any(papers), "Receipts wait for the printer or for an answer", "Nothing waits to be printed"),
        )
        steps = [TrialStep(bad if at_work else good, not at_work) for at_work, bad, good in asked]
        parked = len(self._parked.all())
        if parked:
            steps.append(TrialStep(f"Parked sales: {parked}. They are kept", True))
        return steps

    def install(self, by: str) -> None:
        """Rehearse, journal who wanted it, hand it over. The program has to end after this.

        Raises CashierError while the till is at work, WorldError when the newer version did not prove itself.
        """
        state = self.room.state()
        if not state.ready:
            raise CashierError("no_update", "There is no newer version here to install. Look for one first.")
        self._require_rest()
        self.room.rehearse()
        self._require_rest()  # a rehearsal takes a minute, and somebody may have opened the day
        with self._storage.unit_of_work() as work:
            words = f"Program {state.current} to be replaced by {state.version}"
            work.append(EventKind.SETTINGS_CHANGED, {"by": by, "words": words})
            work.commit()
        self.room.hand_over()

    def _require_rest(self) -> None:
        missing = [step.words for step in self.conditions() if not step.good]
        if missing:
            raise CashierError("till_at_work", f"Not now. {missing[0]}. The newer version stays here.")
