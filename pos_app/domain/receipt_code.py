"""The code on a receipt by which it can be checked against the journal, and the QR code that says it to a camera.

The short code is a digest over the receipt's facts and the hash of its journal entry. That hash is known to the
journals alone, so nobody else can make a code that fits a receipt. The QR code holds the facts, the short code and
the till's Ed25519 signature over both, for a receipt whose sale has not reached the central service yet.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MARK = "R1"
# Crockford's base 32: no letter that could be taken for a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKS_LIKE = str.maketrans("OIL", "011")
CODE_LENGTH = 12
_QR = re.compile(
    r"R1\.(?P<number>[A-Za-z0-9]{1,24}-[A-Za-z0-9]{1,24}-\d{1,12})\.(?P<total>-?\d{1,15})\.(?P<currency>[A-Z]{3})"
    r"\.(?P<ended>\d{1,15})\.(?P<code>[0-9A-HJKMNP-TV-Z]{12})(?:\.(?P<signature>[A-Za-z0-9_-]{86}))?"
)
_TYPED = re.compile(
    r"(?P<number>[A-Za-z0-9]{1,24}-[A-Za-z0-9]{1,24}-\d{1,12})[\s./,]+(?P<code>[0-9A-Za-z]{4}([\s-]?[0-9A-Za-z]{4}){2})"
)
GIFT_MARK = "G."
_NUMBER = re.compile(r"(?:G\.)?[A-Za-z0-9]{1,24}-[A-Za-z0-9]{1,24}-\d{6,12}")


class Verdict(StrEnum):
    """What a check says of a receipt."""

    GENUINE = "genuine"
    RETURNED = "returned"
    """Genuine, and something of it came back already."""
    ALTERED = "altered"
    SIGNED = "signed"
    """Signed by one of our tills; its sale has not arrived where it was checked."""
    UNKNOWN = "unknown"


class PaperKind(StrEnum):
    """What a checked paper is of."""

    SALE = "sale"
    RETURN = "return"
    VOID = "void"

    @property
    def facts_words(self) -> tuple[str, str]:
        """What its time and its total are called."""
        return _FACTS_WORDS[self]


_FACTS_WORDS = {
    PaperKind.SALE: ("Sold", "Total"),
    PaperKind.RETURN: ("Goods came back", "Refund"),
    PaperKind.VOID: ("Sale voided", "Given back"),
}


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What the code covers: ended_ms is the end of the transaction in milliseconds of Unix time; of a return the total
    is what was given back."""

    receipt_number: str
    total_minor: int
    currency_code: str
    ended_ms: int


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """What was read from paper: facts and signature only from a QR code."""

    receipt_number: str
    code: str
    facts: ReceiptFacts | None = None
    signature: bytes = b""

    @property
    def signed_message(self) -> bytes:
        """What the signature covers."""
        return signed_message(self.facts, self.code) if self.facts else b""


def facts_of(header_plain: Mapping[str, Any], ended_at: str, total_minor: int) -> ReceiptFacts:
    """The facts of a transaction's payload. Raises KeyError or ValueError when it is none."""
    ended_ms = round(datetime.fromisoformat(ended_at).timestamp() * 1000)
    return ReceiptFacts(header_plain["receipt_number"], total_minor, header_plain["currency_code"], ended_ms)


def facts_of_payload(payload: Mapping[str, Any]) -> ReceiptFacts:
    """The facts of the payload of a sale, a return or a post-void. Raises KeyError or ValueError when it is none."""
    return facts_of(payload["header"], payload["ended_at"], payload["total_minor"])


def short_code(facts: ReceiptFacts, entry_hash: str) -> str:
    """Twelve characters (60 bits)."""
    digest = hashlib.sha256(_text(facts).encode() + b"\n" + entry_hash.encode()).digest()
    bits = int.from_bytes(digest[:8], "big") >> 4
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(55, -1, -5))


def printed_form(code: str) -> str:
    """In groups of four, as people read it."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def signed_message(facts: ReceiptFacts, code: str) -> bytes:
    """The bytes that a till signs."""
    return f"{_text(facts)}.{code}".encode()


def qr_text(facts: ReceiptFacts, code: str, signature: bytes, check_url: str = "") -> str:
    """What the QR code says; with a URL, what a phone opens."""
    text = signed_message(facts, code).decode()
    if signature:
        text += "." + base64.urlsafe_b64encode(signature).decode().rstrip("=")
    return f"{check_url}{'&' if '?' in check_url else '?'}c={text}" if check_url else text


def read_code(text: str) -> PrintedCode:
    """The code in a scanned or typed text: of the QR code, or the receipt's number and its twelve characters.

    Raises ValueError when there is none in it.
    """
    found = _QR.search(text)
    if found:
        facts = ReceiptFacts(found["number"], int(found["total"]), found["currency"], int(found["ended"]))
        return PrintedCode(found["number"], found["code"], facts, _signature(found["signature"] or ""))
    typed = _TYPED.fullmatch(text.strip())
    if typed is None:
        raise ValueError("That is no receipt code. Scan the QR code, or type the receipt's number and its check code.")
    code = re.sub(r"[\s-]", "", typed["code"]).upper().translate(_LOOKS_LIKE)
    return PrintedCode(typed["number"], code)


def is_receipt_qr(text: str) -> bool:
    """True for what the QR code of a receipt says, with or without the address before it."""
    return _QR.search(text) is not None


def is_receipt_number(text: str) -> bool:
    """True for what the barcode of a receipt or of a gift receipt says."""
    return _NUMBER.fullmatch(text.strip()) is not None


def judge(printed: PrintedCode, payload: Mapping[str, Any], entry_hash: str, *, returned: bool) -> Verdict:
    """What the journal says of a receipt whose transaction it holds; returned: goods of that sale came back."""
    facts = facts_of_payload(payload)
    fits = printed.code == short_code(facts, entry_hash) and (printed.facts is None or printed.facts == facts)
    if not fits:
        return Verdict.ALTERED
    return Verdict.RETURNED if returned else Verdict.GENUINE


def gift_code(receipt_number: str) -> str:
    """The barcode of a gift receipt: the sale it belongs to, marked so that it is refunded as store credit."""
    return f"{GIFT_MARK}{receipt_number}"


def number_of_gift_code(text: str) -> str:
    """The receipt number in a gift receipt's barcode, or empty when it is none."""
    return text[len(GIFT_MARK) :] if re.fullmatch(r"G\.[A-Za-z0-9]{1,24}-[A-Za-z0-9]{1,24}-\d{1,12}", text) else ""


def _text(facts: ReceiptFacts) -> str:
    return f"{MARK}.{facts.receipt_number}.{facts.total_minor}.{facts.currency_code}.{facts.ended_ms}"


def _signature(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""
