"""A terminal's real data folder, opened with a key file and a clock that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from fakes.memory_shop import profile

from pos_app.clock import SetClock
from pos_app.domain.basket import Basket, EntryMethod, MemberReference
from pos_app.domain.item import Item
from pos_app.domain.pricing import price
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.rewards import ProgrammeTerms, earn
from pos_app.domain.rounding import Rounding
from pos_app.domain.tenders import Tender, TenderType, settle
from pos_app.domain.till import TillTotals
from pos_app.ids import SystemIds
from pos_app.storage.database import Database
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import KEY_FILE_NAME, TerminalDatabase, open_terminal_database

DAY = "2026-11-22"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=-8)))


def key_file(folder: Path) -> KeyFile:
    return KeyFile(folder / KEY_FILE_NAME)


def open_data(folder: Path, **changes: Any) -> TerminalDatabase:
    """The data of terminal 001-02 in this folder."""
    values: dict[str, Any] = {
        "store_id": "001",
        "workstation_id": "02",
        "clock": SetClock(NOON),
        "ids": SystemIds(),
        "keys": key_file(folder),
    }
    return open_terminal_database(folder, **(values | changes))


@contextmanager
def terminal_data(folder: Path, **changes: Any) -> Iterator[TerminalDatabase]:
    data = open_data(folder, **changes)
    try:
        yield data
    finally:
        data.close()


def open_day(data: TerminalDatabase, opening_float_minor: int = 0, day: str = DAY) -> None:
    """Open a business day as TillControl does."""
    with data.storage.unit_of_work() as work:
        work.open_business_day(day)
        work.append("business_day_opened", {})
        work.append("tender_loan", {"amount_minor": opening_float_minor})
        work.save_till_totals(TillTotals(opening_float_minor=opening_float_minor))
        work.commit()


def raw(database: Database, sql: str, *parameters: Any) -> None:
    """A change behind the program's back."""
    with database.write() as connection:
        connection.execute(sql, parameters)
        database.commit()


def header(sequence_number: int, transaction_id: str = "") -> TransactionHeader:
    began_at = NOON.isoformat(timespec="milliseconds")
    return TransactionHeader(
        transaction_id or f"sale-{sequence_number}", sequence_number, "001", "02", "associate-1", DAY, began_at, "USD"
    )


def cash_sale(sequence_number: int, price_minor: int = 1000, contact_id: str = "") -> RetailTransaction:
    """A sale of one piece without tax, paid exactly in cash."""
    basket = Basket().add(Item("10", "Cable", price_minor), "10", 1000, EntryMethod.SCANNED)
    if contact_id:
        basket = basket.attach_member(MemberReference(contact_id=contact_id))
    priced = price(basket, profile().pricing_rules())
    tenders = (Tender(f"tender-{sequence_number}", TenderType.CASH, priced.total_minor, priced.total_minor),)
    settlement = settle(priced.total_minor, tenders, 1, Rounding.HALF_UP)
    earned = earn(priced.earning_lines(), ProgrammeTerms(), points_used=0, at=NOON, store_id="001")
    return complete(header(sequence_number), NOON.isoformat(), basket, priced, tenders, settlement, earned)
