"""The sale under way as its customer sees it: the figures of the sale's own view, never worked out again."""

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.member import MemberAccount
from pos_app.domain.pricing import PricedLine
from pos_app.domain.receipt_texts import ReceiptTexts
from pos_app.domain.tenders import Tender, TenderType
from pos_app.ports import Formatter
from pos_app.ports.customer_display import IDLE_VIEW, CustomerLine, CustomerView, DisplayState
from pos_app.services.current_sale import SaleView
from pos_app.services.receipts import tender_name
from pos_app.services.tendering import CompletedSale


def basket_view(
    view: SaleView, formatter: Formatter, texts: ReceiptTexts, *, at_card_terminal: bool = False
) -> CustomerView:
    """What is being rung up, or paid. With nothing rung up, the store's own picture."""
    if not view.priced.lines:
        return IDLE_VIEW
    paying = bool(view.tenders) or at_card_terminal
    return CustomerView(
        state=DisplayState.PAYMENT if paying else DisplayState.BASKET,
        lines=tuple(_line(line, formatter, texts) for line in view.priced.lines),
        total=formatter.money(view.priced.total_minor),
        due=formatter.money(view.settlement.due_minor),
        paid=tuple(_paid(tender, formatter, texts) for tender in view.tenders),
        savings=formatter.money(view.priced.discount_minor) if view.priced.discount_minor else "",
        first_name=_first_name(view),
        points_to_earn=formatter.points(view.earned.points) if view.basket.member else "",
        points_balance=_balance(view.account, formatter),
        at_card_terminal=at_card_terminal,
    )


def summary_view(completed: CompletedSale, view: SaleView, formatter: Formatter, texts: ReceiptTexts) -> CustomerView:
    """How the sale ended; view is the sale's last one."""
    sale = completed.transaction
    return CustomerView(
        state=DisplayState.SUMMARY,
        total=formatter.money(sale.total_minor),
        paid=tuple(_paid(tender, formatter, texts) for tender in sale.tenders),
        savings=formatter.money(sale.discount_minor) if sale.discount_minor else "",
        change=formatter.money(completed.change_minor) if completed.change_minor else "",
        first_name=_first_name(view),
        points_to_earn=formatter.points(sale.earned.points) if sale.member else "",
    )


def _line(line: PricedLine, formatter: Formatter, texts: ReceiptTexts) -> CustomerLine:
    whole, part = divmod(line.line.quantity_milli, QUANTITY_SCALE)
    quantity = f"{whole}{texts('decimal_sign')}{part:03d}".rstrip("0") if part else str(whole)
    names = ", ".join(dict.fromkeys(promotion.name for promotion in line.promotions)) or texts("discount")
    saved = f"{names}  {formatter.amount(-line.discount_minor)}" if line.discount_minor else ""
    return CustomerLine(line.line.item.name, quantity, formatter.amount(line.gross_minor), saved)


def _paid(tender: Tender, formatter: Formatter, texts: ReceiptTexts) -> tuple[str, str]:
    name = tender_name(tender.tender_type, texts)
    if tender.tender_type is TenderType.POINTS:
        name = f"{name} ({formatter.points(tender.points)})"
    return name, formatter.money(tender.tendered_minor)


def _first_name(view: SaleView) -> str:
    """The first word of the member's name; a member without a name is greeted without one, never by an address."""
    name = view.basket.member.display_name if view.basket.member else ""
    words = name.split()
    return words[0] if words and "@" not in words[0] else ""


def _balance(account: MemberAccount | None, formatter: Formatter) -> str:
    return formatter.points(account.balance_points) if account and not account.remembered else ""
