"""Cash that goes into or out of the drawer without a sale: paid in, paid out, and the drawer opened for nothing.

Each asks for its right, is journaled with its reason and whoever approved it, and opens the drawer only afterwards:
the commit that records it queues the slip, or the drawer's pulse alone, with it.
"""

from pos_app.domain.operator import Operator
from pos_app.domain.receipt_document import Align, Block, Cut, Feed, Logo, Pair, ReceiptDocument, Rule, Size, Text
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.ports import Clock, Formatter, IdSource, PrintJob
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.till_control import TillControl

_SIGNATURE = "_" * 24


class CashMovements:
    """Each call raises CashierError, and ApprovalNeededError where somebody else has to agree."""

    def __init__(
        self,
        till_control: TillControl,
        approvals: Approvals,
        *,
        operator: Operator,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        profile: StoreProfile,
    ) -> None:
        self._till_control = till_control
        self._approvals = approvals
        self._operator = operator
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._profile = profile

    def no_sale(self, reason: str, approval: Approval | None = None) -> None:
        """Open the drawer without a sale."""
        self._till_control.check_reason(reason)
        self._approvals.require(Action.NO_SALE, reason=reason, approval=approval)
        pulse = self._job(ReceiptDocument("Drawer", ()))
        self._till_control.no_sale(reason, approver_id=_approver(approval), job=pulse)

    def pay_in(self, amount_minor: int, reason: str, approval: Approval | None = None) -> None:
        """Put cash into the drawer that is no sale."""
        self._till_control.check_pay_in(amount_minor, reason)
        self._approvals.require(Action.PAID_IN, amount_minor=amount_minor, reason=reason, approval=approval)
        slip = self._slip("Paid in", amount_minor, ("For", reason.strip()), approval)
        self._till_control.pay_in(amount_minor, reason, approver_id=_approver(approval), job=slip)

    def pay_out(self, amount_minor: int, reason: str, approval: Approval | None = None) -> None:
        """Take cash out of the drawer for something that is no sale."""
        self._till_control.check_pay_out(amount_minor, reason)
        self._approvals.require(Action.PAID_OUT, amount_minor=amount_minor, reason=reason, approval=approval)
        slip = self._slip("Paid out", amount_minor, ("For", reason.strip()), approval)
        self._till_control.pay_out(amount_minor, reason, approver_id=_approver(approval), job=slip)

    def lend(self, amount_minor: int, approval: Approval | None = None) -> None:
        """Put change from the safe into the drawer: a tender loan."""
        self._till_control.check_amount(amount_minor)
        self._approvals.require(
            Action.TENDER_LOAN, amount_minor=amount_minor, reason="Change for the till", approval=approval
        )
        slip = self._slip("Loan", amount_minor, ("From", "Safe"), approval)
        self._till_control.lend(amount_minor, approver_id=_approver(approval), job=slip)

    def pick_up(self, amount_minor: int, bag_number: str, approval: Approval | None = None) -> None:
        """Take cash out of the drawer to the safe, in a bag with a number: a tender pickup."""
        self._till_control.check_pick_up(amount_minor, bag_number)
        self._approvals.require(
            Action.TENDER_PICKUP,
            amount_minor=amount_minor,
            detail=f"Bag {bag_number.strip()}",
            reason="Pickup to the safe",
            approval=approval,
        )
        slip = self._slip("Pickup", amount_minor, ("Bag", bag_number.strip()), approval)
        self._till_control.pick_up(amount_minor, bag_number, approver_id=_approver(approval), job=slip)

    def pickup_due(self) -> bool:
        """True when more cash lies in the drawer than the store wants there."""
        return self._till_control.cash_above(self._profile.till.cash_limit_minor)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _job(self, document: ReceiptDocument) -> PrintJob:
        job_id = self._ids.new_id()
        return PrintJob(job_id, job_id, document, open_drawer=True)

    def _slip(self, title: str, amount_minor: int, detail: tuple[str, str], approval: Approval | None) -> PrintJob:
        """What goes into the drawer with the money, to be signed."""
        blocks: list[Block] = [
            Logo(self._profile.store_name),
            Text(title.upper(), Align.CENTRE, bold=True, size=Size.DOUBLE),
            Feed(),
            Pair(self._formatter.date_time(self._clock.now()), f"Till {self._profile.workstation_id}"),
            Pair(title, self._formatter.money(amount_minor), bold=True, size=Size.DOUBLE),
            Pair(*detail),
            Rule(),
            Pair("Done by", self._operator.operator_id),
        ]
        if approval is not None:
            blocks.append(Pair("Approved by", approval.approver_id))
        blocks += [Feed(2), Pair("Signature", _SIGNATURE), Cut()]
        return self._job(ReceiptDocument(f"{title} {self._formatter.money(amount_minor)}", tuple(blocks)))


def _approver(approval: Approval | None) -> str:
    return approval.approver_id if approval is not None else ""
