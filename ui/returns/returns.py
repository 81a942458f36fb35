"""Returns at the window: finds the sale, shows its lines, and makes the return of what was chosen.

Scans of receipts open a return; while one is open, scans of its goods count them and nothing goes to the basket.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.return_policy import Condition
from pos_app.errors import CashierError, WorldError
from pos_app.services.finding_sales import receipt_in_hand
from pos_app.services.return_parts import RefundTo
from ui.messages import Banner, Choice, Question
from ui.returns.exchange_desk import ExchangeDesk
from ui.returns.line_row import CONDITION_NAMES
from ui.returns.pages import return_page
from ui.returns.paper_desk import PaperDesk
from ui.returns.refund_desk import RefundDesk
from ui.returns.refund_panel import RefundPanel
from ui.returns.return_lines import ReturnLines
from ui.returns.return_model import ReturnModel
from ui.returns.sale_search import SaleSearch
from ui.returns.unreceipted_desk import UnreceiptedDesk
from ui.returns.unreceipted_model import UnreceiptedModel
from ui.sale.sale_view_model import Stage
from ui.widgets.list_panel import ListRow
from ui.widgets.text_panel import TextPanel

if TYPE_CHECKING:
    from pos_app.services.finding_sales import ReceiptInHand
    from pos_app.services.return_parts import OriginalSale
    from ui.sale.checkout_window import CheckoutWindow
    from ui.services_bundle import ReturnParts

_CHECKING = "Asking the other tills what came back already…"
_OFFLINE = "Offline: what came back at other tills is not known here."


class Returns:
    """One return at a time. Made for the first of them, so that the till opens sooner."""

    def __init__(self, window: CheckoutWindow, parts: ReturnParts) -> None:
        self.window = window
        self.parts = parts
        self.sale, self.side = window.sale, window.side
        self.model: ReturnModel | UnreceiptedModel | None = None
        self.checking = False
        self.lines = ReturnLines(window.services.formatter, window.basket)
        self.panel = RefundPanel()
        self.side.add_panel(self.panel, self.panel.closed)
        self.desk = RefundDesk(self)
        self.exchanges = ExchangeDesk(self)
        without = parts.without_receipt
        self.unreceipted = UnreceiptedDesk(self, without) if without is not None and without.rules else None
        self.paper = PaperDesk(self)
        self._bare: UnreceiptedDesk | PaperDesk = self.paper
        self.search = SaleSearch(self)
        self.serial_panel = TextPanel()
        self.side.add_panel(self.serial_panel, self.serial_panel.closed)
        self._serial: Callable[[str], None] = lambda text: None
        self._connect()

    def _connect(self) -> None:
        lines, panel = self.lines, self.panel
        lines.closed.connect(self.leave)
        lines.stepped.connect(self._step)
        lines.toggled.connect(self._toggle)
        lines.described.connect(self._ask_condition)
        lines.entered.connect(self.proceed)
        panel.main_chosen.connect(self.proceed)
        panel.plain_chosen.connect(self._exchange)
        panel.original_chosen.connect(partial(self._send_to, RefundTo.ORIGINAL))
        panel.credit_chosen.connect(partial(self._send_to, RefundTo.STORE_CREDIT))
        self.side.panel_closed.connect(self._panel_closed)

    @property
    def is_open(self) -> bool:
        """True while a return stands before the basket, or is being asked for."""
        return self.model is not None or self.desk.active or self.search.is_open or self.exchanges.shown

    @property
    def covers(self) -> bool:
        """True while a return stands before the basket: nothing is done to the sale behind it."""
        return self.model is not None or self.desk.busy or self.exchanges.shown

    @property
    def _free(self) -> bool:
        return self.model is not None and not self.desk.busy

    # --- opening and leaving ----------------------------------------------------------------------------------------

    def open(self) -> None:
        """F7: which sale? With a return open already, back to its lines."""
        if self.desk.busy:
            return
        if self.desk.active:
            self.desk.leave()
        if self.model is not None:
            self.lines.focus_lines()
            return
        if self.sale.stage is Stage.COMPLETE:
            self.sale.next_sale()
        if self.exchanges.pending is not None:
            self.exchanges.show()
        else:
            self.search.ask()

    def open_receipt(self, hand: ReceiptInHand) -> None:
        """Show the sale of a receipt: at once as this till knows it, then as everybody does."""
        if self.sale.stage is Stage.COMPLETE:
            self.sale.next_sale()
        known = self.parts.finding.here(hand.receipt_number)
        if known is not None:
            self._show(known, gift=hand.gift, checking=True)
        else:
            self.sale.say(f"Looking for receipt {hand.receipt_number}…")
        work = partial(self.parts.finding.everywhere, hand.receipt_number)
        self.window.background.run(work, partial(self._found, hand), partial(self._not_found, hand))

    def leave(self) -> None:
        """Away from the return; nothing of it was done."""
        if self.desk.busy:
            return
        self.desk.leave()
        self.exchanges.shown = False
        self.put_away()
        self.side.close_panel()
        self.window.focus_scan_field()

    def put_away(self) -> None:
        """The basket is in sight again."""
        self.model, self.checking = None, False
        self.lines.hide()
        self._cover(False)

    def _cover(self, covered: bool) -> None:
        self.window.basket.covered = covered
        self.window.basket.canvas.setEnabled(not covered)
        self.window.basket.update()
        self.window.refresh()

    def _panel_closed(self) -> None:
        """Something else took the side column, or it was closed: the return goes with it."""
        if not self.lines.isHidden() and not self.side.panel_open:
            self.leave()

    def _found(self, hand: ReceiptInHand, original: OriginalSale) -> None:
        self.checking = False
        if self._shows(hand) and isinstance(self.model, ReturnModel) and not self.desk.busy:
            self.model.replace_original(original)
        elif self.model is None and not self.desk.busy:
            self._show(original, gift=hand.gift)

    def _not_found(self, hand: ReceiptInHand, error: Exception) -> None:
        self.checking = False
        if not isinstance(error, CashierError | WorldError):
            raise error
        if self._shows(hand):
            self.refresh()
            return
        with self.sale.one_change():
            if isinstance(error, CashierError) and error.code == "sale_elsewhere":
                self._offer_the_paper(hand.receipt_number, str(error))
            else:
                self.sale.refuse(Banner("No such sale", str(error)))

    def _offer_the_paper(self, receipt_number: str, words: str) -> None:
        self.sale.dismiss_toast()
        self.sale.ask(
            Question(
                "A receipt of another till",
                words,
                (
                    Choice("Take the goods back by the paper", partial(self.paper.open, receipt_number)),
                    Choice("Not now", self.leave),
                ),
                "wifi-off",
            )
        )

    def _shows(self, hand: ReceiptInHand) -> bool:
        return isinstance(self.model, ReturnModel) and self.model.receipt_number == hand.receipt_number

    def show_bare(
        self, model: UnreceiptedModel, desk: UnreceiptedDesk | PaperDesk, title: str, chips: tuple[str, ...]
    ) -> None:
        """Goods of which no record is at hand are about to be scanned."""
        self.search.close()
        self.model, self._bare = model, desk
        model.on_change = self.refresh
        self.side.show_panel(self.panel, stays=True, back=self.leave)
        self._cover(True)
        self.lines.open(model.lines(), title, chips, "Scan what comes back")
        self.refresh()
        self.lines.setFocus()

    def _show(self, original: OriginalSale, *, gift: bool, checking: bool = False) -> None:
        self.search.close()
        self.checking = checking
        self.model = model = ReturnModel(self.parts.returning, original, gift=gift)
        model.on_change = self.refresh
        header, formatter = original.sale.header, self.window.services.formatter
        bought = formatter.date_time(datetime.fromisoformat(original.sale.ended_at))
        chips = (f"No. {header.receipt_number}", bought, f"Store {header.store_id}")
        self.sale.dismiss_toast()
        self.side.show_panel(self.panel, stays=True, back=self.leave)
        self._cover(True)
        self.lines.open(model.lines(), "Gift return" if gift else "Return", chips)
        self.refresh()
        self.sale.announced.emit(f"Return of receipt {header.receipt_number}", False)

    # --- showing ----------------------------------------------------------------------------------------------------

    def show_panel(self) -> None:
        """Back to the refund beside the lines."""
        self.side.show_panel(self.panel, stays=True, back=self.leave)
        self.lines.focus_lines()

    def refresh(self) -> None:
        """Show what the return is now."""
        model = self.model
        if isinstance(model, UnreceiptedModel):
            self._bare.refresh(model)
        if not isinstance(model, ReturnModel):
            return
        complete = model.original.complete_record
        note = "" if complete else _CHECKING if self.checking else _OFFLINE
        self.lines.refresh(model.lines(), note)
        page = return_page(
            model,
            self.window.services.formatter,
            exchange=self.exchanges.possible,
            store_credit=self.parts.returning.gives_store_credit,
        )
        self.panel.show_page(page)

    # --- choosing ---------------------------------------------------------------------------------------------------

    def proceed(self) -> None:
        """Enter, or the large button: what comes next."""
        if self.desk.active:
            self.desk.proceed()
        elif self.exchanges.shown:
            self.leave()
        elif isinstance(self.model, UnreceiptedModel):
            self._bare.proceed(self.model)
        elif self.model is not None and self.model.preview is not None:
            self.desk.refund(self.model)
        elif self.model is not None:
            self._refuse("Nothing chosen", "Scan what comes back, or count it with + on its line.")

    def _exchange(self) -> None:
        if self.exchanges.shown:
            self.exchanges.remove()
        elif self._free and isinstance(self.model, ReturnModel) and self.model.preview is not None:
            self.exchanges.begin(self.model)

    def take_scan(self, code: str) -> bool:
        """True when the scan was about a return."""
        hand = receipt_in_hand(code)
        if self.desk.busy:
            exchange = isinstance(self.model, ReturnModel) and self.model.exchange
            what = "The goods are being set aside." if exchange else "The money is on its way."
            self._refuse("One moment", f"{what} Scan again when the screen has changed.")
            return True
        if not self.serial_panel.isHidden() and hand is None:
            self._serial(code)
            return True
        if self.desk.active or self.exchanges.shown:
            self.leave()
        if hand is not None and self.exchanges.pending is not None:
            self._refuse("One exchange on a ticket", "Settle this ticket first, then take the other goods back.")
            return True
        if self.model is not None and (hand is None or self._shows(hand)):
            if hand is None:
                self._scan_goods(code)
            return True
        if hand is None:
            return self.search.take_scan(code)
        if self.model is not None and self.model.anything:
            self._refuse("Finish this return first", f"Receipt {hand.receipt_number} was not opened.")
            return True
        self.open_receipt(hand)
        return True

    def _scan_goods(self, code: str) -> None:
        model = self.model
        if isinstance(model, UnreceiptedModel):
            self._bare.scan(model, code)
            return
        assert model is not None
        by_serial = model.line_of_serial(code)
        number = by_serial or model.line_of_code(code)
        if by_serial and model.lacks_serial(by_serial):
            model.show_serial(by_serial, code)
            self.lines.focus_line(by_serial)
        elif number and model.lacks_serial(number):
            self._ask_serial(number)
        elif number:
            model.step(number, 1)
            self.lines.focus_line(number)
            self.sale.dismiss_banner()
        else:
            self._refuse("Not open on this receipt", f"{code[:40]}: this receipt has no more of it to take back.")

    def _toggle(self, line_number: int) -> None:
        if not self._free or self.model is None:
            return
        if isinstance(self.model, ReturnModel) and self.model.lacks_serial(line_number):
            self._ask_serial(line_number)
        else:
            self.model.toggle_all(line_number)

    def _ask_serial(self, line_number: int) -> None:
        """A piece that was sold with its serial number has to be that piece."""

        def typed(text: str) -> None:
            model = self.model
            if isinstance(model, ReturnModel) and model.show_serial(line_number, text):
                self.sale.dismiss_banner()
                self.show_panel()
                self.lines.focus_line(line_number)
            else:
                self._refuse("Another piece", "The serial number is not the one on the receipt. Check the piece.")

        self._serial = typed
        self.side.show_panel(self.serial_panel, stays=True, back=self.show_panel)
        self.serial_panel.ask("Serial number", "Scan or type the number on the piece in hand.", "Compare", typed)

    def _step(self, line_number: int, by: int) -> None:
        if by > 0 and self._free and isinstance(self.model, ReturnModel) and self.model.lacks_serial(line_number):
            self._ask_serial(line_number)
            return
        if self._free and self.model is not None and not self.model.step(line_number, by):
            self._refuse("Not possible", "No more of this line can come back." if by > 0 else "None is chosen.")

    def _send_to(self, to: RefundTo) -> None:
        if self._free and isinstance(self.model, ReturnModel):
            self.model.send_to(to)
            self.lines.focus_lines()

    def _ask_condition(self, line_number: int) -> None:
        """How a line comes back, then why."""
        if not self._free or self.model is None:
            return
        name = next(state.line.name for state in self.model.lines() if state.line.line_number == line_number)
        details = {
            Condition.SEALED: "Unopened; goes back on the shelf",
            Condition.OPENED: "Checked, then back on the shelf",
            Condition.DAMAGED: "Faulty or broken; not for sale",
        }
        icons = {Condition.SEALED: "package", Condition.OPENED: "package-open", Condition.DAMAGED: "package-x"}
        rows = [
            ListRow(
                CONDITION_NAMES[condition],
                detail,
                partial(self._ask_line_reason, line_number, condition),
                icons[condition],
                closes=False,
            )
            for condition, detail in details.items()
        ]
        self.side.show_list(name, rows, back=self.show_panel)

    def _ask_line_reason(self, line_number: int, condition: Condition) -> None:
        def chosen(reason: str) -> None:
            if self.model is not None:
                self.model.describe(line_number, condition, reason)
                self.show_panel()
                self.lines.focus_line(line_number)

        self.ask_reason("Why does it come back?", chosen)

    def ask_reason(self, title: str, chosen: object) -> None:
        """One of the store's reasons."""
        reasons = self.parts.returning.profile.return_policy.reasons
        rows = [
            ListRow(reason, "", partial(chosen, reason), "message-square-text", closes=False)  # type: ignore[arg-type]
            for reason in reasons
        ]
        self.side.show_list(title, rows, back=self.show_panel)

    def _refuse(self, title: str, detail: str) -> None:
        with self.sale.one_change():
            self.sale.refuse(Banner(title, detail))
