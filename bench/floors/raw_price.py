"""Floor of a price in force: one indexed look-up of the same table by the database driver alone."""

from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

_LOOK_UP = """
    SELECT price_minor FROM list_price WHERE item_id = ? AND segment = ? AND starts_at_s <= ?
    ORDER BY starts_at_s DESC LIMIT 1
"""


class RawPrices:
    """A till's file, opened beside it."""

    def __init__(self, folder: Path) -> None:
        key = (folder / "database.key").read_text(encoding="ascii").strip().removeprefix("key:")
        self._connection: Any = dbapi2.connect(str(folder / "terminal.db"), isolation_level=None)
        self._connection.execute(f"PRAGMA key = \"x'{key}'\"")

    def price_minor(self, item_id: str, at_s: int) -> int:
        """What everybody pays."""
        (found,) = self._connection.execute(_LOOK_UP, (item_id, "consumer", at_s)).fetchone()
        return int(found)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
