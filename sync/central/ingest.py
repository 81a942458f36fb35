"""Uploads of the terminals' journals: every event once, in order, and what it does posted in the same commit.

An event that cannot be applied takes its number as quarantined, with its bytes and the reason, and blocks
nothing. Uploads that arrive together share one transaction.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pos_app.domain.journal import GENESIS_HASH, chain_hash
from pos_app.ports import IdSource
from sync import contract
from sync.central import forks, tables
from sync.central.applying import Applying
from sync.central.candidates import KINDS, Candidate, candidate
from sync.central.database import within, write_new_rows, write_rows
from sync.central.moments import stored
from sync.central.sale_facts import Outcome
from sync.central.sales import PoisonError, TermsLookup
from sync.central.uploads import Arrival, Upload
from sync.central.vault import Vault

_LAST_SEQUENCE = 2**53


@dataclass(slots=True)
class _Chain:
    high_water: int
    head_hash: str
    first_seen_at: str
    journal_end: int = 0
    moved: bool = False


@dataclass(slots=True)
class _Stored:
    """An event that is in, now or since long ago."""

    entry_hash: str
    result: contract.EventResult


@dataclass(slots=True)
class _Slot:
    """A place in an answer, and the new event that fills it."""

    upload: Upload
    arrival: Arrival
    result: contract.EventResult
    fresh: bool = False
    repeated: bool = False
    candidate: Candidate | None = None
    row: dict[str, Any] = field(default_factory=dict)


class Ingest:
    """One transaction of uploads."""

    def __init__(
        self, connection: Connection, vault: Vault, ids: IdSource, now: datetime, terms_of: TermsLookup
    ) -> None:
        self._connection = connection
        self._received_at = stored(now)
        self._terms_of = terms_of
        self._applying = Applying(connection, vault, ids, now, terms_of)
        self._chains: dict[tuple[str, str], _Chain] = {}
        self._known: dict[tuple[str, str, int], _Stored] = {}
        self._used_ids: dict[str, tuple[str, str, str, int]] = {}

    def run(self, uploads: Sequence[Upload], terms_version: int) -> list[contract.UploadResult]:
        """Apply all uploads; one answer each, in the same order."""
        self._load(uploads)
        answers: list[list[_Slot]] = []
        for upload in uploads:
            answers.append(self._place(upload))
        fresh = [slot for slots in answers for slot in slots if slot.fresh]
        candidates = [slot.candidate for slot in fresh if slot.candidate is not None]
        self._applying.run(candidates)
        for slot in fresh:
            if slot.candidate is not None:
                _set_result(slot.result, slot.candidate.outcome)
        self._write(fresh)
        self._note_forks(fresh)
        return [
            contract.UploadResult(
                acknowledged=self._chains[upload.terminal.terminal_id, upload.incarnation].high_water,
                results=[_answer(slot) for slot in slots],
                terms_version=terms_version,
                replaced_by=self._newer((upload.terminal.terminal_id, upload.incarnation)),
            )
            for upload, slots in zip(uploads, answers, strict=True)
        ]

    # --- what is there already ----------------------------------------------------------------------------------------

    def _load(self, uploads: Sequence[Upload]) -> None:
        """Lock the chains in one order and read what the uploads may repeat."""
        used = tables.event_key
        keys = sorted({(upload.terminal.terminal_id, upload.incarnation) for upload in uploads})
        self._lock_chains(keys)
        missing = [key for key in keys if key not in self._chains]
        if missing:
            self._begin_chains(missing)
            self._lock_chains(keys)
        for upload in uploads:
            key = (upload.terminal.terminal_id, upload.incarnation)
            repeated = [one.sequence for one in upload.arrivals if one.sequence <= self._chains[key].high_water]
            if repeated:
                self._load_repeated(key, repeated)
        event_ids = {one.event.event_id for upload in uploads for one in upload.arrivals if one.event is not None}
        for row in self._connection.execute(select(used).where(within(self._connection, used.c.event_id, event_ids))):
            self._used_ids[row.event_id] = (row.payload_hash, row.terminal_id, row.incarnation, row.sequence)

    def _lock_chains(self, keys: list[tuple[str, str]]) -> None:
        chain = tables.terminal_chain
        rows = self._connection.execute(
            select(chain)
            .where(within(self._connection, chain.c.terminal_id, {terminal_id for terminal_id, _ in keys}))
            .order_by(chain.c.terminal_id, chain.c.incarnation)
            .with_for_update()
        )
        for row in rows:
            self._chains[row.terminal_id, row.incarnation] = _Chain(
                row.high_water, row.head_hash, row.first_seen_at, row.journal_end
            )

    def _begin_chains(self, keys: list[tuple[str, str]]) -> None:
        rows = [
            {
                "terminal_id": terminal_id,
                "incarnation": incarnation,
                "high_water": 0,
                "head_hash": GENESIS_HASH,
                "first_seen_at": self._received_at,
            }
            for terminal_id, incarnation in keys
        ]
        write_rows(self._connection, tables.terminal_chain, rows)

    def _load_repeated(self, key: tuple[str, str], sequences: list[int]) -> None:
        event = tables.event
        rows = self._connection.execute(
            select(
                event.c.sequence,
                event.c.event_id,
                event.c.entry_hash,
                event.c.status,
                event.c.reason,
                event.c.member_id,
                event.c.points,
                event.c.correction_points,
            ).where(
                event.c.terminal_id == key[0], event.c.incarnation == key[1], event.c.sequence.in_(sorted(sequences))
            )
        )
        for row in rows:
            result = contract.EventResult(
                sequence=row.sequence,
                event_id=row.event_id,
                status=row.status,
                reason=row.reason,
                member_id=row.member_id,
                points=row.points,
                correction_points=row.correction_points,
            )
            self._known[(*key, row.sequence)] = _Stored(row.entry_hash, result)

    # --- order --------------------------------------------------------------------------------------------------------

    def _place(self, upload: Upload) -> list[_Slot]:
        """Put each event in its place: known, new, or beyond a gap, where the upload stops."""
        key = (upload.terminal.terminal_id, upload.incarnation)
        chain = self._chains[key]
        if upload.journal_end > chain.journal_end:
            chain.journal_end, chain.moved = min(upload.journal_end, _LAST_SEQUENCE), True
        slots: list[_Slot] = []
        for arrival in upload.arrivals:
            if arrival.sequence > chain.high_water + 1:
                break
            if arrival.sequence <= chain.high_water:
                slots.append(self._repeated(upload, arrival, key))
                continue
            slot = self._new(upload, arrival, chain)
            slots.append(slot)
            self._known[(*key, arrival.sequence)] = _Stored(slot.row["entry_hash"], slot.result)
            chain.high_water, chain.head_hash, chain.moved = arrival.sequence, slot.row["entry_hash"], True
        return slots

    def _repeated(self, upload: Upload, arrival: Arrival, key: tuple[str, str]) -> _Slot:
        known = self._known[(*key, arrival.sequence)]
        entry_hash = _claimed_hash(arrival)
        if known.entry_hash == entry_hash:
            return _Slot(upload, arrival, known.result, repeated=True)
        result = contract.EventResult(
            sequence=arrival.sequence,
            event_id=arrival.event.event_id if arrival.event else "",
            status="quarantined",
            reason="fork: this number came before with different content, which stays",
        )
        slot = _Slot(upload, arrival, result)
        slot.row = {
            "terminal_id": key[0],
            "incarnation": key[1],
            "sequence": arrival.sequence,
            "entry_hash": entry_hash,
            "event_id": result.event_id,
            "kind": arrival.event.kind if arrival.event else "",
            "payload": bytes(arrival.event.payload) if arrival.event else arrival.raw,
            "reason": result.reason,
            "received_at": self._received_at,
        }
        write_rows(self._connection, tables.event_fork, [slot.row])
        return slot

    def _new(self, upload: Upload, arrival: Arrival, chain: _Chain) -> _Slot:
        event = arrival.event
        if event is None:
            result = contract.EventResult(
                sequence=arrival.sequence, event_id="", status="quarantined", reason=f"bad_event: {arrival.problem}"
            )
            slot = _Slot(upload, arrival, result, fresh=True)
            slot.row = _broken_row(upload, arrival, chain)
            return slot
        result = contract.EventResult(sequence=arrival.sequence, event_id=event.event_id, status="applied")
        slot = _Slot(upload, arrival, result, fresh=True)
        slot.row = _event_row(upload, event)
        try:
            self._check(upload, event, chain)
            if self._came_before(upload, event):
                result.status, result.reason = "duplicate", "the same event came under another number"
            else:
                slot.candidate = candidate(upload.terminal, event, upload.contacts, self._terms_of)
        except PoisonError as poison:
            result.status, result.reason = "quarantined", f"{poison.code}: {poison}"
        return slot

    def _check(self, upload: Upload, event: contract.Event, chain: _Chain) -> None:
        payload = bytes(event.payload)
        if len(payload) > contract.MAXIMUM_PAYLOAD_BYTES:
            raise PoisonError("payload_too_large", f"The payload has {len(payload)} bytes.")
        if event.previous_hash != chain.head_hash:
            raise PoisonError("chain_broken", "It does not follow the event before it.")
        computed = chain_hash(
            event.previous_hash,
            upload.terminal.terminal_id,
            upload.incarnation,
            event.sequence,
            event.event_id,
            event.kind,
            event.version,
            event.occurred_at,
            event.business_day,
            payload,
        )
        if computed != event.entry_hash:
            raise PoisonError("hash_differs", "It was changed after it was written.")
        if event.kind not in KINDS:
            raise PoisonError("unknown_kind", f"Events of kind {event.kind} are not known here.")

    def _came_before(self, upload: Upload, event: contract.Event) -> bool:
        """True for the same event under a new number, after a reinstall; another one with its id is refused."""
        payload_hash = hashlib.sha256(bytes(event.payload)).hexdigest()
        place = (payload_hash, upload.terminal.terminal_id, upload.incarnation, event.sequence)
        used = self._used_ids.setdefault(event.event_id, place)
        if used == place:
            return False
        if used[:2] == place[:2]:
            return True
        raise PoisonError("event_id_reused", "Another event has this id; the first one stays.")

    # --- forks --------------------------------------------------------------------------------------------------------

    def _newer(self, key: tuple[str, str]) -> str:
        """The incarnation that took this one's place, if any did."""
        return forks.newer_than({name: chain.first_seen_at for name, chain in self._chains.items()}, key)

    def _note_forks(self, fresh: Sequence[_Slot]) -> None:
        """New entries of an incarnation that another one replaced: its data runs in two places."""
        first: dict[tuple[str, str], int] = {}
        for slot in fresh:
            first.setdefault((slot.upload.terminal.terminal_id, slot.upload.incarnation), slot.arrival.sequence)
        for key, sequence in first.items():
            newer = self._newer(key)
            if newer:
                forks.note(self._connection, key, newer, sequence, self._received_at)

    # --- writing ------------------------------------------------------------------------------------------------------

    def _write(self, fresh: list[_Slot]) -> None:
        for slot in fresh:
            result = slot.result
            slot.row |= {
                "received_at": self._received_at,
                "status": result.status,
                "reason": result.reason,
                "member_id": result.member_id,
                "points": result.points,
                "correction_points": result.correction_points,
            }
        write_new_rows(self._connection, tables.event, [slot.row for slot in fresh])
        write_new_rows(
            self._connection,
            tables.event_key,
            [
                {
                    "event_id": slot.candidate.event.event_id,
                    "payload_hash": hashlib.sha256(slot.row["payload"]).hexdigest(),
                    "terminal_id": slot.row["terminal_id"],
                    "incarnation": slot.row["incarnation"],
                    "sequence": slot.row["sequence"],
                }
                for slot in fresh
                if slot.candidate is not None and slot.result.status == "applied"
            ],
        )
        write_rows(
            self._connection,
            tables.terminal_chain,
            [
                {
                    "terminal_id": key[0],
                    "incarnation": key[1],
                    "high_water": chain.high_water,
                    "head_hash": chain.head_hash,
                    "first_seen_at": self._received_at,
                    "journal_end": chain.journal_end,
                }
                for key, chain in sorted(self._chains.items())
                if chain.moved
            ],
            "(terminal_id, incarnation) DO UPDATE SET high_water = excluded.high_water, "
            "head_hash = excluded.head_hash, journal_end = excluded.journal_end",
        )


def _answer(slot: _Slot) -> contract.EventResult:
    if slot.repeated and slot.result.status == "applied":
        return msgspec.structs.replace(slot.result, status="duplicate")
    return slot.result


def _set_result(result: contract.EventResult, outcome: Outcome) -> None:
    result.status = "quarantined" if outcome.quarantined else "applied"
    result.reason = outcome.reason
    result.member_id = outcome.member_id
    result.points = outcome.points
    result.correction_points = outcome.correction_points


def _claimed_hash(arrival: Arrival) -> str:
    return arrival.event.entry_hash if arrival.event else hashlib.sha256(arrival.raw).hexdigest()


def _event_row(upload: Upload, event: contract.Event) -> dict[str, Any]:
    return {
        "terminal_id": upload.terminal.terminal_id,
        "incarnation": upload.incarnation,
        "sequence": event.sequence,
        "event_id": event.event_id,
        "kind": event.kind,
        "version": event.version,
        "occurred_at": event.occurred_at,
        "business_day": event.business_day,
        "payload": bytes(event.payload),
        "previous_hash": event.previous_hash,
        "entry_hash": event.entry_hash,
    }


def _broken_row(upload: Upload, arrival: Arrival, chain: _Chain) -> dict[str, Any]:
    """An event whose envelope cannot be read: kept whole, under the hash of its bytes."""
    return {
        "terminal_id": upload.terminal.terminal_id,
        "incarnation": upload.incarnation,
        "sequence": arrival.sequence,
        "event_id": "",
        "kind": "",
        "version": 0,
        "occurred_at": "",
        "business_day": "",
        "payload": arrival.raw,
        "previous_hash": chain.head_hash,
        "entry_hash": _claimed_hash(arrival),
    }
