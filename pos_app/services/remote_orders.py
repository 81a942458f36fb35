"""What the back office asks of a till, done as far as the till's own policy allows.

A support bundle is redacted when it is made, so it may leave unless the policy says never. Settings are taken only
where the policy says so, only those that move neither money nor the line, and only between business days: nobody's
scanner changes its ways in the middle of a sale. Both are written down at the till, with who asked.
"""

import logging
import tomllib
from collections.abc import Callable

from pos_app.domain.journal import EventKind
from pos_app.errors import CashierError, WorldError
from pos_app.ports import Storage
from pos_app.ports.fleet import MAXIMUM_BUNDLE_BYTES, OrderOutcome, OrderResult, RemoteOrder, RemotePolicy
from pos_app.ports.maintenance import CounterBench, SettingsBook

PUSHABLE = ("theme", "scale_percent", "customer_display", "printer_", "backup_printer_", "scanner_")
"""Settings that may come from afar, by how their names begin. Where money, mail, copies and new versions go may not."""

_logger = logging.getLogger(__name__)


class RemoteOrders:
    """Carries orders out at one till."""

    def __init__(
        self, bench: CounterBench, book: SettingsBook, *, storage: Storage, policy: Callable[[], RemotePolicy]
    ) -> None:
        self._bench = bench
        self._book = book
        self._storage = storage
        self._policy = policy

    def carry_out(self, order: RemoteOrder) -> OrderResult:
        """Do it, or say why not."""
        try:
            result = self._carried_out(order)
        except (WorldError, CashierError) as error:
            result = OrderResult(OrderOutcome.FAILED, str(error))
        _logger.info("order %s of %s: %s, %s", order.kind, order.asked_by, result.outcome, result.words)
        return result

    def _carried_out(self, order: RemoteOrder) -> OrderResult:
        policy = self._policy()
        if order.kind == "support_bundle":
            sends = policy is not RemotePolicy.NEVER
            return self._bundle() if sends else _refused("This till sends no support bundles by itself.")
        if order.kind == "settings":
            takes = policy is RemotePolicy.SETTINGS
            return self._settings(order) if takes else _refused("This till takes no settings from afar.")
        return _refused("This till does not know such an order; it may need a newer program.")

    def _bundle(self) -> OrderResult:
        path = self._bench.write_bundle(self._bench.bundle())
        try:
            content = path.read_bytes()
        except OSError as error:
            raise WorldError(f"{path} cannot be read: {error.strerror or error}.") from error
        if len(content) > MAXIMUM_BUNDLE_BYTES:
            return OrderResult(OrderOutcome.FAILED, f"The bundle is too large to send; the till has it as {path.name}.")
        return OrderResult(OrderOutcome.DONE, f"Written at the till as {path.name}.", content)

    def _settings(self, order: RemoteOrder) -> OrderResult:
        foreign = [name for name in order.values if not name.startswith(PUSHABLE)]
        if foreign:
            return _refused(f"{', '.join(foreign)}: only somebody at the till may change that.")
        if self._are_so(order):
            return OrderResult(OrderOutcome.DONE, "It is so already.")
        if self._storage.business_day() or self._storage.till_is_closing():
            return OrderResult(OrderOutcome.LATER, "It waits until the business day is closed.")
        by = f"back office: {order.asked_by}"
        self._book.change(order.values, by, order.reason)
        with self._storage.unit_of_work() as work:
            work.append(EventKind.SETTINGS_CHANGED, {"by": by, "words": order.reason})
            work.commit()
        later = self._bench.apply()
        return OrderResult(OrderOutcome.DONE, later or "In force.")

    def _are_so(self, order: RemoteOrder) -> bool:
        """True when an earlier answer to the same order was lost on its way."""
        known = tomllib.loads(self._book.text())
        return all(known.get(name) == value for name, value in order.values.items())


def _refused(words: str) -> OrderResult:
    return OrderResult(OrderOutcome.REFUSED, words)
