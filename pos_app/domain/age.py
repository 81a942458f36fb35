"""Who is old enough."""

from datetime import date


def latest_birth_date(today: date, years: int) -> date:
    """The last date of birth of somebody who is so many years old today.

    Who was born on 29 February has the birthday on 1 March in other years, so on 29 February those born on 28 February
    are the last of a year without it.
    """
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)
