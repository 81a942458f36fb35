"""The journal's chain: whatever is changed, left out, moved or added afterwards is found."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.journal import (
    GENESIS_HASH,
    ChainError,
    JournalEntry,
    canonical_json,
    hash_of,
    next_entry,
    verify_chain,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
payloads = st.dictionaries(texts, plain_values, max_size=4)


def chain(values: list[dict]) -> list[JournalEntry]:
    entries: list[JournalEntry] = []
    for number, value in enumerate(values, start=1):
        entries.append(
            next_entry(
                entries[-1] if entries else None,
                terminal_id="001-01",
                incarnation="first",
                event_id=f"event-{number}",
                kind="sale",
                occurred_at="2026-01-02T10:00:00+00:00",
                business_day="2026-01-02",
                payload=canonical_json(value),
            )
        )
    return entries


@given(payloads)
def test_a_payload_has_one_byte_form_that_reads_back(value: dict) -> None:
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written
    assert canonical_json(dict(reversed(value.items()))) == written


@pytest.mark.parametrize("value", [{"a": 1.5}, {"a": [1, {"b": 0.0}]}, {"a": (float("nan"),)}])
def test_no_float_comes_near_the_journal(value: dict) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        canonical_json(value)


@given(st.lists(payloads, max_size=6))
def test_what_was_written_verifies_also_piece_by_piece(values: list[dict]) -> None:
    entries = chain(values)
    assert verify_chain(entries) == (entries[-1] if entries else None)
    half = len(entries) // 2
    assert verify_chain(entries[half:], verify_chain(entries[:half])) == verify_chain(entries)


@given(st.lists(payloads, min_size=2, max_size=6), st.data())
def test_any_entry_left_out_moved_or_repeated_is_found(values: list[dict], data: st.DataObject) -> None:
    entries = chain(values)
    index = data.draw(st.integers(0, len(entries) - 2))
    for forged in (
        entries[:index] + entries[index + 1 :],
        [*entries[:index], entries[index + 1], entries[index], *entries[index + 2 :]],
        [*entries[: index + 1], *entries[index:]],
    ):
        with pytest.raises(ChainError):
            verify_chain(forged)


@pytest.mark.parametrize("name", [field.name for field in fields(JournalEntry)])
def test_any_field_changed_is_found(name: str) -> None:
    entries = chain([{"total_minor": 1}, {"total_minor": 2}, {"total_minor": 3}])
    before = getattr(entries[1], name)
    changed = before + 1 if isinstance(before, int) else before[:-1] + (b"!" if isinstance(before, bytes) else "!")
    with pytest.raises(ChainError):
        verify_chain([entries[0], replace(entries[1], **{name: changed}), entries[2]])


def test_a_rewritten_entry_breaks_the_link_of_the_next() -> None:
    entries = chain([{"total_minor": 1}, {"total_minor": 2}])
    forged = replace(entries[0], payload=canonical_json({"total_minor": 999}))
    forged = replace(forged, entry_hash=hash_of(forged))
    with pytest.raises(ChainError, match="does not follow"):
        verify_chain([forged, entries[1]])


def test_the_first_entry_follows_nothing() -> None:
    (first,) = chain([{}])
    assert (first.sequence, first.previous_hash) == (1, GENESIS_HASH)
    with pytest.raises(ChainError, match="missing"):
        verify_chain([replace(first, sequence=2)])
