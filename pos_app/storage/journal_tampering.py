"""What was done to a journal whose chain is broken, said for the place where it broke.

Each entry names the hash of the one before it, so the entry that belongs in a place can be told from the one that
stands there, wherever it was put.
"""

from dataclasses import replace

from pos_app.domain.journal import GENESIS_HASH, ChainError, JournalEntry, hash_of
from pos_app.storage.database import Database
from pos_app.storage.journal import SELECT_ENTRY, entry_of, stream_entries

NEAR_THE_END = 1_000


def explained(database: Database, terminal_id: str, incarnation_number: int, error: ChainError) -> str:
    """The break in words, with what was done where it can be told."""
    what = _what_was_done(database, terminal_id, incarnation_number, error.sequence)
    return f"{error}: {what}" if what else str(error)


def faults_near_the_end(database: Database, terminal_id: str) -> list[str]:
    """What is wrong with the newest entries of the current incarnation, with its place; quick enough for a start."""
    newest = database.all(
        f"{SELECT_ENTRY} WHERE i.number = (SELECT max(number) FROM incarnation) ORDER BY j.sequence DESC LIMIT ?",  # noqa: S608
        (NEAR_THE_END,),
    )
    entries = [entry_of(terminal_id, row) for row in reversed(newest)]
    before = entries[0] if len(entries) == NEAR_THE_END else None
    faults = []
    for entry in entries[1:] if before else entries:
        fault = link_fault(entry, before)
        if fault:
            faults.append(f"Entry {entry.sequence}: {fault}")
        before = entry
    return faults


def link_fault(entry: JournalEntry, before: JournalEntry | None) -> str:
    """What is wrong with one entry, or with its link to the one before it; empty when nothing is."""
    expected_sequence = before.sequence + 1 if before else 1
    if entry.sequence != expected_sequence:
        missing = entry.sequence - expected_sequence
        return f"{missing} entr{'y is' if missing == 1 else 'ies are'} missing before this one"
    if entry.previous_hash != (before.entry_hash if before else GENESIS_HASH):
        return "this entry does not follow the one before it"
    if entry.entry_hash != hash_of(entry):
        return "this entry was changed after it was written"
    return ""


def _what_was_done(database: Database, terminal_id: str, incarnation_number: int, sequence: int) -> str:
    here = _entry_at(database, terminal_id, incarnation_number, sequence)
    if here is None:
        return "it was deleted" if sequence else ""
    before = _entry_at(database, terminal_id, incarnation_number, sequence - 1)
    previous_hash = before.entry_hash if before else GENESIS_HASH
    for other in stream_entries(database, terminal_id, incarnation_number):
        if other.sequence == sequence:
            continue
        if other.previous_hash == previous_hash and _is_own(other, sequence):
            return f"it changed places with entry {other.sequence}"
        if other.payload != here.payload and hash_of(replace(here, payload=other.payload)) == here.entry_hash:
            return f"its content stands in entry {other.sequence} now"
    return ""


def _is_own(entry: JournalEntry, sequence: int) -> bool:
    """True when the entry was written for this place."""
    return hash_of(replace(entry, sequence=sequence)) == entry.entry_hash


def _entry_at(database: Database, terminal_id: str, incarnation_number: int, sequence: int) -> JournalEntry | None:
    row = database.one(
        f"{SELECT_ENTRY} WHERE j.incarnation_number = ? AND j.sequence = ?", (incarnation_number, sequence)
    )
    return entry_of(terminal_id, row) if row else None
