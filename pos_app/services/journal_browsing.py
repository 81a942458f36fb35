"""The journal as a manager or auditor looks through it: what happened, when, by whom, and the proof that it did."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.domain.money import MoneyError
from pos_app.domain.poslog import return_from_plain, sale_from_plain
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Pair,
    QrCode,
    ReceiptDocument,
    Rule,
    Text,
)
from pos_app.domain.report_cells import facts_of
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter, TermsSource
from pos_app.ports.reports import FoundEntry, JournalRecords, JournalSearch, Progress, Proof, ReportFigures
from pos_app.services.approvals import Approval, Approvals

PAGE_ENTRIES = 50
_MARK = "JOURNAL EXTRACT"
_DAY, _TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"(\d{1,2})[:h](\d{0,2})")

GROUPS: dict[str, tuple[EventKind, ...]] = {
    "Everything": (),
    "Sales": (EventKind.SALE, EventKind.DEPOSIT),
    "Returns and voids": (
        EventKind.RETURN,
        EventKind.RETURN_WITHOUT_RECEIPT,
        EventKind.POST_VOID,
        EventKind.DEPOSIT_REFUNDED,
        EventKind.TRANSACTION_CANCELLED,
    ),
    "Cash and drawer": (
        EventKind.NO_SALE,
        EventKind.PAID_IN,
        EventKind.PAID_OUT,
        EventKind.TENDER_LOAN,
        EventKind.TENDER_PICKUP,
    ),
    "Day and closing": (
        EventKind.BUSINESS_DAY_OPENED,
        EventKind.BUSINESS_DAY_CLOSED,
        EventKind.TILL_OPENED,
        EventKind.TILL_CLOSED,
        EventKind.TILL_ASSIGNED,
        EventKind.TILL_MOVED_OUT,
        EventKind.TILL_MOVED_IN,
        EventKind.SALES_STOPPED,
        EventKind.SALES_RESUMED,
        EventKind.TILL_COUNTED,
        EventKind.TILL_SETTLED,
        EventKind.Z_REPORT,
        EventKind.STORE_CLOSED,
    ),
    "People and approvals": (
        EventKind.SIGNED_ON,
        EventKind.SIGNED_OFF,
        EventKind.SIGN_ON_FAILED,
        EventKind.SALE_HANDED_OVER,
        EventKind.APPROVAL,
        EventKind.OPERATOR_CHANGED,
        EventKind.CLOCKED_IN,
        EventKind.CLOCKED_OUT,
    ),
}
"""What somebody looks for, and the kinds of events it is."""


@dataclass(frozen=True, slots=True)
class BrowsedEntry:
    """An entry as a list shows it. fault is empty when it is as it was written and follows the one before."""

    found: FoundEntry
    title: str
    detail: str
    amount: str
    fault: str


class JournalBrowsing:
    """Finds and shows entries. All but check_right touch the disk: not on the GUI thread."""

    def __init__(
        self,
        records: JournalRecords,
        figures: ReportFigures,
        approvals: Approvals,
        *,
        terms: TermsSource,
        formatter: Formatter,
        profile: StoreProfile,
    ) -> None:
        self._records = records
        self._figures = figures
        self._approvals = approvals
        self._terms = terms
        self._formatter = formatter
        self._profile = profile
        self._own = f"{profile.store_id}-{profile.workstation_id}-"
        """How this till's receipt numbers begin: in its own journal that need not be said."""

    def check_right(self, approval: Approval | None = None) -> None:
        """Raises ApprovalNeededError, or NotAllowedError, for who may not read the journal."""
        self._approvals.require(Action.READ_JOURNAL, reason="Journal", approval=approval)

    def find(self, words: str, group: str, on_progress: Progress, before: int | None = None) -> list[BrowsedEntry]:
        """Newest first. Words are a business day (2026-11-22), a time such as 14:2, and a part of a receipt number, an
        amount or an operator. before is the position of the last entry shown. Raises Cancelled.
        """
        self._figures.catch_up(on_progress)
        kinds = tuple(str(kind) for kind in GROUPS.get(group, ()))
        found: dict[int, FoundEntry] = {}
        for wanted in self._searches(words.split()):
            entries = self._records.search(replace(wanted, kinds=kinds), PAGE_ENTRIES, before)
            found |= {one.position: one for one in entries}
        newest = sorted(found, reverse=True)[:PAGE_ENTRIES]
        return [self._browsed(found[position]) for position in newest]

    def prove(self, on_progress: Progress) -> Proof:
        """Check the whole journal. Raises Cancelled."""
        return self._records.prove(on_progress)

    def paper(self, found: FoundEntry) -> ReceiptDocument:
        """The entry as on paper: a receipt where it has one, else everything it says.

        Marked as an extract and without codes to scan: nobody can take it for the customer's receipt.
        """
        entry = found.entry
        try:
            document = self._document(entry, json.loads(entry.payload))
        except (ValueError, KeyError, TypeError, AttributeError):
            document = ReceiptDocument(f"Entry {entry.sequence}", (Text("This entry cannot be read."),))
        blocks = tuple(block for block in document.blocks if not isinstance(block, Barcode | QrCode | Cut))
        return ReceiptDocument(document.title, (*blocks, *self._seal(found), Feed(), Cut()), True, _MARK)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _searches(self, words: list[str]) -> list[JournalSearch]:
        """What the words may mean; each is looked for. All that are no day and no time are one text."""
        frame, rest = JournalSearch(), []
        for word in words:
            if _DAY.fullmatch(word):
                frame = replace(frame, first_day=word, last_day=word)
            elif at := _TIME.fullmatch(word):
                frame = replace(frame, time_of_day=f"{int(at[1]):02d}:{at[2]}")
            else:
                rest.append(word)
        text = " ".join(rest)
        if not text:
            return [frame]
        searches = [replace(frame, operator_id=text), replace(frame, receipt=text)]
        try:
            amount_minor = self._profile.currency.parse_minor(text.replace(",", "."))
        except MoneyError:
            return searches
        return [*searches, replace(frame, amount_minor=amount_minor)]

    def _browsed(self, found: FoundEntry) -> BrowsedEntry:
        entry = found.entry
        at, amount, detail, fault = self._moment(entry), "", "", found.fault
        try:
            payload = json.loads(entry.payload)
            facts = facts_of(payload)
            if facts.amount_minor is not None:
                sign = -1 if entry.kind in _MONEY_OUT else 1
                amount = self._formatter.money(sign * facts.amount_minor)
            parts = (at, facts.receipt_number.removeprefix(self._own), facts.operator_id, _reason(payload))
            detail = "  ·  ".join(part for part in parts if part)
        except (ValueError, AttributeError, TypeError):
            detail, fault = at, fault or "this entry cannot be read"
        return BrowsedEntry(found, kind_words(entry.kind), detail, amount, fault)

    def _moment(self, entry: JournalEntry) -> str:
        try:
            return self._formatter.date_time(datetime.fromisoformat(entry.occurred_at))
        except ValueError:
            return "Time unreadable"

    def _document(self, entry: JournalEntry, payload: dict[str, Any]) -> ReceiptDocument:
        from pos_app.services.receipts import compose_sale_receipt
        from pos_app.services.return_receipts import compose_return_receipt

        match entry.kind:
            case EventKind.SALE:
                sale = sale_from_plain(payload)
                terms = self._terms.terms_of(sale.earned.terms_id, sale.earned.terms_version)
                return compose_sale_receipt(sale, self._profile, self._formatter, terms, None)
            case EventKind.RETURN | EventKind.POST_VOID | EventKind.RETURN_WITHOUT_RECEIPT:
                return compose_return_receipt(return_from_plain(payload), self._profile, self._formatter)
            case _:
                title = kind_words(entry.kind)
                head: list[Block] = [
                    Text(title.upper(), Align.CENTRE, bold=True),
                    Text(self._moment(entry), Align.CENTRE),
                    Rule(),
                ]
                return ReceiptDocument(title, (*head, *self._facts(payload)))

    def _facts(self, payload: dict[str, Any], indent: int = 0) -> list[Block]:
        """Everything an entry says, by name."""
        blocks: list[Block] = []
        for name, value in payload.items():
            words = name.removesuffix("_minor").replace("_", " ").capitalize()
            if isinstance(value, dict):
                blocks += [Text(f"{'  ' * indent}{words}", bold=True), *self._facts(value, indent + 1)]
            elif isinstance(value, list):
                blocks.append(Text(f"{'  ' * indent}{words}"))
                blocks += [Text(f"{'  ' * (indent + 1)}{self._item_words(item)}") for item in value]
            elif value not in ("", None):
                written = self._formatter.money(value) if name.endswith("_minor") else str(value)
                blocks.append(Pair(words, written, indent=2 * indent))
        return blocks

    def _item_words(self, item: object) -> str:
        if isinstance(item, dict):
            return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in item.items())
        return ", ".join(str(part) for part in item if part != "") if isinstance(item, list) else str(item)

    def _seal(self, found: FoundEntry) -> list[Block]:
        """Where the entry stands in the chain, and whether it holds."""
        entry = found.entry
        blocks: list[Block] = [
            Rule(double=True),
            Text("JOURNAL", bold=True),
            Pair("Entry", str(entry.sequence)),
            Pair("Business day", entry.business_day or "None"),
            Text(f"Hash {entry.entry_hash[:32]}"),
            Text(f"     {entry.entry_hash[32:]}"),
        ]
        if found.fault:
            return [*blocks, Text(f"NOT AS WRITTEN: {found.fault}", bold=True)]
        return [*blocks, Text("As it was written, and in its place.")]


_MONEY_OUT = (
    EventKind.RETURN,
    EventKind.POST_VOID,
    EventKind.RETURN_WITHOUT_RECEIPT,
    EventKind.DEPOSIT_REFUNDED,
    EventKind.PAID_OUT,
    EventKind.TENDER_PICKUP,
)


def kind_words(kind: str) -> str:
    """What a kind of event is called."""
    return _KIND_WORDS.get(kind) or kind.replace("_", " ").capitalize()


_KIND_WORDS: dict[str, str] = {
    EventKind.POST_VOID: "Sale voided",
    EventKind.NO_SALE: "Drawer opened without a sale",
    EventKind.TILL_ASSIGNED: "Till given to an operator",
    EventKind.TILL_MOVED_OUT: "Till sent to another workstation",
    EventKind.TILL_MOVED_IN: "Till taken up from another workstation",
    EventKind.RECORDS_READ: "Reports or journal looked at",
    EventKind.TENDER_LOAN: "Cash brought to the till",
    EventKind.TENDER_PICKUP: "Cash taken to the safe",
    EventKind.TRANSACTION_CANCELLED: "Sale cancelled",
    EventKind.TRANSACTION_SUSPENDED: "Sale parked",
    EventKind.TRANSACTION_RETRIEVED: "Parked sale recalled",
    EventKind.SIGN_ON_FAILED: "Sign-on failed",
    EventKind.Z_REPORT: "Z report",
}


def _reason(payload: dict[str, Any]) -> str:
    """Why, or what for, in a few words."""
    for name in ("reason", "action", "document"):
        value = payload.get(name)
        if isinstance(value, str) and value:
            return value.replace("_", " ")
    return ""
