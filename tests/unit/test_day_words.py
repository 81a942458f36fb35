"""Days and moments are written in one form in all windows."""

from datetime import UTC, date, datetime

from pos_app.domain.day_words import day_words, moment_words


def test_a_business_day_and_a_date_are_written_alike() -> None:
    assert day_words("2026-11-02") == day_words(date(2026, 11, 2)) == "Mon 2 Nov 2026"


def test_a_moment_is_its_day_and_its_time() -> None:
    assert moment_words(datetime(2026, 11, 22, 9, 5, tzinfo=UTC)) == "Sun 22 Nov 2026, 09:05"
