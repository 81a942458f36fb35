"""What faces the customer: a second screen, or a line display on a pole. Both show the same view."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class DisplayState(StrEnum):
    """The four things a customer sees."""

    IDLE = "idle"
    BASKET = "basket"
    PAYMENT = "payment"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line of the basket; saved is what was taken off and why, empty when nothing was."""

    name: str
    quantity: str
    amount: str
    saved: str = ""


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Everything a customer may see, written out as on the receipt. Of a member there is the first name and points.

    paid are the parts of the payment so far. An empty text is not shown.
    """

    state: DisplayState = DisplayState.IDLE
    lines: tuple[CustomerLine, ...] = ()
    total: str = ""
    due: str = ""
    paid: tuple[tuple[str, str], ...] = ()
    savings: str = ""
    change: str = ""
    first_name: str = ""
    points_to_earn: str = ""
    points_balance: str = ""
    at_card_terminal: bool = False


IDLE_VIEW = CustomerView()


class CustomerDisplay(Protocol):
    """A display that faces the customer."""

    def show_view(self, view: CustomerView) -> None:
        """Show this now. Never blocks; one that fails leaves the sale alone."""

    def end(self) -> None:
        """Nothing more will be shown."""
