"""The code on a receipt fits this receipt and no other, and reads back from paper however it is typed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.receipt_code import (
    ReceiptFacts,
    gift_code,
    is_receipt_qr,
    number_of_gift_code,
    printed_form,
    qr_text,
    read_code,
    short_code,
)

HASH = "a" * 64
FACTS = ReceiptFacts("001-02-000147", 63_216, "USD", 1_795_352_117_226)

numbers = st.from_regex(r"\A[0-9A-Za-z]{1,4}-[0-9A-Za-z]{1,4}-[0-9]{6}\Z")
facts = st.builds(
    ReceiptFacts,
    numbers,
    st.integers(-(10**12), 10**12),
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.integers(0, 10**13),
)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(facts, hashes, st.binary(min_size=64, max_size=64))
def test_the_qr_code_reads_back_as_it_was_made(of: ReceiptFacts, entry_hash: str, signature: bytes) -> None:
    code = short_code(of, entry_hash)
    for url in ("", "https://rewards.example.com/receipt", "https://example.com/?page=receipt"):
        text = qr_text(of, code, signature, url)
        read = read_code(text)
        assert (read.facts, read.code, read.signature) == (of, code, signature)
        assert is_receipt_qr(text)


@given(facts, facts, hashes, hashes)
def test_two_receipts_have_two_codes(one: ReceiptFacts, other: ReceiptFacts, hash_1: str, hash_2: str) -> None:
    same = (one, hash_1) == (other, hash_2)
    assert (short_code(one, hash_1) == short_code(other, hash_2)) == same


@pytest.mark.parametrize(
    "typed",
    [
        "001-02-000147 {code}",
        "  001-02-000147   {dashed} ",
        "001-02-000147/{dashed}",
        "001-02-000147.{small}",
        "001-02-000147, {spaced}",
    ],
    ids=["plain", "with-dashes", "with-a-slash", "small-letters", "with-spaces"],
)
def test_a_code_is_understood_however_people_type_it(typed: str) -> None:
    code = short_code(FACTS, HASH)
    text = typed.format(
        code=code, dashed=printed_form(code), small=code.lower(), spaced=printed_form(code).replace("-", " ")
    )
    read = read_code(text)
    assert (read.receipt_number, read.code, read.facts) == ("001-02-000147", code, None)


def test_letters_that_look_like_digits_are_taken_for_them() -> None:
    assert read_code("001-02-000147 O123-I567-L9AB").code == "012315671" + "9AB"


@pytest.mark.parametrize(
    "text",
    ["", "5012345678900", "001-02-000147", "ABCD-EFGH-JKMN", "R1.001-02-000147.x.USD.1.ABC", "\x00" * 40, "R1." * 400],
    ids=["empty", "an-ean", "the-number-alone", "the-code-alone", "a-broken-qr", "zeros", "a-long-text"],
)
def test_what_is_no_code_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="no receipt code"):
        read_code(text)
    assert not is_receipt_qr(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    if not is_receipt_qr(text):
        with contextlib.suppress(ValueError):
            assert read_code(text).code


def test_the_barcode_of_a_gift_receipt_names_its_sale() -> None:
    assert number_of_gift_code(gift_code("001-02-000147")) == "001-02-000147"
    assert number_of_gift_code("001-02-000147") == ""
    assert number_of_gift_code("G.x") == ""
