"""Promotions on this terminal: editions as the central service delivered them, else those of the store's own file."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pos_app.domain.promotion_document import PromotionDocumentError, read_promotions
from pos_app.domain.promotions import PromotionBook
from pos_app.domain.store import StoreProfile
from pos_app.ports import STORE_EDITION, PromotionEdition
from pos_app.storage.database import Database

_logger = logging.getLogger(__name__)


class _Delivered(NamedTuple):
    edition_id: str
    effective_from_s: int
    document: str


class SqlitePromotionEditions:
    """Editions as they were delivered, in the order in which they come into force. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.delivered: tuple[_Delivered, ...] = self._load()

    def save(self, answer: bytes) -> None:
        """Keep what the central service delivered. Raises ValueError for what cannot be understood."""
        try:
            rows = [_row(edition) for edition in json.loads(answer)["editions"]]
        except (KeyError, TypeError) as error:
            raise ValueError(f"the promotions cannot be understood: {error!r}") from error
        if not rows:
            return
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO promotion_edition (edition_id, effective_from_s, version, document)"
                " VALUES (?, ?, ?, ?)",
                rows,
            )
            self._database.commit()
        self.delivered = self._load()

    def _load(self) -> tuple[_Delivered, ...]:
        rows = self._database.all(
            "SELECT edition_id, effective_from_s, document FROM promotion_edition ORDER BY effective_from_s, version"
        )
        return tuple(_Delivered(*row) for row in rows)


class SqlitePromotions:
    """The promotions of one store; delivered ones go before its own file as soon as one is in force.

    Each edition is read when it is needed first. One that cannot be understood (of a newer service, say) is logged
    and skipped, so that the one before it stays in force.
    """

    def __init__(self, editions: SqlitePromotionEditions, profile: StoreProfile) -> None:
        self._editions = editions
        self._profile = profile
        self._own = PromotionEdition(STORE_EDITION, profile.promotions)
        self._read: dict[str, PromotionEdition | None] = {}

    def edition_in_force(self, at: datetime) -> PromotionEdition:
        """The edition that sales begun at this moment are rung up with."""
        at_s = int(at.timestamp())
        for delivered in reversed(self._editions.delivered):
            if delivered.effective_from_s <= at_s:
                edition = self._understood(delivered)
                if edition is not None:
                    return edition
        return self._own

    def edition(self, edition_id: str) -> PromotionEdition | None:
        """The edition that a sale was begun with; None when it is not known here any more."""
        if edition_id == STORE_EDITION:
            return self._own
        found = [delivered for delivered in self._editions.delivered if delivered.edition_id == edition_id]
        return self._understood(found[0]) if found else None

    def use_own(self, book: PromotionBook) -> None:
        """The store's own file has other promotions from now on."""
        self._own = PromotionEdition(STORE_EDITION, book)

    def document(self, edition_id: str) -> dict[str, Any]:
        """An edition as it was delivered; empty when it is not known here."""
        found = [delivered for delivered in self._editions.delivered if delivered.edition_id == edition_id]
        return dict(json.loads(found[0].document)) if found else {}

    def _understood(self, delivered: _Delivered) -> PromotionEdition | None:
        if delivered.edition_id not in self._read:
            self._read[delivered.edition_id] = self._parsed(delivered)
        return self._read[delivered.edition_id]

    def _parsed(self, delivered: _Delivered) -> PromotionEdition | None:
        document, profile = json.loads(delivered.document), self._profile
        try:
            if document.get("currency_code") != profile.currency.code:
                raise PromotionDocumentError([f"The amounts are not in {profile.currency.code}."])
            book = read_promotions(document, profile.currency, ZoneInfo(profile.time_zone))
        except PromotionDocumentError as error:
            _logger.error("promotions %s cannot be used: %s", delivered.edition_id, error)
            return None
        return PromotionEdition(delivered.edition_id, book)


def _row(edition: Mapping[str, Any]) -> tuple[str, int, int, str]:
    effective_from = datetime.fromisoformat(edition["effective_from"])
    if effective_from.utcoffset() is None:
        raise ValueError("an edition of the promotions begins at a time without an offset")
    return (
        f"{edition['document_id']}:{edition['version']}",
        int(effective_from.timestamp()),
        edition["version"],
        json.dumps(edition, ensure_ascii=False),
    )
