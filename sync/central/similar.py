"""Addresses that differ in a trifle: with large providers, dots or a +tag in the name reach the same mailbox."""

_DOTS_DO_NOT_COUNT = frozenset(("gmail.com", "googlemail.com"))
_TAGS_DO_NOT_COUNT = _DOTS_DO_NOT_COUNT | frozenset(
    (
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "fastmail.com",
        "yahoo.com",
        "zoho.com",
    )
)
_SAME_PROVIDER = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "protonmail.com": "proton.me",
    "pm.me": "proton.me",
}


def simplified(normalised_email: str) -> str:
    """The address without what does not count at its provider. Different people may share one: a hint, no proof."""
    name, _, domain = normalised_email.rpartition("@")
    if domain in _TAGS_DO_NOT_COUNT:
        # Yahoo's tags are set apart by a hyphen, all others' by a plus.
        tag = "-" if domain == "yahoo.com" else "+"
        name = name.partition(tag)[0] or name
    if domain in _DOTS_DO_NOT_COUNT:
        name = name.replace(".", "")
    return f"{name}@{_SAME_PROVIDER.get(domain, domain)}"
