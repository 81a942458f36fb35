"""The slip of a parked sale: what the customer keeps, and what any till of the store recalls it by."""

import re
from datetime import datetime

from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Logo,
    Pair,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter, ParkedSale

SLIP_PREFIX = "P-"
_SLIP = re.compile(r"P-([A-Za-z0-9._]+-[A-Za-z0-9._]+-\d{6,})")
"""The prefix and a receipt number; no code of goods looks like that."""


def slip_code(receipt_number: str) -> str:
    """What the barcode of a slip says."""
    return SLIP_PREFIX + receipt_number


def receipt_number_of_slip(code: str) -> str:
    """The receipt number on a slip, or empty when the code is none of a slip."""
    found = _SLIP.fullmatch(code.strip())
    return found[1] if found else ""


def compose_parking_slip(
    parked: ParkedSale, profile: StoreProfile, formatter: Formatter, expires_at: datetime
) -> ReceiptDocument:
    """The slip; it is no receipt and says so."""
    header, items = parked.transaction.header, parked.item_count
    blocks: list[Block] = [
        Logo(profile.store_name),
        Text("PARKED SALE", Align.CENTRE, bold=True, size=Size.DOUBLE),
        Text("This is not a receipt.", Align.CENTRE),
        Text("Nothing was paid.", Align.CENTRE),
        Feed(),
        Pair(formatter.date_time(datetime.fromisoformat(parked.parked_at)), f"Till {header.workstation_id}"),
        Pair(f"{items} {'item' if items == 1 else 'items'}", f"Parked by {parked.operator_name}"),
    ]
    if parked.note:
        blocks.append(Text(parked.note))
    blocks += [
        Rule(),
        Pair("So far", formatter.money(parked.total_minor), bold=True),
        Text(f"Kept until {formatter.date_time(expires_at)}."),
        Feed(),
        Barcode(slip_code(parked.receipt_number)),
        Text("Scan at any till of the store.", Align.CENTRE),
        Cut(),
    ]
    return ReceiptDocument(f"Parked sale {parked.receipt_number}", tuple(blocks))
