"""What a code is: GS1 codes, labels of a store's own, and why a code names no product."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.label_rule import Label, LabelRule, LabelValue, read_label, value_check_digit
from pos_app.domain.money import currency
from pos_app.domain.scan_code import (
    ScanFault,
    ScannedCode,
    UnreadCode,
    check_digit,
    is_gs1,
    single_piece,
    split_symbology,
    why_unknown,
    with_separators,
    without_add_on,
)
from pos_app.gs1_reader import read_gs1

USD, DINAR, YEN = currency("USD"), currency("KWD"), currency("JPY")
GTIN = "09520123456788"
PRICE = LabelRule("20", 5, 4, has_value_check=True, maximum=9_000)
WEIGHT = LabelRule("21", 5, 5, LabelValue.WEIGHT)
POUNDS = LabelRule("22", 5, 5, LabelValue.WEIGHT, decimals=2)
COUNT = LabelRule("02", 6, 4, LabelValue.COUNT)
RULES = (PRICE, WEIGHT, POUNDS, COUNT)


def label(twelve: str) -> str:
    return twelve + str(check_digit(twelve))


# --- GS1 ---


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"01{GTIN}", ScannedCode("9520123456788")),
        (f"\x1d01{GTIN}21SN-1\x1d10LOT7", ScannedCode("9520123456788", serial_number="SN-1", batch="LOT7")),
        (f"(01){GTIN}(17)261231(21)A/1", ScannedCode("9520123456788", serial_number="A/1", expires_on="2026-12-31")),
        (f"01{GTIN}3103001234", ScannedCode("9520123456788", quantity_milli=1234)),
        (f"01{GTIN}3101000123", ScannedCode("9520123456788", quantity_milli=12_300)),
        (f"01{GTIN}3105123456", ScannedCode("9520123456788", quantity_milli=1234)),
        (f"01{GTIN}3922599", ScannedCode("9520123456788", price_minor=599)),
        (f"01{GTIN}3920599", ScannedCode("9520123456788", price_minor=59_900)),
        (f"01{GTIN}3012", ScannedCode("9520123456788", quantity_milli=12_000)),
        ("https://id.gs1.org/01/9520123456788/21/XYZ", ScannedCode("9520123456788", serial_number="XYZ")),
        (
            f"https://shop.example/p/01/{GTIN}/10/B1?17=270101",
            ScannedCode("9520123456788", batch="B1", expires_on="2027-01-01"),
        ),
    ],
    ids=["gtin", "serial", "bracketed", "grams", "hectograms", "fine", "cents", "dollars", "count", "link", "own link"],
)
def test_gs1_codes_say_what_is_in_them(text: str, read: ScannedCode) -> None:
    assert read_gs1(text, USD) == read


@pytest.mark.parametrize(
    ("text", "fault", "detail"),
    [
        ("0109520123456789", ScanFault.CHECK_DIGIT, "8"),
        ("10LOT7", ScanFault.NOT_A_PRODUCT, "no product number in it"),
        ("0", ScanFault.UNREADABLE, ""),
        (f"01{GTIN}17269999", ScanFault.UNREADABLE, ""),
        ("https://id.gs1.org/01/notanumber", ScanFault.UNREADABLE, ""),
        ("x" * 300, ScanFault.NOT_A_PRODUCT, "a long text"),
    ],
    ids=["check digit", "no gtin", "garbage", "date", "link", "long"],
)
def test_gs1_codes_that_cannot_be_used_say_why(text: str, fault: ScanFault, detail: str) -> None:
    read = read_gs1(text, USD)
    assert isinstance(read, UnreadCode)
    assert (read.fault, read.detail) == (fault, detail)


def test_a_price_finer_than_the_currency_is_refused() -> None:
    read = read_gs1(f"01{GTIN}3922599", YEN)
    assert isinstance(read, UnreadCode)
    assert read.fault is ScanFault.OUT_OF_RANGE
    assert read_gs1(f"01{GTIN}39231250", DINAR) == ScannedCode("9520123456788", price_minor=1250)


@given(st.text(max_size=60) | st.from_regex(r"01[0-9]{14}[0-9A-Z\x1d]{0,40}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(read_gs1(text, USD), ScannedCode | UnreadCode)
    assert isinstance(why_unknown(text).words, str)


@pytest.mark.parametrize(
    ("text", "symbology", "gs1"),
    [
        ("4006381333931", "", False),
        ("4006381333931", "]E0", False),
        ("036000291452", "", False),
        ("14006381333938", "", False),
        (f"01{GTIN}", "", True),
        ("10LOT7", "]C1", True),
        ("hello", "]Q1", False),
        ("https://example.com/", "]Q1", False),
        (f"https://example.com/01/{GTIN}", "", True),
    ],
)
def test_a_plain_barcode_is_never_taken_for_a_gs1_code(text: str, symbology: str, gs1: bool) -> None:
    assert is_gs1(text, symbology) is gs1


def test_aim_identifiers_are_split_off() -> None:
    assert split_symbology(f"]d201{GTIN}") == (f"01{GTIN}", "]d2")
    assert split_symbology("plain") == ("plain", "")


# --- labels of the store's own ---


def test_a_price_with_its_check_digit() -> None:
    read = read_label(label("20" + "04711" + value_check_digit_text("1299") + "1299"), RULES)
    assert isinstance(read, Label)
    assert read.scanned.price_minor == 1299
    assert read.item_codes[:2] == ("04711", "4711")


def value_check_digit_text(value: str) -> str:
    return str(value_check_digit(value))


@pytest.mark.parametrize(("value", "digit"), [("2875", 9), ("14685", 6)])
def test_the_value_check_digits_of_the_general_specifications(value: str, digit: int) -> None:
    assert value_check_digit(value) == digit


@given(st.from_regex(r"[0-9]{4,5}", fullmatch=True).filter(str.isascii))
def test_the_value_check_digit_agrees_with_another_implementation(value: str) -> None:
    from biip.checksums import gs1_price_weight_check_digit

    assert value_check_digit(value) == gs1_price_weight_check_digit(value)


@pytest.mark.parametrize(
    ("twelve", "quantity_milli"),
    [("21" + "00012" + "01250", 1250), ("22" + "00012" + "00125", 1250), ("02" + "000012" + "0006", 6000)],
    ids=["grams", "hundredths", "count"],
)
def test_weights_and_counts(twelve: str, quantity_milli: int) -> None:
    read = read_label(label(twelve), RULES)
    assert isinstance(read, Label)
    assert read.scanned.quantity_milli == quantity_milli


def test_upc_labels_begin_with_2() -> None:
    twelve = "02" + "000012" + "0006"
    assert isinstance(read_label(label(twelve)[1:], RULES), Label)


@pytest.mark.parametrize(
    ("twelve", "fault"),
    [
        ("20" + "04711" + str((value_check_digit("1299") + 1) % 10) + "1299", ScanFault.LABEL_CHECK_DIGIT),
        ("20" + "04711" + str(value_check_digit("9999")) + "9999", ScanFault.OUT_OF_RANGE),
        ("21" + "00012" + "00000", ScanFault.OUT_OF_RANGE),
    ],
    ids=["misread", "too dear", "nothing weighed"],
)
def test_a_label_that_cannot_be_right_is_refused(twelve: str, fault: ScanFault) -> None:
    read = read_label(label(twelve), RULES)
    assert isinstance(read, UnreadCode)
    assert read.fault is fault


@pytest.mark.parametrize(
    "values",
    [
        {"prefix": "30", "item_digits": 5, "value_digits": 5},
        {"prefix": "20", "item_digits": 5, "value_digits": 4},
        {"prefix": "20", "item_digits": 3, "value_digits": 6, "has_value_check": True},
        {"prefix": "20", "item_digits": 5, "value_digits": 5, "minimum": 5, "maximum": 4},
    ],
    ids=["prefix", "length", "value check", "limits"],
)
def test_a_rule_that_cannot_work_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="label"):
        LabelRule(**values)  # type: ignore[arg-type]


# --- why ---


@pytest.mark.parametrize(
    ("code", "fault", "detail"),
    [
        ("", ScanFault.EMPTY, ""),
        ("4006381333932", ScanFault.CHECK_DIGIT, "1"),
        ("04252615", ScanFault.CHECK_DIGIT, "4"),
        ("04252614", ScanFault.NOT_ON_FILE, ""),
        ("4006381333931", ScanFault.NOT_ON_FILE, ""),
        ("2212345000005", ScanFault.UNKNOWN_PREFIX, "22"),
        ("212345000009", ScanFault.CHECK_DIGIT, "7"),
        ("9812345678903", ScanFault.CHECK_DIGIT, "2"),
        ("9812345678902", ScanFault.NOT_A_PRODUCT, "a coupon"),
        ("00095201234567890128", ScanFault.NOT_A_PRODUCT, "a pallet's label"),
        ("https://example.com/a", ScanFault.NOT_A_PRODUCT, "a web address"),
        ("AB\x07CD", ScanFault.CONTROL_CHARACTERS, ""),
        ("A" * 129, ScanFault.NOT_A_PRODUCT, "a long text"),
        ("SKU-17", ScanFault.NOT_ON_FILE, ""),
    ],
)
def test_a_code_without_an_item_says_why(code: str, fault: ScanFault, detail: str) -> None:
    unread = why_unknown(code)
    assert (unread.fault, unread.detail) == (fault, detail)
    assert unread.words.endswith(".")


def test_a_case_names_its_single_piece() -> None:
    assert single_piece("14006381333938") == "4006381333931"
    assert single_piece("04006381333931") == ""
    assert single_piece("94006381333930") == ""


def test_a_scanner_that_types_another_character_for_the_separator() -> None:
    assert with_separators(f"01{GTIN}10AB~21SN", "~") == f"01{GTIN}10AB\x1d21SN"
    assert with_separators("]C110AB~21SN", "~") == "]C110AB\x1d21SN"
    assert with_separators("SKU~7", "~") == "SKU~7"
    assert with_separators(f"01{GTIN}10AB~21SN", "") == f"01{GTIN}10AB~21SN"
    assert with_separators(f"https://x.example/~a/01/{GTIN}", "~") == f"https://x.example/~a/01/{GTIN}"


@pytest.mark.parametrize(
    ("text", "symbology", "code"),
    [
        ("978020137962490000", "]E3", "9780201379624"),
        ("977123456789812", "]E3", "9771234567898"),
        ("03600029145212", "]E3", "036000291452"),
        ("4006381333931", "]E3", "4006381333931"),
        ("978020137962490000", "]E0", "978020137962490000"),
    ],
)
def test_the_add_on_of_books_and_magazines_is_left_out(text: str, symbology: str, code: str) -> None:
    assert without_add_on(text, symbology) == code
