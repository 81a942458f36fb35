"""What a store decides about its receipts: their language, their parts, and who gets one how."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ReceiptChoice(StrEnum):
    """How a customer gets the receipt."""

    PRINT = "print"
    EMAIL = "email"
    BOTH = "both"
    NONE = "none"

    @property
    def on_paper(self) -> bool:
        """True when paper is printed."""
        return self in (ReceiptChoice.PRINT, ReceiptChoice.BOTH)

    @property
    def by_email(self) -> bool:
        """True when an e-mail is sent."""
        return self in (ReceiptChoice.EMAIL, ReceiptChoice.BOTH)


class FirstPrint(StrEnum):
    """What becomes of the paper in the moment a sale is complete."""

    AT_ONCE = "at_once"
    HELD = "held"
    """Until the customer has chosen, or the next sale begins."""
    NOT_WANTED = "not_wanted"
    """Kept; it can be printed from the list of receipts."""


@dataclass(frozen=True, slots=True)
class ReceiptTemplate:
    """One store's receipts.

    ask: the customer is asked; who does not answer gets paper unless `unanswered` says otherwise. Below
    none_below_minor nothing is printed unless somebody asks for it. check_url is where customers can check a receipt;
    without it the QR code holds the signed code alone. logo_file is a PNG, printed in the place of the store's name.
    """

    language: str = "en"
    header: tuple[str, ...] = ()
    logo_file: Path | None = None
    ask: bool = False
    unanswered: ReceiptChoice = ReceiptChoice.PRINT
    none_below_minor: int = 0
    email: bool = False
    show_savings: bool = True
    show_rewards: bool = True
    show_barcode: bool = True
    show_check_code: bool = True
    check_url: str = ""

    def first_print(self, total_minor: int) -> FirstPrint:
        """What becomes of the paper of a sale of this total. A refund or nothing to pay counts as its size."""
        if abs(total_minor) < self.none_below_minor:
            return FirstPrint.NOT_WANTED
        if self.ask:
            return FirstPrint.HELD
        return FirstPrint.AT_ONCE if self.unanswered.on_paper else FirstPrint.NOT_WANTED


STANDARD_RECEIPTS = ReceiptTemplate()
"""Those of a store that decided nothing."""
