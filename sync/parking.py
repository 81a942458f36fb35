"""The wire between terminals and the central service, continued: sales parked at one till of a store for all of them.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Literal

from msgspec import Meta

from sync.contract import Identifier, Message, ShortText, SignedAmountMinor

PATH_OFFER_PARKED = "/v1/parked/offer"  # POST OfferParked; 2xx, also when it was offered before
PATH_LOOK_PARKED = "/v1/parked"  # POST LookParked -> ParkedList
PATH_TAKE_PARKED = "/v1/parked/take"  # POST TakeParked -> ParkedDocument
MAXIMUM_PARKED = 500

ParkedState = Literal["offered", "withdrawn", "taken", "ended"]
Moment = Annotated[str, Meta(max_length=40)]
ParkingIds = Annotated[list[Identifier], Meta(max_length=MAXIMUM_PARKED)]


class ParkedSummary(Message):
    """What a list shows of a parked sale; names and the note are sealed where the service keeps them."""

    parking_id: Identifier
    receipt_number: Identifier
    parked_at: Moment
    operator_id: Identifier
    operator_name: ShortText
    total_minor: SignedAmountMinor
    item_count: Annotated[int, Meta(ge=0, le=10_000)]
    member_name: ShortText = ""
    note: ShortText = ""


class OfferParked(Message):
    """A sale for the other tills of the store; document is the till's own text of it, which no other end reads."""

    summary: ParkedSummary
    document: Annotated[str, Meta(max_length=800_000)]
    expires_at: Moment


class LookParked(Message):
    """Of the asking till's sales, exactly those in offered may be taken, until offered_until by the service's clock.

    settled were taken by the asking till, which has them in its journal now.
    """

    offered: ParkingIds
    offered_until: Moment
    settled: ParkingIds


class ParkedAt(Message):
    """A sale that the asking till may take. taken_here: it has taken it already, and may ask for it again."""

    terminal_id: Identifier
    summary: ParkedSummary
    taken_here: bool = False


class ParkedOffer(Message):
    """What became of a sale that the asking till offered."""

    parking_id: Identifier
    state: ParkedState
    taken_by: str = ""


class ParkedList(Message):
    """The store's parked sales of other tills, the state of the asking till's own, and what it took and not settled."""

    sales: list[ParkedAt]
    offers: list[ParkedOffer]
    taken_here: list[Identifier]


class TakeParked(Message):
    """Take a sale for the asking till alone; again, it gets the same answer."""

    parking_id: Identifier


class ParkedDocument(Message):
    """The sale as its till wrote it."""

    document: str
