"""What may need a second person, of what is done to a sale under way: discounts, other prices, cancelling it.

Rights are asked for the whole reduction that the line and the sale have afterwards, so that a large one cannot be
given in small steps, nor grow unseen with goods that are rung up after it.
"""

from collections.abc import Callable

from pos_app.domain.basket import Basket, BasketError, Discount
from pos_app.domain.given_reductions import discounts_given, has_outgrown, price_reduction, reduction_to_agree
from pos_app.domain.rights import Action
from pos_app.domain.tenders import Tender
from pos_app.errors import CashierError
from pos_app.ports import PrintJob
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.selling import Selling

WHOLE_SALE = "Whole sale"


class SupervisedSale:
    """Changes the sale under way as far as the rights of whoever is signed on go. Each call raises CashierError, and
    ApprovalNeededError where somebody with a wider limit has to agree.
    """

    def __init__(self, selling: Selling, approvals: Approvals) -> None:
        self._selling = selling
        self._approvals = approvals

    def discount_line(self, line_number: int, discount: Discount, approval: Approval | None = None) -> None:
        """Reduce one line."""
        after = _attempt(self._basket, lambda basket: basket.discount_line(line_number, discount))
        name = after.line(line_number).item.name
        self._require_discount(after, line_number, name, discount.reason, approval)
        self._selling.discount_line(line_number, discount)
        self._selling.agree_reduction()

    def discount_transaction(self, discount: Discount, approval: Approval | None = None) -> None:
        """Reduce the whole sale."""
        after = self._basket.discount_transaction(discount)
        self._require_discount(after, 0, WHOLE_SALE, discount.reason, approval)
        self._selling.discount_transaction(discount)
        self._selling.agree_reduction()

    def agree_before_payment(self, approval: Approval | None = None) -> None:
        """A percentage on the whole sale takes off more with all that is rung up after it: what it has come to is
        asked for again, once, before the first part of the payment.
        """
        basket = self._basket
        if not has_outgrown(basket) or self._selling.view.tenders:
            return
        agreed = basket.agreed_reduction
        more = 0 if agreed is None else reduction_to_agree(basket).line_count - agreed.line_count
        lines = "" if more <= 0 else f", {more} more {'line' if more == 1 else 'lines'}"
        words = f"{WHOLE_SALE}: more than was agreed{lines}"
        self._require_discount(basket, 0, words, basket.discounts[-1].reason, approval)
        self._selling.agree_reduction()

    def set_price(self, line_number: int, unit_price_minor: int, reason: str, approval: Approval | None = None) -> None:
        """Sell a line at another price, with the reason."""
        _attempt(self._basket, lambda basket: basket.set_price(line_number, unit_price_minor, reason))
        line = self._basket.line(line_number)
        given = price_reduction(line, unit_price_minor)
        self._approvals.require(
            Action.PRICE_OVERRIDE,
            amount_minor=given.amount_minor,
            percent_micro=given.percent_micro,
            detail=line.item.name,
            reason=reason.strip(),
            approval=approval,
        )
        self._selling.set_price(line_number, unit_price_minor, reason)

    def set_quantity(
        self, line_number: int, quantity_milli: int, *, confirmed: bool = False, approval: Approval | None = None
    ) -> None:
        """Sell another quantity on a line: more pieces carry more of what was taken off by hand. See RingingUp."""
        before = self._basket
        after = _attempt(before, lambda basket: basket.set_quantity(line_number, quantity_milli))
        more = discounts_given(after, line_number).amount_minor > discounts_given(before, line_number).amount_minor
        if more:
            self._require_discount(after, line_number, after.line(line_number).item.name, "More pieces", approval)
        self._selling.set_quantity(line_number, quantity_milli, confirmed=confirmed)
        if more:
            self._selling.agree_reduction()

    def cancel(
        self, reason: str, given_back: PrintJob | None = None, approval: Approval | None = None
    ) -> tuple[Tender, ...]:
        """Void the whole sale; see Selling.cancel."""
        total_minor = self._selling.view.priced.total_minor
        self._approvals.require(Action.CANCEL_SALE, amount_minor=total_minor, reason=reason, approval=approval)
        return self._selling.cancel(reason, given_back)

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _basket(self) -> Basket:
        return self._selling.view.basket

    def _require_discount(
        self, after: Basket, line_number: int, what: str, reason: str, approval: Approval | None
    ) -> None:
        given = discounts_given(after, line_number)
        self._approvals.require(
            Action.DISCOUNT,
            amount_minor=given.amount_minor,
            percent_micro=given.percent_micro,
            detail=what,
            reason=reason,
            approval=approval,
        )


def _attempt(basket: Basket, change: Callable[[Basket], Basket]) -> Basket:
    try:
        return change(basket)
    except BasketError as error:
        raise CashierError("basket", str(error)) from error
