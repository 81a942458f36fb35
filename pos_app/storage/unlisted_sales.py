"""What this till sold by department because no code found it: the list of items that somebody should put on file."""

from dataclasses import dataclass

from pos_app.domain.basket import EntryMethod
from pos_app.storage.database import Database

_UNLISTED = """
    SELECT json_extract(line.value, '$.code'), json_extract(line.value, '$.name'),
           sum(json_extract(line.value, '$.quantity_milli')), min(json_extract(line.value, '$.unit_price_minor')),
           max(json_extract(line.value, '$.unit_price_minor')), max(j.business_day)
    FROM journal j, json_each(CAST(j.payload AS TEXT), '$.lines') line
    WHERE j.kind = 'sale' AND j.business_day >= ? AND instr(j.payload, ?) > 0
      AND json_extract(line.value, '$.entry_method') = ? AND NOT json_extract(line.value, '$.voided')
    GROUP BY 1, 2 ORDER BY 3 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class UnlistedSale:
    """A code, the department its goods were sold by, how much of it, at which prices and when last."""

    code: str
    department: str
    quantity_milli: int
    lowest_price_minor: int
    highest_price_minor: int
    last_business_day: str


def unlisted_sales(database: Database, since_day: str = "") -> list[UnlistedSale]:
    """What was sold so since a business day (YYYY-MM-DD; empty: ever), what sells most first. Raises WorldError."""
    method = EntryMethod.DEPARTMENT.value
    rows = database.all(_UNLISTED, (since_day, f'"{method}"'.encode(), method))
    return [UnlistedSale(*row) for row in rows]
