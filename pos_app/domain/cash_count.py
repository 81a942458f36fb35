"""Counting a drawer: pieces of each denomination, loose and in rolls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class CoinRoll:
    """Coins as a bank packs them: so many pieces of one denomination."""

    value_minor: int
    pieces: int


class CountedPieces(NamedTuple):
    """How many there are of one denomination; pieces is 1 for loose ones, else the pieces of one roll."""

    value_minor: int
    pieces: int
    number: int

    @property
    def amount_minor(self) -> int:
        """What they come to."""
        return self.value_minor * self.pieces * self.number


def pieces_to_count(denominations_minor: Iterable[int], rolls: Iterable[CoinRoll]) -> tuple[CountedPieces, ...]:
    """What a drawer is counted by, nothing counted yet: the largest first, rolls after the loose pieces."""
    loose = [CountedPieces(value, 1, 0) for value in sorted(set(denominations_minor), reverse=True)]
    packed = sorted({(roll.value_minor, roll.pieces) for roll in rolls}, reverse=True)
    return (*loose, *(CountedPieces(value, pieces, 0) for value, pieces in packed))


def counted_minor(pieces: Sequence[CountedPieces]) -> int:
    """What all of it comes to."""
    return sum(one.amount_minor for one in pieces)


def with_counts(rows: Sequence[CountedPieces], known: Sequence[CountedPieces]) -> tuple[CountedPieces, ...]:
    """The rows with the counts that are known of them; a denomination that is no longer counted stays as it was."""
    counts = {(one.value_minor, one.pieces): one.number for one in known}
    filled = tuple(one._replace(number=counts.pop((one.value_minor, one.pieces), 0)) for one in rows)
    left = (CountedPieces(value, pieces, count) for (value, pieces), count in counts.items() if count)
    return (*filled, *left)
