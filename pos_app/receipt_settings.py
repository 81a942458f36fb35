"""The [receipt] section of a store's file; a mistake is named with its key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pos_app.domain.money import Currency
from pos_app.domain.receipt_template import ReceiptChoice, ReceiptTemplate
from pos_app.domain.receipt_texts import LANGUAGES, language_of

_SWITCHES = ("ask", "email", "show_savings", "show_rewards", "show_barcode", "show_check_code")
_KEYS = (*_SWITCHES, "language", "header", "logo", "unanswered", "none_below", "check_url")


def parse_receipt(raw: Mapping[str, Any], folder: Path, currency: Currency, locale: str) -> ReceiptTemplate:
    """The store's receipts; what is not said is as in ReceiptTemplate, the language is the locale's.

    The logo is a PNG file beside the store's file. Raises ValueError or MoneyError.
    """
    for key in raw:
        if key not in _KEYS:
            raise ValueError(f"there is no key receipt.{key}; there are {', '.join(sorted(_KEYS))}")
    for key in _SWITCHES:
        if not isinstance(raw.get(key, True), bool):
            raise ValueError(f"receipt.{key} is true or false")
    language = raw.get("language", language_of(locale))
    if language not in LANGUAGES:
        raise ValueError(f"receipt.language is {language!r}; it can be {', '.join(LANGUAGES)}")
    return ReceiptTemplate(
        language=language,
        header=_header(raw.get("header", [])),
        logo_file=_logo(raw.get("logo", ""), folder),
        unanswered=_choice(raw.get("unanswered", ReceiptChoice.PRINT.value)),
        none_below_minor=currency.parse_minor(raw["none_below"]) if "none_below" in raw else 0,
        check_url=_url(raw.get("check_url", "")),
        **{key: raw[key] for key in _SWITCHES if key in raw},
    )


def _header(lines: object) -> tuple[str, ...]:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("receipt.header is a list of lines in quotes")
    return tuple(lines)


def _logo(name: object, folder: Path) -> Path | None:
    if not isinstance(name, str):
        raise ValueError("receipt.logo is the name of a PNG file beside the store's file")
    return folder / name if name else None


def _choice(text: object) -> ReceiptChoice:
    choices = {choice.value: choice for choice in (ReceiptChoice.PRINT, ReceiptChoice.NONE)}
    if text not in choices:
        raise ValueError(f"receipt.unanswered is {text!r}; it can be {' or '.join(choices)}")
    return choices[str(text)]


def _url(text: object) -> str:
    if not isinstance(text, str) or (text and not text.startswith(("https://", "http://"))):
        raise ValueError("receipt.check_url is an address such as https://rewards.example.com/receipt")
    return text
