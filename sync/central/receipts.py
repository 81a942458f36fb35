"""Receipts at the service: is this one genuine, and sending one to a member. Thread-safe; raises CentralError."""

import json
from collections.abc import Iterable
from typing import Any, Literal, TypeVar

from sqlalchemy import Column, Connection, Index, Table, Text, func, select, tuple_

from pos_app.domain.journal import EventKind
from pos_app.domain.receipt_code import PrintedCode, Verdict, judge, read_code
from pos_app.domain.receipt_document import ReceiptDocument, from_plain
from pos_app.domain.receipt_mail import receipt_email
from pos_app.ports import Clock
from sync import contract
from sync import receipts as wire
from sync.central import former, members, tables, terminals
from sync.central.database import Database, write_new_rows, write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.senders import CodeSender, ReceiptSender, SendError
from sync.central.sold_lines import RETURN_KINDS
from sync.central.vault import Vault

Result = TypeVar("Result")

# Receipts that went out: a till whose answer was lost asks again, and the member gets one e-mail.
receipt_mail = Table(
    "receipt_mail",
    tables.metadata,
    Column("email_id", Text, primary_key=True, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("sent_at", Text, nullable=False),
)

# Papers of returns and voids by their own number. Append-only (triggers).
return_paper = Table(
    "return_paper",
    tables.metadata,
    Column("event_id", Text, primary_key=True, nullable=False),
    Column("receipt_number", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
    Index("return_paper_by_number", "receipt_number"),
)
APPEND_ONLY = (return_paper,)


def note_return_papers(connection: Connection, events: Iterable[contract.Event]) -> None:
    """Remember the numbers of the papers of these returns and voids, so that they can be checked."""
    rows = []
    for event in events:
        payload = json.loads(bytes(event.payload))
        header = payload.get("header")
        number = header.get("receipt_number") if isinstance(header, dict) else None
        if isinstance(number, str):  # of a return without a receipt the service reads little else
            rows.append({"event_id": event.event_id, "receipt_number": number, "ended_at": payload["ended_at"]})
    write_new_rows(connection, return_paper, rows)


class Receipts:
    """What tills and customers ask about receipts."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, sender: CodeSender | None) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._sender = sender if isinstance(sender, ReceiptSender) else None

    def check(self, code: str) -> wire.CheckedReceipt:
        """What the journals say of a receipt. A text that is no code is refused."""
        try:
            printed = read_code(code)
        except ValueError as error:
            raise CentralError(422, "no_receipt_code", str(error)) from error
        return self._database.read(lambda connection: _checked(connection, printed))

    def send(self, request: wire.SendReceipt) -> None:
        """Send a receipt to a member; returns when the next hop has taken it, or took it before."""
        sender = self._sender
        if sender is None:
            raise CentralError(409, "no_mail", "The rewards service sends no e-mail here.")
        document = _document(request.document)

        def look(connection: Connection) -> tuple[bool, str]:
            query = select(receipt_mail.c.email_id).where(receipt_mail.c.email_id == request.email_id)
            if connection.execute(query).first() is not None:
                return True, ""
            member_id = former.survivor(connection, request.member_id)
            return False, members.address_of(connection, self._vault, member_id)

        already, address = self._database.read(look)
        if already:
            return
        try:
            sender.send_receipt(address, lambda sender_address: receipt_email(document, sender_address, address))
        except SendError as error:
            # Busy, not no: the till tries again later.
            raise CentralError(503, "mail_not_sent", f"The receipt could not be sent: {error}.", 60) from error
        row = {"email_id": request.email_id, "member_id": request.member_id, "sent_at": stored(self._clock.now())}
        self._database.run(lambda connection: write_rows(connection, receipt_mail, [row]))


def _document(text: str) -> ReceiptDocument:
    try:
        plain = json.loads(text)
        if not isinstance(plain, dict):
            raise TypeError("not an object")
        return from_plain(plain)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CentralError(422, "no_receipt", "That is no receipt document.") from error


def _checked(connection: Connection, printed: PrintedCode) -> wire.CheckedReceipt:
    kind: Literal["sale", "return", "void"] = "sale"
    row = _entry_of(connection, tables.sale, printed.receipt_number)
    returned = row is not None and _came_back(connection, row.event_id)
    if row is None:
        row = _entry_of(connection, return_paper, printed.receipt_number)
        kind = "void" if row is not None and row.kind == EventKind.POST_VOID else "return"
    if row is None:
        verdict = Verdict.SIGNED if _signed_by_its_till(connection, printed) else Verdict.UNKNOWN
        return wire.CheckedReceipt(verdict=verdict.value, receipt_number=printed.receipt_number)
    payload = json.loads(bytes(row.payload))
    return wire.CheckedReceipt(
        verdict=judge(printed, payload, row.entry_hash, returned=returned).value,
        receipt_number=printed.receipt_number,
        sold_at=payload["ended_at"],
        total_minor=payload["total_minor"],
        currency_code=payload["header"]["currency_code"],
        kind=kind,
    )


def _entry_of(connection: Connection, table: Table, receipt_number: str) -> Any:
    """The journal entry of the last transaction with this number, or None."""
    key, event = tables.event_key, tables.event
    return connection.execute(
        select(event.c.event_id, event.c.kind, event.c.payload, event.c.entry_hash)
        .select_from(table)
        .join(key, key.c.event_id == table.c.event_id)
        .join(
            event,
            tuple_(event.c.terminal_id, event.c.incarnation, event.c.sequence)
            == tuple_(key.c.terminal_id, key.c.incarnation, key.c.sequence),
        )
        .where(table.c.receipt_number == receipt_number)
        .order_by(table.c.ended_at.desc(), table.c.event_id)
        .limit(1)
    ).one_or_none()


def _came_back(connection: Connection, sale_event_id: str) -> bool:
    fact, sale = tables.sale_fact, tables.sale
    query = (
        select(func.count())
        .select_from(fact)
        .join(sale, sale.c.transaction_id == fact.c.transaction_id)
        .where(sale.c.event_id == sale_event_id, fact.c.kind.in_([str(kind) for kind in RETURN_KINDS]))
    )
    return bool(connection.execute(query).scalar_one())


def _signed_by_its_till(connection: Connection, printed: PrintedCode) -> bool:
    """True when the till that the number names signed it, with the key that it has now."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    terminal = terminals.find(connection, printed.receipt_number.rpartition("-")[0])
    if terminal is None or not printed.signature:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(terminal.public_key).verify(printed.signature, printed.signed_message)
    except InvalidSignature:
        return False
    return True
