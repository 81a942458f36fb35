"""A receipt document is kept with its sale and read back for a reprint."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Cut,
    Feed,
    Logo,
    Pair,
    QrCode,
    ReceiptDocument,
    Rule,
    Size,
    Text,
    from_plain,
    to_plain,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
blocks = st.one_of(
    st.builds(Text, texts, st.sampled_from(Align), st.sampled_from(Size), st.booleans()),
    st.builds(Pair, texts, texts, st.booleans(), st.sampled_from(Size), st.integers(0, 4)),
    st.builds(Rule, st.booleans()),
    st.builds(Feed, st.integers(1, 5)),
    st.builds(Logo, texts),
    st.builds(Barcode, texts),
    st.builds(QrCode, texts),
    st.just(Cut()),
)
documents = st.builds(ReceiptDocument, texts, st.lists(blocks, max_size=12).map(tuple), st.booleans(), texts)


@given(documents)
def test_a_document_reads_back_as_it_was_kept(document: ReceiptDocument) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(document)))) == document


@pytest.mark.parametrize(
    "plain", [{"title": "x"}, {"title": "x", "blocks": "Text"}, {"title": "x", "blocks": [{"kind": "Spell"}]}]
)
def test_what_is_no_document_is_refused(plain: dict) -> None:
    with pytest.raises(ValueError, match="receipt document"):
        from_plain(plain)
