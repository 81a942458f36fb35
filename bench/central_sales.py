"""Sales of many tills as they go up the wire: real payloads, hashes that follow one another, signed requests."""

import base64
import gzip
import hashlib
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_app.domain.journal import JournalEntry, canonical_json, next_entry
from sync import contract

_COMPRESS_FROM_BYTES = 2_048


@dataclass(slots=True)
class Till:
    """One till: its key, and how far its journal was sent."""

    terminal_id: str
    key: Ed25519PrivateKey
    last: JournalEntry | None = None
    number: int = field(default=0)

    @property
    def store_id(self) -> str:
        """The store it stands in."""
        return self.terminal_id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as it goes out, and what it carries."""

    request: bytes
    events: int = 0
    last: JournalEntry | None = None
    hold: contract.PlaceHold | None = None


def upload(till: Till, sales: int, lines: int, members: Sequence[str], chance: random.Random) -> Prepared:
    """The next sales of a till in one upload, each of another of these members. The till's journal goes on."""
    return _upload(till, [_next_sale(till, lines, chance.choice(members)) for _ in range(sales)])


def capture(till: Till, hold: contract.PlaceHold) -> Prepared:
    """A sale that is paid in part with the points that a hold set aside."""
    return _upload(till, [_next_sale(till, 1, hold.member_id, hold)])


def _upload(till: Till, entries: list[JournalEntry]) -> Prepared:
    batch = contract.UploadBatch(
        terminal_id=till.terminal_id,
        incarnation="first",
        events=[
            contract.Event(
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
            for entry in entries
        ],
    )
    return Prepared(signed(till, contract.PATH_JOURNAL, contract.encode(batch)), len(entries), entries[-1])


def signed(till: Till, path: str, body: bytes) -> bytes:
    """A request as bytes, signed now: it is good for some minutes."""
    encoding = ""
    if len(body) >= _COMPRESS_FROM_BYTES:
        body, encoding = gzip.compress(body, 1, mtime=0), "Content-Encoding: gzip\r\n"
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    digest = hashlib.sha256(body).hexdigest()
    signature = till.key.sign(contract.signing_input("POST", path, till.terminal_id, timestamp, nonce, digest))
    return (
        f"POST {path} HTTP/1.1\r\nHost: central\r\nContent-Type: application/json\r\n{encoding}"
        f"Content-Length: {len(body)}\r\n{contract.HEADER_TERMINAL}: {till.terminal_id}\r\n"
        f"{contract.HEADER_TIMESTAMP}: {timestamp}\r\n{contract.HEADER_NONCE}: {nonce}\r\n"
        f"{contract.HEADER_SIGNATURE}: {base64.b64encode(signature).decode()}\r\n\r\n"
    ).encode() + body


def _next_sale(till: Till, lines: int, member_id: str, hold: contract.PlaceHold | None = None) -> JournalEntry:
    till.number += 1
    transaction_id = f"{till.terminal_id}-{till.number:08}"
    till.last = next_entry(
        till.last,
        terminal_id=till.terminal_id,
        incarnation="first",
        event_id=transaction_id,
        kind="sale",
        occurred_at="2026-11-20T10:05:00-08:00",
        business_day="2026-11-20",
        payload=canonical_json(_sale(till, transaction_id, lines, member_id, hold)),
    )
    return till.last


def _sale(
    till: Till, transaction_id: str, lines: int, member_id: str, hold: contract.PlaceHold | None
) -> dict[str, Any]:
    total, used = 2_999 * lines, hold.points if hold is not None else 0
    tenders = [_tender(f"{transaction_id}-1", "cash", total - used)]
    if hold is not None:
        tenders.append(_tender(f"{transaction_id}-2", "points", used, used, hold.hold_id))
    at = "2026-11-20T10:05:00-08:00"
    return {
        "header": {
            "transaction_id": transaction_id,
            "sequence_number": till.number,
            "receipt_number": f"{till.terminal_id}-{till.number:06}",
            "store_id": till.store_id,
            "workstation_id": till.terminal_id.partition("-")[2],
            "operator_id": "101",
            "business_day": at[:10],
            "began_at": at,
            "currency_code": "USD",
            "training": False,
        },
        "ended_at": at,
        "lines": [_line(number, (2_999 - used) // 100) for number in range(1, lines + 1)],
        "taxes": [],
        "tenders": tenders,
        "subtotal_minor": total,
        "discount_minor": 0,
        "fees_minor": 0,
        "tax_minor": 0,
        "included_tax_minor": 0,
        "total_minor": total,
        "cash_rounding_minor": 0,
        "change_minor": 0,
        "member": {"member_id": member_id, "contact_id": ""},
        "points": {
            "terms_id": "standard",
            "terms_version": 1,
            "base": (2_999 - used) // 100 * lines,
            "bonus": 0,
            "used": used,
            "offers": [],
            "eligible_minor": [],
        },
    }


def _tender(tender_id: str, kind: str, amount_minor: int, points: int = 0, reference: str = "") -> dict[str, Any]:
    return {
        "tender_id": tender_id,
        "tender_type": kind,
        "amount_minor": amount_minor,
        "tendered_minor": amount_minor,
        "points": points,
        "reference": reference,
        "description": "",
    }


def _line(number: int, points: int) -> dict[str, Any]:
    return {
        "line_number": number,
        "item_id": f"S{number:07d}",
        "code": "027242561151",
        "name": "Altra Classic Wireless Headphones, black",
        "category": "audio",
        "kind": "goods",
        "entry_method": "scanned",
        "quantity_milli": 1000,
        "unit_price_minor": 2_999,
        "gross_minor": 2_999,
        "discount_minor": 0,
        "net_minor": 2_999,
        "fees_minor": 0,
        "tax_minor": 0,
        "included_tax_minor": 0,
        "points_base": points,
        "points_bonus": 0,
        "offer_id": "",
        "price_reason": "",
        "voided": False,
    }
