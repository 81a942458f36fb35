"""The tenders of one store beside points, cash, card and gift card: what is asked for, and by which rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pos_app.domain.rounding import Rounding
from pos_app.domain.tenders import Tender, TenderError, TenderType, cash_due_minor, exact_tender

LONGEST_REFERENCE = 40
CONFIGURABLE = (
    TenderType.VOUCHER,
    TenderType.CHECK,
    TenderType.FINANCING,
    TenderType.BANK_TRANSFER,
    TenderType.CUSTOMER_ACCOUNT,
)
"""Kinds that a store may define. Points, cash, cards and stored value have their own rules in the program."""

_WHOLE_CARD_NUMBER = re.compile(r"(?:[0-9][ -]?){13,19}")


class OverTender(StrEnum):
    """What becomes of a tender worth more than is due: it is not taken, cash goes back, or the rest is lost."""

    REFUSED = "refused"
    CHANGE = "change"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class TenderDefinition:
    """One configured tender.

    reference_name is what is asked for ("Contract number"); empty asks for nothing. reference_pattern is a regular
    expression that the whole of it must match, reference_hint says it in words. maximum_minor is the most that one
    such tender may pay, approval_above_minor what needs a second person beyond; None sets no limit. One that is not
    offered any more is known for the sales that were paid with it.
    """

    definition_id: str
    name: str
    tender_type: TenderType
    reference_name: str = ""
    reference_pattern: str = ""
    reference_hint: str = ""
    over_tender: OverTender = OverTender.REFUSED
    maximum_minor: int | None = None
    approval_above_minor: int | None = None
    opens_drawer: bool = False
    refundable: bool = True
    works_offline: bool = True
    offered: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]{1,40}", self.definition_id):
            raise ValueError(f"{self.definition_id!r} is no id of a tender: small letters, digits and _")
        if self.tender_type not in CONFIGURABLE:
            raise ValueError(f"tender {self.definition_id!r} cannot be of the kind {self.tender_type.value!r}")
        if not self.name.strip() or len(self.name) > 30:
            raise ValueError(f"tender {self.definition_id!r} needs a name of at most 30 letters")
        try:
            re.compile(self.reference_pattern)
        except re.error as error:
            raise ValueError(f"the reference pattern of tender {self.definition_id!r}: {error}") from error

    def reference_problem(self, reference: str) -> str:
        """Why this cannot be its reference; empty when it can."""
        cleaned = reference.strip()
        if not self.reference_name:
            return ""
        if not cleaned:
            return f"Enter the {self.reference_name.lower()}."
        if len(cleaned) > LONGEST_REFERENCE or not cleaned.isprintable():
            return f"The {self.reference_name.lower()} has at most {LONGEST_REFERENCE} characters."
        if self.reference_pattern:
            if not re.fullmatch(self.reference_pattern, cleaned):
                return self.reference_hint or f"That is no {self.reference_name.lower()}."
        elif _WHOLE_CARD_NUMBER.search(cleaned):
            return "Never enter a whole card number."
        return ""


def configured_tender(
    tender_id: str,
    definition: TenderDefinition,
    amount_minor: int,
    reference: str,
    due_minor: int,
    step_minor: int,
    rounding: Rounding,
) -> Tender:
    """A part paid with a configured tender, by its rules. Raises TenderError."""
    if problem := definition.reference_problem(reference):
        raise TenderError(problem)
    if definition.maximum_minor is not None and amount_minor > definition.maximum_minor:
        raise TenderError(f"That is more than {definition.name} may pay.")
    over = amount_minor > due_minor > 0
    if over and definition.over_tender is OverTender.CHANGE:
        if step_minor > 1 and amount_minor % step_minor:
            raise TenderError("There are no coins for the change of that amount.")
        pays = min(amount_minor, cash_due_minor(due_minor, step_minor, rounding))
        tender = Tender(tender_id, definition.tender_type, pays, amount_minor)
    else:
        pays = due_minor if over and definition.over_tender is OverTender.KEPT else amount_minor
        tender = exact_tender(tender_id, definition.tender_type, pays, due_minor)
    return replace(
        tender,
        reference=reference.strip() if definition.reference_name else "",
        description=definition.name,
        definition_id=definition.definition_id,
    )


def opens_drawer(tender: Tender, definitions: Sequence[TenderDefinition]) -> bool:
    """True for cash, for what gives change, and for tenders that are put into the drawer."""
    if tender.tender_type is TenderType.CASH or tender.change_minor:
        return True
    return any(one.opens_drawer for one in definitions if one.definition_id == tender.definition_id)
