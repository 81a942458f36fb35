"""A till as the central service sees it: a journal with real hashes, sales with real points, signed requests."""

import base64
import gzip
import hashlib
import http.client
import secrets
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pos_app.domain.journal import JournalEntry, canonical_json, next_entry
from sync import contract

STORE = "001"


def sale_payload(
    transaction_id: str,
    *,
    price_minor: int = 10_000,
    points: int | None = None,
    bonus: int = 0,
    member_id: str = "",
    contact_id: str = "",
    tenders: Sequence[dict[str, Any]] = (),
    ended_at: str = "2014-11-28T10:05:00-08:00",
    training: bool = False,
    store_id: str = STORE,
    terms: tuple[str, int] = ("standard", 1),
    lines: Sequence[dict[str, Any]] | None = None,
    receipt_number: str = "",
) -> dict[str, Any]:
    """The payload of a sale of one item (or the lines given); what the tenders leave is paid in cash."""
    sold = (
        [line(1, price_minor, price_minor // 100 if points is None else points, bonus)]
        if lines is None
        else list(lines)
    )
    total = sum(one["net_minor"] + one["fees_minor"] + one["tax_minor"] for one in sold)
    paid = list(tenders)
    rest = total - sum(tender["amount_minor"] for tender in paid)
    if rest:
        paid.append(tender(f"{transaction_id}-cash", "cash", rest))
    member = {"member_id": member_id, "contact_id": contact_id} if member_id or contact_id else None
    return {
        "header": {
            "transaction_id": transaction_id,
            "sequence_number": 1,
            "receipt_number": receipt_number or f"{store_id}-01-000001",
            "store_id": store_id,
            "workstation_id": "01",
            "operator_id": "101",
            "business_day": ended_at[:10],
            "began_at": ended_at,
            "currency_code": "USD",
            "training": training,
        },
        "ended_at": ended_at,
        "lines": sold,
        "taxes": [],
        "tenders": paid,
        "subtotal_minor": sum(one["gross_minor"] for one in sold),
        "discount_minor": sum(one["discount_minor"] for one in sold),
        "fees_minor": 0,
        "tax_minor": 0,
        "included_tax_minor": 0,
        "total_minor": total,
        "cash_rounding_minor": 0,
        "change_minor": 0,
        "member": member,
        "points": {
            "terms_id": terms[0],
            "terms_version": terms[1],
            "base": sum(one["points_base"] for one in sold),
            "bonus": sum(one["points_bonus"] for one in sold),
            "used": sum(one["points"] for one in paid),
            "offers": [],
            "eligible_minor": [],
        },
    }


def line(number: int, price_minor: int, points: int, bonus: int = 0, **changes: Any) -> dict[str, Any]:
    """A sold line of one piece."""
    return {
        "line_number": number,
        "item_id": "i1",
        "code": "027242561151",
        "name": "Wireless microphone",
        "category": "audio",
        "kind": "goods",
        "entry_method": "scanned",
        "quantity_milli": 1000,
        "unit_price_minor": price_minor,
        "gross_minor": price_minor,
        "discount_minor": 0,
        "net_minor": price_minor,
        "fees_minor": 0,
        "tax_minor": 0,
        "included_tax_minor": 0,
        "points_base": points,
        "points_bonus": bonus,
        "offer_id": "",
        "price_reason": "",
        "voided": False,
    } | changes


def returned_line(number: int, quantity_milli: int = 1000, **changes: Any) -> dict[str, Any]:
    """Goods of a line that come back; amounts and points are a till's, which the service does not go by."""
    return {
        "line_number": number,
        "item_id": "i1",
        "code": "027242561151",
        "name": "Wireless microphone",
        "quantity_milli": quantity_milli,
        "net_minor": 0,
        "fees_minor": 0,
        "tax_minor": 0,
        "included_tax_minor": 0,
        "points": 0,
    } | changes


def return_payload(
    transaction_id: str,
    of: str,
    lines: Sequence[dict[str, Any]],
    *,
    refunds: Sequence[dict[str, Any]] = (),
    post_void: bool = False,
    store_id: str = STORE,
    receipt_number: str = f"{STORE}-01-000001",
    ended_at: str = "2014-11-29T12:00:00-08:00",
    training: bool = False,
    points_reversed: int = 0,
) -> dict[str, Any]:
    """The payload of a return or post-void of the sale with that transaction id (empty: only the receipt is known)."""
    return {
        "header": sale_payload(transaction_id, ended_at=ended_at, store_id=store_id, training=training)["header"],
        "ended_at": ended_at,
        "original_transaction_id": of,
        "original_receipt_number": receipt_number,
        "lines": list(lines),
        "refunds": list(refunds),
        "member": None,
        "reason": "does not fit",
        "post_void": post_void,
        "total_minor": 0,
        "points_reversed": points_reversed,
        "points_restored": 0,
    }


def tender(tender_id: str, kind: str, amount_minor: int, points: int = 0, reference: str = "") -> dict[str, Any]:
    """One part of a payment."""
    return {
        "tender_id": tender_id,
        "tender_type": kind,
        "amount_minor": amount_minor,
        "tendered_minor": amount_minor,
        "points": points,
        "reference": reference,
        "description": "",
    }


class Journal:
    """A terminal's journal in memory, with the addresses that go along with it."""

    def __init__(self, terminal_id: str = f"{STORE}-01", incarnation: str = "first") -> None:
        self.terminal_id = terminal_id
        self.incarnation = incarnation
        self.entries: list[JournalEntry] = []
        self.contacts: dict[str, str] = {}

    def append(
        self,
        kind: str,
        payload: dict[str, Any],
        event_id: str = "",
        *,
        business_day: str = "2014-11-28",
        occurred_at: str = "2014-11-28T10:05:00-08:00",
    ) -> JournalEntry:
        """One more event; a sale's id is its transaction's."""
        if not event_id:
            event_id = payload["header"]["transaction_id"] if kind == "sale" else f"event-{secrets.token_hex(6)}"
        entry = next_entry(
            self.entries[-1] if self.entries else None,
            terminal_id=self.terminal_id,
            incarnation=self.incarnation,
            event_id=event_id,
            kind=kind,
            occurred_at=occurred_at,
            business_day=business_day,
            payload=canonical_json(payload),
        )
        self.entries.append(entry)
        return entry

    def sale(self, transaction_id: str, **details: Any) -> JournalEntry:
        """One more sale."""
        return self.append("sale", sale_payload(transaction_id, **details))

    def returned(self, transaction_id: str, of: str, *lines: dict[str, Any], **details: Any) -> JournalEntry:
        """Goods of a sale come back."""
        payload = return_payload(transaction_id, of, lines, **details)
        return self.append("return", payload, event_id=transaction_id)

    def voided(self, transaction_id: str, of: str, *lines: dict[str, Any], **details: Any) -> JournalEntry:
        """A whole sale is reversed."""
        payload = return_payload(transaction_id, of, lines, post_void=True, **details)
        return self.append("post_void", payload, event_id=transaction_id)

    def shipped(self, of: str, *numbers: int, cancelled: bool = False) -> JournalEntry:
        """Lines of a sale leave for the customer, or never will."""
        payload = {"original_transaction_id": of, "line_numbers": list(numbers)}
        return self.append("shipment_cancelled" if cancelled else "shipped", payload)

    def joined(self, email: str, contact_id: str = "c1", joined_at: str = "2014-11-28T09:00:00-08:00") -> JournalEntry:
        """Somebody joined at this till."""
        self.contacts[contact_id] = email
        payload = {"contact_id": contact_id, "marketing_consent": False, "joined_at": joined_at}
        return self.append("member_enrolled", payload)

    def batch(self, first: int = 1, last: int | None = None) -> contract.UploadBatch:
        """The entries of these numbers as they are uploaded."""
        chosen = self.entries[first - 1 : last]
        return contract.UploadBatch(
            terminal_id=self.terminal_id,
            incarnation=self.incarnation,
            events=[event_of(entry) for entry in chosen],
            contacts=self.contacts,
        )


def event_of(entry: JournalEntry) -> contract.Event:
    """A journal entry on the wire."""
    return contract.Event(
        sequence=entry.sequence,
        event_id=entry.event_id,
        kind=entry.kind,
        version=entry.version,
        occurred_at=entry.occurred_at,
        business_day=entry.business_day,
        payload=msgspec.Raw(entry.payload),
        previous_hash=entry.previous_hash,
        entry_hash=entry.entry_hash,
    )


def public_key_text(key: Ed25519PrivateKey) -> str:
    """The public half as it travels."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


class Answer:
    """A status, its headers and its body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> Any:
        """The body decoded."""
        return msgspec.json.decode(self.body)


class Till:
    """Signed requests over a real socket. Every part of a request can be bent by a test."""

    def __init__(self, url: str, terminal_id: str, key: Ed25519PrivateKey) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 0
        self.terminal_id = terminal_id
        self.key = key

    def headers(self, method: str, path: str, body: bytes, *, at_s: int = 0, nonce: str = "") -> dict[str, str]:
        """The headers that sign a request."""
        timestamp, nonce = str(at_s or int(time.time())), nonce or secrets.token_hex(16)
        digest = hashlib.sha256(body).hexdigest()
        signed = contract.signing_input(method, path, self.terminal_id, timestamp, nonce, digest)
        return {
            contract.HEADER_TERMINAL: self.terminal_id,
            contract.HEADER_TIMESTAMP: timestamp,
            contract.HEADER_NONCE: nonce,
            contract.HEADER_SIGNATURE: base64.b64encode(self.key.sign(signed)).decode(),
        }

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """A request exactly as given."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body or None, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def post(self, path: str, message: contract.Message | bytes = b"", *, compress: bool = False) -> Answer:
        """A signed request."""
        body = message if isinstance(message, bytes) else contract.encode(message)
        extra = {}
        if compress:
            body, extra = gzip.compress(body), {"Content-Encoding": "gzip"}
        return self.send("POST", path, body, self.headers("POST", path, body) | extra)

    def get(self, path: str) -> Answer:
        """A signed question."""
        return self.send("GET", path, b"", self.headers("GET", path, b""))


def enrolled_till(url: str, code: str) -> Till:
    """A new till that asked in with a code."""
    key = Ed25519PrivateKey.generate()
    till = Till(url, "", key)
    request = contract.EnrolTerminal(code=code, public_key=public_key_text(key), incarnation="first")
    answer = till.send("POST", contract.PATH_ENROL_TERMINAL, contract.encode(request))
    if answer.status != 200:
        raise AssertionError(f"the terminal was not let in: {answer.status} {answer.body!r}")
    till.terminal_id = answer.json["terminal_id"]
    return till
