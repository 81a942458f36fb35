"""The line from a register to the central service, put together once there is time for it: after the first paint."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.ports import SyncStatus
from pos_app.ports.fleet import FleetRoom

if TYPE_CHECKING:
    from pos_app.bootstrap import Register

_logger = logging.getLogger(__name__)


def connect(
    register: "Register",
    central_url: str,
    enrolment_code: Callable[[], str],
    on_status: Callable[[SyncStatus], None] | None = None,
    fleet_room: FleetRoom | None = None,
    ca_file: str = "",
) -> None:
    """Start the line to the central service; a till that was never let in uses a one-time code first.

    ca_file names the certificates of a company's own authority; without it, the usual public ones are trusted.

    May block for the network: not on the GUI thread. Raises WorldError when the till is not let in.
    """
    from sync.terminal.client import CentralClient
    from sync.terminal.engine import SyncEngine
    from sync.terminal.enrolment import enrol
    from sync.terminal.fleet import FleetReporter
    from sync.terminal.gateway import CentralGateway
    from sync.terminal.parking import CentralParking
    from sync.terminal.people import CentralPeople
    from sync.terminal.promotions import CentralPromoCodes
    from sync.terminal.receipts import CentralReceipts
    from sync.terminal.returns import CentralReturns
    from sync.terminal.standing import ask_standing
    from sync.terminal.store import CentralStore
    from sync.terminal.worker import SyncWorker

    identity, outbox = register.data.identity, register.data.outbox
    enrolment = identity.enrolment()
    if enrolment is None:
        enrolment = enrol(central_url, enrolment_code(), identity, ca_file=ca_file, clock=register.clock)
        _logger.info("this till was let in as %s", enrolment.terminal_id)
    client = CentralClient(central_url, enrolment, register.clock, ca_file=ca_file)
    reporter = FleetReporter(client, fleet_room, outbox, register.clock) if fleet_room is not None else None
    engine = SyncEngine(
        outbox,
        client,
        register.clock,
        register.take_operators,
        reporter.tell_when_due if reporter else None,
        None if register.profile.training else register.store_settings.take_delivered,
        None if register.profile.training else register.take_goods,
    )
    worker = SyncWorker(engine, outbox, client, register.clock, on_status)
    terms = register.data.terms
    register.gateway.connect(
        CentralGateway(client, register.clock, lambda: worker.status().online, terms.allowance_public_key)
    )
    register.receipt_gateway.connect(CentralReceipts(client, lambda: worker.status().online))
    register.signer.warm()
    register.promo_code_gateway.connect(CentralPromoCodes(client, lambda: worker.status().online))
    register.parking_gateway.connect(CentralParking(client, lambda: worker.status().online))
    register.store_gateway.connect(CentralStore(client, lambda: worker.status().online))
    register.people_gateway.connect(CentralPeople(client, lambda: worker.status().online))
    register.returns_gateway.connect(CentralReturns(client, lambda: worker.status().online))
    register.ask_standing = lambda: ask_standing(client, register.data.restorations.held())
    register.sync = worker
    worker.start()
