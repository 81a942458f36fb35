"""Sales set aside and taken up again: each step is one commit, and no transaction number is ever lost.

A parked sale keeps its number until it is completed, cancelled or taken by another till, where it gets a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pos_app.domain.basket import BasketLine
from pos_app.domain.rights import Action
from pos_app.domain.tenders import STORED_VALUE, Tender, TenderType
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import (
    Catalogue,
    Clock,
    Formatter,
    IdSource,
    OpenTransaction,
    ParkedElsewhere,
    ParkedHere,
    ParkedSale,
    ParkedSales,
    PrintJob,
    Storage,
    UnitOfWork,
)
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.parking_slip import compose_parking_slip
from pos_app.services.selling import Selling

RECALLED = "Parked sale recalled"
MAXIMUM_NOTE_LENGTH = 40
_GIVEN_BACK = (TenderType.POINTS, *STORED_VALUE)
"""What is only set aside, and given back when the sale is parked; any other payment has to be settled first."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A sale that was set aside, the parts of its payment whose holds the caller releases, and the promo codes that
    were given back with theirs: they have to be entered again.
    """

    sale: ParkedSale
    given_back: tuple[Tender, ...] = ()
    promo_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A line that costs something else today than on the day it was rung up."""

    line_number: int
    name: str
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class Recalled:
    """A sale that is under way again, and what changed since it was parked."""

    sale: ParkedSale
    total_minor: int
    repriced: bool = False
    changes: tuple[PriceChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """That the operator may take up one parked sale; made by Suspending.permit only."""

    parking_id: str
    operator_id: str
    approver_id: str = ""


class Suspending:
    """Parks the sale under way and takes parked ones up. The network part is in parked_sharing.py."""

    def __init__(
        self,
        selling: Selling,
        *,
        storage: Storage,
        parked: ParkedSales,
        catalogue: Catalogue,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        approvals: Approvals,
    ) -> None:
        self._selling = selling
        self._storage = storage
        self._parked = parked
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._approvals = approvals

    # --- parking -----------------------------------------------------------------------------------------------------

    def park(self, note: str = "") -> Parked:
        """Set the sale under way aside; what the central service set aside for it is given back.

        Raises CashierError when there is nothing to park, or when money was taken already.
        """
        sale = self._selling.current
        if sale is None or sale.basket.is_empty:
            raise CashierError("nothing_to_park", "There is nothing to park yet. Scan an item first.")
        if sale.card_attempt is not None or any(tender.tender_type not in _GIVEN_BACK for tender in sale.tenders):
            raise CashierError(
                "part_paid", "Part of this sale is already paid. Finish it, or give that payment back, then park it."
            )
        if sale.completes is not None:
            raise CashierError("completes_order", "This sale hands out an order. Finish it now, or cancel it.")
        if sale.exchange is not None:
            raise CashierError("exchange", "Goods that came back pay in this sale. Finish it, or take them out first.")
        codes = tuple(use.code for use in sale.basket.code_uses if use.hold_id)
        basket = sale.basket
        for code in codes:
            basket = basket.remove_promo_code(code)
        unpaid = replace(sale, basket=basket, tenders=())
        operator = self._selling.operator
        parked = ParkedSale(
            parking_id=self._ids.new_id(),
            transaction=unpaid,
            parked_at=self._clock.now().isoformat(timespec="seconds"),
            operator_id=operator.operator_id,
            operator_name=operator.display_name,
            total_minor=self._selling.total_unpaid_minor(unpaid),
            item_count=sum(not line.voided for line in basket.lines),
            note=_with_codes(_note(note), codes),
        )
        try:
            with self._storage.unit_of_work() as work:
                work.append("transaction_suspended", _payload(parked), event_id=parked.parking_id)
                work.park(parked)
                work.clear_open_transaction()
                if self._selling.profile.parking.slip:
                    work.add_print_job(self._slip(parked))
                work.commit()
        except CommitUnknownError:
            if not self._storage.has_event(parked.parking_id):
                raise
        self._selling.forget()
        return Parked(parked, sale.tenders, codes)

    def print_slip(self, parking_id: str) -> None:
        """Print the slip of a sale parked here once more. Raises CashierError."""
        with self._storage.unit_of_work() as work:
            work.add_print_job(self._slip(self._here(parking_id).sale))
            work.commit()

    def _slip(self, parked: ParkedSale) -> PrintJob:
        document = compose_parking_slip(parked, self._selling.profile, self._formatter, self.expires_at(parked))
        return PrintJob(self._ids.new_id(), parked.parking_id, document)

    # --- what is parked ----------------------------------------------------------------------------------------------

    def parked(self) -> list[ParkedHere]:
        """The sales parked at this till, newest first; those that another till is taking among them."""
        return self._parked.all()

    def age(self, parked: ParkedSale) -> timedelta:
        """How long a sale has been parked, for the list at the close of the day."""
        return self._clock.now() - datetime.fromisoformat(parked.parked_at)

    def expires_at(self, parked: ParkedSale) -> datetime:
        """When the store's rule cancels the sale."""
        hours = self._selling.profile.parking.expires_after_hours
        return datetime.fromisoformat(parked.parked_at) + timedelta(hours=hours)

    # --- taking up ---------------------------------------------------------------------------------------------------

    def permit(
        self, parked: ParkedSale | ParkedElsewhere, approval: Approval | None = None, reason: str = RECALLED
    ) -> Permit:
        """Leave to take this sale up now, or to cancel it.

        Raises CashierError, ApprovalNeededError for somebody else's sale.
        """
        self._require_room()
        if not self._storage.business_day():
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")
        operator_id = self._selling.operator.operator_id
        if parked.operator_id == operator_id:
            return Permit(parked.parking_id, operator_id)
        self._approvals.require(
            Action.TAKE_OVER_SALE,
            amount_minor=parked.total_minor,
            detail=f"Sale {parked.receipt_number}, parked by {parked.operator_name}",
            reason=reason,
            approval=approval,
        )
        return Permit(parked.parking_id, operator_id, approval.approver_id if approval else "")

    def recall(self, parked: ParkedSale, permit: Permit) -> Recalled:
        """Go on with a parked sale. One that was parked at another till gets a number of this one.

        Its prices are those it was rung up with; on another business day they are those of today, and what changed
        is told. The caller has claimed it (parked_sharing.py). Raises CashierError when it was taken up before.
        """
        if permit != Permit(parked.parking_id, self._selling.operator.operator_id, permit.approver_id):
            raise ValueError("the permit is for another sale or operator")
        event_id = retrieval_id(parked.parking_id)
        if self._storage.has_event(event_id):
            raise CashierError("parked_gone", "This sale was recalled before.")
        self._require_room()
        is_here = self._parked.find(parked.parking_id) is not None
        if not is_here and parked.transaction.header.workstation_id == self._selling.profile.workstation_id:
            raise CashierError("parked_gone", "This sale is not parked any more.")
        if self._selling.current is not None:
            self._selling.cancel("Nothing on it; a parked sale was recalled")
        try:
            with self._storage.unit_of_work() as work:
                transaction, changes = self._as_of_today(self._numbered(work, parked.transaction, is_here))
                payload = _payload(parked) | {
                    "retrieved_by": permit.operator_id,
                    "approved_by": permit.approver_id,
                    "as_transaction_id": transaction.header.transaction_id,
                    "as_receipt_number": transaction.header.receipt_number,
                }
                work.append("transaction_retrieved", payload, event_id=event_id)
                work.unpark(parked.parking_id)
                work.save_open_transaction(transaction)
                work.commit()
        except CommitUnknownError:
            if not self._storage.has_event(event_id):
                raise
        self._selling.restore()
        repriced = transaction.header.business_day != parked.transaction.header.business_day
        return Recalled(parked, self._selling.total_unpaid_minor(transaction), repriced, changes)

    def _require_room(self) -> None:
        now = self._selling.current
        if now is not None and (not now.basket.is_empty or now.tenders or now.exchange or now.order):
            raise CashierError("sale_under_way", "A sale is under way. Park or finish it, then recall the other one.")

    def _numbered(self, work: UnitOfWork, transaction: OpenTransaction, is_here: bool) -> OpenTransaction:
        """Under its own number where it was parked, under a new one at another till."""
        header = replace(transaction.header, operator_id=self._selling.operator.operator_id)
        if not is_here:
            header = replace(
                header,
                transaction_id=self._ids.new_id(),
                sequence_number=work.begin_transaction(),
                workstation_id=self._selling.profile.workstation_id,
            )
        account = replace(transaction.account, remembered=True) if transaction.account else None
        return replace(transaction, header=header, account=account)

    def _as_of_today(self, sale: OpenTransaction) -> tuple[OpenTransaction, tuple[PriceChange, ...]]:
        """The sale as rung up on its own business day, at today's prices on another."""
        today = self._storage.business_day()
        if sale.header.business_day == today:
            return sale, ()
        before = sale.basket
        lines = tuple(self._with_todays_item(line) for line in before.lines)
        sale = self._selling.begun_now(replace(sale, basket=replace(before, lines=lines)), today)
        changes = (
            PriceChange(new.line_number, new.item.name, old.unit_price_minor, new.unit_price_minor)
            for old, new in zip(before.lines, sale.basket.lines, strict=True)
            if old.unit_price_minor != new.unit_price_minor
        )
        return sale, tuple(changes)

    def _with_todays_item(self, line: BasketLine) -> BasketLine:
        item = None if line.voided else self._catalogue.find_by_code(line.code)
        if item is None or item.item_id != line.item.item_id:
            return line
        return replace(line, item=replace(line.item, price_minor=item.price_minor))

    # --- other ends --------------------------------------------------------------------------------------------------

    def discard(self, parking_id: str, reason: str, permit: Permit | None = None) -> None:
        """Cancel a sale that is parked here, under its own number; by somebody with a permit, or by the store's rule.

        The caller has claimed it (parked_sharing.py) unless no other till can take it. Raises CashierError.
        """
        parked = self._here(parking_id).sale
        payload = _payload(parked) | {"reason": reason}
        if permit is not None:
            payload |= {"cancelled_by": permit.operator_id, "approved_by": permit.approver_id}
        with self._storage.unit_of_work() as work:
            work.append("transaction_cancelled", payload, event_id=parked.transaction.header.transaction_id)
            work.unpark(parking_id)
            work.commit()

    def taken_elsewhere(self, parking_id: str, terminal_id: str) -> None:
        """Another till has gone on with this sale: its number here ends. Raises CashierError."""
        parked = self._here(parking_id).sale
        with self._storage.unit_of_work() as work:
            payload = _payload(parked) | {"terminal_id": terminal_id}
            work.append("transaction_taken_elsewhere", payload, event_id=f"{parking_id}-t")
            work.unpark(parking_id)
            work.commit()

    def _here(self, parking_id: str) -> ParkedHere:
        found = self._parked.find(parking_id)
        if found is None:
            raise CashierError("parked_gone", "This sale is not parked here any more.")
        return found


def retrieval_id(parking_id: str) -> str:
    """The id of the one event that takes a parked sale up; were there two, the central service would show it."""
    return f"{parking_id}-r"


def _payload(parked: ParkedSale) -> dict[str, object]:
    """What the journal keeps: neither the note nor the member's name, which could never be erased."""
    header = parked.transaction.header
    return {
        "parking_id": parked.parking_id,
        "transaction_id": header.transaction_id,
        "sequence_number": header.sequence_number,
        "receipt_number": header.receipt_number,
        "operator_id": parked.operator_id,
        "line_count": len(parked.transaction.basket.lines),
        "total_minor": parked.total_minor,
    }


def _note(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > MAXIMUM_NOTE_LENGTH or not words.isprintable():
        raise CashierError("note", f"A note is one line of at most {MAXIMUM_NOTE_LENGTH} characters.")
    return words


def _with_codes(note: str, codes: Sequence[str]) -> str:
    """The note with the codes that have to be entered again, as far as a note goes: whoever recalls it sees them."""
    words = " · ".join(filter(None, (note, f"Enter {', '.join(codes)} again" if codes else "")))
    return words if len(words) <= MAXIMUM_NOTE_LENGTH else note
