"""Wrong PINs, counted so that neither a restart nor another time on the clock brings tries back.

A try is counted before the PIN is looked at, so that pulling the plug wins nothing. A wait is served by the
monotonic clock of a running till; what is left of it when the till stops is waited for afterwards.
"""

from collections.abc import Sequence

from pos_app.domain.pin_guard import wait_after_ms
from pos_app.ports import Clock
from pos_app.storage.database import Database

_COUNT = """
    INSERT INTO pin_guard (subject, failures, left_ms) VALUES (?, 1, 0)
    ON CONFLICT (subject) DO UPDATE SET failures = failures + 1
    RETURNING failures
"""


class PinGuard:
    """Counts tries by subject: an operator, or the whole till. The caller lets one thread at a time in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        now_ms = clock.monotonic_ms()
        self._since_ms: dict[str, int] = {
            subject: now_ms for (subject,) in database.all("SELECT subject FROM pin_guard WHERE left_ms > 0")
        }

    def wait_ms(self, subject: str) -> int:
        """How long nothing is tried for this subject."""
        row = self._database.one("SELECT left_ms FROM pin_guard WHERE subject = ?", (subject,))
        if row is None or not row[0]:
            return 0
        now_ms = self._clock.monotonic_ms()
        return max(0, int(row[0]) - (now_ms - self._since_ms.setdefault(subject, now_ms)))

    def count(self, subjects: Sequence[str]) -> None:
        """One more try of each; durable when this returns."""
        with self._database.write() as connection:
            for subject in subjects:
                ((failures,),) = connection.execute(_COUNT, (subject,)).fetchall()
                connection.execute(
                    "UPDATE pin_guard SET left_ms = ? WHERE subject = ?", (wait_after_ms(failures), subject)
                )
                self._since_ms[subject] = self._clock.monotonic_ms()
            self._database.commit()

    def clear(self, subjects: Sequence[str]) -> None:
        """A try was right: nothing is counted against them any more."""
        with self._database.write() as connection:
            for subject in subjects:
                connection.execute("DELETE FROM pin_guard WHERE subject = ?", (subject,))
                self._since_ms.pop(subject, None)
            self._database.commit()
