"""Selling without tax, by the customer's certificate: somebody who may has to agree."""

from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.selling import Selling


class TaxExemption:
    """Switches taxes of the sale under way off and on again."""

    def __init__(self, selling: Selling, approvals: Approvals) -> None:
        self._selling = selling
        self._approvals = approvals

    def exempt(self, certificate: str, tax_ids: tuple[str, ...] = (), *, approval: Approval | None = None) -> None:
        """Charge none of these taxes; without names, none at all. Raises CashierError, ApprovalNeededError."""
        if not certificate.strip():
            raise CashierError("certificate", "Type the number of the exemption certificate.")
        view = self._selling.view
        known = {tax.tax_id: tax.name or tax.tax_id for tax in view.priced.taxes}
        what = ", ".join(known.get(tax_id, tax_id) for tax_id in tax_ids) or "all taxes"
        self._approvals.require(
            Action.TAX_EXEMPTION,
            amount_minor=view.priced.tax_minor,
            detail=f"No {what}, certificate {certificate.strip()}",
            approval=approval,
        )
        self._selling.exempt_from_tax(certificate, tax_ids)

    def charge_again(self) -> None:
        """Charge all taxes after all; nobody need agree to that. Raises CashierError."""
        self._selling.charge_tax()
