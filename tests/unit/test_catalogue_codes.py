"""Every notation of one article number finds the same article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.scan_code import check_digit, expand_upc_e, gtin
from pos_app.storage.item_codes import candidates, shown_code, stored_code

digits = st.text("0123456789", min_size=7, max_size=13)


@given(digits)
def test_a_number_with_its_check_digit_is_fourteen_digits_and_with_another_none(body: str) -> None:
    check = check_digit(body)
    assert gtin(f"{body}{check}") == f"{body}{check}".zfill(14)
    assert gtin(f"{body}{(check + 1) % 10}") is None


@pytest.mark.parametrize(
    "text",
    ["036000291452", "0036000291452", "00036000291452", "36000291452"],
    ids=["UPC-A", "EAN-13", "GTIN-14", "UPC-A that lost its zero in a spreadsheet"],
)
def test_all_notations_are_one_number(text: str) -> None:
    assert gtin(text) == "00036000291452"


@pytest.mark.parametrize("text", ["", "1234567", "123456789012345", "12345678901a", "٠٣٦٠٠٠٢٩١٤٥٢", "-3600029145"])
def test_other_texts_are_no_article_numbers(text: str) -> None:
    assert gtin(text) is None
    assert stored_code(text) == text.upper()


@pytest.mark.parametrize(
    ("squeezed", "upc_a_without_check_digit"),
    [("123450", "01200000345"), ("123453", "01230000045"), ("123454", "01234000005"), ("123457", "01234500007")],
    ids=["manufacturer ends in 00", "in 000 and more", "in 0", "five digits"],
)
def test_zeros_squeezed_out_are_put_back(squeezed: str, upc_a_without_check_digit: str) -> None:
    check = str(check_digit(upc_a_without_check_digit))
    assert expand_upc_e(squeezed) == upc_a_without_check_digit + check
    assert expand_upc_e(f"0{squeezed}{check}") == upc_a_without_check_digit + check


def test_upc_e_in_its_known_forms() -> None:
    assert expand_upc_e("04252614") == "042100005264"
    assert expand_upc_e("425261") == "042100005264"
    assert expand_upc_e("04252615") is None
    assert expand_upc_e("24252614") is None
    assert expand_upc_e("0425261x") is None


@given(st.text(max_size=20))
def test_any_text_can_be_looked_for(text: str) -> None:
    assert next(candidates(text)) == stored_code(text)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("00000096385074", "96385074"),
        ("00027242561151", "027242561151"),
        ("04006381333931", "4006381333931"),
        ("10027242561158", "10027242561158"),
        ("4011", "4011"),
        ("ABC-1", "ABC-1"),
    ],
)
def test_a_code_is_shown_as_it_stands_on_the_goods(stored: str, shown: str) -> None:
    assert shown_code(stored) == shown
