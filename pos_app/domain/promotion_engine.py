"""What promotions take off the lines of a sale: the best combination for the customer, and why.

- Within a stacking group a piece takes part in one promotion at most; of all ways to share the pieces out, the one
  that saves most is taken (compared before rounding; of equal ones, that of the promotion with the lower priority
  number, then id). Groups work one after the other, by priority, each on what is left of the prices.
- A percentage is rounded once on all it is taken off, a set once per set. What a promotion takes off is shared by
  the lines that take part, in proportion to what takes part, to the cent (largest remainder): so a free piece is paid
  for by the whole set, and a return of one piece gives back what it really cost.
- Gift cards neither count nor are reduced. Weighed goods count as one piece and go into no sets.
- The order of scanning never matters: lines are looked at in an order of their own.
- Within one group another item never makes the rest dearer: what was saved before is still there to be taken. Beyond
  one group it can: a group that saves more leaves less for the next. Limits of effort are in promotion_sets.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pos_app.domain.basket import BasketLine
from pos_app.domain.item import QUANTITY_SCALE, ItemKind, SoldBy
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
    promo_codes: Sequence[str] | None = None,
) -> Applied:
    """Promotions on lines that cost these amounts: those without a code, or with promo_codes those of the codes."""
    by_group: dict[str, list[_Qualified]] = {}
    for qualified in _qualified(book, occasion, lines, amounts, promo_codes):
        by_group.setdefault(qualified.promotion.stacking_group, []).append(qualified)
    if not by_group:
        return Applied(amounts, {})
    order = sorted(range(len(lines)), key=lambda index: _rank(lines[index], amounts[index]))
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
    promo_codes: Sequence[str] | None,
) -> list[_Qualified]:
    """The promotions of this sale that are in force and reach their minimum, by priority."""
    switched_on: set[str] = set()
    for text in promo_codes or ():
        if found := book.find_code(text):
            switched_on.add(found[1].promotion_id)
    eligible = [
        index for index, line in enumerate(lines) if amounts[index] and line.item.kind is not ItemKind.GIFT_CARD
    ]
    covered = {promotion.promotion_id: _Qualified(promotion, eligible) for promotion in book.for_all}
    for index in eligible:
        line = lines[index]
        for promotion in book.covering(line.item, line.code):
            covered.setdefault(promotion.promotion_id, _Qualified(promotion, [])).indexes.append(index)
    counting = [
        entry
        for entry in covered.values()
        if entry.promotion.needs_code == (promo_codes is not None)
        and (not entry.promotion.needs_code or entry.promotion.promotion_id in switched_on)
        and entry.indexes
        and entry.promotion.in_force(occasion)
        and sum(amounts[index] for index in entry.indexes) >= entry.promotion.minimum_minor
    ]
    return sorted(counting, key=lambda entry: (entry.promotion.priority, entry.promotion.promotion_id))


def _stage(
    group: Sequence[_Qualified],
    lines: Sequence[BasketLine],
    amounts: Sequence[int],
    order: Sequence[int],
    rounding: Rounding,
) -> list[tuple[Promotion, dict[int, int]]]:
    """What the promotions of one group take off, as shares of the lines."""
    plain = _best_plain([entry for entry in group if _is_plain(entry.promotion)], lines, amounts)
    applications: list[Application] = []
    for promotions, indexes_by_promotion in _competing(group, lines):
        pieces = _pieces(indexes_by_promotion, plain, lines, amounts, order)
        applications += best_sets(promotions, pieces, rounding)
    left, left_pieces = list(amounts), [_piece_count(line) for line in lines]
    shares: dict[str, dict[int, int]] = {}
    for application in applications:
        weights: dict[int, int] = {}
        for piece in application.pieces:
            weights[piece.line_index] = weights.get(piece.line_index, 0) + piece.amount_minor
            left[piece.line_index] -= piece.amount_minor
            left_pieces[piece.line_index] -= 1
        _share(application.promotion, application.reduction_minor, weights, order, shares)
    by_promotion: dict[str, dict[int, int]] = {}
    for index, promotion in plain.items():
        if left[index] and left_pieces[index]:
            by_promotion.setdefault(promotion.promotion_id, {})[index] = left[index]
    for entry in group:
        weights = by_promotion.get(entry.promotion.promotion_id, {})
        if not weights:
            continue
        if entry.promotion.each:
            off_each_minor = entry.promotion.amount_minor
            shares[entry.promotion.promotion_id] = {
                index: min(off_each_minor * left_pieces[index], amount) for index, amount in weights.items()
            }
        else:
            off_minor = divide(sum(weights.values()) * entry.promotion.percent_micro, PERCENT_SCALE, rounding)
            _share(entry.promotion, off_minor, weights, order, shares)
    return [
        (entry.promotion, shares[entry.promotion.promotion_id])
        for entry in group
        if entry.promotion.promotion_id in shares
    ]


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
    best: dict[int, tuple[int, Promotion]] = {}
    for promotion, indexes in group:
        for index in indexes:
            saving = _saving(promotion, amounts[index], _piece_count(lines[index]))
            if saving > (best[index][0] if index in best else 0):
                best[index] = (saving, promotion)
    return {index: promotion for index, (_, promotion) in best.items()}


def _saving(promotion: Promotion, amount_minor: int, pieces: int) -> int:
    """What a percentage or amount off each saves, in millionths of a minor unit."""
    if promotion.each:
        return min(promotion.amount_minor * pieces, amount_minor) * PERCENT_SCALE
    return amount_minor * promotion.percent_micro


# --- promotions that compete for pieces -------------------------------------------------------------------------------


def _competing(
    group: Sequence[_Qualified], lines: Sequence[BasketLine]
) -> list[tuple[list[Promotion], list[set[int]]]]:
    """Promotions that make sets or give an amount, those with lines in common together, with their lines."""
    clusters: list[list[tuple[Promotion, set[int]]]] = []
    for promotion, indexes in group:
        if _is_plain(promotion):
            continue
        in_sets = promotion.kind is not PromotionKind.AMOUNT
        mine = {index for index in indexes if not in_sets or lines[index].item.sold_by is SoldBy.EACH}
        if not mine:
            continue
        meeting = [cluster for cluster in clusters if any(mine & other for _, other in cluster)]
        clusters = [cluster for cluster in clusters if cluster not in meeting]
        clusters.append([*(entry for cluster in meeting for entry in cluster), (promotion, mine)])
    for cluster in clusters:
        cluster.sort(key=lambda entry: (entry[0].priority, entry[0].promotion_id))
    return [([entry[0] for entry in cluster], [entry[1] for entry in cluster]) for cluster in clusters]


def _pieces(
    indexes_by_promotion: Sequence[set[int]],
    plain: dict[int, Promotion],
    lines: Sequence[BasketLine],
    amounts: Sequence[int],
    order: Sequence[int],
) -> list[Piece]:
    """The pieces of these lines, dearest first. The pieces of a line share its amount, some cost one more."""
    pieces: list[Piece] = []
    for index in order:
        options = tuple(position for position, indexes in enumerate(indexes_by_promotion) if index in indexes)
        if not options or not amounts[index]:
            continue
        count = _piece_count(lines[index])
        lower, dearer = divmod(amounts[index], count)
        for amount_minor, number in ((lower + 1, dearer), (lower, count - dearer)):
            other = _saving(plain[index], amount_minor, 1) if index in plain else 0
            pieces += [Piece(index, amount_minor, other, options)] * min(number, MAXIMUM_PIECES)
    pieces.sort(key=lambda piece: -piece.amount_minor)
    return pieces[:MAXIMUM_PIECES]


def _piece_count(line: BasketLine) -> int:
    return line.quantity_milli // QUANTITY_SCALE or 1 if line.item.sold_by is SoldBy.EACH else 1


def _rank(line: BasketLine, amount_minor: int) -> tuple[str, str, int, int, int]:
    """The order of lines that does not depend on the order of scanning; only equal lines share a place."""
    return line.item.item_id, line.code, line.unit_price_minor, line.quantity_milli, amount_minor
