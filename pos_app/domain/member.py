"""E-mail addresses of members: compared in one form, shown masked."""

import re
import unicodedata
from dataclasses import dataclass, field

from pos_app.domain.offline_redemption import OfflineAllowance


class EmailError(ValueError):
    """A text that is no e-mail address; the text is meant for the associate."""


# Outside of quotes, no address has these (RFC 5322); inside of quotes, no customer has them.
_NEVER_IN_A_NAME = frozenset('()<>[]:;,"\\@')
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def normalise_email(text: str) -> str:
    """Trimmed, NFC, lower case, with an IDNA domain: the form in which addresses are compared.

    Raises EmailError for what can be no address. The central service is the judge of the rest.
    """
    # Lower case can leave letters and accents apart that NFC puts together, so NFC comes last.
    cleaned = unicodedata.normalize("NFC", text.strip().lower())
    local, at, domain = cleaned.rpartition("@")
    if not at or not local or not domain or any(c.isspace() or not c.isprintable() for c in cleaned):
        raise EmailError("That is not an e-mail address. It needs a name, an @ and a domain, like name@example.com.")
    if len(local) > 64 or ".." in local or local[0] == "." or local[-1] == "." or _NEVER_IN_A_NAME & set(local):
        raise EmailError("That e-mail address cannot exist. Check it letter by letter with the customer.")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise EmailError("The part after the @ is not a domain. Check it with the customer.") from error
    # Checked after IDNA, which turns look-alikes of a full stop, a slash or an @ into the real ones.
    email = f"{local}@{ascii_domain}"
    if not _DOMAIN.fullmatch(ascii_domain) or len(email) > 254:
        raise EmailError("The part after the @ is not a domain. Check it with the customer.")
    return email


def mask_email(email: str) -> str:
    """The form that may be shown: j••••@example.com. The number of dots says nothing about the length."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}••••@{domain}" if at else "••••"


@dataclass(frozen=True, slots=True)
class PoolBalance:
    """Points of one source: store purchases, linked card, partners."""

    pool: str
    points: int


@dataclass(frozen=True, slots=True)
class MemberAccount:
    """What the central service knows of a member, as of a moment; remembered when it is this till's memory of that."""

    member_id: str
    display_name: str
    masked_email: str
    balance_points: int
    available_points: int
    pending_points: int
    as_of: str
    pools: tuple[PoolBalance, ...] = field(default=())
    card_number: str = ""
    segment: str = "consumer"
    linked: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    allowance: OfflineAllowance | None = None
    remembered: bool = False
    next_expiry_points: int = 0
    next_expiry_on: str = ""
    """The last day (YYYY-MM-DD) of the points that expire next; empty when none will."""
