"""The store's parked sales as a till asks for them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pos_app.errors import OfflineError
from pos_app.ports import OfferState, ParkedElsewhere, ParkedSale, StoresParked
from sync import parking
from sync.terminal.client import CentralClient


class CentralParking:
    """Implements pos_app.ports.ParkingGateway over HTTP; is_online is what the sync worker knows."""

    def __init__(self, client: CentralClient, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._is_online = is_online

    def require_line(self) -> None:
        """Return when the central service can probably be reached. Raises OfflineError."""
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")

    def offer(self, sale: ParkedSale, document: str, expires_at: datetime) -> None:
        """Let the other tills of the store take this sale; the same again changes nothing."""
        self.require_line()
        summary = parking.ParkedSummary(
            parking_id=sale.parking_id,
            receipt_number=sale.receipt_number,
            parked_at=sale.parked_at,
            operator_id=sale.operator_id,
            operator_name=sale.operator_name,
            total_minor=sale.total_minor,
            item_count=sale.item_count,
            member_name=sale.member_name,
            note=sale.note,
        )
        message = parking.OfferParked(summary=summary, document=document, expires_at=self._theirs(expires_at))
        self._client.post_unanswered(parking.PATH_OFFER_PARKED, message)

    def look(self, offered: Sequence[str], until: datetime, settled: Sequence[str]) -> StoresParked:
        """The store's parked sales. Of this till's, exactly those in offered may be taken until then."""
        self.require_line()
        question = parking.LookParked(
            offered=list(offered), offered_until=self._theirs(until), settled=list(settled)[: parking.MAXIMUM_PARKED]
        )
        found = self._client.post(parking.PATH_LOOK_PARKED, question, parking.ParkedList)
        return StoresParked(
            elsewhere=tuple(_elsewhere(each) for each in found.sales),
            offers=tuple(OfferState(each.parking_id, each.state, each.taken_by) for each in found.offers),
            taken_here=tuple(found.taken_here),
        )

    def take(self, parking_id: str) -> str:
        """Take a sale for this till alone: its document."""
        self.require_line()
        question = parking.TakeParked(parking_id=parking_id)
        return self._client.post(parking.PATH_TAKE_PARKED, question, parking.ParkedDocument).document

    def _theirs(self, moment: datetime) -> str:
        """A moment of this till's clock by the service's."""
        return (moment + timedelta(seconds=self._client.clock_offset_s)).isoformat(timespec="milliseconds")


def _elsewhere(found: parking.ParkedAt) -> ParkedElsewhere:
    summary = found.summary
    return ParkedElsewhere(
        parking_id=summary.parking_id,
        terminal_id=found.terminal_id,
        receipt_number=summary.receipt_number,
        parked_at=summary.parked_at,
        operator_id=summary.operator_id,
        operator_name=summary.operator_name,
        total_minor=summary.total_minor,
        item_count=summary.item_count,
        member_name=summary.member_name,
        note=summary.note,
        taken_here=found.taken_here,
    )
