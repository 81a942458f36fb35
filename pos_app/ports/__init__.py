"""What the services ask of the world. Storage, hardware and sync implement these; tests have small fakes."""

from pos_app.ports.catalogue import Catalogue, ItemHit
from pos_app.ports.devices import (
    CardOutcome,
    CardResult,
    DeviceState,
    DeviceStatus,
    Formatter,
    PaymentPhase,
    PaymentTerminal,
    ScanEvent,
)
from pos_app.ports.identity import Enrolment, IdentityStore
from pos_app.ports.outbox import EventOutcome, Outbox, SyncStatus
from pos_app.ports.rewards import (
    NO_PROOF,
    EnrolmentAnswer,
    GiftCardHold,
    MemberCache,
    MemberStatement,
    OfflineExposure,
    PointsHold,
    Proof,
    RewardsGateway,
    SaleRecord,
    StatementMovement,
)
from pos_app.ports.storage import (
    OpenTransaction,
    PrintJob,
    PrintQueue,
    PrintState,
    RedeemProofs,
    Storage,
    TermsSource,
    UnitOfWork,
)
from pos_app.ports.time import Clock, IdSource

__all__ = [
    "NO_PROOF",
    "CardOutcome",
    "CardResult",
    "Catalogue",
    "Clock",
    "DeviceState",
    "DeviceStatus",
    "Enrolment",
    "EnrolmentAnswer",
    "EventOutcome",
    "Formatter",
    "GiftCardHold",
    "IdSource",
    "IdentityStore",
    "ItemHit",
    "MemberCache",
    "MemberStatement",
    "OfflineExposure",
    "OpenTransaction",
    "Outbox",
    "PaymentPhase",
    "PaymentTerminal",
    "PointsHold",
    "PrintJob",
    "PrintQueue",
    "PrintState",
    "Proof",
    "RedeemProofs",
    "RewardsGateway",
    "SaleRecord",
    "ScanEvent",
    "StatementMovement",
    "Storage",
    "SyncStatus",
    "TermsSource",
    "UnitOfWork",
]
