"""Goods without a receipt: the lowest price of late, as store credit, to somebody who shows who they are.

The document is seen, never kept: its kind, its last four characters, and a slow hash of its number, by which the
central service counts what one person brought to all stores. While it cannot be reached this till's journal counts.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pos_app.domain.basket import Basket, BasketError, EntryMethod
from pos_app.domain.item import Item
from pos_app.domain.paper_return import returned_whole
from pos_app.domain.pricing import price
from pos_app.domain.retail_transaction import sale_lines
from pos_app.domain.return_policy import Condition, WithoutReceipt
from pos_app.domain.returns import (
    CustomerIdentification,
    PendingReturn,
    Refund,
    ReturnQuote,
)
from pos_app.domain.rewards import EarnedPoints
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError, OfflineError
from pos_app.ports import (
    Catalogue,
    Clock,
    Formatter,
    IdSource,
    ReturnsGateway,
    SaleFinder,
    WithoutReceiptRecord,
)
from pos_app.services.approvals import Approval, Approvals

ID_KINDS = ("Driver's licence", "Identity card", "Passport")
_SHORTEST_NUMBER, _LONGEST_NUMBER = 5, 32
_HASH_SALT = b"pos.return-without-receipt.1"
"""The same at every till, so that all stores count one person alike; the cost of a try is what protects the number."""


@dataclass(frozen=True, slots=True)
class UnreceiptedItem:
    """Goods in hand and what is given for one: the lowest price of late, or the price of today."""

    item: Item
    code: str
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class UnreceiptedLine:
    """So many of them, in their condition."""

    goods: UnreceiptedItem
    quantity_milli: int
    condition: Condition = Condition.SEALED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """A person, and what they brought before; complete is False when only this till could be asked."""

    identification: CustomerIdentification
    record: WithoutReceiptRecord
    complete: bool


class ReturningWithoutReceipt:
    """Returns without a receipt at this till. look_up and identify take a moment: not on the GUI thread."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        clock: Clock,
        ids: IdSource,
        profile: StoreProfile,
        formatter: Formatter,
        finder: SaleFinder,
        gateway: ReturnsGateway,
        approvals: Approvals,
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._profile = profile
        self._formatter = formatter
        self._finder = finder
        self._gateway = gateway
        self._approvals = approvals

    @property
    def rules(self) -> WithoutReceipt | None:
        """The store's rules, or None where it takes nothing back without a receipt."""
        return self._profile.return_policy.without_receipt

    def look_up(self, code: str) -> UnreceiptedItem:
        """The goods of a code and the least that one cost lately. Raises CashierError."""
        rules = self._rules()
        item = self._catalogue.find_by_code(code)
        if item is None:
            raise CashierError("not_on_file", f"{code[:40]} is not on file. Without a receipt it cannot come back.")
        today = self._clock.now().date()
        verdict = self._profile.return_policy.judge(item.category, Condition.SEALED, today, today)
        if verdict.problem:
            raise CashierError("final_sale", f"{item.name}: {verdict.problem} {verdict.words}")
        since = today - timedelta(days=rules.lowest_price_days)
        paid_minor = self._finder.lowest_price_minor(item.item_id, since.isoformat())
        lowest_minor = item.price_minor if paid_minor is None else min(paid_minor, item.price_minor)
        return UnreceiptedItem(item, code, lowest_minor)

    def quote(self, lines: Sequence[UnreceiptedLine]) -> ReturnQuote:
        """What these goods give, as store credit, taxed as a sale of them would be. Raises CashierError."""
        self._rules()
        basket = Basket()
        try:
            for number, line in enumerate(lines, 1):
                goods = line.goods
                basket = basket.add(goods.item, goods.code, line.quantity_milli, EntryMethod.SCANNED, False)
                basket = basket.set_price(number, goods.unit_price_minor, "lowest price of late")
        except BasketError as error:
            raise CashierError("return", str(error)) from error
        sold = sale_lines(
            basket, price(basket, self._profile.pricing_rules(), day=self._clock.now().date()), EarnedPoints()
        )
        returned = tuple(
            returned_whole(goods, goods.line_number, line.condition.value, line.reason)
            for line, goods in zip(lines, sold, strict=True)
        )
        total_minor = sum(line.refund_minor for line in returned)
        return ReturnQuote(returned, (Refund(TenderType.STORE_CREDIT, total_minor),) if total_minor else ())

    def identify(self, kind: str, number: str) -> Identified:
        """Who it is and what they brought before. Raises CashierError for what can be no number of a document."""
        cleaned = "".join(number.split()).upper()
        if kind not in ID_KINDS or not _SHORTEST_NUMBER <= len(cleaned) <= _LONGEST_NUMBER or not cleaned.isalnum():
            raise CashierError("id_number", "That is no number of an ID. Type it as it stands on the document.")
        digest = hashlib.scrypt(f"{kind}:{cleaned}".encode(), salt=_HASH_SALT, n=2**14, r=8, p=1, dklen=32)
        who = CustomerIdentification(kind, cleaned[-4:], digest.hex())
        since = (self._clock.now().date() - timedelta(days=self._rules().limit_days)).isoformat()
        here = self._record_here(who.id_hash, since)
        try:
            known = self._gateway.returned_without_receipt(who.id_hash, since)
        except OfflineError:
            return Identified(who, here, complete=False)
        most = WithoutReceiptRecord(max(known.returns, here.returns), max(known.total_minor, here.total_minor))
        return Identified(who, most, complete=True)

    def problem(self, who: Identified, total_minor: int) -> str:
        """Why this person's limits are passed with so much more; empty when they are not."""
        rules, record = self._rules(), who.record
        if rules.most_returns and record.returns >= rules.most_returns:
            times = "1 return" if record.returns == 1 else f"{record.returns} returns"
            return f"This ID has {times} without a receipt in {rules.limit_days} days."
        if rules.most_minor and record.total_minor + total_minor > rules.most_minor:
            most = self._formatter.money(rules.most_minor)
            given = self._formatter.money(record.total_minor)
            return f"At most {most} in {rules.limit_days} days without a receipt; {given} were given."
        return ""

    def plan(
        self, lines: Sequence[UnreceiptedLine], reason: str, who: Identified, *, approval: Approval | None = None
    ) -> PendingReturn:
        """A return that somebody approved. Raises CashierError, among them ApprovalNeededError."""
        quote = self.quote(lines)
        if not quote.lines or not quote.total_minor:
            raise CashierError("return", "Scan what comes back.")
        filled = tuple(line if line.reason else replace(line, reason=reason) for line in quote.lines)
        problem = self.problem(who, quote.total_minor)
        action = Action.RETURN_AGAINST_POLICY if problem else Action.RETURN_WITHOUT_RECEIPT
        seen = f"{who.identification.kind} ending in {who.identification.last_four} seen"
        detail = f"{problem or 'Return without a receipt.'} {seen}."
        self._approvals.require(action, amount_minor=quote.total_minor, detail=detail, approval=approval)
        return PendingReturn(
            return_id=self._ids.new_id(),
            quote=replace(quote, lines=filled),
            reason=reason,
            approval_id=approval.approval_id if approval else "",
            approver_id=approval.approver_id if approval else "",
            against_policy=("limit_without_receipt",) if problem else (),
            identification=who.identification,
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _rules(self) -> WithoutReceipt:
        rules = self.rules
        if rules is None:
            raise CashierError("receipt_needed", "This store takes nothing back without a receipt.")
        return rules

    def _record_here(self, id_hash: str, since_day: str) -> WithoutReceiptRecord:
        mine = [
            payload
            for payload in (json.loads(entry.payload) for entry in self._finder.returns_without_receipt(since_day))
            if (payload.get("identification") or {}).get("id_hash") == id_hash
        ]
        return WithoutReceiptRecord(len(mine), sum(payload["total_minor"] for payload in mine))
