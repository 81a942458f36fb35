"""Codes as the catalogue keeps them: every notation of one GTIN in one form, all others as they are."""

from collections.abc import Iterator

from pos_app.domain.scan_code import expand_upc_e, gtin, shown_gtin

SKU_PREFIX = "sku:"


def stored_code(text: str) -> str:
    """The form a barcode is stored and looked up in: 14 digits of a GTIN, else upper case as it is."""
    return gtin(text) or text.upper()


def shown_code(stored: str) -> str:
    """A stored code as it stands on the goods: a GTIN in the digits of EAN-8, UPC-A, EAN-13 or GTIN-14."""
    if len(stored) != 14 or gtin(stored) is None:
        return stored
    return shown_gtin(stored)


def stored_sku(text: str) -> str:
    """The form a SKU is stored and looked up in, apart from all barcodes."""
    return SKU_PREFIX + text.upper()


def candidates(text: str) -> Iterator[str]:
    """The stored codes that a scanned or typed text can mean, likeliest first."""
    first, as_it_is = stored_code(text), text.upper()
    yield first
    yield stored_sku(text)
    if as_it_is != first:
        yield as_it_is
    upc_a = expand_upc_e(text)
    if upc_a:
        yield upc_a.zfill(14)
