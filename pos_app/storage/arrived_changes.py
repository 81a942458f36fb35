"""Changes of goods, prices and promotions from the store's other tills: kept as they come, then made, each once."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pos_app.domain.journal import EventKind
from pos_app.ports.goods import DONE, FAILED, OVERTAKEN, WAITING, WITHDRAWN, GoodsChange, NotTaken
from pos_app.storage.database import Database
from pos_app.storage.goods import SqliteGoods
from pos_app.storage.last_word import Word, word_of
from pos_app.storage.price_book import SqlitePriceBook
from pos_app.storage.unit_of_work import SqliteStorage, SqliteUnitOfWork

ARRIVED = "arrived"
_KEEP = """
    INSERT INTO arrived_change (change_id, kind, origin, made_at, document, state) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (change_id) DO NOTHING
"""
_IS_OPEN = "SELECT 1 FROM arrived_change WHERE change_id = ? AND state = ?"
_SETTLE = "UPDATE arrived_change SET state = ?, reason = ? WHERE change_id = ?"
_OPEN = """
    SELECT change_id, kind, origin, made_at, document FROM arrived_change WHERE state = ? ORDER BY position
"""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArrivedChange:
    """An entry of another till's journal; document is its payload."""

    event_id: str
    kind: str
    origin: str
    occurred_at: str
    document: str


class TakesPromotions(Protocol):
    """The store's own promotions."""

    def take(self, work: SqliteUnitOfWork, document: str, word: Word) -> tuple[str, str]:
        """A promotion as another till has it now: what became of it, and why not."""


class ArrivedChanges:
    """What came from the store's other tills. Threads may share it."""

    def __init__(
        self,
        database: Database,
        storage: SqliteStorage,
        goods: SqliteGoods,
        prices: SqlitePriceBook,
        promotions: TakesPromotions,
    ) -> None:
        self._database = database
        self._storage = storage
        self._goods = goods
        self._prices = prices
        self._promotions = promotions

    def keep(self, changes: Sequence[ArrivedChange]) -> None:
        """Durable when this returns; what is here already is left alone."""
        with self._database.write() as connection:
            for one in changes:
                row = (one.event_id, one.kind, one.origin, one.occurred_at, one.document, ARRIVED)
                connection.execute(_KEEP, row)
            self._database.commit()

    def make(self, *, promotions: bool = True) -> int:
        """Make what has come; how many that were. Promotions wait while a sale that was begun with others is open."""
        made = 0
        for row in self._database.all(_OPEN, (ARRIVED,)):
            one = ArrivedChange(*row)
            if promotions or one.kind != EventKind.PROMOTIONS_CHANGED:
                self._make(one)
                made += 1
        return made

    def not_taken(self, limit: int = 50) -> list[NotTaken]:
        """What could not be made here, newest first."""
        query = "SELECT made_at, origin, reason FROM arrived_change WHERE state = ? ORDER BY position DESC LIMIT ?"
        return [NotTaken(*row) for row in self._database.all(query, (FAILED, limit))]

    def _make(self, one: ArrivedChange) -> None:
        with self._storage.unit_of_work() as work:
            if work.connection.execute(_IS_OPEN, (one.event_id, ARRIVED)).fetchone() is None:
                return  # another thread was faster
            work.run("SAVEPOINT before_it")
            try:
                state, reason = self._taken(work, one, json.loads(one.document))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                work.run("ROLLBACK TO before_it")
                _logger.warning("change %s of %s cannot be read: %s", one.event_id, one.origin, error)
                state, reason = FAILED, "It cannot be read: the program of one of the two tills is too old."
            work.run(_SETTLE, (state, reason, one.event_id))
            if state in (DONE, WAITING, WITHDRAWN, FAILED):
                said = {"change_id": one.event_id, "kind": one.kind, "origin": one.origin, "state": state}
                work.append(EventKind.GOODS_TAKEN, {**said, "why_not": reason, "change": one.document})
            work.commit()

    def _taken(self, work: SqliteUnitOfWork, one: ArrivedChange, plain: dict[str, Any]) -> tuple[str, str]:
        if one.kind == EventKind.PRICES_CHANGED:
            return self._prices.take(work, plain, word_of(plain, one.event_id, one.occurred_at))
        if one.kind == EventKind.PROMOTIONS_CHANGED:
            word = word_of(plain, one.event_id, one.occurred_at)
            return self._promotions.take(work, str(plain["document"]), word)
        if "fields" in plain:
            return self._goods.take(work, _goods_change(one, plain))
        if plain["state"] == WITHDRAWN:
            return self._goods.take_withdrawal(work, str(plain["change_id"]))
        return OVERTAKEN, ""  # its day came there; this till makes it by itself


def _goods_change(one: ArrivedChange, plain: dict[str, Any]) -> GoodsChange:
    return GoodsChange(
        change_id=str(plain["change_id"]),
        item_id=str(plain["item_id"]),
        made_at=str(plain.get("made_at", one.occurred_at)),
        made_by=f"{plain['by']} at {one.origin}",
        reason=str(plain["reason"]),
        fields={str(name): (str(before), str(after)) for name, (before, after) in plain["fields"].items()},
        codes=tuple(str(code) for code in plain["codes"]),
        effective_from_s=int(plain["effective_from_s"]),
        removed=tuple(str(code) for code in plain.get("removed", ())),
    )
