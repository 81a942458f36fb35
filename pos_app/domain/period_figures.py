"""The figures of a period of a till, added up from its journal: what an X and a Z report say."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.domain.poslog import refunds_from_plain, return_from_plain, sale_from_plain
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import Refund, ReturnTransaction


class TenderFigure(NamedTuple):
    """What a tender paid and what went back to it, with how often; amounts in minor units."""

    tender: str
    taken_count: int
    taken_minor: int
    given_count: int
    given_minor: int

    @property
    def net_minor(self) -> int:
        """What stayed."""
        return self.taken_minor - self.given_minor


class TaxFigure(NamedTuple):
    """A tax on the sales less that on the returns."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Counts, amounts in minor units, and points. Sales are with tax and fees; returns stand beside them, not in them.

    Points that were redeemed are the points tenders of the sales, those restored the points refunds of the returns.
    """

    sale_count: int = 0
    sales_minor: int = 0
    return_count: int = 0
    returns_minor: int = 0
    void_count: int = 0
    voids_minor: int = 0
    cancelled_count: int = 0
    parked_count: int = 0
    no_sale_count: int = 0
    discount_minor: int = 0
    fees_minor: int = 0
    cash_rounding_minor: int = 0
    deposits_minor: int = 0
    deposits_back_minor: int = 0
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    opening_float_minor: int = 0
    loans_minor: int = 0
    pickups_minor: int = 0
    points_issued: int = 0
    points_pending: int = 0
    points_reversed: int = 0
    points_redeemed: int = 0
    points_restored: int = 0
    tenders: tuple[TenderFigure, ...] = ()
    taxes: tuple[TaxFigure, ...] = ()

    @property
    def net_sales_minor(self) -> int:
        """Sales less what came back."""
        return self.sales_minor - self.returns_minor - self.voids_minor

    def tender(self, name: str) -> TenderFigure:
        """The figures of one tender."""
        return next((one for one in self.tenders if one.tender == name), TenderFigure(name, 0, 0, 0, 0))

    def to_plain(self) -> dict[str, Any]:
        """As a payload keeps them."""
        plain = asdict(self)
        return plain | {"tenders": [list(one) for one in self.tenders], "taxes": [list(one) for one in self.taxes]}


def figures_from_plain(plain: Mapping[str, Any]) -> PeriodFigures:
    """The figures of a payload; what an older program did not know is 0. Raises KeyError or TypeError for others."""
    known = {one.name for one in fields(PeriodFigures)}
    values = {name: value for name, value in plain.items() if name in known}
    values["tenders"] = tuple(TenderFigure(*one) for one in plain["tenders"])
    values["taxes"] = tuple(TaxFigure(*one) for one in plain["taxes"])
    return PeriodFigures(**values)


@dataclass(slots=True)
class PeriodSums:
    """Adds up entries as they come."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _tenders: dict[str, list[int]] = field(default_factory=dict)
    _taxes: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, payload: Mapping[str, Any]) -> None:
        """One entry. Raises KeyError, TypeError or ValueError for one that cannot be read."""
        match kind:
            case EventKind.SALE:
                self._add_sale(sale_from_plain(payload))
            case EventKind.RETURN | EventKind.POST_VOID | EventKind.RETURN_WITHOUT_RECEIPT:
                self._add_return(return_from_plain(payload), void=kind == EventKind.POST_VOID)
            case EventKind.DEPOSIT:
                deposit = sale_from_plain(payload)
                self._count("deposits_minor", deposit.total_minor)
                self._take(deposit)
            case EventKind.DEPOSIT_REFUNDED:
                refunds = refunds_from_plain(payload["refunds"])
                self._count("deposits_back_minor", sum(one.amount_minor for one in refunds))
                self._give(refunds)
            case EventKind.TRANSACTION_CANCELLED:
                self._count("cancelled_count", 1)
            case EventKind.TRANSACTION_SUSPENDED:
                self._count("parked_count", 1)
            case EventKind.NO_SALE:
                self._count("no_sale_count", 1)
            case EventKind.PAID_IN | EventKind.PAID_OUT:
                self._count(f"{kind}_minor", payload["amount_minor"])
            case EventKind.TENDER_LOAN:
                name = "loans_minor" if is_later_loan(payload) else "opening_float_minor"
                self._count(name, payload["amount_minor"])
            case EventKind.TENDER_PICKUP:
                self._count("pickups_minor", payload["amount_minor"])

    def figures(self) -> PeriodFigures:
        """What it all comes to."""
        return PeriodFigures(
            **self._numbers,
            tenders=tuple(TenderFigure(name, *numbers) for name, numbers in sorted(self._tenders.items())),
            taxes=tuple(TaxFigure(name, amount) for name, amount in sorted(self._taxes.items())),
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _add_sale(self, sale: RetailTransaction) -> None:
        self._count("sale_count", 1)
        self._count("sales_minor", sale.total_minor)
        self._count("discount_minor", sale.discount_minor)
        self._count("fees_minor", sale.fees_minor)
        self._count("cash_rounding_minor", sale.cash_rounding_minor)
        self._count("points_issued", sale.earned.points)
        self._count("points_pending", sum(line.points for line in sale.lines if line.to_ship and not line.voided))
        self._count("points_redeemed", sale.points_used)
        for tax in sale.taxes:
            self._taxes[tax.tax_id] = self._taxes.get(tax.tax_id, 0) + tax.tax_minor
        self._take(sale)

    def _add_return(self, returned: ReturnTransaction, *, void: bool) -> None:
        name = "void" if void else "return"
        self._count(f"{name}_count", 1)
        self._count(f"{name}s_minor", returned.total_minor)
        self._count("points_reversed", returned.points_reversed)
        self._count("points_restored", returned.points_restored)
        for line in returned.lines:
            for tax in line.taxes:
                self._taxes[tax.tax_id] = self._taxes.get(tax.tax_id, 0) - tax.tax_minor
        self._give(returned.refunds)

    def _take(self, sale: RetailTransaction) -> None:
        for tender in sale.tenders:
            numbers = self._tenders.setdefault(tender.counted_as, [0, 0, 0, 0])
            numbers[0] += 1
            numbers[1] += tender.amount_minor

    def _give(self, refunds: Iterable[Refund]) -> None:
        for refund in refunds:
            numbers = self._tenders.setdefault(refund.counted_as, [0, 0, 0, 0])
            numbers[2] += 1
            numbers[3] += refund.amount_minor

    def _count(self, name: str, amount: int) -> None:
        self._numbers[name] = self._numbers.get(name, 0) + amount


def is_later_loan(payload: Mapping[str, Any]) -> bool:
    """True for cash that was brought to the till in the course of the day, not the float it was opened with."""
    return payload.get("purpose") == "loan"


def figures_of(entries: Iterable[JournalEntry]) -> PeriodFigures:
    """The figures of journal entries. Raises KeyError, TypeError or ValueError for one that cannot be read."""
    sums = PeriodSums()
    for entry in entries:
        sums.add(entry.kind, json.loads(entry.payload))
    return sums.figures()
