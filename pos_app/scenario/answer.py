"""What a scenario answers: one JSON object, amounts in integer minor units."""

from collections.abc import Iterable, Sequence
from typing import Any

from pos_app.domain.orders import DEPOSIT_ITEM_ID
from pos_app.domain.promotions import LinePromotion
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine
from pos_app.domain.returns import ReturnTransaction
from pos_app.domain.tax import TaxLine
from pos_app.domain.tenders import Tender
from pos_app.scenario.explained import explained, granted_points
from pos_app.scenario.player import Played, Transcript
from pos_app.scenario.shop import Shop
from pos_app.scenario.values import quantity_text
from pos_app.services.current_sale import SaleView
from pos_app.services.orders import DepositBack


def answer(shop: Shop, transcript: Transcript, *, explain: bool = False) -> dict[str, Any]:
    """The answer to a scenario that was played to its end; with explain, transactions say how they came to points."""
    transactions = [_transaction(played) for played in transcript.played]
    if explain:
        for played, said in zip(transcript.played, transactions, strict=True):
            explanation = explained(shop, played)
            if explanation is not None:
                said["explanation"] = explanation
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


def _transaction(played: Played) -> dict[str, Any]:
    status = "refused" if played.refused else "open" if played.left_open else "completed"
    error = None if played.error is None else {"code": played.error.code, "message": played.error.message}
    amounts = _amounts(played)
    amounts["points"] |= {"pending": played.pending_points}
    return {"id": played.transaction_id, "status": status, "error": error, **amounts}


def _amounts(played: Played) -> dict[str, Any]:
    if played.sale is not None:
        exchange = {} if played.exchanged is None else {"exchange": _of_return(played.exchanged)}
        return {**_of_sale(played.sale), **exchange}
    if played.left_open is not None:
        return _of_view(played.left_open)
    if played.returned is not None:
        return _of_return(played.returned)
    if played.deposit_back is not None:
        return _of_deposit_back(played.deposit_back)
    return _nothing(granted_points(played))


def _of_deposit_back(back: DepositBack) -> dict[str, Any]:
    tenders = [
        {"type": refund.tender_type.value, "amount_minor": -refund.amount_minor, "points": 0} for refund in back.refunds
    ]
    line = {
        "line": 1,
        "code": DEPOSIT_ITEM_ID,
        "quantity": "-1",
        "unit_minor": back.total_minor,
        "discount_minor": 0,
        "net_minor": -back.total_minor,
        "tax_minor": 0,
        "points": 0,
    }
    amounts = {"subtotal_minor": -back.total_minor, "total_minor": -back.total_minor}
    return {**_nothing(0), **amounts, "tenders": tenders, "lines": [line]}


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
        "points": _points(sale.earned.points if sale.member else 0, sale.points_used),
        "lines": [_line(line) for line in sale.lines if not line.voided],
        **_exemption(sale.tax_certificate),
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
            **_points(0, 0),
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
        **_kept_back(returned),
    }


def _kept_back(returned: ReturnTransaction) -> dict[str, int]:
    """What of the price of goods that came back stayed with the store, where something did."""
    kept = {
        "restocking_fee_minor": returned.restocking_fee_minor,
        "promotion_loss_minor": returned.promotion_loss_minor,
    }
    return {name: amount for name, amount in kept.items() if amount}


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
        "tenders": _tenders((*view.credit, *view.tenders)),
        "points": _points(view.earned.points, view.points_used),
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
                **_promotions(line.promotions),
                **_fees((fee.fee.fee_id, fee.amount_minor) for fee in line.fees),
                **({"tax_reliefs": list(line.tax_reliefs)} if line.tax_reliefs else {}),
            }
            for line in priced.lines
        ],
        **_exemption(view.basket.tax_certificate),
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
        **_promotions(line.promotions),
        **_fees((fee.fee_id, fee.amount_minor) for fee in line.fees),
        **({"tax_reliefs": list(line.tax_reliefs)} if line.tax_reliefs else {}),
    }


def _fees(fees: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """Each fee of a line that has some."""
    said = [{"id": fee_id, "amount_minor": amount_minor} for fee_id, amount_minor in fees]
    return {"fees": said} if said else {}


def _promotions(promotions: Sequence[LinePromotion]) -> dict[str, Any]:
    """What promotions took off a line and why, on lines of which one took something."""
    said = [{"id": part.promotion_id, "amount_minor": part.reduction_minor, "why": part.why} for part in promotions]
    return {"promotions": said} if said else {}


def _exemption(certificate: str) -> dict[str, Any]:
    return {"tax_certificate": certificate} if certificate else {}


def _taxes(taxes: Iterable[TaxLine]) -> list[dict[str, Any]]:
    return [{"id": tax.tax_id, "base_minor": tax.base_minor, "tax_minor": tax.tax_minor} for tax in taxes]


def _tenders(tenders: Iterable[Tender]) -> list[dict[str, Any]]:
    return [
        {"type": tender.tender_type.value, "amount_minor": tender.amount_minor, "points": tender.points}
        for tender in tenders
    ]


def _points(earned: int, redeemed: int) -> dict[str, int]:
    return {"earned": earned, "redeemed": redeemed, "reversed": 0, "restored": 0, "pending": 0}


def _nothing(earned: int) -> dict[str, Any]:
    """No money moved."""
    return {
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
        "points": _points(earned, 0),
        "lines": [],
    }
