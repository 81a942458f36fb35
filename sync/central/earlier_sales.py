"""Sales that came in before their lines were kept: read again from the journals, so that goods may come back."""

from sqlalchemy import Connection, select, tuple_, update

from sync.central import tables, terms
from sync.central.database import write_rows
from sync.central.sale_rows import line_rows, tender_rows
from sync.central.sales import plan_sale, read_sale

AT_ONCE = 500


def keep_lines(connection: Connection) -> None:
    """Write down lines, tenders and lot of every sale that has none yet, with the points that were right for it."""
    known = {
        (document.terms_id, document.version): terms.Version(document, terms.checked(document))
        for document in terms.every(connection)
    }
    sale, key, event, line = tables.sale, tables.event_key, tables.event, tables.sale_line
    without = (
        select(sale.c.transaction_id, event.c.payload)
        .join(key, key.c.event_id == sale.c.event_id)
        .join(
            event,
            tuple_(event.c.terminal_id, event.c.incarnation, event.c.sequence)
            == tuple_(key.c.terminal_id, key.c.incarnation, key.c.sequence),
        )
        .where(sale.c.transaction_id.not_in(select(line.c.transaction_id).scalar_subquery()), sale.c.earned_on == "")
        .order_by(sale.c.transaction_id)
        .limit(AT_ONCE)
    )
    while True:
        rows = connection.execute(without).all()
        if not rows:
            return
        for row in rows:
            payload = read_sale(bytes(row.payload))
            plan = plan_sale(payload, payload.header.store_id, lambda name, version: known.get((name, version)))
            write_rows(connection, line, line_rows(plan))
            write_rows(connection, tables.sale_tender, tender_rows(plan))
            connection.execute(
                update(sale)
                .where(sale.c.transaction_id == row.transaction_id)
                .values(earned_on=plan.earned_on, expires_on=plan.expires_on)
            )
