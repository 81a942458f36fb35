"""Approval by telephone: the till shows a number, the manager's side answers with another one.

Both ends hold the store's secret, so it works without a network. The answer is bound to the number, the act, its
amount and who gives it: it fits nothing else, and tells the till who said yes. The number is new each time it is
asked for, so an answer counts once.
"""

import hashlib
import hmac
from collections.abc import Iterable

from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action

DIGITS = 8
SECRET_BYTES = 32


def challenge_of(unique: str) -> str:
    """The number to read out, made of something that never comes twice."""
    return _digits(hashlib.sha256(unique.encode()).digest())


def code_of(secret: bytes, challenge: str, action: Action, amount_minor: int, approver_id: str) -> str:
    """The answer that this approver gives to this number for this act and amount."""
    said = "\n".join(("approval by telephone", challenge, action.value, str(amount_minor), approver_id))
    return _digits(hmac.digest(secret, said.encode(), "sha256"))


def approver_of(
    secret: bytes, challenge: str, action: Action, amount_minor: int, code: str, people: Iterable[Operator]
) -> Operator | None:
    """Who of these people gave this answer, or None."""
    for one in people:
        if hmac.compare_digest(code_of(secret, challenge, action, amount_minor, one.operator_id), code):
            return one
    return None


def _digits(value: bytes) -> str:
    return f"{int.from_bytes(value[:8]) % 10**DIGITS:0{DIGITS}d}"
