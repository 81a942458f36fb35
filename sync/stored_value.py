"""The wire between terminals and the central service, continued: money that is put onto gift cards and store credit.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Literal

from msgspec import Meta

from sync.contract import AmountMinor, Identifier, Message, ShortText

PATH_HOLD_LOADS = "/v1/gift-cards/loads/hold"  # POST HoldLoads -> LoadsHeld; the same return again, the same answer


class StoredValueLoadedPayload(Message):
    """Money was put onto a number, which travels in the batch's contacts.

    transaction_id and line_number name the sale's line that it was bought on; empty and 0 for store credit.
    """

    contact_id: Identifier
    kind: Literal["activate", "top_up", "store_credit"]
    amount_minor: Annotated[int, Meta(ge=1, le=10**12)]
    currency_code: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    transaction_id: Annotated[str, Meta(max_length=64)] = ""
    line_number: Annotated[int, Meta(ge=0, le=100_000)] = 0
    reason: ShortText = ""


class HoldLoads(Message):
    """The sale that money was put onto cards by is about to be voided; these are the lines of the cards.

    What is held goes when the void's event comes in, and is free again with the release of the return.
    """

    return_id: Identifier
    transaction_id: Identifier
    line_numbers: Annotated[list[Annotated[int, Meta(ge=1, le=100_000)]], Meta(min_length=1, max_length=1000)]


class LoadStanding(Message):
    """What the card of one line holds of what the line put onto it."""

    line_number: int
    loaded_minor: AmountMinor
    left_minor: AmountMinor


class LoadsHeld(Message):
    """held: the whole money of all lines is set aside for the void; else nothing is, and loads say why.

    A line whose load has not come in is not in the list.
    """

    held: bool
    loads: list[LoadStanding]
