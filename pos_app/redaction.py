"""What leaves the shop in a support bundle: texts without addresses, card numbers and anything that opens a door."""

import re

# A serial port with its speed (/dev/ttyUSB0@9600-7E1) is no address of anybody.
_EMAIL = re.compile(r"[^\s@<>\"'=,;:()\[\]]+@(?!\d+(?:-[78][NEO][12])?(?![\w.-]))[^\s@<>\"'=,;()\[\]]+")
_CARD_NUMBER = re.compile(r"(?<![0-9])(?:[0-9][ -]?){12,18}[0-9](?![0-9])")
_BADGE = re.compile(r"OPB[-A-Za-z0-9]+")
_LONG_SECRET = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{32,}={0,2}"
)
_NAMED_SECRET = re.compile(
    r"(?i)\b(pass(?:word|phrase|wd)?|secret|token|pin|badge|key|authori[sz]ation|signature|cookie|code)\b"
    r"(\"?'?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|(?:bearer\s+)?\S+)"
)
_LINK_USER = re.compile(r"(?<=://)[^/\s@]+@")
_PLACES = ("keystore:", "env:", "file:")


def redacted(text: str) -> str:
    """The text with each of these replaced by what it was. Rather too much goes than too little."""
    text = _LINK_USER.sub("[user]@", text)
    text = _NAMED_SECRET.sub(_without_value, text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _BADGE.sub("[badge]", text)
    text = _LONG_SECRET.sub("[long code]", text)
    return _CARD_NUMBER.sub("[number]", text)


def _without_value(found: re.Match[str]) -> str:
    value = found.group(0)[len(found.group(1)) + len(found.group(2)) :].strip("\"'")
    kept = value.startswith(_PLACES)
    return found.group(0) if kept else f"{found.group(1)}{found.group(2)}[taken out]"
