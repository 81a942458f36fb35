"""Trusting an allowance: only one that the central service signed, for this member, is ever used."""

import base64
import binascii
import logging
from datetime import datetime

import msgspec

from pos_app.domain.offline_redemption import OfflineAllowance
from sync import contract
from sync.membership import Allowance

_logger = logging.getLogger(__name__)


def verified(signed: contract.SignedAllowance | None, public_key: str, member_id: str) -> OfflineAllowance | None:
    """The allowance that was signed, or None when there is none, no key is known yet, or it cannot be trusted.

    public_key is raw Ed25519 in base64. What cannot be trusted is dropped with a warning: the till then knows of no
    allowance, and says so when points are to be used offline.
    """
    if signed is None or not public_key:
        return None
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        body = base64.b64decode(signed.body, validate=True)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signed.signature, validate=True), body)
        allowance = _read(contract.decode(body, Allowance))
    except (InvalidSignature, binascii.Error, msgspec.DecodeError, ValueError) as error:
        _logger.warning("an allowance of member %s is not as the service signs them: %r", member_id, error)
        return None
    if allowance.member_id != member_id:
        _logger.warning("an allowance of member %s came with member %s", allowance.member_id, member_id)
        return None
    return allowance


def _read(message: Allowance) -> OfflineAllowance:
    issued_at, expires_at = datetime.fromisoformat(message.issued_at), datetime.fromisoformat(message.expires_at)
    if issued_at.tzinfo is None or expires_at.tzinfo is None:
        raise ValueError("a time of the allowance has no offset")
    return OfflineAllowance(
        message.member_id,
        message.store_id,
        message.balance_points,
        message.allowance_points,
        message.version,
        issued_at,
        expires_at,
    )
