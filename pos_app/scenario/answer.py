"""What a scenario answers: one JSON object, amounts in integer minor units."""

from collections.abc import Iterable
from typing import Any

from pos_app.domain.explanation import Step, explain_points
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine
from pos_app.domain.returns import ReturnTransaction
from pos_app.domain.rewards import EarnedPoints
from pos_app.domain.tax import TaxLine
from pos_app.domain.tenders import Tender
from pos_app.scenario.player import Played, Transcript
from pos_app.scenario.shop import Shop
from pos_app.scenario.values import quantity_text
from pos_app.services.selling import SaleView


def answer(shop: Shop, transcript: Transcript, *, explain: bool = False) -> dict[str, Any]:
    """The answer to a scenario that was played to its end; with explain, each sale says how it came to its points."""
    transactions = [_transaction(played) for played in transcript.played]
    if explain:
        for played, said in zip(transcript.played, transactions, strict=True):
            if played.sale is not None:
                said["explanation"] = _explanation(shop, played.sale)
    return {
        "transactions": transactions,
        "members": [_member(shop, email, as_written) for email, as_written in transcript.members.items()],
        "gift_cards": [
            {"number": number, "balance_minor": shop.gift_card_balance_minor(number)}
            for number in transcript.gift_cards
        ],
        "till": {"expected_cash_minor": shop.data.storage.till_totals().expected_cash_minor},
    }


def _member(shop: Shop, email: str, as_written: str) -> dict[str, Any]:
    account = shop.member(email)
    assert account is not None
    return {
        "email": as_written,
        "balance_points": account.balance_points,
        "pending_points": account.pending_points,
    }


def _explanation(shop: Shop, sale: RetailTransaction) -> dict[str, Any]:
    """From price to points, step by step, with the rule each step follows."""
    terms = shop.data.terms.terms_of(sale.earned.terms_id, sale.earned.terms_version)
    minor_per_unit = shop.plan.profile.currency.minor_per_unit
    explained = explain_points(sale.lines, sale.earned, terms, sale.points_used, minor_per_unit)
    return {
        "points": explained.points,
        "steps": [_step(step) for step in explained.steps],
        "lines": [
            {"line": line.line_number, "points": line.points, "steps": [_step(step) for step in line.steps]}
            for line in explained.lines
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    return {"what": step.what, step.unit: step.value, "rule": step.clause}


def _transaction(played: Played) -> dict[str, Any]:
    status = "refused" if played.refused else "open" if played.left_open else "completed"
    error = None if played.error is None else {"code": played.error.code, "message": played.error.message}
    return {"id": played.transaction_id, "status": status, "error": error, **_amounts(played)}


def _amounts(played: Played) -> dict[str, Any]:
    if played.sale is not None:
        return _of_sale(played.sale)
    if played.left_open is not None:
        return _of_view(played.left_open)
    if played.returned is not None:
        return _of_return(played.returned)
    return _NOTHING


def _of_sale(sale: RetailTransaction) -> dict[str, Any]:
    return {
        "subtotal_minor": sale.subtotal_minor,
        "discount_minor": sale.discount_minor,
        "fees_minor": sale.fees_minor,
        "tax_minor": sale.tax_minor,
        "total_minor": sale.total_minor,
        "cash_rounding_minor": sale.cash_rounding_minor,
        "change_minor": sale.change_minor,
        "due_minor": 0,
        "taxes": _taxes(sale.taxes),
        "tenders": _tenders(sale.tenders),
        "points": _points(sale.earned if sale.member else EarnedPoints(), sale.points_used)
        | {"pending": sum(line.points for line in sale.lines if line.to_ship)},
        "lines": [_line(line) for line in sale.lines if not line.voided],
    }


def _of_return(returned: ReturnTransaction) -> dict[str, Any]:
    """Everything that goes back is below zero, so that a sale and its return add up to nothing."""
    taxes: dict[str, list[int]] = {}
    for line in returned.lines:
        for tax in line.taxes:
            base_and_tax = taxes.setdefault(tax.tax_id, [0, 0])
            base_and_tax[0] -= tax.base_minor
            base_and_tax[1] -= tax.tax_minor
    tenders = [
        {"type": refund.tender_type.value, "amount_minor": -refund.amount_minor, "points": -refund.points}
        for refund in returned.refunds
    ]
    refunded_minor = sum(refund.amount_minor for refund in returned.refunds)
    return {
        "subtotal_minor": -sum(line.gross_minor for line in returned.lines),
        "discount_minor": -sum(line.gross_minor - line.net_minor for line in returned.lines),
        "fees_minor": -sum(line.fees_minor for line in returned.lines),
        "tax_minor": sum(amounts[1] for amounts in taxes.values()),
        "total_minor": -returned.total_minor,
        "cash_rounding_minor": returned.total_minor - refunded_minor,
        "change_minor": 0,
        "due_minor": 0,
        "taxes": [{"id": name, "base_minor": base, "tax_minor": tax} for name, (base, tax) in taxes.items()],
        "tenders": tenders,
        "points": {
            **_points(EarnedPoints(), 0),
            "reversed": returned.points_reversed if returned.member_id or returned.contact_id else 0,
            "restored": returned.points_restored,
        },
        "lines": [
            {
                "line": line.line_number,
                "code": line.code,
                "quantity": quantity_text(-line.quantity_milli),
                "unit_minor": line.unit_price_minor,
                "discount_minor": line.net_minor - line.gross_minor,
                "net_minor": -line.net_minor,
                "tax_minor": -sum(tax.tax_minor for tax in line.taxes),
                "points": -line.points,
            }
            for line in returned.lines
        ],
    }


def _of_view(view: SaleView) -> dict[str, Any]:
    priced, settlement = view.priced, view.settlement
    points = {line.line_number: line.points for line in view.earned.lines}
    return {
        "subtotal_minor": priced.subtotal_minor,
        "discount_minor": priced.discount_minor,
        "fees_minor": priced.fees_minor,
        "tax_minor": priced.tax_minor,
        "total_minor": priced.total_minor,
        "cash_rounding_minor": settlement.cash_rounding_minor,
        "change_minor": settlement.change_minor,
        "due_minor": settlement.due_minor,
        "taxes": _taxes(priced.taxes),
        "tenders": _tenders(view.tenders),
        "points": _points(view.earned, view.points_used),
        "lines": [
            {
                "line": line.line_number,
                "code": line.line.code,
                "quantity": quantity_text(line.line.quantity_milli),
                "unit_minor": line.line.unit_price_minor,
                "discount_minor": line.discount_minor,
                "net_minor": line.net_minor,
                "tax_minor": line.tax_minor + line.included_tax_minor + line.fees_included_tax_minor,
                "points": points.get(line.line_number, 0),
            }
            for line in priced.lines
        ],
    }


def _line(line: SaleLine) -> dict[str, Any]:
    return {
        "line": line.line_number,
        "code": line.code,
        "quantity": quantity_text(line.quantity_milli),
        "unit_minor": line.unit_price_minor,
        "discount_minor": line.discount_minor,
        "net_minor": line.net_minor,
        "tax_minor": line.tax_minor + line.included_tax_minor + line.fees_included_tax_minor,
        "points": line.points,
    }


def _taxes(taxes: Iterable[TaxLine]) -> list[dict[str, Any]]:
    return [{"id": tax.tax_id, "base_minor": tax.base_minor, "tax_minor": tax.tax_minor} for tax in taxes]


def _tenders(tenders: Iterable[Tender]) -> list[dict[str, Any]]:
    return [
        {"type": tender.tender_type.value, "amount_minor": tender.amount_minor, "points": tender.points}
        for tender in tenders
    ]


def _points(earned: EarnedPoints, redeemed: int) -> dict[str, int]:
    return {"earned": earned.points, "redeemed": redeemed, "reversed": 0, "restored": 0, "pending": 0}


_NOTHING = {
    "subtotal_minor": 0,
    "discount_minor": 0,
    "fees_minor": 0,
    "tax_minor": 0,
    "total_minor": 0,
    "cash_rounding_minor": 0,
    "change_minor": 0,
    "due_minor": 0,
    "taxes": [],
    "tenders": [],
    "points": _points(EarnedPoints(), 0),
    "lines": [],
}
