"""A till's records without a disk: the closing, the period and the Zs, read from a journal in memory."""

from collections.abc import Iterator, Mapping, Sequence

from fakes.memory_shop import MemoryStorage

from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.journal import JournalEntry
from pos_app.domain.till_closing import TillClosing
from pos_app.ports import Unsent


class MemoryTillRecords:
    """See TillRecords."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    def closing(self) -> TillClosing | None:
        return self._storage.state.closing

    def period(self) -> Iterator[JournalEntry]:
        entries = self._storage.state.entries
        last_z = max((place for place, entry in enumerate(entries) if entry.kind == "z_report"), default=-1)
        return iter(entries[last_z + 1 :])

    def day(self) -> Iterator[JournalEntry]:
        day = self._storage.state.business_day
        return iter([one for one in self._storage.state.entries if one.business_day == day])

    def last_entry(self) -> JournalEntry:
        return self._storage.state.entries[-1]

    def assignments(self) -> Mapping[str, str]:
        return {}

    def opening_count(self) -> Sequence[CountedPieces]:
        return self._storage.state.opening_count

    def was_taken_up(self, transfer_id: str) -> bool:
        return False

    def z_reports(self, limit: int, till_id: str | None = None) -> Sequence[JournalEntry]:
        return [entry for entry in reversed(self._storage.state.entries) if entry.kind == "z_report"][:limit]

    def unsent(self) -> Unsent:
        pending = self._storage.pending()
        return Unsent(len(pending), pending[0].occurred_at) if pending else Unsent()
