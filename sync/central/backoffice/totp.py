"""One-time codes of an authenticator app (RFC 6238: HMAC-SHA-1, 30 seconds, 6 digits, what every app can do)."""

import base64
import hmac
import secrets
from urllib.parse import quote

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
# A phone's clock may be off by a step.
_WINDOW = (0, -1, 1)


def new_secret() -> str:
    """A fresh secret in base 32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one step of time."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(now_s: float) -> int:
    """The step that a moment is in."""
    return int(now_s) // STEP_S


def matching_step(secret: str, code: str, now_s: float) -> int | None:
    """The step that the code belongs to, at or beside this moment; None for a wrong code."""
    typed = code.replace(" ", "").encode()
    for offset in _WINDOW:
        step = step_of(now_s) + offset
        if hmac.compare_digest(code_at(secret, step).encode(), typed):
            return step
    return None


def uri(secret: str, name: str, issuer: str) -> str:
    """What an app reads as a QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?secret={secret}&issuer={quote(issuer)}"
