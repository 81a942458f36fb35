"""Transactions as plain values for the journal, and back (field names after ARTS POSLog).

The shapes here are version 1 of the payloads; a later version adds keys and never changes the meaning of one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pos_app.domain.basket import MemberReference
from pos_app.domain.promotions import LinePromotion
from pos_app.domain.retail_transaction import (
    CodeUse,
    GivenDiscount,
    LineFee,
    LineTax,
    RetailTransaction,
    SaleLine,
    TransactionHeader,
)
from pos_app.domain.returns import CustomerIdentification, Refund, ReturnedLine, ReturnTransaction
from pos_app.domain.rewards import EarnedPoints, LinePoints, OfferPoints
from pos_app.domain.tax import TaxLine
from pos_app.domain.tenders import Tender, TenderType

_AMOUNTS = (
    "subtotal_minor",
    "discount_minor",
    "fees_minor",
    "tax_minor",
    "included_tax_minor",
    "total_minor",
    "cash_rounding_minor",
    "change_minor",
)
_LINE_SINCE_2 = ("serial_number", "given_discounts")
_TENDER_SINCE_2 = (
    "definition_id",
    "payment_id",
    "processor_reference",
    "currency_code",
    "foreign_minor",
    "rate",
)


def sale_to_plain(sale: RetailTransaction) -> dict[str, Any]:
    """The payload of a sale event."""
    return {
        "header": _plain(sale.header) | {"receipt_number": sale.header.receipt_number},
        "ended_at": sale.ended_at,
        "lines": [_sparse(line, _LINE_SINCE_2) for line in sale.lines],
        "taxes": [_plain(tax) for tax in sale.taxes],
        "tenders": [_sparse(tender, _TENDER_SINCE_2) for tender in sale.tenders],
        **{name: getattr(sale, name) for name in _AMOUNTS},
        # The contact is kept beside the journal so that it can be erased; the journal only names it.
        "member": None if sale.member is None else _member_plain(sale.member),
        "points": {
            "terms_id": sale.earned.terms_id,
            "terms_version": sale.earned.terms_version,
            "base": sale.earned.base_points,
            "bonus": sale.earned.bonus_points,
            "used": sale.points_used,
            "segment": sale.earned.segment,
            "offers": [_plain(offer) for offer in sale.earned.offers],
            "eligible_minor": [[line.line_number, line.eligible_minor] for line in sale.earned.lines],
        },
        "promo_codes": list(sale.promo_codes),
        "code_uses": [_plain(use) for use in sale.code_uses],
        "promotions_id": sale.promotions_id,
        "tax_certificate": sale.tax_certificate,
        "exempt_tax_ids": list(sale.exempt_tax_ids),
        "ship_region": sale.ship_region,
        **_checks(sale),
    }


def _checks(sale: RetailTransaction) -> dict[str, Any]:
    """What was seen and noted for its items: an age, without the date of birth, and products with serial numbers."""
    registered = [
        {"line_number": line.line_number, "item_id": line.item_id, "serial_number": line.serial_number}
        for line in sale.lines
        if line.serial_number and not line.voided
    ]
    found: dict[str, Any] = {"age_checked": sale.age_checked} if sale.age_checked else {}
    if sale.given_discounts:
        found["given_discounts"] = list(sale.given_discounts)
    return found | ({"product_registered": registered} if registered else {})


def sale_from_plain(plain: Mapping[str, Any]) -> RetailTransaction:
    """The sale of a payload. Raises KeyError, TypeError or ValueError when it is none."""
    header = {key: value for key, value in plain["header"].items() if key != "receipt_number"}
    lines = tuple(
        SaleLine(
            **{
                **line,
                "taxes": _taxes(line),
                "promotions": _promotions(line),
                "fees": _fees(line),
                "tax_reliefs": tuple(line.get("tax_reliefs", ())),
                "given_discounts": _given(line),
            }
        )
        for line in plain["lines"]
    )
    points = plain["points"]
    eligible = dict(points["eligible_minor"])
    member = plain["member"]
    return RetailTransaction(
        header=TransactionHeader(**header),
        ended_at=plain["ended_at"],
        lines=lines,
        taxes=tuple(TaxLine(**tax) for tax in plain["taxes"]),
        tenders=tuple(
            Tender(**{**tender, "tender_type": TenderType(tender["tender_type"])}) for tender in plain["tenders"]
        ),
        **{name: plain[name] for name in _AMOUNTS},
        member=None if member is None else MemberReference(member["member_id"], member["contact_id"]),
        earned=EarnedPoints(
            terms_id=points["terms_id"],
            terms_version=points["terms_version"],
            base_points=points["base"],
            bonus_points=points["bonus"],
            segment=points.get("segment", "consumer"),
            lines=tuple(
                LinePoints(
                    line.line_number, line.points_base, line.points_bonus, line.offer_id, eligible[line.line_number]
                )
                for line in lines
                if line.line_number in eligible
            ),
            offers=tuple(OfferPoints(**offer) for offer in points["offers"]),
        ),
        promo_codes=tuple(plain.get("promo_codes", ())),
        code_uses=tuple(CodeUse(**use) for use in plain.get("code_uses", ())),
        promotions_id=plain.get("promotions_id", ""),
        tax_certificate=plain.get("tax_certificate", ""),
        exempt_tax_ids=tuple(plain.get("exempt_tax_ids", ())),
        ship_region=plain.get("ship_region", ""),
        age_checked=plain.get("age_checked", 0),
        given_discounts=_given(plain),
    )


def return_to_plain(returned: ReturnTransaction) -> dict[str, Any]:
    """The payload of a return or post-void event."""
    return {
        "header": _plain(returned.header) | {"receipt_number": returned.header.receipt_number},
        "ended_at": returned.ended_at,
        "original_transaction_id": returned.original_transaction_id,
        "original_receipt_number": returned.original_receipt_number,
        "lines": [_plain(line) for line in returned.lines],
        "refunds": [_sparse(refund, ("definition_id",)) for refund in returned.refunds],
        "member": {"member_id": returned.member_id, "contact_id": returned.contact_id}
        if returned.member_id or returned.contact_id
        else None,
        "reason": returned.reason,
        "post_void": returned.post_void,
        "total_minor": returned.total_minor,
        "points_reversed": returned.points_reversed,
        "points_restored": returned.points_restored,
        **_return_since_2(returned),
    }


def _return_since_2(returned: ReturnTransaction) -> dict[str, Any]:
    """Keys that came later are written only where they say something."""
    who = returned.identification
    later = {
        "approval_id": returned.approval_id,
        "approver_id": returned.approver_id,
        "against_policy": list(returned.against_policy),
        "exchanged_for": returned.exchanged_for,
        "identification": None if who is None else _plain(who),
    }
    return {name: value for name, value in later.items() if value}


def return_from_plain(plain: Mapping[str, Any]) -> ReturnTransaction:
    """The return of a payload. Raises KeyError, TypeError or ValueError when it is none."""
    header = {key: value for key, value in plain["header"].items() if key != "receipt_number"}
    member = plain["member"] or {"member_id": "", "contact_id": ""}
    return ReturnTransaction(
        header=TransactionHeader(**header),
        ended_at=plain["ended_at"],
        original_transaction_id=plain["original_transaction_id"],
        original_receipt_number=plain["original_receipt_number"],
        lines=tuple(ReturnedLine(**{**line, "taxes": _taxes(line)}) for line in plain["lines"]),
        refunds=refunds_from_plain(plain["refunds"]),
        member_id=member["member_id"],
        contact_id=member["contact_id"],
        reason=plain["reason"],
        post_void=plain["post_void"],
        approval_id=plain.get("approval_id", ""),
        approver_id=plain.get("approver_id", ""),
        against_policy=tuple(plain.get("against_policy", ())),
        exchanged_for=plain.get("exchanged_for", ""),
        identification=CustomerIdentification(**plain["identification"]) if plain.get("identification") else None,
    )


def refunds_from_plain(plain: Sequence[Mapping[str, Any]]) -> tuple[Refund, ...]:
    """The refunds of a payload. Raises KeyError, TypeError or ValueError when they are none."""
    return tuple(Refund(**{**refund, "tender_type": TenderType(refund["tender_type"])}) for refund in plain)


def deposit_back_to_plain(
    header: TransactionHeader, order_number: str, refunds: Sequence[Refund], kept_minor: int, reason: str
) -> dict[str, Any]:
    """The payload of a deposit that was given back."""
    return {
        "header": _plain(header) | {"receipt_number": header.receipt_number},
        "ended_at": header.began_at,
        "order_number": order_number,
        "lines": [{"name": f"Order {order_number}", "voided": False}],
        "total_minor": sum(refund.amount_minor for refund in refunds),
        "refunds": [_plain(refund) for refund in refunds],
        "kept_minor": kept_minor,
        "reason": reason,
    }


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _sparse(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Keys that came later are written only where they say something."""
    return {name: part for name, part in _plain(value).items() if part or name not in keys}


def _given(plain: Mapping[str, Any]) -> tuple[GivenDiscount, ...]:
    return tuple(GivenDiscount(*one) for one in plain.get("given_discounts", ()))


def _taxes(line: Mapping[str, Any]) -> tuple[LineTax, ...]:
    return tuple(LineTax(*tax) for tax in line.get("taxes", ()))


def _fees(line: Mapping[str, Any]) -> tuple[LineFee, ...]:
    return tuple(
        LineFee(fee_id, name, amount_minor, refundable, tuple(LineTax(*tax) for tax in taxes))
        for fee_id, name, amount_minor, refundable, taxes in line.get("fees", ())
    )


def _promotions(line: Mapping[str, Any]) -> tuple[LinePromotion, ...]:
    return tuple(LinePromotion(*promotion) for promotion in line.get("promotions", ()))


def _member_plain(member: MemberReference) -> dict[str, Any]:
    """Only the opaque ids: neither address nor name goes into what can never be erased."""
    return {"member_id": member.member_id, "contact_id": member.contact_id}
