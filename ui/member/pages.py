"""A member's statement and the way from price to points, written out as pages to read."""

from datetime import datetime

from pos_app.domain.explanation import MINOR, PointsExplanation, Step
from pos_app.ports import Formatter, MemberStatement
from pos_app.services.statements import movement_place, movement_words, pool_name
from ui.widgets.sheet import HEADING, TOTAL, SheetPage, SheetRow


def explanation_page(explanation: PointsExplanation, title: str, formatter: Formatter) -> SheetPage:
    """The whole sale first, then each of its lines; every step with the clause of the rules it follows."""
    total = formatter.points(explanation.points)
    rows = [_step(step, formatter) for step in explanation.steps[:-1]]
    rows += [_step(step, formatter, look=TOTAL) for step in explanation.steps[-1:]]
    for line in explanation.lines:
        rows.append(SheetRow(f"{line.line_number}  {line.name}", f"{formatter.points(line.points)} pts", look=HEADING))
        rows += [_step(step, formatter) for step in line.steps]
    return SheetPage(title, f"{total} points", tuple(rows))


def _step(step: Step, formatter: Formatter, **look: str) -> SheetRow:
    money = step.unit == MINOR
    value = formatter.money(step.value) if money else f"{formatter.points(step.value)} pts"
    return SheetRow(step.what, value, step.clause, gain=not money and step.value > 0, **look)


def statement_page(statement: MemberStatement, formatter: Formatter) -> SheetPage:
    """Balance by pool, pending, what expires soon, and the last movements with store and receipt."""

    def points(amount: int) -> str:
        return f"{formatter.points(amount)} pts"

    rows = [SheetRow(pool_name(pool.pool), points(pool.points)) for pool in statement.pools]
    owed = "Points owed are made up from the next points earned." if statement.balance_points < 0 else ""
    rows.append(SheetRow("Balance", points(statement.balance_points), owed, look=TOTAL))
    if statement.available_points != statement.balance_points:
        rows.append(SheetRow("Can be used now", points(statement.available_points)))
    if statement.pending_points:
        rows.append(SheetRow("Pending", points(statement.pending_points), "Not in the balance until shipped."))
    rows.append(SheetRow(f"Expiring within {statement.expiring_days} days", look=HEADING))
    rows += [SheetRow(f"To the end of {day}", points(amount)) for amount, day in statement.expiring]
    if not statement.expiring:
        rows.append(SheetRow("None"))
    rows.append(SheetRow("Last movements", look=HEADING))
    for movement in statement.movements:
        when = formatter.date_time(datetime.fromisoformat(movement.occurred_at))
        detail = "  ·  ".join(part for part in (when, movement_place(movement)) if part)
        sign = "+" if movement.points > 0 else ""
        moved = f"{sign}{formatter.points(movement.points)} pts"
        rows.append(SheetRow(movement_words(movement), moved, detail, gain=movement.points > 0))
    if not statement.movements:
        rows.append(SheetRow("None yet"))
    as_of = formatter.date_time(datetime.fromisoformat(statement.as_of))
    return SheetPage("Statement", f"As of {as_of}", tuple(rows))
