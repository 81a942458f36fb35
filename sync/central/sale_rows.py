"""A sale as it is kept in the tables."""

from typing import Any

from sync.central.sales import SalePlan

POINTS_OF_THE_MEMBER = (
    "(transaction_id, line_number) DO UPDATE SET points_base = excluded.points_base, "
    "points_bonus = excluded.points_bonus, offer_id = excluded.offer_id"
)
"""What changes in the lines of a sale when its member becomes known."""


def line_rows(plan: SalePlan) -> list[dict[str, Any]]:
    """The lines as a return finds them."""
    transaction_id = plan.payload.header.transaction_id
    return [
        {
            "transaction_id": transaction_id,
            "line_number": line.line_number,
            "code": line.code,
            "item_id": line.item_id,
            "quantity_milli": line.quantity_milli,
            "net_minor": line.net_minor,
            "fees_minor": line.fees_minor,
            "points_base": line.points_base,
            "points_bonus": line.points_bonus,
            "offer_id": line.offer_id,
            "to_ship": line.to_ship,
        }
        for line in plan.sold_lines
    ]


def tender_rows(plan: SalePlan) -> list[dict[str, Any]]:
    """The parts of the payment that can come back to the service."""
    return [
        {
            "transaction_id": plan.payload.header.transaction_id,
            "tender_id": tender.tender_id,
            "tender_type": tender.tender_type,
            "amount_minor": tender.amount_minor,
            "points": tender.points,
            "reference": tender.reference,
        }
        for tender in (*plan.tenders_of_points, *plan.tenders_of_gift_cards)
    ]


def sale_row(plan: SalePlan, event_id: str, member_id: str) -> dict[str, Any]:
    """The sale itself; member_id is empty as long as nobody is known to have made it."""
    header = plan.payload.header
    return {
        "transaction_id": header.transaction_id,
        "event_id": event_id,
        "receipt_number": header.receipt_number,
        "store_id": header.store_id,
        "business_day": header.business_day,
        "ended_at": plan.ended_at,
        "member_id": member_id,
        "total_minor": plan.payload.total_minor,
        "currency_code": header.currency_code,
        "terms_id": plan.payload.points.terms_id,
        "terms_version": plan.payload.points.terms_version,
        "earned_on": plan.earned_on,
        "expires_on": plan.expires_on,
    }
