"""Who looked at reports and the journal, or took copies: what was asked for is journaled, never what it said."""

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.ports import Storage

SCREEN, PAPER = "screen", "paper"
REPORT, JOURNAL = "report", "journal"
_LONGEST_WORDS = 60


class RecordUse:
    """Writes to the journal, so it is not for the GUI thread. Raises WorldError."""

    def __init__(self, *, storage: Storage, operator: Operator) -> None:
        self._storage = storage
        self._operator = operator

    def note(self, what: str, name: str, form: str, **asked: str) -> None:
        """A report, or the journal, was looked at or copied; asked are the filters that were set."""
        payload = {
            "operator_id": self._operator.operator_id,
            "what": what,
            "name": name,
            "format": form,
            "filter": {key: words_of(value) for key, value in asked.items() if value},
        }
        with self._storage.unit_of_work() as work:
            work.append(EventKind.RECORDS_READ, payload)
            work.commit()


def words_of(text: str) -> str:
    """What was searched for, unless it may be somebody's address."""
    return "(an address)" if "@" in text else text[:_LONGEST_WORDS]
