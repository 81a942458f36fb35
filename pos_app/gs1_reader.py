"""Reading GS1 element strings and GS1 Digital Links. The home of biip, which is imported when the first one is read."""

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.money import Currency, MoneyError
from pos_app.domain.scan_code import (
    GROUP_SEPARATOR,
    LONGEST_CODE,
    ScanFault,
    ScannedCode,
    UnreadCode,
    check_digit,
    shown_gtin,
)

_DIGITS_OF_A_KILOGRAM = 3
_AMOUNTS = ("392", "393")


def read_gs1(text: str, currency: Currency) -> ScannedCode | UnreadCode:
    """See ports/scanning.py.

    Understood are GTIN (01), batch (10), expiry (17), serial number (21), count (30), net weight (310n) and price
    (392n, 393n); whatever else is in the code is left alone. A code without a GTIN names no product.
    """
    from biip import ParseConfig, ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI
    from biip.gs1_messages import GS1Message

    if len(text) > LONGEST_CODE:
        return UnreadCode(text, ScanFault.NOT_A_PRODUCT, "a long text")
    lenient = ParseConfig(gs1_element_strings_verify_date=False)
    try:
        if text[:4].lower() == "http":
            elements = GS1DigitalLinkURI.parse(text, config=lenient).element_strings
        elif text.startswith("("):
            elements = GS1Message.parse_hri(text, config=lenient).element_strings
        else:
            elements = GS1Message.parse(text.strip(GROUP_SEPARATOR), config=lenient).element_strings
    except ParseError:
        return UnreadCode(text, ScanFault.UNREADABLE)
    found: dict[str, str] = {}
    quantity_milli = price_minor = 0
    for element in elements:
        identifier, value = element.ai.ai, element.value
        if identifier[:3] == "310":
            quantity_milli = _milli(int(value), int(identifier[3]))
        elif identifier[:3] in _AMOUNTS and element.decimal is not None:
            try:
                price_minor = currency.parse_minor(str(element.decimal))
            except MoneyError:
                return UnreadCode(text, ScanFault.OUT_OF_RANGE, f"the price {element.decimal}")
        elif identifier == "30":
            quantity_milli = int(value) * QUANTITY_SCALE
        found.setdefault(identifier, value)
    number = next((element.gtin for element in elements if element.gtin is not None), None)
    if number is None:
        if "01" in found:
            return UnreadCode(text, ScanFault.CHECK_DIGIT, str(check_digit(found["01"][:-1])))
        return UnreadCode(text, ScanFault.NOT_A_PRODUCT, "no product number in it")
    expiry = next((element.date for element in elements if element.ai.ai == "17" and element.date), None)
    return ScannedCode(
        shown_gtin(number.value.zfill(14)),
        serial_number=found.get("21", ""),
        batch=found.get("10", ""),
        expires_on=expiry.isoformat() if expiry else "",
        quantity_milli=quantity_milli,
        price_minor=price_minor,
    )


def _milli(value: int, decimals: int) -> int:
    """Kilograms with so many digits after the point, in thousandths; what is finer is cut off."""
    shift = _DIGITS_OF_A_KILOGRAM - decimals
    return value * 10**shift if shift >= 0 else value // 10**-shift


def warm() -> None:
    """Load what the first code would wait for, a third of a second long; to be called on a thread of its own."""
    import biip.gs1_digital_link_uris
    import biip.gs1_messages  # noqa: F401
