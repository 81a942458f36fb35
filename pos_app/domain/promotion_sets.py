"""Which pieces go into which set: promotions that count pieces, at their best for the customer.

A piece belongs to one promotion at most. What a piece would save without any set (its percentage, say) is given up
when it goes into one, so sets are only made where they are worth it. Savings are compared before they are rounded.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pos_app.domain.promotions import PERCENT_SCALE, Promotion, PromotionKind
from pos_app.domain.rounding import Rounding, divide

MAXIMUM_PIECES = 2000
"""The dearest so many of the goods that compete for sets are looked at; no household buys more of them."""
MAXIMUM_EFFORT = 6_000
"""Combinations looked at before the promotions are taken one after another instead, the best one first."""
_NO_SET = -1


class Piece(NamedTuple):
    """One piece of a line. other_saving is what it saves without a set, in millionths of a minor unit."""

    line_index: int
    amount_minor: int
    other_saving: int
    options: tuple[int, ...]


class Application(NamedTuple):
    """One set: the pieces that share what it takes off. saving is that before rounding, in millionths."""

    promotion: Promotion
    pieces: tuple[Piece, ...]
    reduction_minor: int
    saving: int


def best_sets(promotions: Sequence[Promotion], pieces: Sequence[Piece], rounding: Rounding) -> list[Application]:
    """The sets that save the customer most, together with what the pieces in no set save otherwise.

    Pieces come dearest first; their options are positions in promotions.
    """
    if len(promotions) > 1 or any(piece.other_saving for piece in pieces):
        chosen = _best_choice(promotions, pieces)
        if chosen is None:
            return _one_after_another(promotions, pieces, rounding)
        return [
            application
            for position, promotion in enumerate(promotions)
            for application in _applications(
                promotion,
                [piece for piece, option in zip(pieces, chosen, strict=True) if option == position],
                rounding,
            )
        ]
    return _applications(promotions[0], pieces, rounding)


def _applications(promotion: Promotion, pieces: Sequence[Piece], rounding: Rounding) -> list[Application]:
    """The sets of these pieces, dearest first; that way the cheapest ones of all sets together are worth most."""
    size = promotion.set_size
    count = len(pieces) // size
    if promotion.limit:
        count = min(count, promotion.limit)
    made: list[Application] = []
    for number in range(count):
        members = tuple(pieces[number * size : (number + 1) * size])
        if promotion.kind is PromotionKind.BUNDLE:
            saving = (sum(piece.amount_minor for piece in members) - promotion.amount_minor) * PERCENT_SCALE
        else:
            saving = sum(piece.amount_minor for piece in members[promotion.buy :]) * promotion.percent_micro
        if saving > 0:
            made.append(Application(promotion, members, divide(saving, PERCENT_SCALE, rounding), saving))
    return made


# --- the best of all combinations -------------------------------------------------------------------------------------


def _best_choice(promotions: Sequence[Promotion], pieces: Sequence[Piece]) -> list[int] | None:
    """For each piece the position of its promotion, or _NO_SET; None when there are too many combinations.

    Pieces are decided dearest first. All that matters of the ones before is how far each promotion has got with
    its set, so of the ways that lead there only the one that saves most is kept.
    """
    reached: dict[tuple[int, ...], int] = {(0,) * len(promotions): 0}
    trail: list[dict[tuple[int, ...], tuple[tuple[int, ...], int]]] = []
    effort = 0
    for piece in pieces:
        savings: dict[tuple[int, ...], int] = {}
        came_from: dict[tuple[int, ...], tuple[tuple[int, ...], int]] = {}
        for state, saving in reached.items():
            for option in (*piece.options, _NO_SET):
                if option == _NO_SET:
                    after, total = state, saving + piece.other_saving
                else:
                    step = _step(promotions[option], state[option], piece.amount_minor)
                    if step is None:
                        continue
                    after = (*state[:option], step[0], *state[option + 1 :])
                    total = saving + step[1]
                if after not in savings or total > savings[after]:
                    savings[after], came_from[after] = total, (state, option)
        reached = savings
        trail.append(came_from)
        effort += len(reached)
        if effort > MAXIMUM_EFFORT:
            return None
    whole = [state for state in reached if _is_whole(promotions, state)]
    state = max(whole, key=reached.__getitem__)
    chosen: list[int] = []
    for came_from in reversed(trail):
        state, option = came_from[state]
        chosen.append(option)
    chosen.reverse()
    return chosen


def _step(promotion: Promotion, state: int, amount_minor: int) -> tuple[int, int] | None:
    """How far the promotion gets with one more piece, and what that saves; None when it takes no more.

    The state of a promotion is the number of pieces it has taken, within the set when there is no limit of sets.
    """
    size = promotion.set_size
    if promotion.limit and state == promotion.limit * size:
        return None
    position = state % size
    after = state + 1 if promotion.limit else (state + 1) % size
    if promotion.kind is PromotionKind.BUNDLE:
        price_minor = 0 if position else promotion.amount_minor
        return after, (amount_minor - price_minor) * PERCENT_SCALE
    return after, amount_minor * promotion.percent_micro if position >= promotion.buy else 0


def _is_whole(promotions: Sequence[Promotion], state: tuple[int, ...]) -> bool:
    return all(not part % promotion.set_size for promotion, part in zip(promotions, state, strict=True))


# --- too many combinations --------------------------------------------------------------------------------------------


def _one_after_another(
    promotions: Sequence[Promotion], pieces: Sequence[Piece], rounding: Rounding
) -> list[Application]:
    """Each time the promotion that saves most on the pieces left; the first of several that save the same."""
    left = list(pieces)
    open_positions = list(range(len(promotions)))
    taken: list[Application] = []
    while open_positions:
        offers = []
        for position in open_positions:
            mine = [piece for piece in left if position in piece.options]
            made = [a for a in _applications(promotions[position], mine, rounding) if _net_saving(a) > 0]
            offers.append((sum(_net_saving(application) for application in made), position, made))
        saving, position, made = max(offers, key=lambda offer: offer[0])
        if not saving:
            break
        taken += made
        open_positions.remove(position)
        left = _without(left, Counter(piece for application in made for piece in application.pieces))
    return taken


def _without(pieces: Sequence[Piece], used: Counter[Piece]) -> list[Piece]:
    """The pieces but for those used; equal ones are as good as each other."""
    kept: list[Piece] = []
    for piece in pieces:
        if used[piece]:
            used[piece] -= 1
        else:
            kept.append(piece)
    return kept


def _net_saving(application: Application) -> int:
    return application.saving - sum(piece.other_saving for piece in application.pieces)
