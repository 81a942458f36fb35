"""A gentle question when a domain looks mistyped; the address is never changed by itself."""

_WELL_KNOWN = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "aol.com",
    "live.com",
    "msn.com",
    "comcast.net",
    "verizon.net",
    "att.net",
    "proton.me",
    "protonmail.com",
    "yahoo.co.uk",
    "hotmail.co.uk",
    "gmx.de",
    "gmx.net",
    "web.de",
    "orange.fr",
    "libero.it",
)


def likely_meant(email: str) -> str:
    """The address with the well-known domain that is one slip away (a letter missing, doubled, wrong or swapped).

    Empty when the domain is well known itself or is like none of them.
    """
    local, _, domain = email.rpartition("@")
    if domain in _WELL_KNOWN:
        return ""
    meant = next((known for known in _WELL_KNOWN if _one_slip(domain, known)), "")
    return f"{local}@{meant}" if meant else ""


def _one_slip(typed: str, known: str) -> bool:
    """True when one insertion, deletion, replacement or swap of neighbours makes one of the other."""
    if abs(len(typed) - len(known)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(known)) and typed[start] == known[start]:
        start += 1
    a, b = typed[start:], known[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]
