"""Promo codes at the window: scanned, typed in the find field or in a panel; listed, and taken out again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, OfflineError, WorldError
from pos_app.ports import PromoCodeHold
from pos_app.services.promo_codes import CodeRequest, PromoCodes
from ui.messages import Banner, Toast

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from ui.sale.checkout_window import CheckoutWindow
    from ui.tender.reference_panel import ReferencePanel
    from ui.widgets.list_panel import ListRow

_TITLE = "Promo code"


class PromoCodeDesk:
    """What the window does with promo codes. A use that is not needed any more is given back at once."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._panel: ReferencePanel | None = None
        self._held: frozenset[str] = frozenset()
        self._serial = window.sale.sale_serial
        window.sale.promo_code_scanned.connect(self.enter)
        window.sale.codes_free.connect(self.cancelled)
        window.sale.changed.connect(self._give_back)

    @property
    def codes(self) -> PromoCodes | None:
        """The service, or None on a till without promotions."""
        return self._window.services.promo_codes

    def more_rows(self) -> list[ListRow]:
        """The row under More."""
        from ui.widgets.list_panel import ListRow

        if self.codes is None or not self._window.services.selling.promotions.codes:
            return []
        detail = "Enter one, or take one out  ·  Shift F4"
        return [ListRow(_TITLE, detail, self.open, "ticket-percent", closes=False)]

    def open(self) -> None:
        """The codes on the sale, or the question for one."""
        window, codes = self._window, self.codes
        if codes is None or window.sale.question is not None or not window.sale.editable:
            return
        if not codes.entered():
            self.ask()
            return
        from ui.widgets.list_panel import ListRow

        money = window.services.formatter.money
        rows = [ListRow("Enter a promo code", "Scan it, or type it", self.ask, "ticket-percent", closes=False)]
        for entered in codes.entered():
            how = "  ·  taken offline" if entered.offline else ""
            rows.append(
                ListRow(
                    f"Remove {entered.code}",
                    f"{entered.name}{how}",
                    partial(self.remove, entered.code),
                    "x",
                    money(-entered.saves_minor) if entered.saves_minor else "",
                )
            )
        window.side.show_list("Promo codes", rows)

    def ask(self) -> None:
        """Ask for a code, by keyboard or by touch; a scan is taken as ever."""
        side = self._window.side
        if self._panel is None:
            from ui.tender.reference_panel import ReferencePanel

            self._panel = ReferencePanel(side)
            side.add_panel(self._panel, self._panel.closed)
        side.show_panel(self._panel)
        where = "On the coupon, in the app or in the message"
        self._panel.ask(_TITLE, where, "Enter code", self._problem, self._typed, letters=True)

    def enter(self, text: str) -> None:
        """Put a code on the sale: at once where it cannot be used up, else when the central service has said so."""
        window, codes = self._window, self.codes
        if codes is None:
            return
        made: list[CodeRequest] = []
        if not window.sale.attempt(lambda: made.append(codes.request(text))):
            return
        request = made[0]
        if not request.needs_reserving:
            self._enter(request, None)
            return
        serial = window.sale.sale_serial
        with window.sale.one_change():
            window.tender.waiting_for = "the promo code"

        def reserved(hold: PromoCodeHold) -> None:
            if serial == window.sale.sale_serial:
                window.tender.waiting_for = ""
                if self._enter(request, hold):
                    return
            self._release(hold.hold_id)

        def failed(error: Exception) -> None:
            if serial != window.sale.sale_serial:
                return
            window.tender.waiting_for = ""
            if isinstance(error, OfflineError):
                self._enter_offline(text)
            elif isinstance(error, CashierError | WorldError):
                with window.sale.one_change():
                    window.sale.refuse(Banner("Promo code not taken", str(error)))
            else:
                raise error

        window.background.run(partial(codes.reserve, request), reserved, failed)

    def remove(self, code: str) -> None:
        """Take a code out of the sale."""
        codes, sale = self.codes, self._window.sale

        def act() -> None:
            if codes is not None:
                codes.remove(code)
                sale.toast = Toast(f"{code} taken out", undoable=True)

        sale.attempt(act)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _problem(self, text: str) -> str:
        if not text.strip():
            return "Type the code, or scan it"
        codes = self.codes
        return "" if codes is not None and codes.knows(text) else "There is no such code"

    def _typed(self, text: str) -> None:
        self._window.side.close_panel()
        self.enter(text)

    def _enter(self, request: CodeRequest, hold: PromoCodeHold | None) -> bool:
        codes = self.codes
        assert codes is not None

        def act() -> None:
            codes.enter(request, hold)
            self._say(request.code.code)

        return self._window.sale.attempt(act)

    def _enter_offline(self, text: str) -> None:
        codes = self.codes
        assert codes is not None

        def act(approval: Approval | None) -> None:
            codes.enter_offline(text, approval)
            self._say(codes.entered()[-1].code)

        self._window.functions.with_approval(act)

    def _say(self, code: str) -> None:
        """What the code saves now; or that it waits for goods."""
        codes, window = self.codes, self._window
        assert codes is not None
        entered = next(one for one in codes.entered() if one.code == code)
        saves = f"saves {window.services.formatter.money(entered.saves_minor)}"
        words = saves if entered.saves_minor else "is on the sale; these goods do not ask for it yet"
        offline = ", taken offline" if entered.offline else ""
        window.sale.toast = Toast(f"{code} {words}{offline}", undoable=True)
        window.sale.announced.emit(f"Promo code {code} {words}", False)

    def _give_back(self) -> None:
        """Codes that were taken out, by hand, by undo or with their sale, are free again; those of a sale that is
        complete or parked go on with it.
        """
        codes, sale = self.codes, self._window.sale
        if codes is None:
            return
        held = codes.held()
        if sale.sale_serial == self._serial:
            for hold_id in self._held - held:
                self._release(hold_id)
        self._held, self._serial = held, sale.sale_serial

    def cancelled(self, held: frozenset[str]) -> None:
        """The sale of these holds was cancelled."""
        for hold_id in held:
            self._release(hold_id)

    def _release(self, hold_id: str) -> None:
        codes = self.codes
        if codes is not None:
            self._window.background.run(partial(codes.release, hold_id), _nothing, _nothing)


def _nothing(_: object) -> None:
    """The answer does not matter: a hold that was not given back ends by itself."""
