"""Where a sale stands after all that happened to it since: goods taken back, shipped, or never shipped.

Everything here is computed from the set of facts, never from their order, so that deliveries in any order end alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pos_app.domain.journal import EventKind
from pos_app.domain.return_quote import points_to_reverse

RETURN_KINDS = (EventKind.RETURN, EventKind.POST_VOID)
SHIPMENT_KINDS = (EventKind.SHIPPED, EventKind.SHIPMENT_CANCELLED)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line as sold, with the points that the service computed for it."""

    line_number: int
    code: str
    item_id: str
    quantity_milli: int
    net_minor: int
    fees_minor: int
    points_base: int
    points_bonus: int
    offer_id: str
    to_ship: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Goods that a fact names. line_number is 0 when only their code is known; shipments name whole lines."""

    line_number: int
    code: str = ""
    item_id: str = ""
    quantity_milli: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a sale after it was paid."""

    fact_id: str
    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LineStanding:
    """A line's points by what became of them: credited, taken back of what was credited, or still pending."""

    returned_milli: int = 0
    base: int = 0
    bonus: int = 0
    reversed: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """All lines by number; surplus is what came back beyond what was sold, by line number and code."""

    lines: Mapping[int, LineStanding] = field(default_factory=dict)
    surplus: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def line(self, line_number: int) -> LineStanding:
        """One line's standing."""
        return self.lines.get(line_number, LineStanding())


def standing(lines: Sequence[SoldLine], facts: Iterable[Fact]) -> Standing:
    """Where each line stands after these facts."""
    known = list(facts)
    returned, surplus = _returned(lines, known)
    shipped = {piece.line_number for fact in known if fact.kind == EventKind.SHIPPED for piece in fact.pieces}
    never = {piece.line_number for fact in known if fact.kind == EventKind.SHIPMENT_CANCELLED for piece in fact.pieces}
    standings: dict[int, LineStanding] = {}
    for line in lines:
        back_milli = returned[line.line_number]
        points = line.points_base + line.points_bonus
        back = points_to_reverse(points, line.quantity_milli, 0, back_milli)
        # Goods that left are with the customer, whatever was said of them before or after.
        if not line.to_ship or line.line_number in shipped:
            one = LineStanding(back_milli, line.points_base, line.points_bonus, back)
        elif line.line_number in never:
            one = LineStanding(back_milli)
        else:
            one = LineStanding(back_milli, pending=points - back)
        standings[line.line_number] = one
    return Standing(standings, surplus)


def restored_points(lines: Sequence[SoldLine], at: Standing, tender_points: int) -> int:
    """How many of the points of one tender have come back: in proportion to the goods, all with the last piece."""
    if all(at.line(line.line_number).returned_milli == line.quantity_milli for line in lines):
        return tender_points
    whole_minor = sum(line.net_minor + line.fees_minor for line in lines)
    back_minor = 0
    for line in lines:
        back_milli = at.line(line.line_number).returned_milli
        back_minor += line.net_minor * back_milli // line.quantity_milli
        back_minor += line.fees_minor * back_milli // line.quantity_milli
    return tender_points * back_minor // max(1, whole_minor)


def _returned(lines: Sequence[SoldLine], facts: Sequence[Fact]) -> tuple[dict[int, int], dict[tuple[int, str], int]]:
    """What came back of each line, and the surplus. Numbered pieces come first, then those known by their code.

    A post-void takes back all that is still open, whatever its own lines say.
    """
    returned = {line.line_number: 0 for line in lines}
    by_number = {line.line_number: line for line in lines}
    surplus: dict[tuple[int, str], int] = {}
    pieces = [piece for fact in facts if fact.kind in RETURN_KINDS for piece in fact.pieces]
    for piece in sorted(pieces, key=lambda piece: (piece.line_number == 0, piece.code, piece.item_id)):
        left = piece.quantity_milli
        if piece.line_number:
            candidates = [by_number[piece.line_number]] if piece.line_number in by_number else []
        else:
            candidates = [line for line in lines if piece.code and line.code == piece.code] or [
                line for line in lines if piece.item_id and line.item_id == piece.item_id
            ]
        for line in candidates:
            taken = min(left, line.quantity_milli - returned[line.line_number])
            returned[line.line_number] += taken
            left -= taken
        if left:
            key = (piece.line_number, piece.code)
            surplus[key] = surplus.get(key, 0) + left
    if any(fact.kind == EventKind.POST_VOID for fact in facts):
        returned = {line.line_number: line.quantity_milli for line in lines}
    return returned, surplus
