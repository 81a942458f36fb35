"""Promo codes as the till asks the central service about them."""

from collections.abc import Callable

from pos_app.errors import OfflineError
from pos_app.ports import PromoCodeHold
from sync import contract, promotions
from sync.terminal.client import CentralClient


class CentralPromoCodes:
    """Implements pos_app.ports.PromoCodeGateway over HTTP; is_online is what the sync worker knows."""

    def __init__(self, client: CentralClient, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._is_online = is_online

    def hold_promo_code(
        self, hold_id: str, code: str, transaction_id: str, promotions_id: str, uses: int
    ) -> PromoCodeHold:
        """Set one use aside; the same hold id again gives the same hold."""
        self._refuse_offline()
        request = promotions.PlacePromoCodeHold(
            hold_id=hold_id, code=code, transaction_id=transaction_id, promotions_id=promotions_id, uses=uses
        )
        answer = self._client.post(promotions.PATH_PROMO_CODE_HOLDS, request, promotions.PromoCodeHoldAnswer)
        return PromoCodeHold(answer.hold_id, answer.code, answer.state, answer.uses_left)

    def release_hold(self, hold_id: str) -> None:
        """Give back what a hold set aside; harmless when it is gone."""
        self._refuse_offline()
        self._client.post_unanswered(contract.PATH_RELEASE_HOLD.format(hold_id=hold_id))

    def _refuse_offline(self) -> None:
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")
