"""Which copies of a till's data are kept, and when the next one is due. Pure: times come in, decisions come out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

NEWEST, DAILY, WEEKLY, MONTHLY = 3, 7, 4, 12
"""So many copies stay whatever their age, and the newest of each of so many days, ISO weeks and months."""
LATE_AFTER = 3
"""So many intervals without a good copy, and the window says that the backup is overdue."""


def kept(made_at: Iterable[datetime]) -> set[datetime]:
    """The copies that stay. Days, weeks and months are those of the times' own zone."""
    newest_first = sorted(made_at, reverse=True)
    stays = set(newest_first[:NEWEST])
    for periods, name in ((DAILY, "%Y-%m-%d"), (WEEKLY, "%G-%V"), (MONTHLY, "%Y-%m")):
        newest_of: dict[str, datetime] = {}
        for at in newest_first:
            newest_of.setdefault(at.strftime(name), at)
        stays.update(list(newest_of.values())[:periods])
    return stays


def dropped(made_at: Sequence[datetime]) -> list[datetime]:
    """The copies that go, oldest first."""
    return sorted(set(made_at) - kept(made_at))


def is_due(newest: datetime | None, now: datetime, every_h: int) -> bool:
    """True when the next copy should be made; also when the newest one is of a time that has not come yet."""
    return newest is None or not newest <= now < newest + timedelta(hours=every_h)


def is_overdue(newest: datetime | None, first_start: datetime, now: datetime, every_h: int) -> bool:
    """True when there was no good copy for so long that somebody should look."""
    return now - (newest or first_start) > LATE_AFTER * timedelta(hours=every_h)
