"""How a sale is paid: points, cash, card, gift card and what else a store takes, in any split, until it is paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pos_app.domain.foreign_cash import ForeignCurrency
from pos_app.domain.rounding import Rounding, round_to_step


class TenderType(StrEnum):
    """Kinds of tender (ARTS TenderType). What a store calls them, and what it asks for, is a tender definition."""

    POINTS = "points"
    CASH = "cash"
    CARD = "card"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    VOUCHER = "voucher"
    CHECK = "check"
    FINANCING = "financing"
    BANK_TRANSFER = "bank_transfer"
    CUSTOMER_ACCOUNT = "customer_account"
    DEPOSIT = "deposit"
    """What was paid in advance for a special order; it goes back in cash."""
    EXCHANGE = "exchange"
    """What goods that came back on the same ticket pay of it."""


STORED_VALUE = (TenderType.GIFT_CARD, TenderType.STORE_CREDIT)
"""Tenders whose money the central service keeps, and sets aside while a sale is being paid."""


MAXIMUM_CHANGE_MINOR = 10**8
"""More change than any till holds: the sign of a barcode scanned into the cash field."""


class TenderError(ValueError):
    """A tender that the sale cannot take; the text is meant for the associate."""


@dataclass(frozen=True, slots=True)
class Tender:
    """One part of the payment.

    amount_minor is what it pays of the sale, tendered_minor what was handed over. A card keeps brand,
    last four digits and authorisation only; reference names the hold, the authorisation, the gift card account or what
    was written down of a configured tender, whose definition_id it has. payment_id is the till's name of a card
    payment, processor_reference the processor's: with it any till can refund it. Foreign cash has its currency, what
    was handed over in its minor units, and the rate as printed; tendered_minor is then its value.
    """

    tender_id: str
    tender_type: TenderType
    amount_minor: int
    tendered_minor: int
    points: int = 0
    reference: str = ""
    description: str = ""
    definition_id: str = ""
    payment_id: str = ""
    processor_reference: str = ""
    currency_code: str = ""
    foreign_minor: int = 0
    rate: str = ""

    @property
    def change_minor(self) -> int:
        """What goes back to the customer, in cash of the store's currency."""
        return self.tendered_minor - self.amount_minor

    @property
    def counted_as(self) -> str:
        """The row of the till's totals that this belongs to: its definition, or its kind."""
        return self.definition_id or self.tender_type.value


@dataclass(frozen=True, slots=True)
class CardAttempt:
    """A payment or refund that a card terminal was, or is about to be, asked for; kept with the open sale.

    It is on disk before the terminal hears of it (ADR 0011), and gone in the same write that takes its result.
    refund_of is the tender to give back; empty for a payment.
    """

    payment_id: str
    amount_minor: int
    refund_of: str = ""
    original_payment_id: str = ""
    original_reference: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where the payment stands. cash_rounding_minor is what rounding cash to the smallest coin added."""

    total_minor: int
    paid_minor: int
    cash_rounding_minor: int
    change_minor: int

    @property
    def due_minor(self) -> int:
        """What is left to pay; 0 when the sale can be completed."""
        return self.total_minor + self.cash_rounding_minor - self.paid_minor


def settle(total_minor: int, tenders: Sequence[Tender], cash_step_minor: int, rounding: Rounding) -> Settlement:
    """Where a sale of that total stands after these tenders.

    Only the part paid in cash, or with what gives cash back, is rounded to the smallest coin, once it pays the rest
    of the sale.
    """
    paid = sum(tender.amount_minor for tender in tenders)
    change = sum(tender.change_minor for tender in tenders)
    cash_rounding = 0
    if tenders and (tenders[-1].tender_type is TenderType.CASH or tenders[-1].change_minor):
        before_last = paid - tenders[-1].amount_minor
        cash_due = round_to_step(total_minor - before_last, cash_step_minor, rounding)
        if tenders[-1].amount_minor == cash_due:
            cash_rounding = cash_due - (total_minor - before_last)
    return Settlement(total_minor, paid, cash_rounding, change)


def cash_due_minor(due_minor: int, cash_step_minor: int, rounding: Rounding) -> int:
    """What the rest comes to when it is paid in cash."""
    return round_to_step(due_minor, cash_step_minor, rounding)


def cash_tender(tender_id: str, due_minor: int, tendered_minor: int, step_minor: int, rounding: Rounding) -> Tender:
    """Cash handed over: it pays up to the rounded rest, the remainder is change.

    Nothing need be handed over for a rest smaller than half the smallest coin. Raises TenderError for nothing
    handed over otherwise, for an amount that no coins make and for one that cannot be meant.
    """
    cash_due = cash_due_minor(due_minor, step_minor, rounding)
    if tendered_minor < 0 or (tendered_minor == 0 and (cash_due or not due_minor)):
        raise TenderError("Enter the cash that was handed over.")
    if step_minor > 1 and tendered_minor % step_minor:
        raise TenderError("That amount cannot be made with the coins in use.")
    amount = min(tendered_minor, cash_due)
    if tendered_minor - amount > MAXIMUM_CHANGE_MINOR:
        raise TenderError("That is far more than is due. Check the amount.")
    return Tender(tender_id, TenderType.CASH, amount, tendered_minor)


def foreign_cash_tender(
    tender_id: str,
    due_minor: int,
    foreign_minor: int,
    currency: ForeignCurrency,
    step_minor: int,
    rounding: Rounding,
) -> Tender:
    """Cash of another currency at the store's rate; the change is in the store's own. Raises TenderError."""
    if foreign_minor <= 0:
        raise TenderError("Enter the cash that was handed over.")
    if foreign_minor % currency.step_minor:
        smallest = currency.currency.decimal_text(currency.step_minor)
        raise TenderError(f"The smallest {currency.currency.code} taken here is {smallest}.")
    value_minor = currency.home_minor(foreign_minor, step_minor)
    if value_minor <= 0:
        raise TenderError("That is worth less than the smallest coin.")
    tender = cash_tender(tender_id, due_minor, value_minor, step_minor, rounding)
    code = currency.currency.code
    return replace(
        tender,
        description=f"{code} {currency.currency.decimal_text(foreign_minor)}",
        definition_id=f"cash_{code}",
        currency_code=code,
        foreign_minor=foreign_minor,
        rate=currency.rate_text,
    )


def exact_tender(
    tender_id: str,
    tender_type: TenderType,
    amount_minor: int,
    due_minor: int,
    *,
    points: int = 0,
    reference: str = "",
    description: str = "",
) -> Tender:
    """A tender that gives no change. Raises TenderError when it is nothing or more than is due."""
    if amount_minor <= 0:
        raise TenderError("The amount must be above zero.")
    if amount_minor > due_minor:
        raise TenderError("That is more than is due, and this tender gives no change.")
    return Tender(tender_id, tender_type, amount_minor, amount_minor, points, reference, description)


def quick_cash(due_minor: int, denominations_minor: Sequence[int], count: int = 3) -> list[int]:
    """Amounts a customer would really hand over for this much: distinct, ascending, each above what is due.

    Each is the amount due rounded up to a note (or a pair of large ones).
    """
    if due_minor <= 0:
        return []
    notes = sorted(denominations_minor)
    candidates = {-(-due_minor // note) * note for note in notes}
    plausible = {amount for amount in candidates if amount > due_minor}
    return sorted(plausible)[:count]
