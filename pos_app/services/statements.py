"""A member's statement on paper: the same figures as on the screen, in the customer's hand."""

from datetime import datetime

from pos_app.domain.receipt_document import Align, Block, Cut, Feed, Logo, Pair, ReceiptDocument, Rule, Text
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter, MemberStatement, StatementMovement

_POOLS = {
    "store": "Store purchases",
    "debt": "Owed",
    "card": "Linked card",
    "partner": "Partners",
    "network": "Network",
}
_KINDS = {"shopping": "Shopping account", "credit_card": "Credit card"}


def pool_name(pool: str) -> str:
    """Where points came from, as a customer calls it."""
    return _POOLS.get(pool) or pool.replace("_", " ").capitalize() or "Other"


def link_name(kind: str) -> str:
    """What is linked to a membership, as a customer calls it."""
    return _KINDS.get(kind) or kind.replace("_", " ").capitalize()


def movement_words(movement: StatementMovement) -> str:
    """What a movement of points was."""
    return movement.text or movement.kind.replace("_", " ").capitalize()


def movement_place(movement: StatementMovement) -> str:
    """Store and receipt of a movement, as far as it has them."""
    parts = (
        f"Store {movement.store_id}" if movement.store_id else "",
        f"Receipt {movement.receipt_number}" if movement.receipt_number else "",
    )
    return ", ".join(part for part in parts if part)


def compose_statement(
    statement: MemberStatement, profile: StoreProfile, formatter: Formatter, now: datetime
) -> ReceiptDocument:
    """The statement as a document for the receipt printer. now must have an offset."""
    points = formatter.points
    blocks: list[Block] = [Logo(profile.store_name)]
    blocks += [Text(line, Align.CENTRE) for line in profile.head_lines]
    blocks += [
        Feed(),
        Text("STATEMENT OF POINTS", Align.CENTRE, bold=True),
        Pair(formatter.date_time(now), f"Till {profile.workstation_id}"),
        Text(f"Member {statement.masked_email}"),
        Rule(),
    ]
    blocks += [Pair(pool_name(pool.pool), points(pool.points)) for pool in statement.pools]
    blocks.append(Pair("Balance", points(statement.balance_points), bold=True))
    if statement.balance_points < 0:
        blocks.append(Text("Points owed are made up from the next points earned."))
    if statement.available_points != statement.balance_points:
        blocks.append(Pair("Can be used now", points(statement.available_points)))
    if statement.pending_points:
        blocks.append(Pair("Pending, not in the balance", points(statement.pending_points)))
    blocks += [Rule(), Text(f"Expiring within {statement.expiring_days} days", bold=True)]
    blocks += [Pair(f"To the end of {day}", points(amount)) for amount, day in statement.expiring]
    if not statement.expiring:
        blocks.append(Text("None"))
    blocks += [Rule(), Text("Last movements", bold=True)]
    for movement in statement.movements:
        when = formatter.date_time(datetime.fromisoformat(movement.occurred_at))
        blocks.append(Pair(movement_words(movement), f"{'+' if movement.points > 0 else ''}{points(movement.points)}"))
        blocks.append(Text("  " + ", ".join(part for part in (when, movement_place(movement)) if part)))
    if not statement.movements:
        blocks.append(Text("None yet"))
    as_of = formatter.date_time(datetime.fromisoformat(statement.as_of))
    blocks += [Feed(), Text(f"Balance as of {as_of}", Align.CENTRE), Feed(), Cut()]
    return ReceiptDocument("Statement of points", tuple(blocks))
