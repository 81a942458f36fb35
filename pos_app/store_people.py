"""Reads who has to sign on, and the reasons people choose from, of a store's TOML file."""

from dataclasses import dataclass, fields
from typing import Any

from pos_app.domain.reasons import NEUTRAL_REASONS, Reasons

_LONGEST_IDLE_MINUTES = 15
"""PCI DSS 8.2.8 asks for a lock after fifteen minutes at most."""
_MOST_REASONS, _LONGEST_REASON = 12, 40
_MOST_OF_APPROVALS = 6
"""They stand beside the PIN pad, all in sight."""


@dataclass(frozen=True, slots=True)
class SignOnRules:
    """Whether somebody has to sign on before the till sells, and after how long without a touch it locks."""

    required: bool = True
    idle_lock_minutes: int = 5


def read_sign_on(raw: dict[str, Any]) -> SignOnRules:
    """sign_on_required and idle_lock_minutes. Raises ValueError."""
    rules = SignOnRules(raw.get("sign_on_required", True), raw.get("idle_lock_minutes", 5))
    if type(rules.required) is not bool:
        raise ValueError("sign_on_required is true or false")
    if type(rules.idle_lock_minutes) is not int or not 1 <= rules.idle_lock_minutes <= _LONGEST_IDLE_MINUTES:
        raise ValueError(f"idle_lock_minutes is a whole number from 1 to {_LONGEST_IDLE_MINUTES}")
    return rules


def read_reasons(raw: dict[str, Any]) -> Reasons:
    """[reasons]: a list of words under each key; a key that is missing keeps neutral ones. Raises ValueError."""
    section = raw.get("reasons", {})
    known = [field.name for field in fields(Reasons)]
    for key in section:
        if key not in known:
            raise ValueError(f"reasons has no key {key!r}; there are {', '.join(known)}")
    return Reasons(**{key: _words(key, section.get(key, getattr(NEUTRAL_REASONS, key))) for key in known})


def _words(key: str, words: Any) -> tuple[str, ...]:
    fits = all(
        isinstance(text, str) and text.strip() and text.isprintable() and len(text) <= _LONGEST_REASON for text in words
    )
    most = _MOST_OF_APPROVALS if key == "approval" else _MOST_REASONS
    if not fits or not 1 <= len(words) <= most or len(set(words)) != len(words):
        raise ValueError(
            f"reasons.{key} is a list of 1 to {most} different texts of at most {_LONGEST_REASON} characters"
        )
    return tuple(words)
