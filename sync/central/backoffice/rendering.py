"""Pages from templates: everything is escaped, times and points read the same everywhere."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pos_app.domain.money import currency
from sync.central.backoffice.roles import ROLE_NAMES, Permission
from sync.central.backoffice.words import (
    ACT_NAMES,
    KIND_NAMES,
    LINK_NAMES,
    MENU,
    NOTICES,
    OPERATOR_ACTS,
    ORDER_NAMES,
    POOL_NAMES,
    PROOF_NAMES,
    SEGMENT_NAMES,
)
from sync.central.moments import parse

FOLDER = Path(__file__).parent
MINUS = "\N{MINUS SIGN}"

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # Of our own pages the address may be told to ourselves, which the check of where a form comes from needs.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


def points(value: int, *, signed: bool = False) -> str:
    """1,234 or +1,234 with a real minus sign."""
    text = f"{abs(value):,}"
    return f"{MINUS}{text}" if value < 0 else f"+{text}" if signed and value > 0 else text


def moment(text: str, time_zone: str = "UTC") -> str:
    """A time as people read it, in UTC unless told otherwise; it says which."""
    if not text:
        return "never"
    at = parse(text).astimezone(ZoneInfo(time_zone))
    return f"{at.day} {at:%b %Y, %H:%M} {at.tzname()}"


def pieces(quantity_milli: int) -> str:
    """A quantity of pieces: 2, or 0.5 of something weighed."""
    return f"{quantity_milli / 1000:g}"


def is_after(text: str, now: datetime) -> bool:
    """True for a time to come."""
    return parse(text) > now


def day(text: str) -> str:
    """A calendar day as people read it: 31 Mar 2027."""
    at = date.fromisoformat(text[:10])
    return f"{at.day} {at:%b %Y}"


def money(amount_minor: int, currency_code: str = "USD") -> str:
    """An amount with its currency."""
    whole, point, part = currency(currency_code).decimal_text(abs(amount_minor)).partition(".")
    return f"{'-' if amount_minor < 0 else ''}{int(whole):,}{point}{part} {currency_code}"


def size(count_bytes: int) -> str:
    """A size in its largest unit of thousands: 1.2 GB."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count_bytes >= unit:
            return f"{count_bytes / unit:.1f} {name}"
    return f"{count_bytes} bytes"


def span(length: timedelta) -> str:
    """A length of time in its largest whole unit: 5 min."""
    seconds = int(length.total_seconds())
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def ago(text: str, now: datetime) -> str:
    """How long ago a stored time was: 5 min ago."""
    if not text:
        return "never"
    passed = now - parse(text)
    return "just now" if passed < timedelta(minutes=1) else f"{span(passed)} ago"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": points,
        "pieces": pieces,
        "moment": moment,
        "is_after": is_after,
        "day": day,
        "ago": ago,
        "span": span,
        "size": size,
        "seconds": lambda seconds: span(timedelta(seconds=seconds)),
        "money": money,
    }
    environment.globals |= {
        "Permission": Permission,
        "ROLE_NAMES": ROLE_NAMES,
        "ACT_NAMES": ACT_NAMES,
        "KIND_NAMES": KIND_NAMES,
        "LINK_NAMES": LINK_NAMES,
        "SEGMENT_NAMES": SEGMENT_NAMES,
        "POOL_NAMES": POOL_NAMES,
        "PROOF_NAMES": PROOF_NAMES,
        "NOTICES": NOTICES,
        "ORDER_NAMES": ORDER_NAMES,
        "OPERATOR_ACTS": OPERATOR_ACTS,
        "MENU": MENU,
        "zip_same": lambda values: [(value, value) for value in values],
    }
    return environment


_templates = _environment()


def render(template: str, **values: Any) -> str:
    """The page of a template."""
    return _templates.get_template(template).render(**values)
