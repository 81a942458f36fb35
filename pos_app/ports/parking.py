"""Sales set aside, at this till and at the other tills of the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pos_app.ports.storage import OpenTransaction


@dataclass(frozen=True, slots=True)
class ParkedSale:
    """A sale that was suspended, as it was rung up and without payment. Times are ISO 8601 with offset."""

    parking_id: str
    transaction: OpenTransaction
    parked_at: str
    operator_id: str
    operator_name: str
    total_minor: int
    item_count: int
    note: str = ""

    @property
    def receipt_number(self) -> str:
        """The number the sale was begun under."""
        return self.transaction.header.receipt_number

    @property
    def member_name(self) -> str:
        """The member's first name, else their masked address, else nothing."""
        member = self.transaction.basket.member
        return "" if member is None else (member.display_name.split() or [member.masked_email])[0]


@dataclass(frozen=True, slots=True)
class ParkedHere:
    """A sale parked at this till. The other tills of the store may take it until offered_until, if that is set.

    offered: the central service has it. taken_by: the till that is taking it, or has taken it.
    """

    sale: ParkedSale
    offered: bool = False
    offered_until: datetime | None = None
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class ParkedElsewhere:
    """What a list shows of a sale that was parked at another till; taken_here: this till took it and did not go on."""

    parking_id: str
    terminal_id: str
    receipt_number: str
    parked_at: str
    operator_id: str
    operator_name: str
    total_minor: int
    item_count: int
    member_name: str = ""
    note: str = ""
    taken_here: bool = False


@dataclass(frozen=True, slots=True)
class OfferState:
    """What became of a sale that this till offered: offered, withdrawn, taken or ended; and by which till."""

    parking_id: str
    state: str
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class StoresParked:
    """The store's parked sales as the central service knows them."""

    elsewhere: tuple[ParkedElsewhere, ...] = ()
    offers: tuple[OfferState, ...] = ()
    taken_here: tuple[str, ...] = ()


class ParkedSales(Protocol):
    """The sales parked at this till. Thread-safe."""

    def all(self) -> list[ParkedHere]:
        """All of them, newest first."""

    def find(self, parking_id: str) -> ParkedHere | None:
        """One of them, or None."""

    def document(self, sale: ParkedSale) -> str:
        """The sale as text for another till of this program."""

    def read(self, document: str) -> ParkedSale:
        """The sale of such a text. Raises WorldError when it is none."""

    def offering(self, parking_ids: Sequence[str], until: datetime) -> None:
        """The other tills may be told of these; written down before they are."""

    def note_offer(self, state: OfferState) -> None:
        """What the central service says of an offer."""


class ParkingGateway(Protocol):
    """The store's parked sales at the central service. Every call may block: never on the GUI thread.

    All raise OfflineError when it cannot be reached and RefusedError when it says no.
    """

    def require_line(self) -> None:
        """Return when the central service can probably be reached."""

    def offer(self, sale: ParkedSale, document: str, expires_at: datetime) -> None:
        """Let the other tills of the store take this sale; the same again changes nothing."""

    def look(self, offered: Sequence[str], until: datetime, settled: Sequence[str]) -> StoresParked:
        """The store's parked sales. Of this till's, exactly those in offered may be taken until then.

        settled are sales that this till took and has in its journal now.
        """

    def take(self, parking_id: str) -> str:
        """Take a sale for this till alone: its document. The same till again gets the same answer."""
