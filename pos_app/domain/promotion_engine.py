"""What promotions take off the lines of a sale: the best combination for the customer, and why.

- Within a stacking group a piece takes part in one promotion at most; of all ways to share the pieces out, the one
  that saves most is taken, compared before rounding. Of equal ones it is always the same: sets and percentages before
  amounts, then the lower priority number, then the id. An amount given once takes all goods in its scope, so that of
  several steps of a threshold one counts. Groups work one after the other, by priority, each on what is left.
- A percentage is rounded once on all it is taken off, a set once per set. What a promotion takes off is shared by
  the lines that take part, in proportion to what takes part, to the cent (largest remainder): so a free piece is paid
  for by the whole set, and a return of one piece gives back what it really cost.
- Gift cards neither count nor are reduced. Weighed goods count as one piece and go into no sets.
- The order of scanning never matters: lines are looked at in an order of their own.
- Within one group another item never makes the rest dearer: what was saved before is still there to be taken. Beyond
  one group it can: a group that saves more leaves less for the next. Limits of effort are in promotion_sets.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from pos_app.domain.basket import BasketLine
from pos_app.domain.item import PRODUCTS, QUANTITY_SCALE, SoldBy
from pos_app.domain.money import Currency
from pos_app.domain.promotion_sets import MAXIMUM_PIECES, Application, Piece, best_sets
from pos_app.domain.promotions import (
    PERCENT_SCALE,
    LinePromotion,
    Occasion,
    Promotion,
    PromotionBook,
    PromotionKind,
)
from pos_app.domain.rounding import Rounding, allocate, divide

_AMOUNT = attrgetter("amount_minor")
MAXIMUM_CHOICES = 32
"""Choices of amounts looked at where they have goods in common with each other or with sets."""
Reductions = dict[int, tuple[LinePromotion, ...]]
"""What promotions took off, by the position of the line."""


class Applied(NamedTuple):
    """The lines' amounts after promotions, and what each promotion took off which line."""

    amounts: list[int]
    reductions: Reductions


class _Qualified(NamedTuple):
    """A promotion that counts in this sale, with the positions of the lines in its scope."""

    promotion: Promotion
    indexes: list[int]


def apply_promotions(
    book: PromotionBook,
    occasion: Occasion,
    lines: Sequence[BasketLine],
    amounts: list[int],
    money: Currency,
    rounding: Rounding,
    switched_on: frozenset[str] | None = None,
) -> Applied:
    """Promotions on lines that cost these amounts: those that ask for nothing but goods, or with switched_on those
    of these ids, which a code or the payment brought.
    """
    by_group: dict[str, list[_Qualified]] = {}
    for qualified in _qualified(book, occasion, lines, amounts, switched_on):
        by_group.setdefault(qualified.promotion.stacking_group, []).append(qualified)
    if not by_group:
        return Applied(amounts, {})
    in_scope = sorted({index for group in by_group.values() for entry in group for index in entry.indexes})
    ranks = {index: _rank(lines[index], amounts[index]) for index in in_scope}
    order = sorted(in_scope, key=ranks.__getitem__)
    left = list(amounts)
    reductions: Reductions = {}
    for group in book.groups:
        if group not in by_group:
            continue
        for promotion, shares in _stage(by_group[group], lines, left, order, rounding):
            why = promotion.explained(money)
            for index, part in shares.items():
                if part:
                    left[index] -= part
                    entry = LinePromotion(promotion.promotion_id, promotion.name or promotion.promotion_id, part, why)
                    reductions[index] = (*reductions.get(index, ()), entry)
    return Applied(left, reductions)


def _qualified(
    book: PromotionBook,
    occasion: Occasion,
    lines: Sequence[BasketLine],
    amounts: Sequence[int],
    switched_on: frozenset[str] | None,
) -> list[_Qualified]:
    """The promotions of this sale that are in force and reach their minimum, by priority."""
    eligible = [index for index, line in enumerate(lines) if amounts[index] and line.item.kind in PRODUCTS]
    covered = {
        promotion.promotion_id: _Qualified(promotion, eligible)
        for promotion in book.for_all
        if _is_on(promotion, switched_on)
    }
    for index in eligible:
        line = lines[index]
        for promotion in book.covering(line.item, line.code):
            known = covered.get(promotion.promotion_id)
            if known is None:
                covered[promotion.promotion_id] = _Qualified(promotion, [index])
            else:
                known.indexes.append(index)
    counting = [
        entry
        for entry in covered.values()
        if _is_on(entry.promotion, switched_on)
        and entry.indexes
        and entry.promotion.in_force(occasion)
        and _reaches_minimum(entry, amounts)
    ]
    return sorted(counting, key=lambda entry: (entry.promotion.priority, entry.promotion.promotion_id))


def _is_on(promotion: Promotion, switched_on: frozenset[str] | None) -> bool:
    if switched_on is None:
        return not promotion.needs_code and promotion.paid_with is None
    return promotion.promotion_id in switched_on


def _reaches_minimum(entry: _Qualified, amounts: Sequence[int]) -> bool:
    minimum_minor = entry.promotion.minimum_minor
    return not minimum_minor or sum([amounts[index] for index in entry.indexes]) >= minimum_minor


def _stage(
    group: Sequence[_Qualified],
    lines: Sequence[BasketLine],
    amounts: Sequence[int],
    order: Sequence[int],
    rounding: Rounding,
) -> list[tuple[Promotion, dict[int, int]]]:
    """What the promotions of one group take off, as shares of the lines."""
    goods = _Goods(lines, amounts, order, _best_plain(group, lines, amounts))
    left, in_sets = list(amounts), dict.fromkeys(range(len(lines)), 0)
    shares: dict[str, dict[int, int]] = {}
    for cluster in _competing(group, lines):
        chosen = _best_choice(cluster, goods, rounding)
        for promotion, indexes in chosen.given:
            weights = {index: amounts[index] for index in indexes}
            _share(promotion, min(promotion.amount_minor, sum(weights.values())), weights, order, shares)
            for index in indexes:
                left[index] = 0
        for application in chosen.sets:
            weights = {}
            for piece in application.pieces:
                weights[piece.line_index] = weights.get(piece.line_index, 0) + piece.amount_minor
                left[piece.line_index] -= piece.amount_minor
                in_sets[piece.line_index] += 1
            _share(application.promotion, application.reduction_minor, weights, order, shares)
    rest: dict[str, dict[int, int]] = {}
    for index, promotion in goods.plain.items():
        if left[index]:
            rest.setdefault(promotion.promotion_id, {})[index] = left[index]
    for promotion, _ in group:
        weights = rest.get(promotion.promotion_id, {})
        if promotion.each:
            for index, amount in weights.items():
                off_minor = min(promotion.amount_minor * (_piece_count(lines[index]) - in_sets[index]), amount)
                shares.setdefault(promotion.promotion_id, {})[index] = off_minor
        elif weights:
            off_minor = divide(sum(weights.values()) * promotion.percent_micro, PERCENT_SCALE, rounding)
            _share(promotion, off_minor, weights, order, shares)
    return [(promotion, shares[promotion.promotion_id]) for promotion, _ in group if promotion.promotion_id in shares]


def _share(
    promotion: Promotion,
    off_minor: int,
    weights: dict[int, int],
    order: Sequence[int],
    shares: dict[str, dict[int, int]],
) -> None:
    """Share a reduction over lines by weight; equal remainders go by the lines' own order, not that of scanning."""
    indexes = [index for index in order if index in weights] if len(weights) > 1 else list(weights)
    of_promotion = shares.setdefault(promotion.promotion_id, {})
    for index, part in zip(indexes, allocate(off_minor, [weights[index] for index in indexes]), strict=True):
        of_promotion[index] = of_promotion.get(index, 0) + part


# --- promotions that look at each piece alone -------------------------------------------------------------------------


def _is_plain(promotion: Promotion) -> bool:
    return promotion.kind is PromotionKind.PERCENT or promotion.each


def _best_plain(
    group: Sequence[_Qualified], lines: Sequence[BasketLine], amounts: Sequence[int]
) -> dict[int, Promotion]:
    """The percentage or amount off each that saves most, for each line that has one."""
    plain = [entry for entry in group if _is_plain(entry.promotion)]
    if len(plain) == 1:
        return dict.fromkeys(plain[0].indexes, plain[0].promotion)
    best: dict[int, Promotion] = {}
    savings = dict.fromkeys(range(len(lines)), 0)
    for promotion, indexes in plain:
        for index in indexes:
            saving = _saving(promotion, amounts[index], _piece_count(lines[index]) if promotion.each else 1)
            if saving > savings[index]:
                best[index], savings[index] = promotion, saving
    return best


def _saving(promotion: Promotion, amount_minor: int, pieces: int) -> int:
    """What a percentage or amount off each saves, in millionths of a minor unit."""
    if promotion.each:
        return min(promotion.amount_minor * pieces, amount_minor) * PERCENT_SCALE
    return amount_minor * promotion.percent_micro


# --- promotions that compete for pieces -------------------------------------------------------------------------------


class _Goods(NamedTuple):
    """The lines of a sale, what they cost, the own order of those in scope, and what saves most on each line's pieces
    alone.
    """

    lines: Sequence[BasketLine]
    amounts: Sequence[int]
    order: Sequence[int]
    plain: dict[int, Promotion]

    def plain_saving(self, index: int) -> int:
        """What a line saves outside sets and amounts, in millionths of a minor unit."""
        if index not in self.plain:
            return 0
        return _saving(self.plain[index], self.amounts[index], _piece_count(self.lines[index]))


Cluster = list[tuple[Promotion, frozenset[int]]]
"""Promotions that make sets or give an amount once, each with its lines; they have lines in common."""


class _Choice(NamedTuple):
    """Amounts given, with all the lines in their scope, and sets made of the rest."""

    given: Cluster
    sets: list[Application]


def _competing(group: Sequence[_Qualified], lines: Sequence[BasketLine]) -> list[Cluster]:
    clusters: list[Cluster] = []
    for promotion, indexes in group:
        if _is_plain(promotion):
            continue
        gives = promotion.kind is PromotionKind.AMOUNT
        mine = frozenset(index for index in indexes if gives or lines[index].item.sold_by is SoldBy.EACH)
        if not mine:
            continue
        meeting = [cluster for cluster in clusters if any(mine & other for _, other in cluster)]
        clusters = [cluster for cluster in clusters if cluster not in meeting]
        clusters.append([*(entry for cluster in meeting for entry in cluster), (promotion, mine)])
    for cluster in clusters:
        cluster.sort(key=lambda entry: (entry[0].priority, entry[0].promotion_id))
    return clusters


def _best_choice(cluster: Cluster, goods: _Goods, rounding: Rounding) -> _Choice:
    """The amounts and sets that save most, with what the other pieces of their lines save alone.

    An amount takes all goods in its scope: a piece more or less would not change it.
    """
    givers = [entry for entry in cluster if entry[0].kind is PromotionKind.AMOUNT]
    makers = [entry for entry in cluster if entry[0].kind is not PromotionKind.AMOUNT]
    touched = frozenset[int]().union(*(indexes for _, indexes in cluster))
    if not givers:
        return _Choice([], best_sets([promotion for promotion, _ in makers], _pieces(makers, touched, goods), rounding))
    best, best_saving = _Choice([], []), -1
    for given in islice(_without_common_lines(givers), MAXIMUM_CHOICES):
        free = touched.difference(*(indexes for _, indexes in given))
        pieces = _pieces(makers, free, goods)
        sets = best_sets([promotion for promotion, _ in makers], pieces, rounding) if pieces else []
        saving = sum(
            min(promotion.amount_minor, sum(goods.amounts[index] for index in indexes)) * PERCENT_SCALE
            for promotion, indexes in given
        )
        saving += sum(application.saving for application in sets) + sum(goods.plain_saving(index) for index in free)
        saving -= sum(piece.other_saving for application in sets for piece in application.pieces)
        if saving > best_saving:
            best, best_saving = _Choice(given, sets), saving
    return best


def _without_common_lines(givers: Cluster, given: Cluster | None = None) -> Iterator[Cluster]:
    """Every choice of amounts of which no two have a line in common, beginning with none."""
    given = given or []
    yield given
    for position, (promotion, indexes) in enumerate(givers):
        if not any(indexes & other for _, other in given):
            yield from _without_common_lines(givers[position + 1 :], [*given, (promotion, indexes)])


def _pieces(makers: Cluster, free: frozenset[int], goods: _Goods) -> list[Piece]:
    """The pieces of these lines that may go into sets, dearest first. A line's pieces share its amount, some cost one
    more.
    """
    pieces: list[Piece] = []
    for index in [index for index in goods.order if index in free] if makers else ():
        options = tuple(position for position, (_, indexes) in enumerate(makers) if index in indexes)
        if not options:
            continue
        count = _piece_count(goods.lines[index])
        lower, dearer = divmod(goods.amounts[index], count)
        for amount_minor, number in ((lower + 1, dearer), (lower, count - dearer)):
            other = _saving(goods.plain[index], amount_minor, 1) if index in goods.plain else 0
            pieces += [Piece(index, amount_minor, other, options)] * min(number, MAXIMUM_PIECES)
    pieces.sort(key=_AMOUNT, reverse=True)
    return pieces[:MAXIMUM_PIECES]


def _piece_count(line: BasketLine) -> int:
    return line.quantity_milli // QUANTITY_SCALE or 1 if line.item.sold_by is SoldBy.EACH else 1


def _rank(line: BasketLine, amount_minor: int) -> tuple[str, str, int, int, int]:
    """The order of lines that does not depend on the order of scanning; only equal lines share a place."""
    return line.item.item_id, line.code, line.unit_price_minor, line.quantity_milli, amount_minor
