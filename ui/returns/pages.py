"""What the refund panel shows while a return is put together, and when it is made."""

from pos_app.domain.exchange import exchange_credit_minor
from pos_app.domain.returns import PendingReturn, Refund, ReturnQuote, ReturnTransaction
from pos_app.domain.tenders import Tender, TenderType
from pos_app.ports import Formatter
from pos_app.services.return_parts import RefundTo
from ui.returns.refund_panel import PanelRow, RefundPage
from ui.returns.return_model import ReturnModel
from ui.returns.unreceipted_model import UnreceiptedModel

_MOST_NAMES = 4
_NAMES = {
    TenderType.POINTS: "Points",
    TenderType.CASH: "Cash",
    TenderType.CARD: "Card",
    TenderType.GIFT_CARD: "Gift card",
    TenderType.STORE_CREDIT: "Store credit",
    TenderType.VOUCHER: "Voucher",
    TenderType.CHECK: "Check",
    TenderType.FINANCING: "Financing",
    TenderType.BANK_TRANSFER: "Bank transfer",
    TenderType.CUSTOMER_ACCOUNT: "Customer account",
    TenderType.DEPOSIT: "Deposit",
    TenderType.EXCHANGE: "Used as credit",
}


def return_page(model: ReturnModel, formatter: Formatter, *, exchange: bool, store_credit: bool) -> RefundPage:
    """While pieces are being chosen. exchange and store_credit: what is possible at this till now."""
    title = "Gift return" if model.gift else "Return"
    preview = model.preview
    if preview is None:
        note = model.problem or "Scan what comes back, or touch + on its line."
        return RefundPage(title, (), "Refund", formatter.money(0), note=note, main="Refund", main_usable=False)
    quote = preview.quote
    refused = preview.against_policy
    main = f"Ask a manager: refund {formatter.money(quote.total_minor)}" if refused else "Refund"
    return RefundPage(
        title=title,
        rows=_sums(quote, formatter),
        total_name="Refund",
        total=formatter.money(quote.total_minor),
        heading="Goes back to",
        parts=(*_parts(quote.refunds, model.original.sale.tenders, formatter), *_points(quote, formatter)),
        note=_note(model, formatter),
        choices=store_credit,
        to_store_credit=model.to is RefundTo.STORE_CREDIT,
        only_store_credit=model.gift,
        plain="Exchange for other goods" if exchange else "",
        main=main,
    )


def exchange_page(pending: PendingReturn, formatter: Formatter) -> RefundPage:
    """What comes back on the ticket under way."""
    quote = pending.quote
    names = [PanelRow(line.name, formatter.money(line.refund_minor)) for line in quote.lines[:_MOST_NAMES]]
    return RefundPage(
        title="Exchange",
        rows=(PanelRow("Of receipt", pending.receipt_number), *names),
        total_name="Credit",
        total=formatter.money(exchange_credit_minor(pending)),
        heading="Points" if quote.points_reversed or quote.points_restored else "",
        parts=_points(quote, formatter),
        note="It pays first when the ticket is settled. Until then it can be taken off, and nothing has come back.",
        plain="Take it off the ticket",
        main="Back to the ticket",
    )


def unreceipted_page(model: UnreceiptedModel, rules: str, formatter: Formatter) -> RefundPage:
    """Goods without a receipt: store credit, by the store's own words."""
    title, quote = "Without a receipt", model.quote
    if quote is None:
        note = model.problem or rules
        return RefundPage(title, (), "Store credit", formatter.money(0), note=note, main="Next: ID", main_usable=False)
    return RefundPage(
        title=title,
        rows=_sums(quote, formatter),
        total_name="Store credit",
        total=formatter.money(quote.total_minor),
        note=rules,
        main="Next: ID",
    )


def paper_page(model: UnreceiptedModel, words: str, formatter: Formatter) -> RefundPage:
    """Goods by the paper of another till's receipt."""
    title, quote = "By the paper", model.quote
    if quote is None:
        note = model.problem or words
        return RefundPage(title, (), "Refund", formatter.money(0), note=note, main="Refund", main_usable=False)
    return RefundPage(
        title=title,
        rows=_sums(quote, formatter),
        total_name="Refund",
        total=formatter.money(quote.total_minor),
        note=words,
        main="Refund",
    )


def void_page(quote: ReturnQuote, tenders: tuple[Tender, ...], formatter: Formatter, *, loaded: bool) -> RefundPage:
    """A whole sale that is about to be reversed; loaded: it put money onto a gift card."""
    note = "The whole sale is reversed. It stays in the journal, and so does its void."
    if loaded:
        note = "The gift card is taken back first, when nothing of it was spent. Then the whole sale is reversed."
    return RefundPage(
        title="Void this sale",
        rows=_sums(quote, formatter),
        total_name="Given back",
        total=formatter.money(quote.total_minor),
        heading="Every payment goes back",
        parts=(*_parts(quote.refunds, tenders, formatter), *_points(quote, formatter)),
        note=note,
        main="Void the sale",
        main_kind="danger",
    )


def done_page(returned: ReturnTransaction, formatter: Formatter, cards: tuple[Tender, ...]) -> RefundPage:
    """What the customer gets now, in figures to be read across the counter."""
    cash_minor = sum(one.amount_minor for one in returned.refunds if one.tender_type is TenderType.CASH)
    name, amount = ("Hand over", cash_minor) if cash_minor else ("Refunded", returned.total_minor)
    notes = {
        TenderType.CASH: "The drawer is open.",
        TenderType.STORE_CREDIT: "The store credit slip is being printed.",
        TenderType.CARD: "The card was refunded on the terminal.",
    }
    kinds = {one.tender_type for one in returned.refunds if one.amount_minor}
    return RefundPage(
        title="Sale voided" if returned.post_void else "Return complete",
        rows=(PanelRow("Receipt", returned.header.receipt_number),),
        total_name=name,
        total=formatter.money(amount),
        heading="Given back",
        parts=(*_parts(returned.refunds, cards, formatter), *_points(returned, formatter)),
        note=" ".join(words for kind, words in notes.items() if kind in kinds),
        main="Done",
        done=True,
    )


def _sums(quote: ReturnQuote, formatter: Formatter) -> tuple[PanelRow, ...]:
    pieces = sum(line.quantity_milli for line in quote.lines) // 1000
    goods = sum(line.net_minor for line in quote.lines)
    rows = [PanelRow(f"Goods, {pieces} item{'' if pieces == 1 else 's'}", formatter.money(goods))]
    for name, amount in (
        ("Fees", sum(line.fees_minor for line in quote.lines)),
        ("Tax", sum(line.tax_minor for line in quote.lines)),
    ):
        if amount:
            rows.append(PanelRow(name, formatter.money(amount)))
    if quote.restocking_fee_minor:
        rows.append(PanelRow("Restocking fee", formatter.money(-quote.restocking_fee_minor), "bad"))
    loss = quote.promotion_loss_minor
    if loss:
        name = "Promotion not reached any more" if loss > 0 else "Promotion settled before"
        rows.append(PanelRow(name, formatter.money(-loss), "bad" if loss > 0 else "go_text"))
    return tuple(rows)


def _parts(refunds: tuple[Refund, ...], tenders: tuple[Tender, ...], formatter: Formatter) -> list[PanelRow]:
    known = {tender.tender_id: tender for tender in tenders}
    rows = []
    for refund in refunds:
        tender = known.get(refund.original_tender_id)
        name = _NAMES[refund.tender_type]
        if refund.points:
            name = f"{formatter.points(refund.points)} points"
        elif tender is not None and tender.tender_type is refund.tender_type and tender.description:
            name = tender.description
        rows.append(PanelRow(name, formatter.money(refund.amount_minor)))
    return rows


def _points(quote: ReturnQuote, formatter: Formatter) -> list[PanelRow]:
    rows = []
    if quote.points_reversed:
        rows.append(PanelRow("Points taken back, earned on these", formatter.points(-quote.points_reversed), "bad"))
    if quote.points_restored:
        rows.append(
            PanelRow("Points given back, used for these", f"+{formatter.points(quote.points_restored)}", "go_text")
        )
    return rows


def _note(model: ReturnModel, formatter: Formatter) -> str:
    assert model.preview is not None
    refused = model.preview.against_policy
    if refused:
        return f"{refused[0].problem} {refused[0].words} A manager can allow it."
    kept = model.preview.kept
    if kept is not None and kept.loss_minor:
        paid, alone = formatter.money(kept.paid_minor), formatter.money(kept.price_minor)
        return f"The goods kept were {paid} with the promotion; without these they cost {alone}."
    if model.gift:
        return "A gift receipt gives store credit; the buyer's own payment is not touched."
    return next((verdict.words for verdict in model.preview.verdicts.values() if verdict.words), "")
