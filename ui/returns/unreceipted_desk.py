"""Goods without a receipt at the window: scanned, identified, approved, and given store credit for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.services.without_receipt import ID_KINDS
from ui.messages import Banner
from ui.returns.pages import unreceipted_page
from ui.returns.unreceipted_model import UnreceiptedModel
from ui.widgets.list_panel import ListRow
from ui.widgets.text_panel import TextPanel

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.without_receipt import Identified, ReturningWithoutReceipt, UnreceiptedItem
    from ui.returns.returns import Returns

_ID_ICONS = dict(zip(ID_KINDS, ("car", "id-card", "book-user"), strict=True))


class UnreceiptedDesk:
    """Takes goods without a receipt from the first scan to the approval; the money is the refund desk's."""

    def __init__(self, returns: Returns, service: ReturningWithoutReceipt) -> None:
        self._returns = returns
        self._service = service
        self._sale = returns.window.sale
        self._number = TextPanel()
        returns.side.add_panel(self._number, self._number.closed)

    def open(self) -> None:
        """Nothing is scanned yet."""
        rules = self._service.rules
        if rules is not None:
            model = UnreceiptedModel(self._service.quote, self._returns.window.services.formatter)
            self._returns.show_bare(model, self, "Without a receipt", ("Store credit", "ID needed"))

    def refresh(self, model: UnreceiptedModel) -> None:
        """Show what it gives now."""
        rules, formatter = self._service.rules, self._returns.window.services.formatter
        self._returns.lines.refresh(model.lines(), "")
        self._returns.panel.show_page(unreceipted_page(model, rules.text if rules else "", formatter))

    def scan(self, model: UnreceiptedModel, code: str) -> None:
        """Goods in hand: priced off the GUI thread, since the journal is asked what they cost lately."""

        def found(goods: UnreceiptedItem) -> None:
            if self._returns.model is model:
                self._returns.lines.focus_line(model.add(goods))
                self._sale.dismiss_banner()

        self._returns.window.background.run(partial(self._service.look_up, code), found, self._failed)

    def proceed(self, model: UnreceiptedModel) -> None:
        """Why, then who."""
        if model.quote is None:
            self._refuse("Nothing chosen", model.problem or "Scan what comes back.")
        elif model.lacks_reason:
            self._returns.ask_reason("Why does it come back?", partial(self._ask_kind, model))
        else:
            self._ask_kind(model, model.chosen()[0].reason)

    # --- who --------------------------------------------------------------------------------------------------------

    def _ask_kind(self, model: UnreceiptedModel, reason: str) -> None:
        rows = [
            ListRow(kind, "", partial(self._ask_number, model, reason, kind), _ID_ICONS[kind], closes=False)
            for kind in ID_KINDS
        ]
        self._returns.side.show_list("Which ID did you see?", rows, back=self._returns.show_panel)

    def _ask_number(self, model: UnreceiptedModel, reason: str, kind: str) -> None:
        hint = "The number is not kept, only its last four characters. Compare the picture with the customer."
        side = self._returns.side
        side.show_panel(self._number, stays=True, back=partial(self._ask_kind, model, reason))
        self._number.ask(f"{kind}: number", hint, "Next", partial(self._identify, model, reason, kind))

    def _identify(self, model: UnreceiptedModel, reason: str, kind: str, number: str) -> None:
        self._sale.say("Checking earlier returns…")
        work = partial(self._service.identify, kind, number)
        self._returns.window.background.run(work, partial(self._decide, model, reason), self._failed)

    def _decide(self, model: UnreceiptedModel, reason: str, who: Identified) -> None:
        self._sale.dismiss_toast()
        self._returns.show_panel()

        def act(approval: Approval | None) -> None:
            pending = self._service.plan(model.chosen(), reason, who, approval=approval)
            self._returns.desk.pay_back(pending, None)

        self._sale.with_approval(act)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        self._sale.dismiss_toast()
        self._refuse("Not possible", str(error))

    def _refuse(self, title: str, detail: str) -> None:
        with self._sale.one_change():
            self._sale.refuse(Banner(title, detail))
