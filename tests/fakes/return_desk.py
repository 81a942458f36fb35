"""The return desk of a real till without a window."""

from fakes.memory_shop import OPERATOR, MemoryCatalogue, PlainFormatter
from fakes.real_till import RealTill

from pos_app.domain.operator import Operator
from pos_app.domain.returns import ReturnRequest
from pos_app.services.approvals import Approvals
from pos_app.services.finding_sales import FindingSales
from pos_app.services.refunding import Refunding
from pos_app.services.returning import Returning
from sync.terminal.returns import CentralReturns


class Desk:
    """The return desk of one real till."""

    def __init__(self, till: RealTill, operator: Operator = OPERATOR) -> None:
        self.till = till
        self.online = True
        storage, parts = till.data.storage, {"clock": till.clock, "ids": till.ids, "formatter": PlainFormatter()}
        self.gateway = CentralReturns(till.client, lambda: self.online)
        self.returning = Returning(
            storage=storage,
            catalogue=MemoryCatalogue(),
            terms=till.data.terms,
            profile=till.profile,
            operator=operator,
            approvals=Approvals(operator),
            **parts,
        )
        self.refunding = Refunding(
            self.returning, storage=storage, gateway=self.gateway, pending=till.data.pending_returns, cards=None
        )
        self.finding = FindingSales(till.gateway, self.gateway, till.data.sale_finder, self.returning)

    def take_back(self, number: str) -> None:
        """The first piece of a sale, as the window does it."""
        original = self.finding.everywhere(number)
        pending = self.returning.plan(original, [ReturnRequest(1, 1000)], "Does not work")
        self.refunding.pay_back(pending)
        self.refunding.finish(pending, original)
