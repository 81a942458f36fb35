"""A receipt's lines: as wide as the paper, readable, amounts in one piece."""

import unicodedata

import pytest
from fakes.receipts import sale_receipt
from hypothesis import given
from hypothesis import strategies as st

from hardware.receipt_printer.layout import COPY_MARK, BarcodeLine, CutLine, QrLine, TextLine, layout
from hardware.receipt_printer.text import receipt_text
from hardware.receipt_printer.text_cells import clean, width, wrap
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Logo,
    Pair,
    QrCode,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)

COLUMNS = st.sampled_from([24, 32, 42, 48, 64])
ANY_TEXT = st.text(max_size=300)
NASTY_TEXT = st.text(
    alphabet=st.sampled_from("ab \x1b\x10\x04\x00\n\u2028\u202e\u200d\u0301é電子レ😀\u0634ß€−…\u00a0\ufeff\x9b"),
    max_size=300,
)
AMOUNT = st.integers(-(10**9), 10**9).map(
    lambda minor: f"{'−' if minor < 0 else ''}${abs(minor) // 100:,}.{abs(minor) % 100:02d}"
)


def document(*blocks: Block) -> ReceiptDocument:
    return ReceiptDocument("test", blocks)


def texts(columns: int, *blocks: Block) -> list[str]:
    return [line.text for line in layout(document(*blocks), columns) if isinstance(line, TextLine)]


def room(line: TextLine, columns: int) -> int:
    return columns // 2 if line.size is Size.DOUBLE else columns


def test_a_long_description_wraps_and_the_amount_stays_at_the_right_of_its_last_line() -> None:
    assert texts(32, Pair("Wireless noise cancelling headphones, black", "$199.00")) == [
        "Wireless noise cancelling",
        "headphones, black        $199.00",
    ]


def test_a_description_that_leaves_no_room_gives_the_amount_a_line_of_its_own_width() -> None:
    lines = texts(24, Pair("Extraordinarily-long-word", "$1,234,567.00"))
    assert lines[-1].endswith(" $1,234,567.00")
    assert "".join(lines).replace(" ", "").startswith("Extraordinarily-long-word")


def test_an_amount_too_wide_in_double_size_is_printed_smaller_rather_than_cut() -> None:
    (line,) = layout(document(Pair("TOTAL", "$12,345,678.90", size=Size.DOUBLE)), 24)
    assert line == TextLine("TOTAL     $12,345,678.90", size=Size.NORMAL)


def test_east_asian_names_take_two_columns_a_character_and_amounts_still_line_up() -> None:
    (line,) = texts(32, Pair("電子レンジ", "¥12,000"))
    assert width(line) == 32
    assert line.endswith(" ¥12,000")


def test_a_decomposed_accent_takes_no_column() -> None:
    assert clean("Cafe\u0301") == "Café"
    assert width("x\u0323") == 1


def test_a_copy_says_so_above_and_below_but_before_the_cut() -> None:
    lines = layout(sale_receipt(copy=True), 42)
    marks = [index for index, line in enumerate(lines) if isinstance(line, TextLine) and line.text == COPY_MARK]
    assert marks == [0, len(lines) - 2]
    assert isinstance(lines[-1], CutLine)
    assert COPY_MARK not in receipt_text(sale_receipt())


def test_codes_feeds_rules_and_logos() -> None:
    blocks = (Logo("Northside"), Rule(), Rule(double=True), Feed(2), Barcode("001"), QrCode("x"), Cut())
    assert layout(document(*blocks), 24) == [
        TextLine("Northside", Align.CENTRE, Size.DOUBLE, bold=True),
        TextLine("-" * 24),
        TextLine("=" * 24),
        TextLine(""),
        TextLine(""),
        BarcodeLine("001"),
        QrLine("x"),
        CutLine(),
    ]


def test_paper_narrower_than_24_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 24 columns"):
        layout(document(), 23)


def test_the_text_rendering_shows_what_the_paper_shows() -> None:
    shown = receipt_text(sale_receipt(1), 32).splitlines()
    assert shown[0] == "           Northside"
    assert "TOTAL                    $124.95" in shown
    assert "[001-02-000147]" in "\n".join(shown)


@given(ANY_TEXT | NASTY_TEXT)
def test_cleaned_text_holds_no_control_format_or_separator_character(text: str) -> None:
    for character in clean(text):
        assert character == " " or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT | NASTY_TEXT, st.integers(8, 64))
def test_wrapping_loses_nothing_but_spaces(text: str, columns: int) -> None:
    lines = wrap(clean(text), columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


@given(ANY_TEXT | NASTY_TEXT, AMOUNT, st.booleans(), st.sampled_from(Size), st.integers(0, 6), COLUMNS)
def test_every_amount_ends_in_the_last_column_in_one_piece(
    left: str, amount: str, bold: bool, size: Size, indent: int, columns: int
) -> None:
    lines = layout(document(Pair(left, amount, bold, size, indent)), columns)
    for line in lines:
        assert isinstance(line, TextLine)
        assert width(line.text) <= room(line, columns)
    last = lines[-1]
    assert isinstance(last, TextLine)
    assert last.text.endswith(amount)
    assert width(last.text) == room(last, columns)
    assert last.text.removesuffix(amount) == "" or last.text.removesuffix(amount).endswith(" ")


@given(
    st.lists(st.builds(Text, ANY_TEXT | NASTY_TEXT, st.sampled_from(Align), st.sampled_from(Size), st.booleans())),
    COLUMNS,
)
def test_no_line_is_wider_than_the_paper(blocks: list[Text], columns: int) -> None:
    for line in layout(document(*blocks), columns):
        assert isinstance(line, TextLine)
        assert width(line.text) <= room(line, columns)
