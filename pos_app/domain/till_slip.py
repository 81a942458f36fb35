"""The slip that goes with a till to another workstation: what is in it, signed with the store's secret.

It works without a network: the other workstation proves the code by itself, takes it once, and takes none that names
another workstation, so that no till can be taken up twice.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

PREFIX = "TM1"
"""What the code begins with; no goods have such a code."""
_SEAL_BYTES = 10
_FIELDS = 8
_BETWEEN = "\x1f"


class TillSlipError(ValueError):
    """The code is no till's, or was changed."""


@dataclass(frozen=True, slots=True)
class TillSlip:
    """A till on its way. amount_minor is the cash that should be in it; bag_number is its seal, empty for none."""

    transfer_id: str
    store_id: str
    from_workstation: str
    to_workstation: str
    till_id: str
    owner_id: str
    amount_minor: int
    bag_number: str = ""


def code_of_slip(slip: TillSlip, secret: bytes) -> str:
    """What is printed on the slip; letters and digits only, so that every scanner reads it."""
    text = _BETWEEN.join(
        (
            slip.transfer_id,
            slip.store_id,
            slip.from_workstation,
            slip.to_workstation,
            slip.till_id,
            slip.owner_id,
            str(slip.amount_minor),
            slip.bag_number,
        )
    ).encode()
    return PREFIX + base64.b32encode(_seal(text, secret) + text).decode().rstrip("=")


def slip_of_code(code: str, secret: bytes) -> TillSlip:
    """The till that a code stands for. Raises TillSlipError."""
    packed = code.strip().removeprefix(PREFIX)
    try:
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except binascii.Error as error:
        raise TillSlipError("This is no slip of a till.") from error
    seal, text = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(text, secret)):
        raise TillSlipError("This slip is of another store, or was changed.")
    parts = text.decode().split(_BETWEEN)
    if len(parts) != _FIELDS:
        raise TillSlipError("This slip was made by a newer program.")
    transfer_id, store_id, from_workstation, to_workstation, till_id, owner_id, amount, bag_number = parts
    return TillSlip(transfer_id, store_id, from_workstation, to_workstation, till_id, owner_id, int(amount), bag_number)


def _seal(text: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"till on its way\n" + text, hashlib.sha256)[:_SEAL_BYTES]
