"""What a till tells the central service of its operators."""

from collections.abc import Callable

from pos_app.errors import OfflineError
from pos_app.ports import PinChange
from sync import people
from sync.terminal.client import CentralClient


class CentralPeople:
    """Implements pos_app.ports.PeopleGateway over HTTP; is_online is what the sync worker knows."""

    def __init__(self, client: CentralClient, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._is_online = is_online

    def change_pin(self, change: PinChange) -> None:
        """Another PIN, by whoever knows the old one."""
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")
        request = people.ChangeOwnPin(
            operator_id=change.operator_id,
            old_proof=change.old_proof.hex(),
            pin_salt=change.salt.hex(),
            pin_cost=change.cost,
            pin_proof=change.proof.hex(),
        )
        self._client.post(people.PATH_OWN_PIN, request, people.PinChanged)
