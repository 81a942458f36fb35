"""Periods a manager looks at: a day, a week, a month, a year, and the one before or after."""

from datetime import date, timedelta
from enum import StrEnum


class Span(StrEnum):
    """How long a period is. A week begins on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def days_of(span: Span, day: date) -> tuple[date, date]:
    """The first and the last day of the period that a day is in."""
    match span:
        case Span.DAY:
            return day, day
        case Span.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case Span.MONTH:
            first = day.replace(day=1)
            return first, _next_month(first) - timedelta(days=1)
        case Span.YEAR:
            return day.replace(month=1, day=1), day.replace(month=12, day=31)


def stepped(span: Span, day: date, *, forward: bool) -> date:
    """A day in the period after or before the one that a day is in. Raises OverflowError at the end of time."""
    first, last = days_of(span, day)
    return last + timedelta(days=1) if forward else first - timedelta(days=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
