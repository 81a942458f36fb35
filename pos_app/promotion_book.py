"""The store's own promotions in its file, changed from the window; delivered ones are only shown.

What is written is read first by the parser that opens the store: a till never meets a file it cannot start with.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pos_app.domain.journal import EventKind
from pos_app.domain.promotion_document import PromotionDocumentError, read_promotions
from pos_app.domain.promotions import PromotionBook
from pos_app.domain.store import StoreProfile
from pos_app.errors import WorldError
from pos_app.ports import STORE_EDITION, Clock
from pos_app.ports.goods import DONE, FAILED, OVERTAKEN, FieldRefusedError
from pos_app.ports.prices import StoredPromotion
from pos_app.promotion_file import PROMOTION_FILE
from pos_app.sample_store import FOLDER, is_demo
from pos_app.settings_book import write_file
from pos_app.storage.last_word import Word, after_all_others, say
from pos_app.storage.promotions import SqlitePromotions
from pos_app.storage.unit_of_work import SqliteStorage, SqliteUnitOfWork


class PromotionFileBook:
    """See ports.prices.PromotionBookFile. changed gets the new book when the file was written."""

    def __init__(
        self,
        folder: Path,
        profile: StoreProfile,
        promotions: SqlitePromotions,
        storage: SqliteStorage,
        clock: Clock,
        changed: Callable[[PromotionBook], None],
    ) -> None:
        self._own = folder / PROMOTION_FILE
        self._read = self._own if self._own.exists() or not is_demo(folder) else FOLDER / PROMOTION_FILE
        self._profile = profile
        self._promotions = promotions
        self._storage = storage
        self._clock = clock
        self._changed = changed

    def delivered(self) -> bool:
        """See PromotionBookFile."""
        return self._promotions.edition_in_force(self._clock.now()).edition_id != STORE_EDITION

    def promotions(self) -> list[StoredPromotion]:
        """See PromotionBookFile."""
        now = self._clock.now()
        edition = self._promotions.edition_in_force(now)
        plain = self._promotions.document(edition.edition_id) if self.delivered() else self._plain()
        by_id = {row["id"]: row for row in plain.get("promotions", ())}
        codes: dict[str, list[str]] = {}
        for code in edition.book.codes:
            codes.setdefault(code.promotion_id, []).append(code.code)
        return [
            StoredPromotion(by_id.get(one.promotion_id, {}), one, tuple(codes.get(one.promotion_id, ())))
            for one in edition.book.promotions
        ]

    def put(self, plain: Mapping[str, Any], by: str, reason: str) -> None:
        """See PromotionBookFile."""
        text, book = self._checked(plain)
        with self._storage.unit_of_work() as work:
            before = next((row for row in self._plain().get("promotions", ()) if row["id"] == plain["id"]), None)
            payload = {"promotion_id": plain["id"], "before": _texts(before), "after": _texts(plain)}
            document = json.dumps(plain, ensure_ascii=False, default=_text_of)
            subject = _subject(str(plain["id"]))
            counts_ms = after_all_others(work.connection, [subject], self._clock.now())
            payload |= {"document": document, "counts_ms": counts_ms, "by": by, "reason": reason}
            entry = work.append(EventKind.PROMOTIONS_CHANGED, payload)
            say(work.connection, subject, Word(counts_ms, entry.event_id))
            work.commit()
        # The journal first: a file that is changed is always on record.
        self._write(text, book)

    def take(self, work: SqliteUnitOfWork, document: str, word: Word) -> tuple[str, str]:
        """A promotion that was changed at another till, within a write of the caller's: what became of it, and why not.

        The file is written first: after a kill it is written once more.
        """
        plain = json.loads(document)
        if not say(work.connection, _subject(str(plain["id"])), word):
            return OVERTAKEN, ""
        try:
            self._write(*self._checked(plain))
        except FieldRefusedError as error:
            return FAILED, error.message
        return DONE, ""

    def _checked(self, plain: Mapping[str, Any]) -> tuple[str, PromotionBook]:
        """The file with this promotion, and what it says. Raises FieldRefusedError."""
        text = self._with(plain)
        whole = tomllib.loads(text)
        try:
            return text, read_promotions(whole, self._profile.currency, ZoneInfo(self._profile.time_zone))
        except PromotionDocumentError as error:
            number = [row["id"] for row in whole["promotions"]].index(plain["id"])
            raise _refused(error, f"promotions[{number}]") from error

    def _write(self, text: str, book: PromotionBook) -> None:
        write_file(self._own, text)
        self._read = self._own
        self._changed(book)

    def _plain(self) -> dict[str, Any]:
        return tomllib.loads(self._text())

    def _text(self) -> str:
        try:
            return self._read.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"{self._read} cannot be read: {error}") from error

    def _with(self, plain: Mapping[str, Any]) -> str:
        """The file with this promotion; its comments and order stay."""
        import tomlkit

        document = tomlkit.parse(self._text())
        tables = document.setdefault("promotions", tomlkit.aot())
        made = tomlkit.item({key: value for key, value in plain.items() if value not in ("", None)})
        place = next((number for number, one in enumerate(tables) if one.get("id") == plain["id"]), None)
        if place is None:
            tables.append(made)
        else:
            tables[place] = made
        return document.as_string()


def _refused(error: PromotionDocumentError, path: str) -> FieldRefusedError:
    """The first mistake of this promotion, at its field."""
    own = next((one for one in error.problems if one.startswith(path)), error.problems[0])
    key, _, words = own.removeprefix(path).lstrip(".").partition(":")
    field = key.rpartition(".")[2].partition("[")[0] or "name"
    return FieldRefusedError(field, f"{words.strip()[:1].upper()}{words.strip()[1:]}".rstrip(".") + ".")


def _subject(promotion_id: str) -> str:
    return json.dumps(["promotion", promotion_id])


def _text_of(value: object) -> str:
    """Times and decimal numbers of the file as the parser of promotions reads them too."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _texts(plain: Mapping[str, Any] | None) -> dict[str, str] | None:
    return None if plain is None else {key: str(value) for key, value in plain.items()}
