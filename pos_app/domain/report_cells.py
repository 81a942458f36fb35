"""What one journal entry adds to the day's reports: the only place where an event becomes figures.

Figures are kept per business day, operator, section and key. Adding up is all that is ever done with them, so days
can be kept as they come and any period is the sum of its days. Amounts are minor units, taken as plain values from
the payload: thousands of sales are gone through while a manager waits.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from pos_app.domain.item import PRODUCTS
from pos_app.domain.journal import EventKind
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.domain.operator import Role
from pos_app.domain.rights import DEFAULT_RIGHTS, Action

RULES_VERSION = 1
"""Goes up when an entry comes to something else than before: kept days are then added up anew."""

ASSOCIATE_LIMIT_MICRO = DEFAULT_RIGHTS[Action.DISCOUNT][Role.ASSOCIATE].percent_micro or 0
NEAR_LIMIT_MICRO = ASSOCIATE_LIMIT_MICRO * 9 // 10
"""A discount by hand from here to ASSOCIATE_LIMIT_MICRO keeps just below what would need a second person."""


class Section(StrEnum):
    """Which question a figure answers; the comment says what times, quantity, amount, other and points are."""

    TAKINGS = "takings"  # by name of the figure: how many transactions, amount
    HOUR = "hour"  # by hour of the day: sales, pieces, goods sold, goods returned
    ITEM = "item"  # by item, detail its category: lines, pieces, sold, returned; points earned
    TENDER = "tender"  # by tender: times taken, amount taken, amount given back
    TAX = "tax"  # by tax: times, tax, taxed amount; what came back is taken off
    DISCOUNT = "discount"  # by reason, given by hand: lines, amount
    PRICE_OVERRIDE = "price_override"  # by reason: lines, amount sold for
    VOID = "void"  # by what was taken back (line, sale, cancelled): times, amount
    RETURN = "return"  # by reason: lines, pieces, refund; other: without a receipt
    NO_SALE = "no_sale"  # by reason: times
    CASH = "cash"  # by kind and reason: times, amount
    OVER_SHORT = "over_short"  # by tender: counts, counted amount, expected amount
    REWARDS = "rewards"  # by movement: sales, amount in money, points
    OFFER = "offer"  # by bonus offer: sales, points
    PROMOTION = "promotion"  # by promotion: sales, pieces, taken off, goods sold with it
    PROMO_CODE = "promo_code"  # by code: sales, taken off
    WATCH = "watch"  # by sign of trouble: times, amount
    UNREADABLE = "unreadable"  # by kind of event: entries that no figure could be made of


class Cell(NamedTuple):
    """One figure; what its numbers mean is said by its section."""

    section: Section
    key: str
    label: str = ""
    detail: str = ""
    times: int = 0
    quantity_milli: int = 0
    amount_minor: int = 0
    other_minor: int = 0
    points: int = 0


class OperatorCell(NamedTuple):
    """A figure of somebody's; operator_id is empty where nobody was signed on."""

    operator_id: str
    cell: Cell


def cells_of(kind: str, occurred_at: str, payload: Mapping[str, Any]) -> list[OperatorCell]:
    """The figures of one entry. One that cannot be read is counted as such: nothing is left out unsaid."""
    operator_id = ""
    try:
        operator_id = _operator_of(payload)
        hour = occurred_at[11:13]
        return [OperatorCell(operator_id, cell) for cell in _cells(kind, hour, payload)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return [OperatorCell(operator_id, Cell(Section.UNREADABLE, kind, times=1))]


def _operator_of(payload: Mapping[str, Any]) -> str:
    header = payload.get("header")
    found = header["operator_id"] if header else payload.get("operator_id", "")
    if not isinstance(found, str):
        raise TypeError("an operator's id is text")
    return found


def _cells(kind: str, hour: str, payload: Mapping[str, Any]) -> Iterable[Cell]:
    match kind:
        case EventKind.SALE:
            return _sale(hour, payload)
        case EventKind.RETURN | EventKind.POST_VOID | EventKind.RETURN_WITHOUT_RECEIPT:
            return _return(kind, hour, payload)
        case EventKind.DEPOSIT:
            paid = sum(int(tender["amount_minor"]) for tender in payload["tenders"])
            return (_takings("deposits", paid), *_tenders(payload["tenders"]))
        case EventKind.DEPOSIT_REFUNDED:
            return (_takings("deposits_back", payload["total_minor"]), *_refunds(payload["refunds"]))
        case EventKind.TRANSACTION_CANCELLED:
            amount = int(payload.get("total_minor", 0))
            return (Cell(Section.VOID, "cancelled", payload.get("reason", ""), times=1, amount_minor=amount),)
        case EventKind.TRANSACTION_SUSPENDED:
            return (_takings("parked", 0),)
        case EventKind.NO_SALE:
            return (Cell(Section.NO_SALE, payload["reason"], times=1),)
        case EventKind.TENDER_LOAN | EventKind.TENDER_PICKUP | EventKind.PAID_IN | EventKind.PAID_OUT:
            reason = payload.get("reason", "")
            return (Cell(Section.CASH, f"{kind}:{reason}", reason, kind, 1, amount_minor=payload["amount_minor"]),)
        case EventKind.TILL_SETTLED:
            return _over_short(payload["results"])
        case EventKind.APPROVAL:
            key = f"approval:{payload['outcome']}:{payload['action']}"
            return (Cell(Section.WATCH, key, times=1, amount_minor=payload["amount_minor"]),)
        case EventKind.SIGN_ON_FAILED:
            return (Cell(Section.WATCH, "sign_on_failed", times=1),)
        case EventKind.RECEIPT_REPRINTED:
            return (Cell(Section.WATCH, f"reprint:{payload['document']}", times=1),)
    return ()


def _takings(key: str, amount_minor: int, count: int = 1) -> Cell:
    return Cell(Section.TAKINGS, key, times=count, amount_minor=amount_minor)


# --- sales ------------------------------------------------------------------------------------------------------------


def _sale(hour: str, sale: Mapping[str, Any]) -> Iterator[Cell]:
    lines = [line for line in sale["lines"] if not line["voided"]]
    goods = [line for line in lines if line["kind"] in PRODUCTS]
    goods_minor = sum(line["net_minor"] for line in goods)
    pieces = sum(line["quantity_milli"] for line in goods)
    yield _takings("sales", sale["total_minor"])
    yield Cell(Section.TAKINGS, "goods", times=1, quantity_milli=pieces, amount_minor=goods_minor)
    stored_minor = sum(line["net_minor"] for line in lines) - goods_minor
    for key, amount in (
        ("stored_value", stored_minor),
        ("discounts", sale["discount_minor"]),
        ("fees", sale["fees_minor"]),
        ("tax", sale["tax_minor"]),
        ("included_tax", sale["included_tax_minor"]),
        ("cash_rounding", sale["cash_rounding_minor"]),
    ):
        if amount:
            yield _takings(key, amount)
    yield Cell(Section.HOUR, hour, times=1, quantity_milli=pieces, amount_minor=goods_minor)
    for line in goods:
        points = line["points_base"] + line["points_bonus"]
        yield Cell(
            Section.ITEM,
            line["item_id"],
            line["name"],
            line["category"],
            1,
            line["quantity_milli"],
            line["net_minor"],
            0,
            points,
        )
    for tax in sale["taxes"]:
        label = tax.get("name", "")
        yield Cell(Section.TAX, tax["tax_id"], label, "", 1, 0, tax["tax_minor"], tax["base_minor"])
    yield from _tenders(sale["tenders"])
    yield from _reductions(sale, lines)
    yield from _promotions(sale, goods)
    yield from _rewards(sale)


def _tenders(tenders: Iterable[Mapping[str, Any]]) -> Iterator[Cell]:
    for tender in tenders:
        key = tender.get("definition_id") or tender["tender_type"]
        if tender.get("currency_code"):
            key = f"{key}:{tender['currency_code']}"
        yield Cell(Section.TENDER, key, times=1, amount_minor=tender["amount_minor"])


def _reductions(sale: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Iterator[Cell]:
    """What was taken off by hand, other prices, and lines taken back."""
    whole_sale = sale.get("given_discounts", ())
    for line in lines:
        by_hand_minor = line["discount_minor"] - sum(one[2] for one in line.get("promotions", ()))
        given = [*line.get("given_discounts", ()), *whole_sale]
        if given and by_hand_minor:
            reasons = dict.fromkeys(str(one[0]) for one in given)
            yield Cell(Section.DISCOUNT, " + ".join(reasons), times=1, amount_minor=by_hand_minor)
            off_micro = by_hand_minor * 1_000_000 // line["gross_minor"] if line["gross_minor"] else 0
            if NEAR_LIMIT_MICRO <= off_micro <= ASSOCIATE_LIMIT_MICRO:
                yield Cell(Section.WATCH, "near_limit", times=1, amount_minor=by_hand_minor)
        if line.get("price_reason"):
            yield Cell(Section.PRICE_OVERRIDE, line["price_reason"], times=1, amount_minor=line["gross_minor"])
    for line in sale["lines"]:
        if line["voided"]:
            amount = line["unit_price_minor"] * line["quantity_milli"] // 1000
            yield Cell(Section.VOID, "line", times=1, amount_minor=amount)


def _promotions(sale: Mapping[str, Any], goods: Iterable[Mapping[str, Any]]) -> Iterator[Cell]:
    counted: set[str] = set()
    for line in goods:
        for promotion_id, name, reduction_minor, *_ in line.get("promotions", ()):
            first = promotion_id not in counted
            counted.add(promotion_id)
            yield Cell(
                Section.PROMOTION,
                promotion_id,
                name,
                "",
                int(first),
                line["quantity_milli"],
                reduction_minor,
                line["net_minor"],
            )
    for use in sale.get("code_uses", ()):
        yield Cell(Section.PROMO_CODE, use["code"], times=1, amount_minor=use["reduction_minor"])


def _rewards(sale: Mapping[str, Any]) -> Iterator[Cell]:
    points = sale["points"]
    if sale["member"] is not None:
        yield Cell(Section.REWARDS, "member_sales", times=1, amount_minor=sale["total_minor"])
    for key in ("base", "bonus"):
        if points[key]:
            yield Cell(Section.REWARDS, f"issued_{key}", times=1, points=points[key])
    for offer in points["offers"]:
        yield Cell(Section.OFFER, offer["offer_id"], times=1, points=offer["points"])
    for tender in sale["tenders"]:
        if tender["tender_type"] == "points":
            amount, used = tender["amount_minor"], tender["points"]
            yield Cell(Section.REWARDS, "redeemed", times=1, amount_minor=amount, points=used)
            if tender["reference"].startswith(OFFLINE_REFERENCE):
                yield Cell(Section.REWARDS, "redeemed_offline", times=1, amount_minor=amount, points=used)


# --- goods that come back ---------------------------------------------------------------------------------------------


def _return(kind: str, hour: str, returned: Mapping[str, Any]) -> Iterator[Cell]:
    lines = returned["lines"]
    goods_minor = sum(line["net_minor"] for line in lines)
    total_minor = returned["total_minor"]
    is_void = kind == EventKind.POST_VOID
    bare = kind == EventKind.RETURN_WITHOUT_RECEIPT
    yield _takings("voided_sales" if is_void else "returns", total_minor)
    yield _takings("returned_goods", goods_minor, len(lines))
    for key, amount in (
        ("returned_fees", sum(line["fees_minor"] for line in lines)),
        ("returned_tax", sum(line["tax_minor"] for line in lines)),
        ("kept_back", sum(line.get("restocking_fee_minor", 0) + line.get("promotion_loss_minor", 0) for line in lines)),
    ):
        if amount:
            yield _takings(key, amount)
    yield Cell(Section.HOUR, hour, other_minor=goods_minor)
    for line in lines:
        yield Cell(Section.ITEM, line["item_id"], line["name"], other_minor=line["net_minor"], points=-line["points"])
        for tax_id, base_minor, tax_minor in line.get("taxes", ()):
            yield Cell(Section.TAX, tax_id, amount_minor=-tax_minor, other_minor=-base_minor)
        if not is_void:
            reason = line.get("reason") or returned["reason"]
            refund = line["net_minor"] + line["fees_minor"] + line["tax_minor"]
            refund -= line.get("restocking_fee_minor", 0) + line.get("promotion_loss_minor", 0)
            other = refund if bare else 0
            yield Cell(Section.RETURN, reason, "", "", 1, line["quantity_milli"], refund, other)
    if is_void:
        yield Cell(Section.VOID, "sale", times=1, amount_minor=total_minor)
    if bare:
        yield Cell(Section.WATCH, "return_without_receipt", times=1, amount_minor=total_minor)
    if returned.get("against_policy"):
        yield Cell(Section.WATCH, "return_against_policy", times=1, amount_minor=total_minor)
    yield from _refunds(returned["refunds"])
    if returned["points_reversed"]:
        yield Cell(Section.REWARDS, "reversed", times=1, points=returned["points_reversed"])


def _refunds(refunds: Iterable[Mapping[str, Any]]) -> Iterator[Cell]:
    for refund in refunds:
        key = refund.get("definition_id") or refund["tender_type"]
        yield Cell(Section.TENDER, key, other_minor=refund["amount_minor"])
        if refund["points"]:
            amount, points = refund["amount_minor"], refund["points"]
            yield Cell(Section.REWARDS, "restored", times=1, amount_minor=amount, points=points)


def _over_short(results: Iterable[Any]) -> Iterator[Cell]:
    for tender, name, expected_minor, counted_minor, currency_code, _ in results:
        yield Cell(Section.OVER_SHORT, tender, name, currency_code, 1, 0, counted_minor, expected_minor)


# --- adding up --------------------------------------------------------------------------------------------------------


CellKey = tuple[str, str, str, str]
"""Business day, operator, section, key."""


class DayFigures:
    """Figures added up by day, operator, section and key; the last label and detail said stay."""

    def __init__(self) -> None:
        self.cells: dict[CellKey, Cell] = {}

    def add(self, business_day: str, found: Iterable[OperatorCell]) -> None:
        """Add the figures of one entry."""
        for operator_id, cell in found:
            place = (business_day, operator_id, cell.section, cell.key)
            known = self.cells.get(place)
            self.cells[place] = cell if known is None else added(known, cell)


def added(first: Cell, second: Cell) -> Cell:
    """The sum of two figures of one section and key."""
    return Cell(
        first.section,
        first.key,
        second.label or first.label,
        second.detail or first.detail,
        first.times + second.times,
        first.quantity_milli + second.quantity_milli,
        first.amount_minor + second.amount_minor,
        first.other_minor + second.other_minor,
        first.points + second.points,
    )


# --- finding entries -------------------------------------------------------------------------------------------------


class EntryFacts(NamedTuple):
    """What an entry of the journal is looked for by. amount_minor is None where no money is in it."""

    operator_id: str
    amount_minor: int | None
    receipt_number: str


def facts_of(payload: Mapping[str, Any]) -> EntryFacts:
    """What the entry is looked for by; empty where the payload does not say."""
    header = payload.get("header")
    named = header if isinstance(header, Mapping) else payload
    amount = payload.get("total_minor", payload.get("amount_minor"))
    receipt = named.get("receipt_number") or payload.get("original_receipt_number")
    return EntryFacts(_text(named.get("operator_id")), amount if isinstance(amount, int) else None, _text(receipt))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
