"""Which change of a price or a promotion is the last one, wherever in the store it was made.

Changes count in the order of their times, and where those are the same, of their ids: each till comes to the same
result, in whatever order it hears of them.
"""

from datetime import datetime
from typing import Protocol

from pos_app.storage.database import Connection

_SAY = """
    INSERT INTO last_word (subject, made_at_ms, change_id) VALUES (?1, ?2, ?3)
    ON CONFLICT (subject) DO UPDATE SET made_at_ms = ?2, change_id = ?3
    WHERE (?2, ?3) > (made_at_ms, change_id)
"""


class Word(Protocol):
    """A change: a journal entry of this till, or one that came from another."""

    @property
    def event_id(self) -> str:
        """Its id at every till."""

    @property
    def occurred_at(self) -> str:
        """ISO 8601 with offset."""


def say(connection: Connection, subject: str, word: Word) -> bool:
    """Have the last word about something; False when a later one was said, or this very one."""
    made_at_ms = int(datetime.fromisoformat(word.occurred_at).timestamp() * 1000)
    return bool(connection.execute(_SAY, (subject, made_at_ms, word.event_id)).rowcount)
