"""The account of a trading day: each figure from the program beside the same one from elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pos_app.bootstrap import Register
from pos_app.domain.period_figures import PeriodFigures

_RETURNS = ("return", "post_void", "return_without_receipt")
_IN, _OUT = ("tender_loan", "paid_in"), ("tender_pickup", "paid_out")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure and its proof; whoever is right, they have to be the same."""

    what: str
    ours: Any
    other: Any

    @property
    def agrees(self) -> bool:
        """True when they are."""
        return bool(self.ours == self.other)


@dataclass(slots=True)
class Account:
    """All of them, in the order of the day."""

    lines: list[Line] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def compare(self, what: str, ours: Any, other: Any) -> None:
        """One more figure."""
        self.lines.append(Line(what, ours, other))

    def compare_all(self, what: str, ours: Mapping[str, int], other: Mapping[str, int]) -> None:
        """Figures by name, one after the other."""
        for name in sorted(ours.keys() | other.keys()):
            self.compare(f"{what}: {name.replace('_minor', '').replace('_', ' ')}", ours.get(name), other.get(name))

    def tell(self, words: str) -> None:
        """What happened."""
        self.story.append(words)

    @property
    def faults(self) -> list[Line]:
        """What does not agree."""
        return [line for line in self.lines if not line.agrees]

    def text(self) -> str:
        """All of it to be read."""
        told = [*self.story, "", f"{len(self.lines)} figures compared, {len(self.faults)} differ."]
        for line in self.lines:
            ours, other = _words(line.ours), _words(line.other)
            told.append(f"  {line.what:<66} {ours:>14} {'=' if line.agrees else 'DIFFERS FROM ' + other}")
        return "\n".join(told)


def _words(value: Any) -> str:
    """Amounts with thousands; of what is many, how many."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{len(value)} of them" if isinstance(value, list | dict) else str(value)


def figures_by_hand(register: Register) -> dict[str, int]:
    """The sums of a till's day out of its journal's own bytes, without the program that added up the Z."""
    sums: dict[str, int] = {}

    def add(name: str, amount: int) -> None:
        sums[name] = sums.get(name, 0) + amount

    rows = register.data.database.all("SELECT kind, payload FROM journal ORDER BY position")
    for kind, payload in rows:
        said = json.loads(payload)
        if kind == "sale":
            add("sale_count", 1)
            add("sales_minor", said["total_minor"])
            add("points_issued", said["points"]["base"] + said["points"]["bonus"])
            for tender in said["tenders"]:
                add(f"{tender['tender_type']}_taken", tender["amount_minor"])
                add("points_redeemed", tender["points"])
        elif kind in _RETURNS:
            add("void_count" if kind == "post_void" else "return_count", 1)
            add("back_minor", said["total_minor"])
            add("points_reversed", said["points_reversed"])
            for refund in said["refunds"]:
                add(f"{refund['tender_type']}_given", refund["amount_minor"])
                add("points_restored", refund["points"])
        elif kind in _IN:
            add("drawer_in", said["amount_minor"])
        elif kind in _OUT:
            add("drawer_out", said["amount_minor"])
    return {name: amount for name, amount in sums.items() if amount}


def figures_of_z(figures: PeriodFigures) -> dict[str, int]:
    """The same sums as a Z says them."""
    sums = {
        "sale_count": figures.sale_count,
        "sales_minor": figures.sales_minor,
        "void_count": figures.void_count,
        "return_count": figures.return_count,
        "back_minor": figures.returns_minor + figures.voids_minor,
        "points_issued": figures.points_issued,
        "points_redeemed": figures.points_redeemed,
        "points_reversed": figures.points_reversed,
        "points_restored": figures.points_restored,
        "drawer_in": figures.opening_float_minor + figures.loans_minor + figures.paid_in_minor,
        "drawer_out": figures.pickups_minor + figures.paid_out_minor,
    }
    for tender in figures.tenders:
        sums[f"{tender.tender}_taken"] = tender.taken_minor
        sums[f"{tender.tender}_given"] = tender.given_minor
    return {name: amount for name, amount in sums.items() if amount}
