"""Receipts after the sale: the list of them, copies, gift receipts, and how the customer wants theirs."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.domain.member import EmailError, mask_email, normalise_email
from pos_app.domain.money import MoneyError
from pos_app.domain.operator import Operator
from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.receipt_template import ReceiptChoice
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import (
    Clock,
    Formatter,
    IdSource,
    MailQueue,
    PrintJob,
    PrintQueue,
    PrintState,
    ReceiptEmail,
    ReceiptIndex,
    Storage,
)
from pos_app.services.receipts import compose_gift_receipt

_NEVER_PRINTED = (PrintState.CANCELLED, PrintState.HELD)
MEMBERS_ADDRESS = "the member's address"


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """One receipt of this till. kind is sale, return or post_void; total_minor is what was paid or given back."""

    receipt_number: str
    kind: str
    ended_at: str
    total_minor: int
    first_item: str
    items: int
    has_member: bool


class ReceiptDesk:
    """What is done with receipts. Every call may touch disk: not on the GUI thread.

    on_queued is called when something waits for the printer or the mail that no journal entry told of.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        index: ReceiptIndex,
        print_queue: PrintQueue,
        mail_queue: MailQueue,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        profile: StoreProfile,
        operator: Operator,
    ) -> None:
        self._storage = storage
        self._index = index
        self._print_queue = print_queue
        self._mail_queue = mail_queue
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._profile = profile
        self._operator = operator
        self._counting = Lock()
        self.on_queued: Callable[[], None] = lambda: None

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, words: str = "", limit: int = 50) -> list[KeptReceipt]:
        """The last receipts, newest first; words are a part of the number, an amount, or a time such as 14:2."""
        cleaned = words.strip()
        if not cleaned:
            return [_kept(entry) for entry in self._index.find(limit)]
        if re.fullmatch(r"\d{1,2}:\d{0,2}", cleaned):
            return [_kept(entry) for entry in self._index.find(limit, times_of_day=_times(cleaned))]
        found = self._index.find(limit, number=cleaned, amount_minor=self._amount(cleaned))
        return [_kept(entry) for entry in found]

    def _amount(self, words: str) -> int | None:
        try:
            return self._profile.currency.parse_minor(words.replace(",", "."))
        except MoneyError:
            return None

    def document(self, receipt_number: str) -> ReceiptDocument:
        """The receipt as it was composed. Raises CashierError when this till has none of that number."""
        return self._job(receipt_number).document

    def lines(self, receipt_number: str) -> list[tuple[int, str]]:
        """Line number and name of everything a sale sold. Raises CashierError."""
        entry = self._sale(receipt_number)
        lines = json.loads(entry.payload)["lines"]
        return [(line["line_number"], line["name"]) for line in lines if not line["voided"]]

    # --- paper --------------------------------------------------------------------------------------------------------

    def reprint(self, receipt_number: str) -> int:
        """Print a receipt again; the number of the copy comes back, 0 when it was never printed before.

        Raises CashierError when this till has none of that number.
        """
        job = self._job(receipt_number)
        if job.state in _NEVER_PRINTED:
            self._print_queue.set_state(job.job_id, PrintState.QUEUED)
            self.on_queued()
            return 0
        with self._counting:
            copy_number = self._index.copies(receipt_number) + 1
            mark = receipt_texts(self._profile.receipt.language)("copy", number=str(copy_number))
            self._print(receipt_number, replace(job.document, copy=True, copy_mark=mark), "copy", copy_number)
        return copy_number

    def gift_receipt(self, receipt_number: str, line_numbers: Collection[int] = ()) -> ReceiptDocument:
        """Print a receipt without prices for all lines of a sale, or for some. Raises CashierError."""
        sale = sale_from_plain(json.loads(self._sale(receipt_number).payload))
        document = compose_gift_receipt(sale, self._profile, self._formatter, line_numbers)
        self._print(receipt_number, document, "gift", 0)
        return document

    def _print(self, receipt_number: str, document: ReceiptDocument, kind: str, copy_number: int) -> None:
        job_id = self._ids.new_id()
        with self._storage.unit_of_work() as work:
            work.append(
                EventKind.RECEIPT_REPRINTED,
                {
                    "receipt_number": receipt_number,
                    "document": kind,
                    "copy_number": copy_number,
                    "operator_id": self._operator.operator_id,
                },
            )
            work.add_print_job(PrintJob(job_id, job_id, document))
            work.commit()

    # --- the customer's choice ----------------------------------------------------------------------------------------

    def choose(self, receipt_number: str, choice: ReceiptChoice, address: str = "") -> str:
        """Paper, e-mail, both or none for a receipt that is held; where an e-mail goes, masked, comes back.

        Raises CashierError for an address that is none; the receipt is then still held.
        """
        job = self._job(receipt_number)
        shown = self.email(receipt_number, address) if choice.by_email else ""
        if job.state is PrintState.HELD:
            state = PrintState.QUEUED if choice.on_paper else PrintState.CANCELLED
            self._print_queue.set_state(job.job_id, state, f"the customer chose: {choice.value}")
            self.on_queued()
        return shown

    def settle_held(self) -> None:
        """Nobody chose, and the next sale begins or the till starts again: what the store said happens."""
        prints = self._profile.receipt.unanswered.on_paper
        held = self._print_queue.held()
        for job in held:
            state = PrintState.QUEUED if prints else PrintState.CANCELLED
            self._print_queue.set_state(job.job_id, state, "nobody chose")
        if held:
            self.on_queued()

    def email(self, receipt_number: str, address: str = "") -> str:
        """Queue a receipt for an address, or without one for the sale's member; where it goes, masked, comes back.

        Raises CashierError when that is no address, or there is no member.
        """
        job, payload = self._job(receipt_number), self._payload(receipt_number)
        member_id = str((payload.get("member") or {}).get("member_id", ""))
        if address:
            member_id = ""
        elif not member_id:
            raise CashierError("no_address", "This sale has no member. Type the customer's e-mail address.")
        normalised = self._normalised(address) if address else ""
        shown = mask_email(normalised) if address else MEMBERS_ADDRESS
        texts = receipt_texts(self._profile.receipt.language)
        subject = texts("email_subject", number=receipt_number, store=self._profile.store_name)
        self._mail_queue.add(
            ReceiptEmail(
                email_id=self._ids.new_id(),
                transaction_id=job.transaction_id,
                receipt_number=receipt_number,
                document=replace(job.document, title=subject),
                shown=shown,
                address=normalised,
                member_id=member_id,
                created_at=self._clock.now().isoformat(timespec="seconds"),
            )
        )
        self.on_queued()
        return shown

    def emails(self, limit: int = 50) -> list[ReceiptEmail]:
        """The last e-mails and what became of them, newest first; without their addresses."""
        return list(self._mail_queue.recent(limit))

    @staticmethod
    def _normalised(address: str) -> str:
        try:
            return normalise_email(address)
        except EmailError as error:
            raise CashierError("not_an_email", str(error)) from error

    # --- inside -------------------------------------------------------------------------------------------------------

    def _job(self, receipt_number: str) -> PrintJob:
        entry = self._index.entry(receipt_number)
        job = self._print_queue.of_transaction(_transaction_id(entry)) if entry else None
        if job is None:
            raise CashierError("no_receipt", f"There is no receipt {receipt_number} on this till.")
        return job

    def _sale(self, receipt_number: str) -> JournalEntry:
        entry = self._storage.sale(receipt_number)
        if entry is None:
            raise CashierError("no_receipt", f"There is no sale {receipt_number} on this till.")
        return entry

    def _payload(self, receipt_number: str) -> dict[str, Any]:
        entry = self._index.entry(receipt_number)
        return dict(json.loads(entry.payload)) if entry else {}


def _times(words: str) -> tuple[str, ...]:
    """The beginnings of 24-hour times that are meant: 2:26 may be in the morning or in the afternoon."""
    hour, _, minute = words.partition(":")
    hours = (int(hour), int(hour) + 12) if int(hour) <= 12 else (int(hour),)
    return tuple(f"{each % 24:02d}:{minute}" for each in hours)


def _transaction_id(entry: JournalEntry) -> str:
    return str(json.loads(entry.payload)["header"]["transaction_id"])


def _kept(entry: JournalEntry) -> KeptReceipt:
    payload = json.loads(entry.payload)
    names = [line["name"] for line in payload["lines"] if not line.get("voided")]
    member = payload.get("member") or {}
    return KeptReceipt(
        receipt_number=payload["header"]["receipt_number"],
        kind=str(entry.kind),
        ended_at=payload["ended_at"],
        total_minor=payload["total_minor"],
        first_item=names[0] if names else "",
        items=len(names),
        has_member=bool(member.get("member_id")),
    )
