"""Selling without tax: the certificate's number, which taxes, and a second person's yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_app.domain.basket import MAXIMUM_REFERENCE_LENGTH
from pos_app.services.approvals import Approval
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow
    from ui.tender.reference_panel import ReferencePanel


class ExemptionDesk:
    """Asks in the side column; the basket shows the certificate until it is removed."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._panel: ReferencePanel | None = None

    def open(self) -> None:
        """Ask for the certificate's number."""
        side = self._window.side
        if self._panel is None:
            from ui.tender.reference_panel import ReferencePanel

            self._panel = ReferencePanel(side)
            side.add_panel(self._panel, self._panel.closed)
        side.show_panel(self._panel, stays=True)
        self._panel.ask("Tax exempt", "Number of the exemption certificate", "Next", _judge, self._ask_taxes)

    def charge_again(self) -> None:
        """Tax is charged as usual."""
        services = self._window.services
        assert services.tax_exemption is not None
        if self._window.sale.attempt(services.tax_exemption().charge_again):
            self._window.sale.say("Tax is charged again")

    def _ask_taxes(self, certificate: str) -> None:
        """Which taxes it is for, where the sale has more than one."""
        taxes = self._window.sale.view.priced.taxes
        if len(taxes) < 2:
            self._exempt(certificate, ())
            return
        money = self._window.services.formatter.money
        every = sum(tax.tax_minor for tax in taxes)
        rows = [ListRow("All taxes", "", lambda: self._exempt(certificate, ()), "receipt", money(every))]
        rows += [
            ListRow(
                f"Only {tax.name or tax.tax_id}",
                "",
                lambda tax_id=tax.tax_id: self._exempt(certificate, (tax_id,)),  # type: ignore[misc]
                "receipt",
                money(tax.tax_minor),
            )
            for tax in taxes
        ]
        self._window.side.show_list("Which taxes?", rows, back=self.open)

    def _exempt(self, certificate: str, tax_ids: tuple[str, ...]) -> None:
        services = self._window.services
        assert services.tax_exemption is not None
        exemption = services.tax_exemption()

        def act(approval: Approval | None) -> None:
            exemption.exempt(certificate, tax_ids, approval=approval)
            self._window.sale.say(f"No tax, by certificate {certificate}")

        self._window.side.close_panel()
        self._window.functions.with_approval(act)


def _judge(text: str) -> str:
    cleaned = text.strip()
    if not cleaned:
        return "Type it as it is on the certificate"
    if len(cleaned) > MAXIMUM_REFERENCE_LENGTH or not cleaned.isprintable():
        return f"At most {MAXIMUM_REFERENCE_LENGTH} characters on one line"
    return ""
