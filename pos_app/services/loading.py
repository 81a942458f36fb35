"""Selling gift cards and issuing store credit: money that the central service keeps under a number.

A card is loaded by an event of its own in the write that completes its sale, so it is loaded once or not at all. The
number travels beside the journal, as addresses do, and is forgotten when the central service has it (ADR 0012).
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pos_app.domain.basket import EntryMethod
from pos_app.domain.item import Item, ItemKind
from pos_app.domain.receipt_document import Align, Barcode, Cut, Feed, Logo, Pair, ReceiptDocument, Rule, Size, Text
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.store import StoreProfile
from pos_app.domain.stored_value import (
    STORE_CREDIT_DIGITS,
    STORE_CREDIT_PREFIX,
    LoadKind,
    StoredValueError,
    StoredValueLoad,
    clean_number,
    is_store_credit,
    store_credit_number,
)
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import Clock, Formatter, IdSource, OpenTransaction, PrintJob, RewardsGateway, Storage, UnitOfWork
from pos_app.services.selling import Selling

LOADED = "stored_value_loaded"
"""The kind of journal entry; its contact is the number."""


@dataclass(frozen=True, slots=True)
class CardCheck:
    """What the central service knows of a number: its balance, or that it was never used. offline: nobody could say."""

    number: str
    known: bool = False
    balance_minor: int = 0
    offline: bool = False


@dataclass(frozen=True, slots=True)
class IssuedCredit:
    """A new store credit and its slip. The number is for the slip; journal and logs have the last four digits."""

    load_id: str
    number: str
    amount_minor: int
    slip: PrintJob


class Loading:
    """Gift cards that are sold or topped up in the sale under way, and store credit."""

    def __init__(
        self,
        selling: Selling,
        gateway: RewardsGateway,
        *,
        storage: Storage,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        draw: Callable[[int], str] | None = None,
    ) -> None:
        """draw makes so many random digits."""
        self._selling = selling
        self._gateway = gateway
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._draw = draw or _random_digits

    def check(self, text: str) -> CardCheck:
        """What is known of a card. Asks the central service: not on the GUI thread. Raises CashierError."""
        number = _number(text)
        try:
            return CardCheck(number, True, self._gateway.gift_card_balance(number))
        except OfflineError:
            return CardCheck(number, offline=True)
        except RefusedError as refused:
            if refused.code == "unknown_gift_card":
                return CardCheck(number)
            raise

    def check_loadable(self, check: CardCheck, kind: LoadKind) -> None:
        """Whether money can be put on this card in the sale under way; asked before the amount. Raises CashierError."""
        if is_store_credit(check.number):
            raise CashierError("not_a_gift_card", "That is a store credit slip. It cannot be sold or topped up.")
        if check.offline and not self._selling.profile.gift_cards.sell_offline:
            raise CashierError(
                "gift_card_offline",
                "Gift cards cannot be sold while the rewards service is out of reach. Sell it when it is back.",
            )
        if not check.offline and check.known != (kind is LoadKind.TOP_UP):
            words = "This card is in use already. Top it up instead." if check.known else "This card was never sold."
            raise CashierError("gift_card_known" if check.known else "gift_card_unknown", words)
        current = self._selling.current
        if current is not None and any(load.number == check.number for load in loads_of(current)):
            raise CashierError("gift_card_twice", "This card is in the sale already.")

    def sell(self, check: CardCheck, kind: LoadKind, amount_minor: int) -> int:
        """Add a gift card, or more money for one, to the sale under way; the number of its line comes back.

        Raises CashierError when the card cannot be loaded, or not with this amount.
        """
        profile = self._selling.profile
        rules = profile.gift_cards
        if not rules.least_minor <= amount_minor <= rules.most_minor:
            least, most = self._formatter.money(rules.least_minor), self._formatter.money(rules.most_minor)
            raise CashierError("gift_card_amount", f"A gift card takes {least} to {most}.")
        self.check_loadable(check, kind)
        name = f"{rules.name} {'top-up ' if kind is LoadKind.TOP_UP else ''}•••• {check.number[-4:]}"
        item = Item(rules.item_id, name, amount_minor, (), ItemKind.GIFT_CARD)
        return self._selling.add_load(
            item,
            lambda line_number: StoredValueLoad(self._ids.new_id(), kind, check.number, line_number, check.offline),
            EntryMethod.SCANNED,
        )

    def issue_store_credit(self, amount_minor: int, reason: str, receipt_number: str = "") -> IssuedCredit:
        """New store credit by itself: journaled, and its slip queued. Raises CashierError."""
        with self._storage.unit_of_work() as work:
            issued = self.issue_in(work, amount_minor, reason, receipt_number)
            work.commit()
        return issued

    def issue_in(self, work: UnitOfWork, amount_minor: int, reason: str, receipt_number: str = "") -> IssuedCredit:
        """New store credit as a part of another write, such as the return it is for; the caller commits.

        Raises CashierError when there is nothing to credit.
        """
        if amount_minor <= 0:
            raise CashierError("amount", "A store credit needs an amount above zero.")
        number = store_credit_number(self._draw(STORE_CREDIT_DIGITS - len(STORE_CREDIT_PREFIX) - 1))
        load_id = self._ids.new_id()
        profile = self._selling.profile
        work.add_contact(load_id, number)
        payload = {
            "contact_id": load_id,
            "kind": LoadKind.STORE_CREDIT.value,
            "amount_minor": amount_minor,
            "currency_code": profile.currency.code,
            "last_four": number[-4:],
            "transaction_id": "",
            "line_number": 0,
            "operator_id": self._selling.operator.operator_id,
            "reason": reason.strip()[:60],
            "of_receipt": receipt_number,
        }
        work.append(LOADED, payload, event_id=load_id)
        document = compose_store_credit(number, amount_minor, profile, self._formatter, self._clock, receipt_number)
        slip = PrintJob(f"{load_id}-slip", load_id, document)
        work.add_print_job(slip)
        return IssuedCredit(load_id, number, amount_minor, slip)


def loads_of(sale: OpenTransaction) -> tuple[StoredValueLoad, ...]:
    """The loads whose lines are still in the sale."""
    open_lines = {
        line.line_number for line in sale.basket.lines if not line.voided and line.item.kind is ItemKind.GIFT_CARD
    }
    return tuple(load for load in sale.loads if load.line_number in open_lines)


def with_words_of_loads(document: ReceiptDocument, loads: Sequence[StoredValueLoad], language: str) -> ReceiptDocument:
    """The receipt, saying of cards that were sold offline when they can be used."""
    if not any(load.offline for load in loads):
        return document
    words = Text(receipt_texts(language)("gift_card_later"), Align.CENTRE, bold=True)
    return replace(document, blocks=(*document.blocks[:-1], Feed(), words, *document.blocks[-1:]))


def record_load(work: UnitOfWork, load: StoredValueLoad, sale: RetailTransaction) -> None:
    """Journal that a card is loaded with what its line says, in the write that completes the sale."""
    line = next(line for line in sale.lines if line.line_number == load.line_number)
    work.add_contact(load.load_id, load.number)
    payload = {
        "contact_id": load.load_id,
        "kind": load.kind.value,
        "amount_minor": line.gross_minor,
        "currency_code": sale.header.currency_code,
        "last_four": load.last_four,
        "transaction_id": sale.header.transaction_id,
        "line_number": load.line_number,
        "operator_id": sale.header.operator_id,
        "reason": "",
        "of_receipt": sale.header.receipt_number,
    }
    work.append(LOADED, payload, event_id=load.load_id)


def compose_store_credit(
    number: str, amount_minor: int, profile: StoreProfile, formatter: Formatter, clock: Clock, receipt_number: str
) -> ReceiptDocument:
    """The slip that the customer pays with: its barcode is the number."""
    of_receipt = [Text(f"For goods of receipt {receipt_number}", Align.CENTRE)] if receipt_number else []
    return ReceiptDocument(
        f"Store credit •••• {number[-4:]}",
        (
            Logo(profile.store_name),
            *(Text(line, Align.CENTRE) for line in profile.head_lines),
            Feed(),
            Text("STORE CREDIT", Align.CENTRE, bold=True, size=Size.DOUBLE),
            Pair(formatter.date_time(clock.now()), f"Till {profile.workstation_id}"),
            Rule(),
            Pair("VALUE", formatter.money(amount_minor), bold=True, size=Size.DOUBLE),
            Rule(),
            *of_receipt,
            Text("Keep this slip. Whoever shows it can pay with it, in parts if need be.", Align.CENTRE),
            Feed(),
            Barcode(number),
            Cut(),
        ),
    )


def _number(text: str) -> str:
    try:
        return clean_number(text)
    except StoredValueError as error:
        raise CashierError("gift_card_number", str(error)) from error


def _random_digits(count: int) -> str:
    # Eight bytes more than the digits need: what the division favours is too little to be seen.
    return str(int.from_bytes(os.urandom(count + 8), "big") % 10**count).zfill(count)
