"""What a till has for goods that come back and their money; each part is made when somebody needs it."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pos_app.clock import SystemClock
from pos_app.domain.operator import SignedOn
from pos_app.domain.store import StoreProfile
from pos_app.formatting import StoreFormatter
from pos_app.ids import SystemIds
from pos_app.ports import PaymentTerminal
from pos_app.receipt_signer import DeviceKeySigner
from pos_app.services.approvals import Approvals
from pos_app.services.loading import Loading
from pos_app.services.selling import Selling
from pos_app.storage.terminal_database import TerminalDatabase

if TYPE_CHECKING:
    from pos_app.services.card_refunds import CardRefunds
    from pos_app.services.exchanging import Exchanging
    from pos_app.services.finding_sales import FindingSales
    from pos_app.services.refunding import Refunding
    from pos_app.services.returning import Returning
    from pos_app.services.without_receipt import ReturningWithoutReceipt


class ReturnParts:
    """The part of a register that takes goods back and gives money for them."""

    data: TerminalDatabase
    profile: StoreProfile
    operator: SignedOn
    clock: SystemClock
    ids: SystemIds
    formatter: StoreFormatter
    selling: Selling
    approvals: Approvals
    gateway: Any
    returns_gateway: Any
    card_terminal: Callable[[], PaymentTerminal | None]
    signer: DeviceKeySigner

    @cached_property
    def loading(self) -> Loading:
        """Gift cards that are sold, and store credit."""
        return Loading(
            self.selling,
            self.gateway,
            storage=self.data.storage,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
        )

    @cached_property
    def card_refunds(self) -> "CardRefunds":
        """Money back to cards for goods that came back; made for the first of them."""
        from pos_app.services.card_refunds import CardRefunds

        return CardRefunds(
            self.data.card_refunds,
            terminal=lambda: self.card_terminal(),
            clock=self.clock,
            currency_code=self.profile.currency.code,
            approvals=self.approvals,
        )

    @cached_property
    def returning(self) -> "Returning":
        """Goods that come back; made for the first of them, so that the till opens sooner."""
        from pos_app.services.returning import Returning

        return Returning(
            storage=self.data.storage,
            catalogue=self.data.catalogue,
            terms=self.data.terms,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            profile=self.profile,
            operator=self.operator,
            approvals=self.approvals,
            credit=self.loading,
            signer=self.signer,
        )

    @cached_property
    def refunding(self) -> "Refunding":
        """The money of returns."""
        from pos_app.services.refunding import Refunding

        return Refunding(
            self.returning,
            storage=self.data.storage,
            gateway=self.returns_gateway,
            pending=self.data.pending_returns,
            cards=self.card_refunds,
        )

    @cached_property
    def without_receipt(self) -> "ReturningWithoutReceipt":
        """Goods that come back without a receipt."""
        from pos_app.services.without_receipt import ReturningWithoutReceipt

        return ReturningWithoutReceipt(
            catalogue=self.data.catalogue,
            clock=self.clock,
            ids=self.ids,
            profile=self.profile,
            formatter=self.formatter,
            finder=self.data.sale_finder,
            gateway=self.returns_gateway,
            approvals=self.approvals,
        )

    @cached_property
    def exchanging(self) -> "Exchanging":
        """Goods that come back and go out on one ticket."""
        from pos_app.services.exchanging import Exchanging

        return Exchanging(self.selling, self.returning, self.refunding)

    @cached_property
    def finding_sales(self) -> "FindingSales":
        """Sales that goods come back of."""
        from pos_app.services.finding_sales import FindingSales

        return FindingSales(self.gateway, self.returns_gateway, self.data.sale_finder, self.returning)
