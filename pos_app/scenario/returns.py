"""Goods that come back in a scenario: of an earlier sale, for other goods, or without a receipt."""

import json
from collections.abc import Mapping, Sequence

from pos_app.domain.poslog import return_from_plain
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.return_policy import Condition
from pos_app.domain.returns import PendingReturn, ReturnRequest, ReturnTransaction, refundable_milli
from pos_app.errors import CashierError
from pos_app.scenario import document, values
from pos_app.scenario.return_document import ReturnLine
from pos_app.scenario.shop import Shop
from pos_app.services.return_parts import OriginalSale, RefundTo
from pos_app.services.without_receipt import UnreceiptedLine

Chosen = list[tuple[int, int | None, Condition]]
"""Line number, thousandths (None: all that is left) and condition."""


def chosen_lines(lines: Sequence[ReturnLine] | None, path: str) -> Chosen | None:
    """What comes back, None for everything. Raises ScenarioError."""
    if lines is None:
        return None
    return [
        (
            line.line,
            None if line.quantity is None else values.quantity_milli(line.quantity, f"{path}.lines[{n}].quantity"),
            Condition(line.condition),
        )
        for n, line in enumerate(lines)
    ]


def completed(sales: Mapping[str, RetailTransaction], of: str) -> RetailTransaction:
    """The sale of an id in the file. Raises CashierError when it was not completed."""
    sale = sales.get(of)
    if sale is None:
        raise CashierError("no_such_sale", f"Transaction {of} is no completed sale.")
    return sale


def original(shop: Shop, sale: RetailTransaction) -> OriginalSale:
    """The sale as its till knows it."""
    found = shop.returning.find_here(sale.header.receipt_number)
    assert found is not None
    return found


def planned(
    shop: Shop,
    sale: RetailTransaction,
    chosen: Chosen | None,
    reason: str,
    *,
    manager: bool,
    to: RefundTo = RefundTo.ORIGINAL,
    exchange: bool = False,
) -> PendingReturn:
    """The return, decided by the store's policy. Raises CashierError."""
    known = original(shop, sale)
    still_open = refundable_milli(known.sale, known.history)
    if chosen is None:
        chosen = [(number, quantity, Condition.SEALED) for number, quantity in still_open.items() if quantity]
        if not chosen:
            raise CashierError("nothing_left", "Everything of this sale has come back already.")
    requests = [
        ReturnRequest(number, still_open.get(number, 0) if quantity is None else quantity, condition)
        for number, quantity, condition in chosen
    ]
    refused = shop.returning.preview(known, requests, to=to, exchange=exchange).against_policy
    if refused and not manager:
        raise CashierError("against_policy", f"{refused[0].problem} {refused[0].words}")
    return shop.returning.plan(known, requests, reason, to=to, exchange=exchange)


def without_receipt(shop: Shop, transaction: document.ReturnWithoutReceipt, quantities: list[int]) -> ReturnTransaction:
    """Take goods back that nobody has a receipt of. Raises CashierError."""
    lines = [
        UnreceiptedLine(shop.without_receipt.look_up(item.code), quantity, Condition(item.condition))
        for item, quantity in zip(transaction.items, quantities, strict=True)
    ]
    shop.upload()
    who = shop.without_receipt.identify(transaction.seen.kind, transaction.seen.number)
    problem = shop.without_receipt.problem(who, shop.without_receipt.quote(lines).total_minor)
    if problem and not transaction.manager:
        raise CashierError("limit_without_receipt", problem)
    pending = shop.without_receipt.plan(lines, transaction.reason, who)
    return shop.returning.complete(pending).transaction


def exchanged_in(shop: Shop, sale: RetailTransaction, receipt_number: str) -> ReturnTransaction | None:
    """The return of a receipt's goods that was made on the ticket of this sale, if there was one."""
    for entry in shop.data.storage.returns_of(receipt_number):
        returned = return_from_plain(json.loads(entry.payload))
        if returned.exchanged_for == sale.header.transaction_id:
            return returned
    return None
