"""Parked sales at every till of the store: each is taken by exactly one of them, also when a line breaks.

The central service hands a sale out only while its own till says that it may (offered_until). So a till that has no
line need only wait until that has passed, and may then go on with its own sales without asking.
"""

import logging
import threading
from datetime import timedelta

from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import (
    Clock,
    OfferState,
    ParkedElsewhere,
    ParkedHere,
    ParkedSale,
    ParkedSales,
    ParkingGateway,
    Storage,
)
from pos_app.services.suspending import Suspending, retrieval_id

OFFER = timedelta(seconds=60)
"""How long the other tills may take a sale after this till last said so; said again every 20 seconds or so."""
MARGIN = timedelta(seconds=15)
"""How far the two clocks may differ after what the till has learnt of the service's, and more."""
EXPIRED = "Parked longer than the store's rule allows"

_logger = logging.getLogger(__name__)


class ParkedSharing:
    """Every call may block for the network and is safe on any thread; the sale under way is never touched."""

    def __init__(
        self,
        gateway: ParkingGateway,
        suspending: Suspending,
        *,
        storage: Storage,
        parked: ParkedSales,
        clock: Clock,
        terminal_id: str,
    ) -> None:
        self._gateway = gateway
        self._terminal_id = terminal_id
        self._suspending = suspending
        self._storage = storage
        self._parked = parked
        self._clock = clock
        self._lock = threading.Lock()
        self._claimed: set[str] = set()
        """Sales that this till is about to go on with: they are offered no more."""

    def exchange(self) -> tuple[ParkedElsewhere, ...]:
        """Offer this till's parked sales, note what others took, cancel what is too old; the other tills' come back.

        Raises OfflineError, RefusedError; what is too old is cancelled all the same.
        """
        with self._lock:
            self._cancel_expired()
            self._gateway.require_line()
            for row in self._unclaimed():
                if not row.offered:
                    self._offer(row)
            until = self._clock.now() + OFFER
            offered = [row.sale.parking_id for row in self._unclaimed() if row.offered]
            if offered:
                self._parked.offering(offered, until)
            found = self._gateway.look(offered, until, ())
            settled = [parking_id for parking_id in found.taken_here if self._is_settled(parking_id)]
            if settled:
                found = self._gateway.look(offered, until, settled)
            for state in found.offers:
                self._note(state)
            return found.elsewhere

    def claim(self, parking_id: str) -> ParkedSale:
        """The parked sale, for this till alone from now on.

        Raises CashierError when another till has it or may be taking it, and WorldError.
        """
        with self._lock:
            row = self._parked.find(parking_id)
            if row is None:
                return self._parked.read(self._gateway.take(parking_id))
            self._claimed.add(parking_id)
            try:
                self._claim_from_the_others(row)
            except Exception:
                self._claimed.discard(parking_id)
                raise
            return row.sale

    def let_go(self, parking_id: str) -> None:
        """The sale that was claimed stays parked after all; the other tills may have it again."""
        self._claimed.discard(parking_id)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _unclaimed(self) -> list[ParkedHere]:
        return [row for row in self._parked.all() if row.sale.parking_id not in self._claimed]

    def _claim_from_the_others(self, row: ParkedHere) -> None:
        if row.offered_until is None:
            return
        try:
            self._gateway.take(row.sale.parking_id)
        except OfflineError as error:
            left = row.offered_until + MARGIN - self._clock.now()
            if left > timedelta():
                raise CashierError(
                    "may_be_taken",
                    "The line is down, and another till may be taking this sale right now. "
                    f"Try again in {left.seconds + 1} seconds.",
                ) from error
        except RefusedError as error:
            raise CashierError("parked_elsewhere", error.message) from error

    def _offer(self, row: ParkedHere) -> None:
        sale = row.sale
        try:
            self._gateway.offer(sale, self._parked.document(sale), self._suspending.expires_at(sale))
        except RefusedError as error:
            _logger.warning("sale %s stays at this till alone: %s", sale.receipt_number, error)
            return
        self._parked.note_offer(OfferState(sale.parking_id, "offered"))

    def _is_settled(self, parking_id: str) -> bool:
        """True when this till has gone on with the sale, or it was its own and has ended here."""
        if self._storage.has_event(retrieval_id(parking_id)):
            return True
        return self._storage.has_event(parking_id) and self._parked.find(parking_id) is None

    def _note(self, state: OfferState) -> None:
        if self._parked.find(state.parking_id) is None or state.taken_by == self._terminal_id:
            return
        if state.state == "ended" and state.taken_by:
            self._suspending.taken_elsewhere(state.parking_id, state.taken_by)
        else:
            self._parked.note_offer(state)

    def _cancel_expired(self) -> None:
        now = self._clock.now()
        for row in self._parked.all():
            if now > self._suspending.expires_at(row.sale) + MARGIN:
                self._suspending.discard(row.sale.parking_id, EXPIRED)
