"""The till tells the service how it is, now and then, and does what it is asked as far as its policy allows."""

import base64
import logging

from pos_app.errors import OfflineError, WorldError
from pos_app.ports import Clock, DeviceState, Outbox
from pos_app.ports.fleet import FleetRoom, OrderResult, RemoteOrder, TillHealth
from sync import fleet
from sync.terminal.client import CentralClient, RequestRefusedError

EVERY_MS = 5 * 60 * 1000
LOOK_EVERY_MS = 60 * 1000
_LONGEST_WORDS, _LONGEST_REASON, _LONGEST_NAME = 1000, 300, 60
_NOT_KNOWN_THERE = 404
_AT_WORK = (DeviceState.READY, DeviceState.BUSY)

_logger = logging.getLogger(__name__)


class FleetReporter:
    """Called by the engine after each step. It tells every five minutes, and within one when a device failed or came
    back. Not thread-safe.
    """

    def __init__(self, client: CentralClient, room: FleetRoom, outbox: Outbox, clock: Clock) -> None:
        self._client = client
        self._room = room
        self._outbox = outbox
        self._clock = clock
        self._due_ms = self._look_ms = clock.monotonic_ms()
        self._told_troubles: list[tuple[str, DeviceState]] = []

    def tell_when_due(self) -> None:
        """Report, and carry out what is asked. Raises OfflineError, and RefusedError for one that was shut out."""
        now_ms = self._clock.monotonic_ms()
        if now_ms < self._look_ms:
            return
        self._look_ms = now_ms + LOOK_EVERY_MS
        try:
            health = self._room.health()
            troubles = [(row.name, row.state) for row in health.devices if row.state not in _AT_WORK]
            if now_ms < self._due_ms and troubles == self._told_troubles:
                return
            self._told_troubles = troubles
            asked = self._client.post(fleet.PATH_REPORT, self._report(health), fleet.TerminalOrders)
            self._due_ms = now_ms + EVERY_MS
            for order in asked.orders:
                self._carry_out(order)
        except OfflineError:
            raise  # the worker knows what to do
        except RequestRefusedError as error:
            if error.status in (401, 403):
                raise
            self._due_ms = now_ms + EVERY_MS
            if error.status != _NOT_KNOWN_THERE:  # a service that is older than reports has no place for them
                _logger.error("the central service refuses this till's report: %s", error.code)
        except WorldError as error:
            _logger.error("how this till is could not be told: %s", error)

    def _report(self, health: TillHealth) -> fleet.TerminalReport:
        return fleet.TerminalReport(
            software_version=health.software_version[:_LONGEST_NAME],
            system=health.system[:120],
            queued=self._outbox.pending_count(),
            quarantined=len(self._outbox.quarantined()),
            disk_free_bytes=health.disk_free_bytes,
            data_bytes=health.data_bytes,
            business_day=health.business_day,
            started_at=health.started_at,
            settings_version=health.settings_version,
            devices=[
                fleet.DeviceMessage(
                    name=row.name[:_LONGEST_NAME],
                    kind=row.kind[:_LONGEST_NAME],
                    state=row.state.value,
                    reason=row.reason[:_LONGEST_REASON],
                )
                for row in health.devices[:60]
            ],
        )

    def _carry_out(self, order: fleet.TerminalOrder) -> None:
        asked = RemoteOrder(order.order_id, order.kind, order.asked_by, order.reason, dict(order.values))
        result: OrderResult = self._room.carry_out(asked)
        answer = fleet.OrderAnswer(
            outcome=result.outcome.value,
            words=result.words[:_LONGEST_WORDS],
            bundle=base64.b64encode(result.bundle).decode(),
        )
        self._client.post_unanswered(fleet.PATH_ORDER_ANSWER.replace("{order_id}", order.order_id), answer)
