"""Times as the service stores them: UTC, ISO 8601 of one width, so that text order is time order."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NEVER = "9999-12-31"
"""The last day of use of what does not expire."""


def stored(at: datetime) -> str:
    """The stored form of an aware time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """An aware time of ISO 8601 text. Raises ValueError for anything else, also for a time without offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    at.astimezone(UTC)  # a year at the very edge of the calendar cannot be moved to UTC
    return at


def local_day(at: datetime, time_zone: str) -> date:
    """The calendar day of a moment in a zone."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def last_day_of_use(earned_on: date, month_day: str = "03-31") -> date:
    """Points of a calendar year can be used to the end of a day of the next: 31 March (programme FAQ on expiry)."""
    month, _, day = month_day.partition("-")
    return date(earned_on.year + 1, int(month), int(day))
