"""Telling a member's code from everything that is sold."""

import re

_CARD = re.compile(r"m\d{18}", re.ASCII | re.IGNORECASE)


def is_member_code(code: str) -> bool:
    """True for what is on a member's card or in their code: an address or a card number."""
    return "@" in code or _CARD.fullmatch(re.sub(r"[\s-]", "", code)) is not None
