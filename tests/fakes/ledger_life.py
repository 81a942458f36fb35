"""What three tills do in a member's life, and what it must come to: counted here with nothing of the service's code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fakes.central_shop import OPENING, OTHER_STORE_TILL, SAME_STORE_TILL, TILL
from fakes.central_till import Journal, line, returned_line, tender

TERMINALS = (TILL, SAME_STORE_TILL, OTHER_STORE_TILL)
WELCOME_POINTS = 250


@dataclass
class SoldLine:
    """A line as the customer has it: dollars per piece, pieces, and what became of it."""

    dollars: int
    pieces: int
    to_ship: bool
    asked_back: int = 0
    shipped: bool = False
    cancelled: bool = False

    @property
    def back(self) -> int:
        return min(self.asked_back, self.pieces)


@dataclass
class Sold:
    """One sale. buyer is an address; member_id is set when the till knew the member."""

    transaction_id: str
    receipt_number: str
    buyer: str
    ended_at: datetime
    lines: list[SoldLine]
    points_used: int = 0
    voided: bool = False

    def points(self, index: int) -> int:
        """What a line earned: a dollar a point; a sale that was paid with points earns nothing."""
        return 0 if self.points_used else self.lines[index].dollars * self.lines[index].pieces

    def counts(self) -> tuple[int, int]:
        """Points of this sale that count, and that are pending, after all that happened to it."""
        counted = waiting = 0
        for index, one in enumerate(self.lines):
            points = self.points(index)
            back = one.pieces if self.voided else one.back
            left = points - points * back // one.pieces
            if not one.to_ship or one.shipped:
                counted += left
            elif not one.cancelled:
                waiting += left
        return counted, waiting

    def given_back(self) -> int:
        """Points that had paid and came back."""
        if self.voided or all(one.back == one.pieces for one in self.lines):
            return self.points_used
        whole = sum(one.dollars * one.pieces for one in self.lines)
        return self.points_used * sum(one.dollars * one.back for one in self.lines) // whole


@dataclass
class Life:
    """Tills that write journals, and the books that a careful person would keep of it."""

    members: dict[str, str] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=lambda: {name: Journal(name) for name in TERMINALS})
    joined: dict[str, datetime] = field(default_factory=dict)
    sales: list[Sold] = field(default_factory=list)
    now: datetime = OPENING
    count: int = 0

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        self.count += 1
        return self.now

    def join(self, terminal_id: str, email: str) -> None:
        at = self.tick()
        self.journals[terminal_id].joined(email, f"c{self.count}", at.isoformat())
        self.joined[email] = min(at, self.joined.get(email, at))

    def buy(self, terminal_id: str, email: str, lines: Sequence[tuple[int, int, bool]], *, offline: bool) -> None:
        """Somebody buys lines of (dollars, pieces, to ship); a known member may pay it all with points, offline."""
        at = self.tick()
        journal, name, store_id = self.journals[terminal_id], f"s{self.count}", terminal_id[:3]
        sold = [SoldLine(*one) for one in lines]
        total_minor = sum(one.dollars * one.pieces for one in sold) * 100
        used = total_minor if offline and email in self.members else 0
        paid = [tender(f"p{self.count}", "points", used, points=used, reference=f"offline-{name}")] if used else []
        sale = Sold(name, f"{store_id}-01-{self.count:06d}", email, at, sold, used)
        messages = [
            line(
                number,
                one.dollars * one.pieces * 100,
                sale.points(number - 1),
                code=f"code-{number}",
                item_id=f"item-{number}",
                quantity_milli=one.pieces * 1000,
                to_ship=one.to_ship,
            )
            for number, one in enumerate(sold, 1)
        ]
        known = {"member_id": self.members[email]} if email in self.members else {"contact_id": f"c{self.count}"}
        if "contact_id" in known:
            journal.contacts[known["contact_id"]] = email
        journal.sale(
            name,
            lines=messages,
            tenders=paid,
            ended_at=at.isoformat(),
            store_id=store_id,
            receipt_number=sale.receipt_number,
            **known,
        )
        self.sales.append(sale)

    def bring_back(self, terminal_id: str, sale: Sold, number: int, pieces: int, *, paper: bool) -> None:
        """Pieces of a line come back; with paper only, the till knows the receipt's number and the code."""
        self.tick()
        number = (number - 1) % len(sale.lines) + 1
        sale.lines[number - 1].asked_back += pieces
        back = returned_line(0 if paper else number, pieces * 1000, code=f"code-{number}", item_id=f"item-{number}")
        self.journals[terminal_id].returned(
            f"r{self.count}",
            "" if paper else sale.transaction_id,
            back,
            store_id=terminal_id[:3],
            receipt_number=sale.receipt_number,
            ended_at=self.now.isoformat(),
        )

    def void(self, terminal_id: str, sale: Sold) -> None:
        self.tick()
        sale.voided = True
        lines = [returned_line(number, one.pieces * 1000) for number, one in enumerate(sale.lines, 1)]
        self.journals[terminal_id].voided(
            f"v{self.count}",
            sale.transaction_id,
            *lines,
            store_id=terminal_id[:3],
            receipt_number=sale.receipt_number,
            ended_at=self.now.isoformat(),
        )

    def ship(self, terminal_id: str, sale: Sold, number: int, *, cancelled: bool) -> None:
        self.tick()
        number = (number - 1) % len(sale.lines) + 1
        if cancelled:
            sale.lines[number - 1].cancelled = True
        else:
            sale.lines[number - 1].shipped = True
        self.journals[terminal_id].shipped(sale.transaction_id, number, cancelled=cancelled)

    def books(self) -> dict[str, tuple[int, int]]:
        """Balance and pending points by address, of everybody who is a member."""
        books = {email: [self.opening.get(email, 0), 0] for email in (*self.members, *self.joined)}
        for email in self.joined.keys() - self.members.keys():
            books[email][0] += WELCOME_POINTS
        for sale in self.sales:
            known = sale.buyer in self.members
            if known or (sale.buyer in self.joined and self.joined[sale.buyer] <= sale.ended_at):
                counted, waiting = sale.counts()
                books[sale.buyer][0] += counted + sale.given_back() - sale.points_used
                books[sale.buyer][1] += waiting
        return {email: (points, waiting) for email, (points, waiting) in books.items()}
