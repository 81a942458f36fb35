"""How the windows write a day and a moment; paper and customers have the locale's own form (ports.Formatter)."""

from datetime import date, datetime


def day_words(day: date | str) -> str:
    """Sun 22 Nov 2026; of a business day in ISO 8601 too."""
    if isinstance(day, str):
        day = date.fromisoformat(day)
    return f"{day:%a} {day.day} {day:%b %Y}"


def moment_words(at: datetime) -> str:
    """Sun 22 Nov 2026, 14:05, in the zone that at has."""
    return f"{day_words(at.date())}, {at:%H:%M}"
