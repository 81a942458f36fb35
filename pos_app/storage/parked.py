"""Sales parked at this till, and what the other tills of the store may do with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pos_app.errors import WorldError
from pos_app.ports import OfferState, ParkedHere, ParkedSale
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json, to_json

_SELECT = "SELECT document, offered, offered_until, taken_by FROM parked_sale"


class SqliteParkedSales:
    """Implements ports.ParkedSales; sales come and go by the unit of work alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ParkedHere]:
        """All of them, newest first."""
        return [_parked(row) for row in self._database.all(f"{_SELECT} ORDER BY parked_at DESC, parking_id DESC")]

    def find(self, parking_id: str) -> ParkedHere | None:
        """One of them, or None."""
        row = self._database.one(f"{_SELECT} WHERE parking_id = ?", (parking_id,))
        return _parked(row) if row else None

    def document(self, sale: ParkedSale) -> str:
        """The sale as text for another till of this program."""
        return to_json(sale)

    def read(self, document: str) -> ParkedSale:
        """The sale of such a text. Raises WorldError when it is none."""
        try:
            return from_json(ParkedSale, document)
        except (ValueError, TypeError, KeyError) as error:
            raise WorldError("The parked sale that came from the central service cannot be read here.") from error

    def offering(self, parking_ids: Sequence[str], until: datetime) -> None:
        """The other tills may be told of these; written down before they are."""
        with self._database.write() as connection:
            for parking_id in parking_ids:
                connection.execute(
                    "UPDATE parked_sale SET offered_until = ? WHERE parking_id = ?", (until.isoformat(), parking_id)
                )
            self._database.commit()

    def note_offer(self, state: OfferState) -> None:
        """What the central service says of an offer."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE parked_sale SET offered = ?, taken_by = ? WHERE parking_id = ?",
                (int(state.state != "withdrawn"), state.taken_by, state.parking_id),
            )
            self._database.commit()


def _parked(row: tuple[Any, ...]) -> ParkedHere:
    document, offered, until, taken_by = row
    return ParkedHere(
        from_json(ParkedSale, document), bool(offered), datetime.fromisoformat(until) if until else None, taken_by
    )
