"""Which change of a price or a promotion is the last one, wherever in the store it was made.

Changes count in the order of their times, and where those are the same, of their ids: each till comes to the same
result, in whatever order it hears of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pos_app.storage.database import Connection

_LAST = "SELECT made_at_ms FROM last_word WHERE subject = ?"
_SAY = """
    INSERT INTO last_word (subject, made_at_ms, change_id) VALUES (?1, ?2, ?3)
    ON CONFLICT (subject) DO UPDATE SET made_at_ms = ?2, change_id = ?3
    WHERE (?2, ?3) > (made_at_ms, change_id)
"""


@dataclass(frozen=True, slots=True)
class Word:
    """A change: from when it counts, in milliseconds of Unix time, and its id at every till."""

    counts_ms: int
    event_id: str


def after_all_others(connection: Connection, subjects: Iterable[str], now: datetime) -> int:
    """From when a change that is made here counts: now; or, where another till's clock is ahead, just after that."""
    found = (connection.execute(_LAST, (subject,)).fetchone() for subject in subjects)
    latest_ms = max((row[0] for row in found if row is not None), default=0)
    return max(int(now.timestamp() * 1000), latest_ms + 1)


def word_of(plain: Mapping[str, Any], event_id: str, occurred_at: str) -> Word:
    """The word that a journal entry says. Raises ValueError."""
    counts_ms = plain.get("counts_ms")
    if counts_ms is None:
        counts_ms = int(datetime.fromisoformat(occurred_at).timestamp() * 1000)
    return Word(int(counts_ms), event_id)


def say(connection: Connection, subject: str, word: Word) -> bool:
    """Have the last word about something; False when a later one was said, or this very one."""
    return bool(connection.execute(_SAY, (subject, word.counts_ms, word.event_id)).rowcount)
