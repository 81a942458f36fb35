"""Promo codes of the sale under way: found, set aside at the central service where they can be used up, taken out.

reserve and release may block for the network and are safe on any thread; the rest belongs to the GUI thread.
"""

import hashlib
from dataclasses import dataclass

from pos_app.domain.promotions import PromoCode, Promotion, normalise_promo_code
from pos_app.domain.rights import Action
from pos_app.errors import CashierError, RefusedError
from pos_app.ports import PromoCodeGateway, PromoCodeHold
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.selling import Selling

_MOST_HOLDS_PER_SALE = 20


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A code that somebody wants on a sale, checked as far as the till can."""

    transaction_id: str
    promotions_id: str
    code: PromoCode

    @property
    def needs_reserving(self) -> bool:
        """True for a code that can be used up."""
        return self.code.uses > 0


@dataclass(frozen=True, slots=True)
class EnteredCode:
    """A code on the sale, the name of its promotion, and what it takes off now (0: the goods do not ask for it)."""

    code: str
    name: str
    saves_minor: int
    offline: bool


class PromoCodes:
    """Enters and removes promo codes."""

    def __init__(self, selling: Selling, gateway: PromoCodeGateway, approvals: Approvals) -> None:
        self._selling = selling
        self._gateway = gateway
        self._approvals = approvals

    def knows(self, text: str) -> bool:
        """True when the text is a promo code of this store, in force or not."""
        return self._selling.find_promo_code(text) is not None

    def request(self, text: str) -> CodeRequest:
        """A code that may be entered now; a sale begins with it where there is none. Raises CashierError."""
        code, _ = self._valid(text)
        sale = self._selling.begin()
        return CodeRequest(sale.header.transaction_id, sale.promotions_id, code)

    def reserve(self, request: CodeRequest) -> PromoCodeHold:
        """Set one use aside at the central service. Raises OfflineError, RefusedError.

        The hold's id follows from sale and code, so that asking again after a lost answer finds the same hold.
        """
        code = request.code
        name = hashlib.sha256(code.code.encode()).hexdigest()[:8]
        for number in range(1, _MOST_HOLDS_PER_SALE + 1):
            hold_id = f"{request.transaction_id}-code-{name}-{number}"
            hold = self._gateway.hold_promo_code(
                hold_id, code.code, request.transaction_id, request.promotions_id, code.uses
            )
            if hold.state == "held":
                return hold
        raise RefusedError("too_many_holds", "This promo code was set aside too often for this sale.")

    def enter(self, request: CodeRequest, hold: PromoCodeHold | None = None) -> None:
        """The code counts from now on. Raises CashierError, also when another sale is under way meanwhile."""
        sale = self._selling.current
        if sale is None or sale.header.transaction_id != request.transaction_id:
            raise CashierError("other_sale", "The sale that this promo code was for is over.")
        self._selling.enter_promo_code(request.code.code, hold.hold_id if hold else "")

    def enter_offline(self, text: str, approval: Approval | None = None) -> None:
        """Take a code without asking the central service, where its rule lets a till do so; journaled as such.

        Raises CashierError when it does not, ApprovalNeededError when somebody else has to say yes.
        """
        code, promotion = self._valid(text)
        if not code.offline:
            raise CashierError(
                "promo_code_offline", f"{code.code} can only be checked online. Sell without it, or try again later."
            )
        name = promotion.name or promotion.promotion_id
        self._approvals.require(
            Action.PROMO_CODE_OFFLINE,
            amount_minor=self._selling.promo_code_saving(code.code),
            detail=f"Promo code {code.code} ({name}), not checked at the central service",
            approval=approval,
        )
        self._selling.enter_promo_code(code.code, offline=True)

    def remove(self, text: str) -> None:
        """Take a code out of the sale; whoever watches the sale gives its hold back. Raises CashierError."""
        self._selling.remove_promo_code(text)

    def release(self, hold_id: str) -> None:
        """Give a use back. Raises OfflineError: the hold then ends by itself."""
        self._gateway.release_hold(hold_id)

    def entered(self) -> tuple[EnteredCode, ...]:
        """The codes on the sale."""
        view = self._selling.view
        offline = {use.code for use in view.basket.code_uses if use.offline}
        rows: list[EnteredCode] = []
        for text in view.basket.promo_codes:
            found = self._selling.find_promo_code(text)
            promotion_id = found[1].promotion_id if found else ""
            name = (found[1].name if found else "") or text
            rows.append(EnteredCode(text, name, view.priced.taken_off(promotion_id), text in offline))
        return tuple(rows)

    def held(self) -> frozenset[str]:
        """The holds of the codes on the sale."""
        return frozenset(use.hold_id for use in self._selling.view.basket.code_uses if use.hold_id)

    def _valid(self, text: str) -> tuple[PromoCode, Promotion]:
        found = self._selling.valid_promo_code(text)
        if normalise_promo_code(text) in self._selling.view.basket.promo_codes:
            raise CashierError("promo_code_entered", f"The promo code {found[0].code} is on this sale already.")
        return found
