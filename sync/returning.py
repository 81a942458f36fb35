"""The wire between terminals and the central service, continued: goods that come back.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated

from msgspec import Meta, field

from sync.contract import AmountMinor, Identifier, Message, ShortText, SignedAmountMinor

PATH_FIND_SALES = "/v1/sales/search"  # POST FindSales -> FoundSales
PATH_RESERVE_RETURN = "/v1/returns/reserve"  # POST ReserveReturn; 2xx, also when it was reserved before
PATH_RELEASE_RETURN = "/v1/returns/{return_id}/release"  # POST, empty body; 2xx also when it is gone
PATH_WITHOUT_RECEIPT = "/v1/returns/without-receipt"  # POST AskWithoutReceipt -> WithoutReceipt

Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class FindSales(Message):
    """One of member, serial number, or card digits; a day and a total narrow the sales of a card down."""

    member_id: Annotated[str, Meta(max_length=64)] = ""
    serial_number: Annotated[str, Meta(max_length=64)] = ""
    card_last_four: Annotated[str, Meta(pattern=r"^([0-9]{4})?$")] = ""
    business_day: Day = ""
    amount_minor: SignedAmountMinor | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 8


class SaleInList(Message):
    """A sale to choose from; goods are the names of its first lines."""

    receipt_number: str
    ended_at: str
    store_id: str
    total_minor: int
    goods: list[str] = field(default_factory=list)


class FoundSales(Message):
    """Newest first."""

    sales: list[SaleInList]


class ReturnPiece(Message):
    """So much of one line."""

    line_number: Annotated[int, Meta(ge=1, le=100_000)]
    quantity_milli: Annotated[int, Meta(ge=1, le=10**9)]


class ReserveReturn(Message):
    """Goods that one till is about to take back: no other till may, until its event is in or the time is over."""

    return_id: Identifier
    receipt_number: Identifier
    pieces: Annotated[list[ReturnPiece], Meta(min_length=1, max_length=1000)]


class AskWithoutReceipt(Message):
    """What somebody brought without receipts; the hash is the till's, of the document that was seen."""

    id_hash: Annotated[str, Meta(min_length=16, max_length=128)]
    since_day: Day


class WithoutReceipt(Message):
    """How often, and how much was given for it."""

    returns: int
    total_minor: AmountMinor


class IdentificationMessage(Message):
    """Who brought goods without a receipt."""

    kind: ShortText
    last_four: Annotated[str, Meta(max_length=4)]
    id_hash: Annotated[str, Meta(min_length=16, max_length=128)]


class WithoutReceiptPayload(Message):
    """What the service reads of a return without a receipt."""

    ended_at: Annotated[str, Meta(max_length=40)]
    total_minor: AmountMinor
    identification: IdentificationMessage
