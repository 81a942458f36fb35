"""How denominations, days and times are said at the till."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pos_app.domain.cash_count import CountedPieces
from ui.till.count_pad import PadRow


def pieces_name(one: CountedPieces, money: Callable[[int], str]) -> str:
    """$20.00, or the coins of a roll."""
    return money(one.value_minor) if one.pieces == 1 else f"{one.pieces} × {money(one.value_minor)}"


def cash_rows(pieces: Sequence[CountedPieces], money: Callable[[int], str]) -> list[PadRow]:
    """A row for each denomination: how many there are, and what they come to."""
    return [
        PadRow(
            pieces_name(one, money),
            shown=str,
            spoken=("" if one.pieces == 1 else "Roll of ") + pieces_name(one, money),
            amount=lambda number, one=one: money(one._replace(number=number).amount_minor),
        )
        for one in pieces
    ]


def age_words(since: str, now: datetime) -> str:
    """For how long something has waited."""
    minutes = max(0, int((now - datetime.fromisoformat(since)).total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
