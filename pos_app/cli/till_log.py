"""A real till's log in two CSV files, as tickets: what was rung up, taken back and reduced, and what it came to."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pos_app.domain.rounding import divide
from pos_app.errors import WorldError

_GOODS = ("item", "open_ring", "return")
_FOOD_STAMPS = "EBT"


@dataclass(slots=True)
class Rung:
    """One line of a ticket. Amounts are cents, quantities thousandths; below zero for what came back."""

    code: str
    name: str
    quantity_milli: int
    unit_minor: int
    total_minor: int
    tax_code: str
    discountable: bool
    voided: bool = False
    special_minor: int = 0
    """What a member's price took off the line."""


@dataclass(slots=True)
class Ticket:
    """One completed sale of the log."""

    number: str
    day: str
    percent: int
    discount_minor: int
    tax_minor: int
    tenders: str
    member: str = ""
    lines: list[Rung] = field(default_factory=list)
    odd: str = ""
    """Why it cannot be read as a sale, or empty."""

    @property
    def goods_minor(self) -> int:
        """Everything rung up less what was taken back and members' prices, before the percentage."""
        return sum(line.total_minor - line.special_minor for line in self.lines if not line.voided)

    @property
    def total_minor(self) -> int:
        """What was to be paid."""
        return self.goods_minor - self.discount_minor + self.tax_minor

    @property
    def by_food_stamps(self) -> bool:
        """Paid with nothing but food stamps, which makes it free of tax."""
        return self.tenders.startswith(_FOOD_STAMPS) and "+" not in self.tenders

    @property
    def partly_by_food_stamps(self) -> bool:
        """What food stamps paid is free of tax, and the log does not say which goods those were."""
        return _FOOD_STAMPS in self.tenders and "+" in self.tenders


def read_tickets(lines: Path, sales: Path, day: str = "") -> Iterator[Ticket]:
    """The completed sales of a log, of one day when it is given. Raises WorldError with the file and the line."""
    rows_of: dict[str, list[dict[str, str]]] = {}
    for row in _rows(lines):
        rows_of.setdefault(row["txn"], []).append(row)
    for row in _rows(sales):
        if row["state"] == "sale" and day in ("", row["date"]):
            yield _ticket(row, rows_of.get(row["txn"], []))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (KeyError, csv.Error, UnicodeDecodeError, InvalidOperation) as error:
        raise WorldError(f"{path} is no till log: {error!r}.") from error


def _ticket(sale: dict[str, str], rows: list[dict[str, str]]) -> Ticket:
    ticket = Ticket(
        number=sale["txn"],
        day=sale["date"],
        percent=int(Decimal(sale["percent_discount"] or 0)),
        discount_minor=-_cents(sale["discount"]),
        tax_minor=_cents(sale["tax"]),
        tenders=sale["tenders"],
        member=sale.get("member") or "",
    )
    for row in rows:
        if row["kind"] in _GOODS:
            ticket.lines.append(_rung(row))
        elif row["kind"] == "void":
            _take_back(ticket, _rung(row))
        elif row["kind"] == "member_special":
            _reduce(ticket, row["code"], -_cents(row["total"]))
    return ticket


def _rung(row: dict[str, str]) -> Rung:
    return Rung(
        code=row["code"],
        name=row["name"] or row["code"],
        quantity_milli=round(Decimal(row["qty"] or 0) * 1000),
        unit_minor=_cents(row["unit_price"]),
        total_minor=_cents(row["total"]),
        tax_code=row["tax_code"],
        discountable=row["discountable"] != "0",
    )


def _take_back(ticket: Ticket, void: Rung) -> None:
    """A void names no line: it is the last one of its code and amount, else as many pieces of them as it says."""
    same = [line for line in reversed(ticket.lines) if line.code == void.code and not line.voided]
    for line in (
        *(line for line in same if line.total_minor == -void.total_minor),
        *(line for line in same if line.total_minor - line.special_minor == -void.total_minor),
        *(line for line in same if line.quantity_milli == -void.quantity_milli),
    ):
        line.voided = True
        return
    left_milli = -void.quantity_milli
    for line in same:
        if line.unit_minor == void.unit_minor and 0 < line.quantity_milli <= left_milli:
            line.voided = True
            left_milli -= line.quantity_milli
    for line in same:
        if not line.voided and line.unit_minor == void.unit_minor and 0 < left_milli < line.quantity_milli:
            line.quantity_milli -= left_milli
            line.total_minor -= divide(left_milli * line.unit_minor, 1000)
            left_milli = 0
    if left_milli:
        ticket.odd = "a line was taken back that is not on the ticket"


def _reduce(ticket: Ticket, code: str, off_minor: int) -> None:
    """A member's price is one amount for all lines of its code; below zero it takes an earlier one back."""
    for line in reversed(ticket.lines):
        if line.code == code and not line.voided:
            room_minor = line.total_minor - line.special_minor if off_minor > 0 else line.special_minor
            part_minor = min(max(room_minor, 0), abs(off_minor))
            line.special_minor += part_minor if off_minor > 0 else -part_minor
            off_minor -= part_minor if off_minor > 0 else -part_minor
    if off_minor:
        ticket.odd = "a member's price that no line of its code has room for"


def _cents(text: str) -> int:
    return round(Decimal(text or 0) * 100)
