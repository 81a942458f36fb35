"""What a store may decide about its receipts, and that the paper holds it in every language and width."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.memory_shop import PlainFormatter, profile
from PIL import Image

from hardware.receipt_printer.layout import TextLine, layout
from hardware.receipt_printer.picture import receipt_picture
from hardware.receipt_printer.text_cells import width
from pos_app.domain.money import currency
from pos_app.domain.receipt_code import read_code
from pos_app.domain.receipt_document import QrCode, ReceiptDocument, Size, Text
from pos_app.domain.receipt_template import FirstPrint, ReceiptChoice, ReceiptTemplate
from pos_app.domain.receipt_texts import LANGUAGES, language_of, receipt_texts
from pos_app.domain.store import StoreProfile
from pos_app.errors import WorldError
from pos_app.formatting import StoreFormatter
from pos_app.receipt_settings import parse_receipt
from pos_app.services.receipt_sample import SampleKind, sample_receipt
from pos_app.store_profile import load_store_file

zxingcpp = pytest.importorskip("zxingcpp")
AT = datetime(2026, 11, 22, 14, 26, tzinfo=UTC)
WIDE = "電子辞書 大容量モデル 日本語版"


def sample(store: StoreProfile, kind: SampleKind = SampleKind.SALE) -> ReceiptDocument:
    return sample_receipt(store, StoreFormatter(store), AT, kind)


def in_language(language: str, locale: str = "en_US", **changes: object) -> StoreProfile:
    return profile(locale=locale, receipt=ReceiptTemplate(language=language), **changes)


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("kind", list(SampleKind))
@pytest.mark.parametrize(("language", "locale"), [("en", "en_US"), ("de", "de_DE"), ("es", "es_ES"), ("fr", "fr_FR")])
def test_every_line_fits_the_paper_in_every_language(
    language: str, locale: str, kind: SampleKind, columns: int
) -> None:
    store = in_language(language, locale, receipt_columns=columns, address_lines=(WIDE * 2,), store_name=WIDE)
    for line in layout(sample(store, kind), columns):
        if isinstance(line, TextLine):
            assert width(line.text) * (2 if line.size is Size.DOUBLE else 1) <= columns, line.text


def test_no_message_needs_a_value_that_another_language_does_not() -> None:
    import string

    from pos_app.domain.receipt_texts import _MESSAGES

    for message_id, texts in _MESSAGES.items():
        wanted = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
        assert all(each == wanted[0] for each in wanted), message_id
        assert all(text.strip() for text in texts), message_id


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert receipt_texts("en")("promo_codes", codes="{tax} {0}") == "Promo codes: {tax} {0}"


def test_the_qr_code_on_the_paper_is_read_by_a_camera() -> None:
    document = sample(in_language("en"))
    picture = Image.open(io.BytesIO(receipt_picture(document, 42)))
    read = {found.text for found in zxingcpp.read_barcodes(picture)}
    said = next(block.data for block in document.blocks if isinstance(block, QrCode))
    assert {said, "001-02-000147"} <= read
    assert read_code(said).receipt_number == "001-02-000147"


def test_a_copy_says_its_number_in_the_customers_language() -> None:
    lines = [line.text for line in layout(sample(in_language("de"), SampleKind.COPY), 42) if isinstance(line, TextLine)]
    assert lines.count("*** KOPIE 1 ***") == 2


def test_a_gift_receipt_names_no_price_and_no_member() -> None:
    document = sample(in_language("en"), SampleKind.GIFT)
    words = " ".join(block.text for block in document.blocks if isinstance(block, Text))
    assert "Wireless headphones" in words
    assert not any(amount in words for amount in ("249.99", "14.99", "899.00", "$", "example.com"))
    picture = Image.open(io.BytesIO(receipt_picture(document, 42)))
    assert {found.text for found in zxingcpp.read_barcodes(picture)} == {"G.001-02-000147"}


def test_parts_of_the_receipt_can_be_left_out() -> None:
    bare = ReceiptTemplate(show_barcode=False, show_check_code=False, show_rewards=False, show_savings=False)
    document = sample(profile(receipt=bare))
    words = str(document)
    assert not any(part in words for part in ("Barcode(", "QrCode(", "REWARDS", "You saved"))
    assert "TOTAL" in words


@pytest.mark.parametrize(
    ("template", "total_minor", "expected"),
    [
        (ReceiptTemplate(), 100, FirstPrint.AT_ONCE),
        (ReceiptTemplate(ask=True), 100, FirstPrint.HELD),
        (ReceiptTemplate(none_below_minor=500), 499, FirstPrint.NOT_WANTED),
        (ReceiptTemplate(none_below_minor=500), 500, FirstPrint.AT_ONCE),
        (ReceiptTemplate(none_below_minor=500, ask=True), 499, FirstPrint.NOT_WANTED),
        (ReceiptTemplate(unanswered=ReceiptChoice.NONE), 100, FirstPrint.NOT_WANTED),
    ],
    ids=["default", "asked", "small-sale", "at-the-limit", "small-and-asked", "paperless"],
)
def test_what_is_printed_when_a_sale_is_complete(
    template: ReceiptTemplate, total_minor: int, expected: FirstPrint
) -> None:
    assert template.first_print(total_minor) is expected


def test_the_store_file_says_how_receipts_are(tmp_path: Path) -> None:
    found = parse_receipt(
        {
            "language": "fr",
            "header": ["Ouvert le dimanche"],
            "logo": "logo.png",
            "ask": True,
            "unanswered": "none",
            "none_below": "5.00",
            "check_url": "https://rewards.example.com/receipt",
            "show_savings": False,
        },
        tmp_path,
        currency("USD"),
        "en_US",
    )
    assert found == ReceiptTemplate(
        language="fr",
        header=("Ouvert le dimanche",),
        logo_file=tmp_path / "logo.png",
        ask=True,
        unanswered=ReceiptChoice.NONE,
        none_below_minor=500,
        show_savings=False,
        check_url="https://rewards.example.com/receipt",
    )


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"langage": "de"}, "receipt.langage"),
        ({"language": "xx"}, "receipt.language"),
        ({"ask": "yes"}, "receipt.ask"),
        ({"header": "one line"}, "receipt.header"),
        ({"unanswered": "fax"}, "receipt.unanswered"),
        ({"check_url": "rewards"}, "receipt.check_url"),
        ({"logo": 5}, "receipt.logo"),
    ],
    ids=["unknown-key", "language", "switch", "header", "unanswered", "url", "logo"],
)
def test_a_mistake_in_the_store_file_is_named_with_its_key(raw: dict, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        parse_receipt(raw, tmp_path, currency("USD"), "en_US")


def test_the_demo_stores_file_has_a_logo_that_prints(tmp_path: Path) -> None:
    from pos_app.sample_store import FOLDER

    logo = load_store_file(FOLDER / "store.toml").profile.receipt.logo_file
    assert logo is not None
    assert logo.is_file()


def test_a_store_file_that_cannot_be_used_says_where(tmp_path: Path) -> None:
    from pos_app.sample_store import FOLDER

    broken = tmp_path / "store.toml"
    text = (FOLDER / "store.toml").read_text(encoding="utf-8")
    broken.write_text(text.replace('logo = "logo.png"', 'logo = "logo.png"\nlanguage = "klingon"'), encoding="utf-8")
    with pytest.raises(WorldError, match=r"receipt\.language"):
        load_store_file(broken)


@pytest.mark.parametrize(("locale", "language"), [("en_US", "en"), ("de-CH", "de"), ("ja_JP", "en"), ("fr", "fr")])
def test_receipts_speak_the_stores_language_where_there_is_a_table(locale: str, language: str) -> None:
    assert language_of(locale) == language
    assert language in LANGUAGES


def test_an_exact_formatter_and_a_plain_one_print_the_same_receipt() -> None:
    store = profile()
    real = sample_receipt(store, StoreFormatter(store), AT)
    plain = sample_receipt(store, PlainFormatter(), AT)
    assert [b for b in real.blocks if "TOTAL" in str(b)] == [b for b in plain.blocks if "TOTAL" in str(b)]
    assert replace(real, blocks=()) == replace(plain, blocks=())
