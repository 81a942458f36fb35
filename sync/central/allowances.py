"""What a store may let a member spend while the service is out of reach: signed, so that a till need not be trusted
with it. Rules: rewards programme, Offline.
"""

import base64
from datetime import datetime, timedelta

from sync import contract
from sync.central.moments import stored
from sync.central.vault import Vault
from sync.membership import Allowance


def signed(
    vault: Vault,
    now: datetime,
    policy: contract.OfflineRedemption,
    store_id: str,
    member_id: str,
    available_points: int,
    version: int,
) -> contract.SignedAllowance | None:
    """The allowance of one member at one store; None when the terms let nothing be spent offline.

    version is the balance's own: it says which of two allowances is the newer one.
    """
    if not policy.allowed or not store_id:
        return None
    body = contract.encode(
        Allowance(
            member_id=member_id,
            store_id=store_id,
            balance_points=available_points,
            allowance_points=min(policy.member_allowance_points, available_points),
            version=version,
            issued_at=stored(now),
            expires_at=stored(now + timedelta(seconds=policy.age_limit_s)),
        )
    )
    return contract.SignedAllowance(body=_text(body), signature=_text(vault.sign(body)))


def public_key_text(vault: Vault) -> str:
    """What the tills check allowances with."""
    return _text(vault.public_key)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
