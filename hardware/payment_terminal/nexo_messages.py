"""The messages of the nexo Retailer protocol 3.0 in JSON, as Adyen's terminals speak it: written and read.

Reading keeps what a receipt and a refund need and drops the rest at once; an answer that is not to our question, about
another payment, or of the wrong shape is not believed.
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from hardware.payment_terminal import card_data
from hardware.payment_terminal.payment_log import Payment
from pos_app.domain.card_batch import BatchTotal
from pos_app.domain.money import CURRENCIES
from pos_app.ports import CardOutcome, CardResult

PROTOCOL_VERSION = "3.0"
SERVICE_ID_LENGTH = 10
LARGEST_AMOUNT = 100_000_000

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ENCODER = msgspec.json.Encoder(decimal_format="number")

# Failures that ended nothing because nothing was begun: the same payment may be asked for again.
_NOT_BEGUN = {
    "Busy": "The card terminal is busy with another payment.",
    "DeviceOut": "The card terminal is out of order.",
    "InsertedCard": "A card is still in the terminal: take it out first.",
    "LoggedOut": "The card terminal is not ready yet.",
    "MessageFormat": "The card terminal did not understand the till.",
    "NotAllowed": "The card terminal does not allow this.",
    "UnavailableDevice": "The card terminal is not available.",
    "UnavailableService": "The card terminal cannot do this now.",
}
_ENDED = {
    "Aborted": (CardOutcome.CANCELLED, "Cancelled."),
    "Cancel": (CardOutcome.CANCELLED, "The customer cancelled, or presented no card in time."),
    "InvalidCard": (CardOutcome.DECLINED, "This card cannot be used."),
    "NotFound": (CardOutcome.DECLINED, "The terminal does not know the payment to give back."),
    "PaymentRestriction": (CardOutcome.DECLINED, "This card cannot pay for this."),
    "Refusal": (CardOutcome.DECLINED, "Declined by the card's bank."),
    "UnreachableHost": (CardOutcome.DECLINED, "The terminal cannot reach the card network."),
    "WrongPIN": (CardOutcome.DECLINED, "The PIN was wrong."),
}


class UnbelievableAnswerError(ValueError):
    """An answer that is not one to our question. Its text is not kept: it may hold anything."""


class RejectedError(Exception):
    """The terminal took the message for none of its own and did nothing."""


class NotBegunError(Exception):
    """The terminal refused to begin; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the terminal: category is the MessageCategory, service_id is unique for 48 hours."""

    category: str
    service_id: str
    body: dict[str, Any]


def service_id_of(payment_id: str) -> str:
    """The ServiceID of a payment: the same for every attempt, so that a retry can never be a second payment."""
    number = int.from_bytes(hashlib.sha256(payment_id.encode()).digest(), "big")
    letters = []
    for _ in range(SERVICE_ID_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters)


def new_service_id() -> str:
    """A ServiceID for a question that charges nothing."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(SERVICE_ID_LENGTH))


def encode(message: dict[str, Any]) -> bytes:
    """A message as JSON; amounts are decimals all the way."""
    return _ENCODER.encode(message)


def decode(text: bytes) -> dict[str, Any]:
    """JSON as a mapping, its numbers exact. Raises UnbelievableAnswerError without quoting it."""
    try:
        message = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise UnbelievableAnswerError("the answer is not JSON") from None
    if not isinstance(message, dict):
        raise UnbelievableAnswerError("the answer is not a message")
    return message


# --- questions ------------------------------------------------------------------------------------------------------


def category_of(payment: Payment) -> str:
    """The MessageCategory in which a payment or refund is asked for, and asked about."""
    return "Reversal" if payment.is_refund and payment.original_reference else "Payment"


def payment_request(payment: Payment) -> Request:
    """Take a payment from a card that the customer presents."""
    return Request("Payment", service_id_of(payment.payment_id), {"PaymentRequest": _payment_body(payment)})


def refund_to_card_request(payment: Payment) -> Request:
    """Give money back to a card that the customer presents, for a payment that nothing else names."""
    body = {**_payment_body(payment), "PaymentData": {"PaymentType": "Refund"}}
    return Request("Payment", service_id_of(payment.payment_id), {"PaymentRequest": body})


def reversal_request(payment: Payment, whole: bool) -> Request:
    """Give back a payment by its reference, wholly or the refund's amount; no card is needed."""
    transaction_id, _, time_stamp = payment.original_reference.partition("@")
    body: dict[str, Any] = {
        "SaleData": {**_sale_data(payment), "SaleToAcquirerData": f"currency={payment.currency_code}"},
        "OriginalPOITransaction": {"POITransactionID": {"TransactionID": transaction_id, "TimeStamp": time_stamp}},
        "ReversalReason": "MerchantCancel",
    }
    if not whole:
        body["ReversedAmount"] = _decimal(payment.amount_minor, payment.currency_code)
    return Request("Reversal", service_id_of(payment.payment_id), {"ReversalRequest": body})


def status_request(payment_id: str, category: str, sale_id: str, poi_id: str) -> Request:
    """What became of a payment or refund."""
    reference = _message_reference(payment_id, category, sale_id, poi_id)
    return Request("TransactionStatus", new_service_id(), {"TransactionStatusRequest": {"MessageReference": reference}})


def abort_request(payment_id: str, category: str, sale_id: str, poi_id: str) -> Request:
    """Stop waiting for the card."""
    reference = _message_reference(payment_id, category, sale_id, poi_id)
    body = {"MessageReference": reference, "AbortReason": "MerchantAbort"}
    return Request("Abort", new_service_id(), {"AbortRequest": body})


def diagnosis_request() -> Request:
    """How the terminal and its line to the card network are."""
    return Request("Diagnosis", new_service_id(), {"DiagnosisRequest": {"HostDiagnosisFlag": True}})


def totals_request(poi_id: str) -> Request:
    """What was taken since the reconciliation period began, which goes on."""
    return Request("GetTotals", new_service_id(), {"GetTotalsRequest": {"TotalFilter": {"POIID": poi_id}}})


def reconciliation_request() -> Request:
    """A new reconciliation period begins."""
    body = {"ReconciliationRequest": {"ReconciliationType": "SaleReconciliation"}}
    return Request("Reconciliation", new_service_id(), body)


def _payment_body(payment: Payment) -> dict[str, Any]:
    amount = _decimal(payment.amount_minor, payment.currency_code)
    amounts = {"Currency": payment.currency_code, "RequestedAmount": amount}
    return {"SaleData": _sale_data(payment), "PaymentTransaction": {"AmountsReq": amounts}}


def _sale_data(payment: Payment) -> dict[str, Any]:
    return {"SaleTransactionID": {"TransactionID": payment.payment_id, "TimeStamp": payment.asked_at}}


def _message_reference(payment_id: str, category: str, sale_id: str, poi_id: str) -> dict[str, str]:
    service_id = service_id_of(payment_id)
    return {"MessageCategory": category, "ServiceID": service_id, "SaleID": sale_id, "POIID": poi_id}


def _decimal(amount_minor: int, currency_code: str) -> Decimal:
    return Decimal(CURRENCIES[currency_code].decimal_text(amount_minor))


# --- answers --------------------------------------------------------------------------------------------------------


def read_payment(answer: dict[str, Any], payment: Payment) -> CardResult | None:
    """The result of a payment; None while it is under way.

    Raises UnbelievableAnswerError, and NotBegunError when nothing was begun.
    """
    body = _mapping(answer, "PaymentResponse")
    _require(_at(body, "SaleData", "SaleTransactionID", "TransactionID") == payment.payment_id, "another payment")
    failed = _failure(body, payment)
    if failed is not _NO_FAILURE:
        return failed
    amounts = _at(body, "PaymentResult", "AmountsResp")
    amount_minor = payment.amount_minor
    if isinstance(amounts, dict) and "AuthorizedAmount" in amounts:
        # A payment that this till does not remember has no currency of its own to compare.
        currency_code = payment.currency_code or str(amounts.get("Currency"))
        _require(amounts.get("Currency", currency_code) == currency_code, "another currency")
        amount_minor = _minor(amounts["AuthorizedAmount"], currency_code)
    reference = _reference(body)
    card = _at(body, "PaymentResult", "PaymentInstrumentData", "CardData")
    approval = _at(body, "PaymentResult", "PaymentAcquirerData", "ApprovalCode")
    return CardResult(
        CardOutcome.APPROVED,
        amount_minor,
        # Every approved payment needs a name that differs; schemes without approval codes have the processor's.
        authorisation=card_data.plain_text(approval) or reference.partition("@")[0].rpartition(".")[2],
        brand=card_data.brand(_at(card, "PaymentBrand")),
        last_four=card_data.last_four(_at(card, "MaskedPan")),
        message="Approved.",
        reference=reference,
    )


def read_reversal(answer: dict[str, Any], payment: Payment, original: CardResult | None) -> CardResult | None:
    """The result of a refund by reference; None while it is under way. Raises as read_payment."""
    body = _mapping(answer, "ReversalResponse")
    failed = _failure(body, payment)
    if failed is not _NO_FAILURE:
        return failed
    amount_minor = payment.amount_minor
    if "ReversedAmount" in body:
        amount_minor = _minor(body["ReversedAmount"], payment.currency_code)
    reference = _reference(body)
    return CardResult(
        CardOutcome.APPROVED,
        amount_minor,
        authorisation=reference.partition("@")[0].rpartition(".")[2],
        brand=original.brand if original else "",
        last_four=original.last_four if original else "",
        message="Refunded.",
        reference=reference,
    )


def read_status(
    answer: dict[str, Any], payment_id: str, read_repeated: Callable[[dict[str, Any]], CardResult | None]
) -> CardResult | None:
    """What read_repeated makes of the answer that was lost; None while it is under way.

    Raises KeyError when the terminal never had the payment, else as read_payment.
    """
    body = _mapping(answer, "TransactionStatusResponse")
    condition = _at(body, "Response", "ErrorCondition")
    if _at(body, "Response", "Result") != "Success":
        if condition == "InProgress":
            return None
        if condition == "NotFound":
            raise KeyError(payment_id)
        raise UnbelievableAnswerError("the terminal could not look the payment up")
    repeated = _mapping(body, "RepeatedMessageResponse")
    named = _at(repeated, "MessageHeader", "ServiceID") or _at(body, "MessageReference", "ServiceID")
    _require(named == service_id_of(payment_id), "another payment")
    return read_repeated(_mapping(repeated, "RepeatedResponseMessageBody"))


def read_diagnosis(answer: dict[str, Any]) -> str:
    """What is wrong with the terminal or its line to the card network; empty when all is well."""
    body = _mapping(answer, "DiagnosisResponse")
    if _at(body, "Response", "Result") != "Success":
        return _NOT_BEGUN.get(str(_at(body, "Response", "ErrorCondition")), "The card terminal reports a fault.")
    status = _at(body, "POIStatus", "GlobalStatus")
    if status == "Maintenance":
        return "The card terminal is in maintenance."
    hosts = _at(body, "HostStatus")
    hosts = hosts if isinstance(hosts, list) else []
    cut_off = bool(hosts) and not any(_at(host, "IsReachableFlag") is not False for host in hosts)
    if status == "Unreachable" or cut_off or _at(body, "POIStatus", "CommunicationOKFlag") is False:
        return "The card terminal cannot reach the card network."
    return ""


_SIGNS = {"Debit": 1, "ReverseCredit": 1, "Credit": -1, "ReverseDebit": -1}
"""Which way the money of a TransactionType went: from the card above zero, back to it below."""


def read_totals(answer: dict[str, Any], currency_code: str) -> BatchTotal:
    """The totals of one currency. Raises NotBegunError when the terminal cannot tell now."""
    body = _mapping(answer, "GetTotalsResponse")
    require_success(body)
    found = _at(body, "TransactionTotals")
    _require(found is None or isinstance(found, list), "no list of totals")
    taken_minor = given_minor = 0
    for group in found or ():
        if _at(group, "PaymentCurrency") not in (None, currency_code):
            continue
        parts = _at(group, "PaymentTotals")
        for part in parts if isinstance(parts, list) else ():
            sign = _SIGNS.get(str(_at(part, "TransactionType")), 0)
            amount_minor = _minor(_at(part, "TransactionAmount"), currency_code) if sign else 0
            taken_minor += amount_minor if sign > 0 else 0
            given_minor += amount_minor if sign < 0 else 0
    return BatchTotal(taken_minor, given_minor)


def read_reconciliation(answer: dict[str, Any]) -> None:
    """Raises NotBegunError when no new period began."""
    require_success(_mapping(answer, "ReconciliationResponse"))


def require_success(body: dict[str, Any]) -> None:
    """Raises NotBegunError with the reason of a failure."""
    if _at(body, "Response", "Result") not in ("Success", "Partial"):
        condition = str(_at(body, "Response", "ErrorCondition"))
        raise NotBegunError(_NOT_BEGUN.get(condition, "The card terminal does not tell its totals."))


_NO_FAILURE = CardResult(CardOutcome.APPROVED, 0)


def _failure(body: dict[str, Any], payment: Payment) -> CardResult | None:
    """How a payment failed; None while it is under way, _NO_FAILURE when it did not. Raises NotBegunError."""
    result = _at(body, "Response", "Result")
    if result in ("Success", "Partial"):
        return _NO_FAILURE
    _require(result == "Failure", "neither success nor failure")
    condition = str(_at(body, "Response", "ErrorCondition"))
    if condition == "InProgress":
        return None
    if condition in _NOT_BEGUN:
        raise NotBegunError(f"{_NOT_BEGUN[condition]} Nothing charged.")
    outcome, words = _ENDED.get(condition, (CardOutcome.DECLINED, "The card terminal refused."))
    reason = _refusal_reason(_at(body, "Response", "AdditionalResponse"))
    card = _at(body, "PaymentResult", "PaymentInstrumentData", "CardData")
    return CardResult(
        outcome,
        payment.amount_minor,
        brand=card_data.brand(_at(card, "PaymentBrand")),
        last_four=card_data.last_four(_at(card, "MaskedPan")),
        message=" ".join(part for part in (words, reason and f"({reason})", "Nothing charged.") if part),
    )


def _refusal_reason(text: object) -> str:
    """The bank's reason out of the additional response, a query string or base64 of JSON; the rest is dropped."""
    if not isinstance(text, str):
        return ""
    found = dict(parse_qsl(text)).get("refusalReason")
    if found is None:
        try:
            found = _at(json.loads(base64.b64decode(text, validate=True)), "additionalData", "refusalReason")
        except (ValueError, binascii.Error):
            return ""
    return card_data.plain_text(found)


def _reference(body: dict[str, Any]) -> str:
    """The terminal's name of the payment and its time, as a later refund has to repeat them."""
    named = _at(body, "POIData", "POITransactionID")
    transaction_id = card_data.reference_text(_at(named, "TransactionID"))
    time_stamp = _at(named, "TimeStamp")
    if not transaction_id or not isinstance(time_stamp, str) or len(time_stamp) > 40 or not time_stamp.isascii():
        return ""
    return f"{transaction_id}@{time_stamp}"


def _minor(amount: object, currency_code: str) -> int:
    """Minor units of a JSON number. Raises UnbelievableAnswerError for what is no amount of the currency."""
    _require(currency_code in CURRENCIES, "no currency")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or not 0 <= amount < LARGEST_AMOUNT:
        raise UnbelievableAnswerError("the answer has no amount")
    scaled = amount * CURRENCIES[currency_code].minor_per_unit
    _require(scaled == int(scaled), "no amount of this currency")
    return int(scaled)


def _at(value: object, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _mapping(value: object, name: str) -> dict[str, Any]:
    found = _at(value, name)
    _require(isinstance(found, dict), f"no {name}")
    return found  # type: ignore[no-any-return]


def _require(believable: bool, what: str) -> None:
    if not believable:
        raise UnbelievableAnswerError(f"the answer is not to this question: {what}")
