"""The basket of a sale that is being rung up: an immutable value, changed by making the next one.

Keeping each version makes undo exact and lets any thread look at one without a lock.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from pos_app.domain.item import QUANTITY_SCALE, Fee, Item, SoldBy
from pos_app.domain.price_list import ListPrice
from pos_app.domain.promotions import normalise_promo_code

MAXIMUM_QUANTITY_MILLI = 99_999 * QUANTITY_SCALE
MAXIMUM_LINES = 1000
MAXIMUM_PROMO_CODES = 20
MAXIMUM_REFERENCE_LENGTH = 60
MAXIMUM_LINE_MINOR = 5 * 10**9
"""No line is dearer: a whole basket then stays within what the journal and the central service hold."""


class EntryMethod(StrEnum):
    """How a line came into the basket (ARTS EntryMethod)."""

    SCANNED = "scanned"
    KEYED = "keyed"
    PICKED = "picked"
    DEPARTMENT = "department"


class BasketError(ValueError):
    """A change that the basket cannot take; the text is meant for the associate."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction given by hand: either percent_micro (100 % = 1,000,000) or amount_minor is set."""

    reason: str
    percent_micro: int = 0
    amount_minor: int = 0

    def __post_init__(self) -> None:
        if (self.percent_micro > 0) == (self.amount_minor > 0):
            raise BasketError("A discount is either a percentage or an amount above zero.")
        if self.percent_micro > 1_000_000:
            raise BasketError("A discount cannot be more than 100 %.")


@dataclass(frozen=True, slots=True)
class AgreedReduction:
    """How much may be taken off by hand, and off how many lines: what somebody with the right to it has agreed to."""

    amount_minor: int
    line_count: int


@dataclass(frozen=True, slots=True)
class MemberReference:
    """The member a sale belongs to.

    member_id is the central service's opaque id; it is empty while the member is only known by e-mail
    (offline). contact_id then names the row that keeps the address beside the journal, never in it.
    """

    member_id: str = ""
    contact_id: str = ""
    masked_email: str = ""
    display_name: str = ""

    def __post_init__(self) -> None:
        if not self.member_id and not self.contact_id:
            raise BasketError("A member needs an id or a contact.")


@dataclass(frozen=True, slots=True)
class PromoCodeUse:
    """How an entered promo code was reserved: by a hold of the central service, or by the till's own rule, offline.

    A code that may be used in any number of sales needs neither.
    """

    code: str
    hold_id: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line. Its number is never given to another line of the same sale, voided or not.

    former_price_minor is what a piece cost before its price changed under way, by another price list or another
    customer; price_list is the list that the price stands in, empty for the catalogue's own.

    to_ship: it leaves the store later, sent or picked up. added_fees are those that somebody chose for it.
    """

    line_number: int
    item: Item
    code: str
    quantity_milli: int
    unit_price_minor: int
    entry_method: EntryMethod = EntryMethod.SCANNED
    price_reason: str = ""
    discounts: tuple[Discount, ...] = ()
    voided: bool = False
    to_ship: bool = False
    added_fees: tuple[Fee, ...] = ()
    former_price_minor: int | None = None
    price_list: str = ""
    serial_number: str = ""

    @property
    def fees(self) -> tuple[Fee, ...]:
        """The item's own fees, then those added."""
        return self.item.fees + self.added_fees if self.added_fees else self.item.fees


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines in the order rung up, discounts on the whole, the member, promo codes as compared, and the certificate
    of a customer who does not pay some taxes (all, when none is named). ship_region is where lines are sent to.
    """

    lines: tuple[BasketLine, ...] = ()
    discounts: tuple[Discount, ...] = ()
    member: MemberReference | None = None
    promo_codes: tuple[str, ...] = ()
    code_uses: tuple[PromoCodeUse, ...] = ()
    tax_certificate: str = ""
    exempt_tax_ids: tuple[str, ...] = ()
    ship_region: str = ""
    age_checked: int = 0
    """The highest minimum age that somebody checked for this sale, in years."""
    confirmed_quantities: tuple[str, ...] = ()
    """Items of which more than their limit is meant."""
    agreed_reduction: AgreedReduction | None = None
    """What was agreed to when the last discount was given; None while nothing was taken off by hand."""

    @property
    def is_empty(self) -> bool:
        """True while there is nothing to pay for."""
        return all(line.voided for line in self.lines)

    def line(self, line_number: int) -> BasketLine:
        """The line of that number. Raises BasketError when there is none or it was voided."""
        for line in self.lines:
            if line.line_number == line_number:
                if line.voided:
                    raise BasketError(f"Line {line_number} was removed.")
                return line
        raise BasketError(f"There is no line {line_number}.")

    def add(
        self,
        item: Item,
        code: str,
        quantity_milli: int = QUANTITY_SCALE,
        entry_method: EntryMethod = EntryMethod.SCANNED,
        merge: bool = False,
        list_price: ListPrice | None = None,
    ) -> "Basket":
        """One more line; with merge, an untouched line of the same item takes the quantity instead.

        list_price is the price in force where it is not the item's own.
        """
        check_quantity(item, quantity_milli)
        unit_price_minor = item.price_minor if list_price is None else list_price.price_minor
        price_list = "" if list_price is None else list_price.list_id
        _check_amount(quantity_milli, unit_price_minor)
        if merge:
            for line in reversed(self.lines):
                if _mergeable(line, item, code) and line.unit_price_minor == unit_price_minor:
                    return self.set_quantity(line.line_number, line.quantity_milli + quantity_milli)
        if len(self.lines) >= MAXIMUM_LINES:
            raise BasketError(f"A sale can have {MAXIMUM_LINES} lines; finish this one first.")
        line_number = self.lines[-1].line_number + 1 if self.lines else 1
        new = BasketLine(line_number, item, code, quantity_milli, unit_price_minor, entry_method, price_list=price_list)
        return replace(self, lines=(*self.lines, new))

    def take_price(self, item: Item, code: str, list_price: ListPrice | None = None) -> "Basket":
        """The lines rung up by a code at the price that it has now where that is lower; what they cost before is
        remembered.

        Pieces that the customer saw rung up never get dearer by another scan, and a price that was set by hand stays.
        """
        price_minor, price_list = (item.price_minor, "") if list_price is None else list_price[:2]
        dearer = {
            line.line_number
            for line in self.lines
            if line.unit_price_minor > price_minor and same_goods(line, item, code)
        }
        if not dearer:
            return self
        lines = tuple(
            _repriced(line, price_minor, price_list, item) if line.line_number in dearer else line
            for line in self.lines
        )
        for line in lines:
            _check_amount(line.quantity_milli, line.unit_price_minor)
        return replace(self, lines=lines)

    def set_quantity(self, line_number: int, quantity_milli: int) -> "Basket":
        """The line with another quantity."""
        line = self.line(line_number)
        if line.serial_number and quantity_milli != QUANTITY_SCALE:
            raise BasketError("Each piece has its own serial number: scan the next one.")
        check_quantity(line.item, quantity_milli)
        _check_amount(quantity_milli, line.unit_price_minor)
        return self._with_line(replace(line, quantity_milli=quantity_milli))

    def set_price(self, line_number: int, unit_price_minor: int, reason: str) -> "Basket":
        """The line at another price per piece, with the reason for it."""
        if unit_price_minor < 0:
            raise BasketError("A price cannot be below zero.")
        if not reason.strip():
            raise BasketError("A changed price needs a reason.")
        line = self.line(line_number)
        _check_amount(line.quantity_milli, unit_price_minor)
        return self._with_line(replace(line, unit_price_minor=unit_price_minor, price_reason=reason.strip()))

    def discount_line(self, line_number: int, discount: Discount) -> "Basket":
        """The line with one more discount; discounts apply one after the other."""
        line = self.line(line_number)
        return self._with_line(replace(line, discounts=(*line.discounts, discount)))

    def ship_line(self, line_number: int) -> "Basket":
        """The line sent to the customer instead of handed over; its points are pending until it was shipped."""
        return self._with_line(replace(self.line(line_number), to_ship=True))

    def hand_over_line(self, line_number: int) -> "Basket":
        """The line handed over with the sale after all."""
        return self._with_line(replace(self.line(line_number), to_ship=False))

    def add_fee(self, line_number: int, fee: Fee) -> "Basket":
        """The line with one more fee; the same fee counts once."""
        line = self.line(line_number)
        if any(known.fee_id == fee.fee_id for known in line.fees):
            raise BasketError(f"{fee.name} is on this line already.")
        return self._with_line(replace(line, added_fees=(*line.added_fees, fee)))

    def remove_fee(self, line_number: int, fee_id: str) -> "Basket":
        """The line without a fee that was added to it; a fee of the item itself stays."""
        line = self.line(line_number)
        left = tuple(fee for fee in line.added_fees if fee.fee_id != fee_id)
        if len(left) == len(line.added_fees):
            raise BasketError("That fee was not added to this line.")
        return self._with_line(replace(line, added_fees=left))

    def send_to(self, region: str) -> "Basket":
        """Lines to be shipped go to this region; empty: to the store's own."""
        return replace(self, ship_region=region)

    def void_line(self, line_number: int) -> "Basket":
        """The line taken back; it stays on record, counts for nothing and earns nothing."""
        return self._with_line(replace(self.line(line_number), voided=True))

    def discount_transaction(self, discount: Discount) -> "Basket":
        """One more discount on the whole sale."""
        return replace(self, discounts=(*self.discounts, discount))

    def reprice(self, list_price_of: Callable[[BasketLine], ListPrice | None]) -> "Basket":
        """All lines at the prices now in force, but for those whose price was set by hand; None is the item's own."""
        lines: list[BasketLine] = []
        for line in self.lines:
            if not line.voided and not line.price_reason:
                found = list_price_of(line)
                price_minor, price_list = found[:2] if found else (line.item.price_minor, "")
                line = _repriced(line, price_minor, price_list, line.item)
                _check_amount(line.quantity_milli, line.unit_price_minor)
            lines.append(line)
        return replace(self, lines=tuple(lines)) if lines != list(self.lines) else self

    def enter_promo_code(self, text: str, hold_id: str = "", *, offline: bool = False) -> "Basket":
        """One more promo code; each counts once in a sale. hold_id and offline: how it was reserved."""
        code = _reference(normalise_promo_code(text), "A promo code")
        if code in self.promo_codes:
            raise BasketError(f"The promo code {code} is on this sale already.")
        if len(self.promo_codes) == MAXIMUM_PROMO_CODES:
            raise BasketError(f"A sale can have {MAXIMUM_PROMO_CODES} promo codes.")
        uses = self.code_uses
        if hold_id or offline:
            uses = (*uses, PromoCodeUse(code, hold_id, offline))
        return replace(self, promo_codes=(*self.promo_codes, code), code_uses=uses)

    def remove_promo_code(self, text: str) -> "Basket":
        """Without a promo code that was entered."""
        code = normalise_promo_code(text)
        if code not in self.promo_codes:
            raise BasketError(f"The promo code {code} is not on this sale.")
        return replace(
            self,
            promo_codes=tuple(entered for entered in self.promo_codes if entered != code),
            code_uses=tuple(use for use in self.code_uses if use.code != code),
        )

    def exempt(self, certificate: str, tax_ids: tuple[str, ...] = ()) -> "Basket":
        """None of these taxes is charged (none at all, when none is named), by this certificate; an earlier one is
        replaced.
        """
        reference = _reference(certificate.strip(), "A tax exemption certificate")
        return replace(self, tax_certificate=reference, exempt_tax_ids=tax_ids)

    def charge_tax(self) -> "Basket":
        """Tax is charged as usual."""
        return replace(self, tax_certificate="", exempt_tax_ids=())

    def set_serial_number(self, line_number: int, serial_number: str) -> "Basket":
        """The line as the one piece that has this serial number."""
        return self._with_line(replace(self.line(line_number), serial_number=serial_number))

    def check_age(self, minimum_age: int) -> "Basket":
        """Somebody saw that the customer is so many years old; it counts for the whole sale."""
        return replace(self, age_checked=max(self.age_checked, minimum_age))

    def confirm_quantity(self, item_id: str) -> "Basket":
        """More of an item than its limit is meant; it is not asked again."""
        return replace(self, confirmed_quantities=(*self.confirmed_quantities, item_id))

    def attach_member(self, member: MemberReference) -> "Basket":
        """The basket of this member; an earlier one is replaced."""
        return replace(self, member=member)

    def remove_member(self) -> "Basket":
        """The basket of nobody in particular."""
        return replace(self, member=None)

    def _with_line(self, changed: BasketLine) -> "Basket":
        lines = tuple(changed if line.line_number == changed.line_number else line for line in self.lines)
        return replace(self, lines=lines)


def check_quantity(item: Item, quantity_milli: int) -> None:
    """Raises BasketError, in the associate's words, for a quantity that cannot be sold."""
    if quantity_milli <= 0:
        raise BasketError("A quantity must be above zero; to take the line back, remove it.")
    if quantity_milli > MAXIMUM_QUANTITY_MILLI:
        raise BasketError("That quantity is too large for one line.")
    if item.sold_by is SoldBy.EACH and quantity_milli % QUANTITY_SCALE:
        raise BasketError(f"{item.name} is sold by the piece, in whole numbers.")


def _check_amount(quantity_milli: int, unit_price_minor: int) -> None:
    if quantity_milli * unit_price_minor > MAXIMUM_LINE_MINOR * QUANTITY_SCALE:
        raise BasketError("That comes to more than one line can carry. Check the quantity and the price.")


def _reference(text: str, what: str) -> str:
    """A number or code that goes on record and paper."""
    if not text:
        raise BasketError(f"{what} has a number or code.")
    if len(text) > MAXIMUM_REFERENCE_LENGTH or not text.isprintable():
        raise BasketError(f"{what} is one line of at most {MAXIMUM_REFERENCE_LENGTH} characters.")
    return text


def same_goods(line: BasketLine, item: Item, code: str) -> bool:
    """True for lines rung up by this code, at a price that nobody set by hand."""
    return line.code == code and line.item.item_id == item.item_id and not line.voided and not line.price_reason


def _repriced(line: BasketLine, price_minor: int, price_list: str, item: Item) -> BasketLine:
    """The line at another price; going back to the price it had leaves no trace of a change."""
    if price_minor == line.unit_price_minor:
        return line
    former = line.unit_price_minor if line.former_price_minor is None else line.former_price_minor
    return replace(
        line,
        item=item,
        unit_price_minor=price_minor,
        former_price_minor=None if former == price_minor else former,
        price_list=price_list,
    )


def _mergeable(line: BasketLine, item: Item, code: str) -> bool:
    return (
        not line.voided
        # An offer may name one of the item's codes, so a line keeps to the code it was rung up by.
        and line.code == code
        and line.item == item
        and item.sold_by is SoldBy.EACH
        and not line.discounts
        and not line.price_reason
        and not line.to_ship
        and not line.serial_number
        and not line.added_fees
    )
