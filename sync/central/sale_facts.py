"""Events about a sale that was made before, read and checked by themselves: returns, post-voids, shipments."""

from dataclasses import dataclass, field

import msgspec

from pos_app.domain.journal import EventKind
from sync import contract
from sync.central.moments import parse, stored
from sync.central.sales import PoisonError, SalePlan
from sync.central.sold_lines import RETURN_KINDS, SHIPMENT_KINDS, Fact, Piece

KINDS = (*RETURN_KINDS, *SHIPMENT_KINDS)


@dataclass(slots=True)
class Outcome:
    """What became of an event. points are those that the service posted for it, as it computed them."""

    quarantined: bool = False
    reason: str = ""
    member_id: str = ""
    points: int = 0
    correction_points: int = 0


@dataclass(frozen=True, slots=True)
class ArrivedFact:
    """A fact as it came in. printed_points is what the till's paper says the member's points changed by."""

    fact: Fact
    event_id: str
    store_id: str
    sale_key: str
    occurred_at: str
    printed_points: int
    payload: bytes
    outcome: Outcome = field(default_factory=Outcome)


def read_fact(event: contract.Event, store_id: str, outcome: Outcome) -> ArrivedFact | None:
    """The fact of an event, None for one that was only practised. Raises PoisonError."""
    body = bytes(event.payload)
    try:
        if event.kind in SHIPMENT_KINDS:
            return _shipment(event, contract.decode(body, contract.ShipmentPayload), store_id, outcome)
        returned = contract.decode(body, contract.ReturnPayload)
        ended_at = stored(parse(returned.ended_at))
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as error:
        raise PoisonError("bad_payload", str(error)[:300]) from error
    header = returned.header
    if header.training:
        outcome.reason = "training"
        return None
    if header.store_id != store_id:
        raise PoisonError("other_store", f"The return says store {header.store_id}, its terminal is in {store_id}.")
    if returned.post_void != (event.kind == EventKind.POST_VOID):
        raise PoisonError("bad_payload", "The event and its payload disagree on whether the whole sale was voided.")
    return ArrivedFact(
        fact=Fact(header.transaction_id, event.kind, pieces_of(event.kind, body)),
        event_id=event.event_id,
        store_id=store_id,
        sale_key=returned.original_transaction_id or receipt_key(returned.original_receipt_number),
        occurred_at=ended_at,
        printed_points=-returned.points_reversed,
        payload=body,
        outcome=outcome,
    )


def _shipment(
    event: contract.Event, shipment: contract.ShipmentPayload, store_id: str, outcome: Outcome
) -> ArrivedFact:
    return ArrivedFact(
        fact=Fact(event.event_id, event.kind, pieces_of(event.kind, bytes(event.payload))),
        event_id=event.event_id,
        store_id=store_id,
        sale_key=shipment.original_transaction_id,
        occurred_at=stored(parse(event.occurred_at)),
        printed_points=0,
        payload=bytes(event.payload),
        outcome=outcome,
    )


def pieces_of(kind: str, payload: bytes) -> tuple[Piece, ...]:
    """The goods that a fact names."""
    if kind in SHIPMENT_KINDS:
        return tuple(Piece(number) for number in contract.decode(payload, contract.ShipmentPayload).line_numbers)
    lines = contract.decode(payload, contract.ReturnPayload).lines
    return tuple(Piece(line.line_number, line.code, line.item_id, line.quantity_milli) for line in lines)


def receipt_key(receipt_number: str) -> str:
    """The name of a sale of which only the paper is known."""
    return f"receipt:{receipt_number}"


def sale_keys(plan: SalePlan) -> tuple[str, str]:
    """The two names under which facts wait for a sale."""
    header = plan.payload.header
    return header.transaction_id, receipt_key(header.receipt_number)
