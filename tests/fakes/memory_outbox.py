"""A journal in memory, with the outbox's view of it."""

import threading
from collections.abc import Sequence

from pos_app.domain.journal import JournalEntry, canonical_json, next_entry
from pos_app.ports import EventOutcome


class MemoryOutbox:
    """Implements pos_app.ports.Outbox; write() stands for the services' commits."""

    def __init__(self, terminal_id: str = "S001-01", incarnation: str = "first") -> None:
        self.terminal_id = terminal_id
        self.incarnation = incarnation
        self.entries: list[JournalEntry] = []
        self.outcomes: dict[int, EventOutcome] = {}
        self.terms: list[bytes] = []
        self.promotions: list[bytes] = []
        self.addresses: dict[str, str] = {}
        self.marks: list[int] = [0]
        self._lock = threading.Lock()

    def write(self, count: int = 1, kind: str = "no_sale", **payload: object) -> None:
        with self._lock:
            for _ in range(count):
                number = len(self.entries) + 1
                self.entries.append(
                    next_entry(
                        self.entries[-1] if self.entries else None,
                        terminal_id=self.terminal_id,
                        incarnation=self.incarnation,
                        event_id=f"{self.incarnation}-{number}",
                        kind=kind,
                        occurred_at="2026-03-02T10:00:00+00:00",
                        business_day="2026-03-02",
                        payload=canonical_json({"number": number, **payload}),
                    )
                )

    def terminal_identity(self) -> tuple[str, str]:
        return self.terminal_id, self.incarnation

    def acknowledged(self) -> int:
        return self.marks[-1]

    def journal_end(self) -> int:
        return len(self.entries)

    def is_over(self) -> bool:
        return False

    def pending(self, limit: int) -> list[JournalEntry]:
        with self._lock:
            return self.entries[self.marks[-1] :][:limit]

    def pending_count(self) -> int:
        return len(self.entries) - self.marks[-1]

    def quarantined(self) -> list[EventOutcome]:
        return [outcome for _, outcome in sorted(self.outcomes.items()) if outcome.status == "quarantined"]

    def contacts(self, entries: Sequence[JournalEntry]) -> dict[str, str]:
        return dict(self.addresses)

    def acknowledge(self, acknowledged_sequence: int, outcomes: Sequence[EventOutcome], at: str) -> None:
        with self._lock:
            self.outcomes |= {outcome.sequence: outcome for outcome in outcomes}
            if acknowledged_sequence != self.marks[-1]:
                self.marks.append(acknowledged_sequence)

    def save_terms(self, document: bytes) -> None:
        self.terms.append(document)

    def save_promotions(self, document: bytes) -> None:
        self.promotions.append(document)
