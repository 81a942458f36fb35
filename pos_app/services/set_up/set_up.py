"""The manager's room for the store's settings: what is planned, what is drafted, and saving it for a business day.

The room is opened by somebody who may; what is saved in it is in their name. A change begins with a business day and
never within one: the earliest is the day after the one that is open. Calls touch the disk unless they say otherwise.
"""

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.domain.settings_edits import Edit, EditConflictError, Plain, edited, plain_of
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import Clock, Formatter, IdSource, Storage
from pos_app.ports.people import Person
from pos_app.ports.set_up import StoreBook, StoreVersion
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.set_up.draft import Draft
from pos_app.services.set_up.examples import Examples
from pos_app.services.set_up.fields import Page
from pos_app.services.set_up.money_pages import PAGES
from pos_app.services.set_up.values import Writer
from pos_app.services.set_up.words import words_of
from pos_app.services.visit import Visit

LONGEST_WHY = 120
_LATEST_DAYS = 3 * 366
_MOST_JOURNALED, _LONGEST_WORDS = 40, 400
_LONGEST_EDITS = 60_000
"""Longer ones are not sent to the other tills by way of the journal: they go by file."""


@dataclass(frozen=True, slots=True)
class Review:
    """A draft as it would be saved: its changes in words, what they do to amounts, and why it cannot be saved yet."""

    words: tuple[str, ...]
    examples: tuple[str, ...]
    problem: str = ""


class SetUp:
    """The settings of one store, as one till keeps them."""

    def __init__(
        self,
        book: StoreBook,
        *,
        approvals: Approvals,
        operator: Operator,
        storage: Storage,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        profile: StoreProfile,
        preview: Callable[[StoreProfile], bytes],
        people: Callable[[], Sequence[Person]] = tuple,
    ) -> None:
        """people are all who may sign on here, for the names of those who changed something."""
        self.book = book
        self.pages: tuple[Page, ...] = PAGES
        self.writer = Writer(formatter, profile.currency)
        self._visit = Visit(approvals, operator, Action.SET_UP_STORE, "Store set-up", "The settings of this store")
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._people = people
        self._formatter = formatter
        self._preview = preview

    def begin(self, approval: Approval | None = None) -> None:
        """Open the room; touches no disk. Raises ApprovalNeededError or NotAllowedError."""
        self._visit.begin(approval)

    @property
    def by(self) -> str:
        """In whose name things are done. Raises CashierError when that is nobody, or somebody else by now."""
        return self._visit.by

    def draft(self) -> Draft:
        """A fresh draft over everything that is planned."""
        self._catch_up()
        return Draft(self.book.planned())

    def refreshed(self, draft: Draft) -> Draft:
        """The same changes over what is planned by now: another till, or a version saved just now, may have changed it.

        What no longer fits is dropped with the draft: it was changed to something else meanwhile.
        """
        fresh = self.draft()
        if fresh.planned == draft.planned:
            return draft
        try:
            fresh.take_over(edited(fresh.planned, draft.edits))
        except EditConflictError:
            return fresh
        return fresh

    def versions(self) -> list[StoreVersion]:
        """Newest first, each with the names of those who made and withdrew it, where this till knows them."""
        names = {one.operator.operator_id: one.operator.display_name for one in self._people()}

        def named(version: StoreVersion) -> StoreVersion:
            by, withdrawn_by = version.by, version.withdrawn_by
            return replace(version, by=names.get(by, by), withdrawn_by=names.get(withdrawn_by, withdrawn_by))

        return [named(version) for version in self.book.versions()]

    def earliest(self) -> date:
        """The first day a change can begin with."""
        open_day, today = self._storage.business_day(), self._clock.now().date()
        if open_day:
            return max(date.fromisoformat(open_day), today) + timedelta(days=1)
        return today + timedelta(days=1) if self._storage.till_is_closing() else today

    def words_of(self, edits: Sequence[Edit]) -> list[str]:
        """Changes in words; touches no disk."""
        return words_of(edits, self.pages, self.writer)

    def review(self, draft: Draft, day: date) -> Review:
        """What the draft would change, and whether the store could be run by it."""
        words = tuple(self.words_of(draft.edits))
        try:
            before = self.book.profile_of(draft.planned)
            after = self.book.profile_of(draft.plain)
        except CashierError as error:
            return Review(words, (), error.message)
        return Review(words, tuple(Examples(before, after, day, self._formatter).lines()))

    def save(self, draft: Draft, day: date, why: str) -> StoreVersion:
        """Keep the draft until that business day opens. Raises CashierError; nothing is saved then."""
        edits = draft.edits
        if not edits:
            raise CashierError("nothing_changed", "Nothing was changed.")
        return self._save(edits, day, why)

    def of_version(self, version: StoreVersion) -> Plain:
        """The settings as they were with that version; they become a draft, and so a change with a day and a reason."""
        plain: Plain = plain_of(tomllib.loads(version.text))
        return plain

    def picture(self, draft: Draft) -> bytes:
        """A receipt as the drafted settings would print it, as a PNG. Raises CashierError when they cannot be used."""
        return self._preview(self.book.profile_of(draft.plain))

    def withdraw(self, version: StoreVersion) -> StoreVersion:
        """A change that waits will not come. Raises CashierError."""
        by = self.by
        gone = self.book.withdraw(version.number, by)
        self._journal(gone, "withdrawn", self._ids.new_id(), by)
        return gone

    def read(self, path: Path) -> Plain:
        """Settings that another till or an editor wrote. Raises CashierError with what is wrong with them."""
        self._visit.check()
        return self.book.read(path)

    def take_over(self, draft: Draft, plain: Plain) -> None:
        """Imported settings become the draft; touches no disk. Raises CashierError for another store's."""
        own, other = draft.planned.get("store_id"), plain.get("store_id")
        if own != other:
            raise CashierError("other_store", f"Those are the settings of store {other}, and this is store {own}.")
        draft.take_over(plain)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _save(self, edits: Sequence[Edit], day: date, why: str) -> StoreVersion:
        self._visit.check()
        earliest = self.earliest()
        if day < earliest:
            raise CashierError(
                "too_early", f"A change begins with a business day: {earliest.isoformat()} at the earliest."
            )
        if (day - earliest).days > _LATEST_DAYS:
            raise CashierError("too_late", "That day is more than three years away. Check the year.")
        why = " ".join(why.split())
        if not why or not why.isprintable() or len(why) > LONGEST_WHY:
            raise CashierError("why", f"Say why, in up to {LONGEST_WHY} letters. It stands in the history.")
        version = StoreVersion(
            number=0,
            at="",
            by=self.by,
            why=why,
            effective_on=day.isoformat(),
            words=tuple(self.words_of(edits)),
            edits=tuple(edits),
            text="",
            event_id=self._ids.new_id(),
        )
        kept = self.book.save(version)
        self._journal(kept, "saved", kept.event_id, kept.by)
        return kept

    def _catch_up(self) -> None:
        """A change whose power was cut between the disk and the journal is journaled now."""
        for version in self.book.versions():
            if version.event_id and not version.origin and not self._storage.has_event(version.event_id):
                self._journal(version, "saved", version.event_id, version.by)

    def _journal(self, version: StoreVersion, what: str, event_id: str, by: str) -> None:
        payload: dict[str, object] = {
            "by": by,
            "what": what,
            "version": version.number,
            "effective_on": version.effective_on,
            "why": version.why,
            "words": [words[:_LONGEST_WORDS] for words in version.words[:_MOST_JOURNALED]],
            "changes": len(version.words),
            "change_id": version.event_id,
        }
        if what == "saved" and (edits := _journaled(version.edits)):
            payload["edits"] = edits
        with self._storage.unit_of_work() as work:
            work.append(EventKind.STORE_SETTINGS_CHANGED, payload, event_id=event_id)
            work.commit()


def _journaled(edits: Sequence[Edit]) -> list[dict[str, object]]:
    """The edits for the journal, so that the other tills can make them too; none when they are too long for it."""
    plain = [
        {"place": list(edit.place), "old": _exact(edit.old), "new": _exact(edit.new), "at": edit.at} for edit in edits
    ]
    return plain if len(json.dumps(plain)) <= _LONGEST_EDITS else []


def _exact(value: Any) -> Any:
    """The journal holds whole numbers and texts only; where a file has another number, its text stands for it."""
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return str(value) if isinstance(value, float) else value
