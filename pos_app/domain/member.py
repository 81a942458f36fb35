"""E-mail addresses of members: compared in one form, shown masked."""

import unicodedata
from dataclasses import dataclass, field


class EmailError(ValueError):
    """A text that is no e-mail address; the text is meant for the associate."""


def normalise_email(text: str) -> str:
    """Trimmed, NFC, lower case, with an IDNA domain: the form in which addresses are compared.

    Raises EmailError for what can be no address. The central service is the judge of the rest.
    """
    cleaned = unicodedata.normalize("NFC", text.strip()).lower()
    local, at, domain = cleaned.rpartition("@")
    if not at or not local or not domain or any(c.isspace() or not c.isprintable() for c in cleaned):
        raise EmailError("That is not an e-mail address. It needs a name, an @ and a domain, like name@example.com.")
    if len(cleaned) > 254 or len(local) > 64 or ".." in cleaned or "@" in local or "." not in domain:
        raise EmailError("That e-mail address cannot exist. Check it letter by letter with the customer.")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise EmailError("The part after the @ is not a domain. Check it with the customer.") from error
    return f"{local}@{ascii_domain}"


def mask_email(email: str) -> str:
    """The form that may be shown: j••••@example.com. The number of dots says nothing about the length."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}••••@{domain}"


@dataclass(frozen=True, slots=True)
class PoolBalance:
    """Points of one source: store purchases, linked card, partners."""

    pool: str
    points: int


@dataclass(frozen=True, slots=True)
class MemberAccount:
    """What the central service knows of a member, as of a moment."""

    member_id: str
    display_name: str
    masked_email: str
    balance_points: int
    available_points: int
    pending_points: int
    as_of: str
    pools: tuple[PoolBalance, ...] = field(default=())
