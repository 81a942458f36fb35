"""What tills say of themselves, and what people of the back office ask of them."""

import base64
import binascii
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.engine import Row

from pos_app.ports import Clock, IdSource
from pos_app.ports.fleet import MAXIMUM_BUNDLE_BYTES
from sync import contract, fleet
from sync.central.database import Database, write_rows
from sync.central.errors import CentralError
from sync.central.fleet import tables
from sync.central.moments import stored
from sync.central.terminals import Terminal

OPEN, WITHDRAWN = "open", "withdrawn"
BUNDLES_KEPT = timedelta(days=30)
LONGEST_SETTINGS = 2000
_STATES = frozenset({fleet.DONE, fleet.REFUSED, fleet.FAILED})

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order and what became of it: open, done, refused, failed or withdrawn. Times as stored."""

    order_id: str
    terminal_id: str
    kind: str
    asked_by: str
    asked_at: str
    reason: str
    values: Mapping[str, Value]
    state: str
    answered_at: str
    words: str
    has_bundle: bool


class FleetDesk:
    """Reports in, orders out. Each call is one transaction. All raise CentralError for a refusal. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    # --- what tills ask -----------------------------------------------------------------------------------------------

    def report(self, terminal: Terminal, report: fleet.TerminalReport) -> fleet.TerminalOrders:
        """Keep how a till is doing; it hears what it is asked to do."""
        row = {
            "terminal_id": terminal.terminal_id,
            "reported_at": stored(self._clock.now()),
            "document": contract.encode(report),
        }
        order = tables.terminal_order
        waiting = (
            select(order.c.document)
            .where(order.c.terminal_id == terminal.terminal_id, order.c.state == OPEN)
            .order_by(order.c.asked_at, order.c.order_id)
        )

        def work(connection: Connection) -> list[bytes]:
            write_rows(
                connection,
                tables.terminal_report,
                [row],
                "(terminal_id) DO UPDATE SET reported_at = excluded.reported_at, document = excluded.document",
            )
            return [bytes(document) for document in connection.execute(waiting).scalars()]

        return fleet.TerminalOrders(
            orders=[contract.decode(document, fleet.TerminalOrder) for document in self._database.run(work)]
        )

    def answer(self, terminal: Terminal, order_id: str, answer: fleet.OrderAnswer) -> None:
        """What a till made of an order; the same again changes nothing, and so does one that was withdrawn."""
        bundle = _bundle(answer.bundle) if answer.bundle else b""
        order, now = tables.terminal_order, stored(self._clock.now())
        state = answer.outcome if answer.outcome in _STATES else OPEN  # later: the till asks for it again

        def work(connection: Connection) -> None:
            done = connection.execute(
                update(order)
                .where(order.c.order_id == order_id, order.c.terminal_id == terminal.terminal_id, order.c.state == OPEN)
                .values(state=state, answered_at=now, words=answer.words)
            )
            if done.rowcount == 1 and bundle:
                row = {"order_id": order_id, "received_at": now, "content": bundle}
                write_rows(connection, tables.terminal_bundle, [row])

        self._database.run(work)

    # --- what people ask ----------------------------------------------------------------------------------------------

    def ask_for_bundle(self, terminal_id: str, asked_by: str, reason: str) -> str:
        """Ask a till for a support bundle; the order's id."""
        return self._ask(terminal_id, fleet.SUPPORT_BUNDLE, asked_by, reason, {})

    def push_settings(self, terminal_id: str, asked_by: str, reason: str, text: str) -> str:
        """Ask a till to change settings, one `key = value` a line as in settings.toml; the order's id."""
        return self._ask(terminal_id, fleet.SETTINGS, asked_by, reason, read_values(text))

    def _ask(self, terminal_id: str, kind: str, asked_by: str, reason: str, values: dict[str, Value]) -> str:
        if not reason.strip():
            raise CentralError(422, "no_reason", "Say why: whoever works at the till reads it.")
        order_id = self._ids.new_id()
        document = fleet.TerminalOrder(
            order_id=order_id, kind=kind, asked_by=asked_by, reason=reason.strip()[:300], values=values
        )
        row = {
            "order_id": order_id,
            "terminal_id": terminal_id,
            "kind": kind,
            "asked_by": asked_by,
            "asked_at": stored(self._clock.now()),
            "document": contract.encode(document),
            "state": OPEN,
            "answered_at": "",
            "words": "",
        }
        self._database.run(lambda connection: write_rows(connection, tables.terminal_order, [row]))
        return order_id

    def withdraw(self, terminal_id: str, order_id: str) -> None:
        """Take an order back that the till has not done yet."""
        order = tables.terminal_order
        taken = (
            update(order)
            .where(order.c.order_id == order_id, order.c.terminal_id == terminal_id, order.c.state == OPEN)
            .values(state=WITHDRAWN, answered_at=stored(self._clock.now()))
        )
        if self._database.run(lambda connection: connection.execute(taken).rowcount) != 1:
            raise CentralError(409, "not_open", "This order is done already, or there is none.")

    def orders(self, terminal_id: str, most: int = 20) -> list[Order]:
        """What was asked of a till, newest first."""
        order, bundle = tables.terminal_order, tables.terminal_bundle
        query = (
            select(order, bundle.c.order_id.label("bundle_id"))
            .outerjoin(bundle, bundle.c.order_id == order.c.order_id)
            .where(order.c.terminal_id == terminal_id)
            .order_by(order.c.asked_at.desc(), order.c.order_id.desc())
            .limit(most)
        )
        return self._database.read(lambda connection: [_order(row) for row in connection.execute(query)])

    def bundle(self, terminal_id: str, order_id: str) -> bytes:
        """The support bundle that a till sent: a zip file."""
        order, bundle = tables.terminal_order, tables.terminal_bundle
        query = (
            select(bundle.c.content)
            .join(order, order.c.order_id == bundle.c.order_id)
            .where(order.c.order_id == order_id, order.c.terminal_id == terminal_id)
        )
        found = self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        if found is None:
            raise CentralError(404, "no_bundle", "There is no such bundle, or it was removed after thirty days.")
        return bytes(found)

    def report_of(self, terminal_id: str) -> tuple[str, fleet.TerminalReport] | None:
        """When a till last told of itself, and what."""
        report = tables.terminal_report
        query = select(report.c.reported_at, report.c.document).where(report.c.terminal_id == terminal_id)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else (row.reported_at, contract.decode(bytes(row.document), fleet.TerminalReport))


def forget_old_bundles(connection: Connection, now: datetime) -> int:
    """Remove bundles that were kept for long enough; how many."""
    bundle = tables.terminal_bundle
    return connection.execute(delete(bundle).where(bundle.c.received_at < stored(now - BUNDLES_KEPT))).rowcount


def read_values(text: str) -> dict[str, Value]:
    """Settings as somebody typed them. Raises CentralError that says which line is none."""
    if len(text) > LONGEST_SETTINGS:
        raise CentralError(422, "too_long", f"At most {LONGEST_SETTINGS} characters.")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CentralError(422, "not_settings", f'One setting a line, such as theme = "dark": {error}.') from error
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise CentralError(422, "not_settings", f"{name} is a text in quotes or a whole number.")
    if not values:
        raise CentralError(422, "not_settings", "Name at least one setting.")
    return values


def _bundle(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise CentralError(422, "bad_bundle", "The bundle is not base64.") from error
    if len(content) > MAXIMUM_BUNDLE_BYTES or not content.startswith(b"PK"):
        raise CentralError(422, "bad_bundle", f"A bundle is a zip file of at most {MAXIMUM_BUNDLE_BYTES} bytes.")
    return content


def _order(row: Row[tuple[object, ...]]) -> Order:
    document = contract.decode(bytes(row.document), fleet.TerminalOrder)
    return Order(
        row.order_id,
        row.terminal_id,
        row.kind,
        row.asked_by,
        row.asked_at,
        document.reason,
        document.values,
        row.state,
        row.answered_at,
        row.words,
        row.bundle_id is not None,
    )
