"""Orders that leave later: goods sent to the customer, picked up later, or ordered specially with a deposit."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.basket import Basket
from pos_app.domain.item import Item, ItemKind
from pos_app.domain.rounding import Rounding, divide
from pos_app.domain.tenders import Tender

DEPOSIT_ITEM_ID = "DEPOSIT"
ORDER_PREFIX = "O-"
_LONGEST_TEXT = 60
_PERCENT_SCALE = 1_000_000


class OrderKind(StrEnum):
    """How the goods leave. SPECIAL is ordered first and sold when it is picked up."""

    SHIP = "ship"
    PICK_UP = "pick_up"
    SPECIAL = "special"


class OrderState(StrEnum):
    """READY: the goods wait for the customer. DONE: they left, or the special order was sold."""

    OPEN = "open"
    READY = "ready"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_STATES = (OrderState.OPEN, OrderState.READY)


class OrderError(ValueError):
    """An address or order that cannot be taken; the text is meant for the associate."""


# ISO 3166-1 code -> name, form of a postal code, an example of one. The Universal Postal Union's forms.
_POSTAL_CODES = {
    "US": ("United States", r"\d{5}(-\d{4})?", "94103"),
    "CA": ("Canada", r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d", "K1A 0B1"),
    "MX": ("Mexico", r"\d{5}", "06000"),
    "GB": ("United Kingdom", r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "SW1A 1AA"),
    "DE": ("Germany", r"\d{5}", "10115"),
    "FR": ("France", r"\d{5}", "75001"),
    "AT": ("Austria", r"\d{4}", "1010"),
    "CH": ("Switzerland", r"\d{4}", "8001"),
    "ES": ("Spain", r"\d{5}", "28001"),
    "IT": ("Italy", r"\d{5}", "00118"),
    "NL": ("Netherlands", r"\d{4} ?[A-Z]{2}", "1011 AB"),
    "AU": ("Australia", r"\d{4}", "2000"),
    "JP": ("Japan", r"\d{3}-?\d{4}", "100-0001"),
}
COUNTRIES = {code: name for code, (name, _, _) in _POSTAL_CODES.items()}
_WITH_REGION = {"US": r"[A-Z]{2}", "CA": r"[A-Z]{2}", "AU": r"[A-Z]{2,3}"}


@dataclass(frozen=True, slots=True)
class OrderContact:
    """Whom an order is for and where it goes. Personal: beside the journal while the order is open, never in it."""

    name: str
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""

    @property
    def place(self) -> str:
        """City, state and postal code in one line."""
        return " ".join(part for part in (self.city, self.region, self.postal_code) if part)

    @property
    def on_paper(self) -> tuple[str, ...]:
        """The address as it is printed."""
        country = COUNTRIES.get(self.country, self.country)
        return tuple(part for part in (self.name, *self.lines, self.place, country) if part)


def checked_address(contact: OrderContact) -> OrderContact:
    """The address as carriers write it. Raises OrderError with what is missing or wrong."""
    country = contact.country.strip().upper()
    if country not in _POSTAL_CODES:
        raise OrderError(f"The store does not ship to {contact.country.strip() or 'nowhere'}: choose a country.")
    name = _text(contact.name, "The name")
    lines = tuple(_text(line, "The address") for line in contact.lines if line.strip())
    if not lines:
        raise OrderError("The address needs a street and number.")
    city, region = _text(contact.city, "The city"), contact.region.strip().upper()
    if country in _WITH_REGION and not re.fullmatch(_WITH_REGION[country], region):
        raise OrderError("The address needs its state or province, like CA.")
    known, form, example = _POSTAL_CODES[country]
    postal_code = contact.postal_code.strip().upper()
    if not re.fullmatch(form, postal_code, re.ASCII):
        raise OrderError(f"{postal_code or 'Nothing'} is no postal code of {known}: it looks like {example}.")
    return OrderContact(name, lines, city, region, postal_code, country, _phone(contact.phone))


def checked_person(contact: OrderContact) -> OrderContact:
    """Whom to call when the goods are there: a name, perhaps a telephone number. Raises OrderError."""
    return OrderContact(_text(contact.name, "The name"), phone=_phone(contact.phone))


def _text(text: str, what: str) -> str:
    cleaned = " ".join(text.split())
    if not cleaned:
        raise OrderError(f"{what} is missing.")
    if len(cleaned) > _LONGEST_TEXT or not cleaned.isprintable():
        raise OrderError(f"{what} is one line of at most {_LONGEST_TEXT} characters.")
    return cleaned


def _phone(text: str) -> str:
    cleaned = " ".join(text.split())
    if cleaned and not re.fullmatch(r"\+?[0-9 ()./-]{4,24}", cleaned):
        raise OrderError("A telephone number has 4 to 24 digits.")
    return cleaned


@dataclass(frozen=True, slots=True)
class OrderRules:
    """A store's policy for special orders. Percentages are millionths (100 % = 1,000,000)."""

    deposit_micro: int = 200_000
    minimum_deposit_minor: int = 0
    kept_on_cancellation_micro: int = 0

    def least_deposit_minor(self, total_minor: int, rounding: Rounding = Rounding.HALF_UP) -> int:
        """What has to be paid now; never more than the order comes to."""
        share_minor = divide(total_minor * self.deposit_micro, _PERCENT_SCALE, rounding)
        return min(total_minor, max(self.minimum_deposit_minor, share_minor))

    def kept_minor(self, deposit_minor: int, rounding: Rounding = Rounding.HALF_UP) -> int:
        """What the store keeps of a deposit when the customer cancels."""
        return divide(deposit_minor * self.kept_on_cancellation_micro, _PERCENT_SCALE, rounding)


DEFAULT_ORDER_RULES = OrderRules()


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What the sale under way will make an order of, when it is paid. goods is the basket of a special order, as it
    was rung up; of others the lines marked in the sale are the order.
    """

    kind: OrderKind
    contact: OrderContact
    goods: Basket | None = None
    expected_total_minor: int = 0


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Goods of an order, as lists and slips show them."""

    line_number: int
    name: str
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Its number is the receipt number of what was paid first: the sale, or the deposit."""

    number: str
    kind: OrderKind
    state: OrderState
    placed_at: str
    lines: tuple[OrderLine, ...]
    member_id: str = ""
    transaction_id: str = ""
    goods: Basket | None = None
    expected_total_minor: int = 0
    deposit: tuple[Tender, ...] = ()

    @property
    def is_open(self) -> bool:
        """True while something is still to be done."""
        return self.state in OPEN_STATES

    @property
    def deposit_minor(self) -> int:
        """What was paid in advance."""
        return sum(tender.amount_minor for tender in self.deposit)


def deposit_item(amount_minor: int) -> Item:
    """What stands in the basket while a deposit is paid: it is no product, has no tax and earns nothing."""
    return Item(DEPOSIT_ITEM_ID, "Deposit for special order", amount_minor, (), ItemKind.DEPOSIT)


def is_deposit(basket: Basket) -> bool:
    """True when what is being paid is a deposit and no sale."""
    return any(line.item.kind is ItemKind.DEPOSIT and not line.voided for line in basket.lines)


def order_code(number: str) -> str:
    """What the barcode of an order's slip says."""
    return ORDER_PREFIX + number


def order_papers_id(number: str) -> str:
    """What papers with an address are kept under, to be forgotten with it."""
    return f"order-{number}"


def order_number_of(code: str) -> str:
    """The order number of a slip's barcode, or empty when it is none."""
    text = code.strip()
    number = text.removeprefix(ORDER_PREFIX)
    return number if number != text and number.count("-") == 2 else ""
