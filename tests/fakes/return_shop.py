"""Everything for goods that come back, behind one checkout window."""

from fakes.memory_returns import MemoryPendingReturns, MemoryRefundBook, MemoryReturnsGateway, MemorySaleFinder
from fakes.memory_shop import MemoryStorage

from pos_app.ports import RewardsGateway
from pos_app.services.approvals import Approvals
from pos_app.services.card_refunds import CardRefunds
from pos_app.services.exchanging import Exchanging
from pos_app.services.finding_sales import FindingSales
from pos_app.services.refunding import Refunding
from pos_app.services.returning import Returning
from pos_app.services.without_receipt import ReturningWithoutReceipt
from ui.services_bundle import ReturnParts, Services


class ReturnShop:
    """What outlives a window: returns under way, refunds that were asked for, the service's side."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage
        self.gateway = MemoryReturnsGateway()
        self.kept: dict[str, str] = {}
        self.refunds = MemoryRefundBook()

    def parts(self, services: Services, gateway: RewardsGateway) -> ReturnParts:
        """Everything for goods that come back, over the services of a window."""
        approvals = services.approvals or Approvals(services.operator)
        returning = Returning(
            storage=self._storage,
            catalogue=services.catalogue,
            terms=services.terms,
            clock=services.clock,
            ids=services.ids,
            formatter=services.formatter,
            profile=services.profile,
            operator=services.operator,
            approvals=approvals,
            credit=services.loading,
        )
        cards = CardRefunds(
            self.refunds,
            terminal=lambda: services.payment_terminal,
            clock=services.clock,
            currency_code=services.profile.currency.code,
            approvals=approvals,
        )
        refunding = Refunding(
            returning,
            storage=self._storage,
            gateway=self.gateway,
            pending=MemoryPendingReturns(self.kept),
            cards=cards,
        )
        exchanging = Exchanging(services.selling, returning, refunding)
        return ReturnParts(
            returning,
            FindingSales(gateway, self.gateway, MemorySaleFinder(self._storage), returning),
            refunding,
            exchanging,
            ReturningWithoutReceipt(
                catalogue=services.catalogue,
                clock=services.clock,
                ids=services.ids,
                profile=services.profile,
                formatter=services.formatter,
                finder=MemorySaleFinder(self._storage),
                gateway=self.gateway,
                approvals=approvals,
            ),
        )
