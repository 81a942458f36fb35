"""The composition root: the only place that knows all the parts of a till.

What is needed to scan the first item is made by open_register; the network and the devices come after the
first paint, by pos_app.central_line.connect.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pos_app.clock import SystemClock
from pos_app.domain.operator import NOBODY, SignedOn
from pos_app.domain.store import StoreProfile
from pos_app.errors import OfflineError
from pos_app.formatting import StoreFormatter
from pos_app.gs1_reader import read_gs1
from pos_app.ids import SystemIds
from pos_app.ports import PaymentTerminal, SyncStatus
from pos_app.ports.backup import Lacking
from pos_app.receipt_signer import DeviceKeySigner
from pos_app.register_returns import ReturnParts
from pos_app.register_till import TillParts
from pos_app.services.approvals import Approvals
from pos_app.services.approving import Approving
from pos_app.services.current_sale import save_at_once
from pos_app.services.explaining import Explaining
from pos_app.services.membership import Membership
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.sign_on import SignOn
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.services.tills import Tills
from pos_app.storage.keys import KeyStore
from pos_app.storage.promotions import SqlitePromotions
from pos_app.storage.terminal_database import TerminalDatabase, open_terminal_database
from pos_app.store_of_the_day import StoreSettings, settings_of_the_day
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile

if TYPE_CHECKING:
    from pos_app.goods_delivery import GoodsDelivery
    from pos_app.services.orders import Orders
    from pos_app.services.parked_sharing import ParkedSharing
    from pos_app.services.promo_codes import PromoCodes
    from pos_app.services.receipt_check import ReceiptChecks
    from pos_app.services.receipt_desk import ReceiptDesk
    from pos_app.services.suspending import Suspending
    from pos_app.services.tax_exemption import TaxExemption
    from pos_app.storage.goods import SqliteGoods
    from sync.terminal.worker import SyncWorker

_logger = logging.getLogger(__name__)


class GatewayWhenConnected:
    """A gateway of a till that may not be connected yet, or never: until then every call is offline."""

    def __init__(self) -> None:
        self._gateway: object | None = None

    def connect(self, gateway: object) -> None:
        """From now on calls go there."""
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        if self._gateway is None:
            raise OfflineError("This till is not connected to the rewards service yet. The sale goes on without it.")
        return getattr(self._gateway, name)


def _not_connected() -> Lacking:
    raise OfflineError("Not connected yet.")


@dataclass
class Register(TillParts, ReturnParts):
    """One till, ready to sell: data, services and, once connected, the line to the central service."""

    data: TerminalDatabase
    profile: StoreProfile
    operator: SignedOn
    clock: SystemClock
    ids: SystemIds
    formatter: StoreFormatter
    promotions: SqlitePromotions
    selling: Selling
    tendering: Tendering
    rewards: Rewards
    till_control: TillControl
    membership: Membership
    explaining: Explaining
    gateway: GatewayWhenConnected
    approvals: Approvals
    approving: Approving
    sign_on: SignOn
    tills: Tills
    sign_on_rules: SignOnRules
    signer: DeviceKeySigner
    keys: KeyStore
    store_settings: StoreSettings
    receipt_gateway: GatewayWhenConnected = field(default_factory=GatewayWhenConnected)
    promo_code_gateway: GatewayWhenConnected = field(default_factory=GatewayWhenConnected)
    parking_gateway: GatewayWhenConnected = field(default_factory=GatewayWhenConnected)
    returns_gateway: GatewayWhenConnected = field(default_factory=GatewayWhenConnected)
    people_gateway: GatewayWhenConnected = field(default_factory=GatewayWhenConnected)
    store_gateway: GatewayWhenConnected = field(default_factory=GatewayWhenConnected)
    card_terminal: Callable[[], PaymentTerminal | None] = lambda: None
    """The card terminal that stands at this till now, if any."""
    sync: "SyncWorker | None" = None
    ask_standing: Callable[[], Lacking] = field(default=_not_connected)
    """What the central service has of this till that it lacks. Raises WorldError."""

    @cached_property
    def receipt_desk(self) -> "ReceiptDesk":
        """Copies, gift receipts and e-mails; made when somebody needs it."""
        from pos_app.services.receipt_desk import ReceiptDesk

        return ReceiptDesk(
            storage=self.data.storage,
            index=self.data.receipts,
            print_queue=self.data.print_queue,
            mail_queue=self.data.mail_queue,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            profile=self.profile,
            operator=self.operator,
        )

    @cached_property
    def promo_codes(self) -> "PromoCodes":
        """Promo codes of the sale under way."""
        from pos_app.services.promo_codes import PromoCodes

        gateway: Any = self.promo_code_gateway
        return PromoCodes(self.selling, gateway, self.approvals)

    @cached_property
    def receipt_checks(self) -> "ReceiptChecks":
        """Is a receipt genuine; made when somebody asks."""
        from pos_app.services.receipt_check import ReceiptChecks

        gateway: Any = self.receipt_gateway
        return ReceiptChecks(self.data.storage, gateway, self.signer.is_own)

    @cached_property
    def goods(self) -> "SqliteGoods":
        """Products, as a manager changes them; made when somebody does, or when a change is due."""
        from pos_app.storage.goods import SqliteGoods

        return SqliteGoods(
            self.data.database,
            self.data.storage,
            self.profile.currency,
            clock=self.clock,
            ids=self.ids,
            tax_ids=tuple(rate.tax_id for rate in self.profile.tax_rates[:1]),
        )

    @cached_property
    def goods_delivery(self) -> "GoodsDelivery":
        """Changes of goods between the store's tills; made when the first is made or comes."""
        from pos_app.goods_delivery import GoodsDelivery

        return GoodsDelivery(self)

    def take_goods(self, document: bytes) -> None:
        """Changes of goods that the central service delivers. On the sync thread."""
        self.goods_delivery.take_delivered(document)

    def make_due_changes(self) -> None:
        """Products change whose day has come, and what other tills changed."""
        self.goods_delivery.make()
        due_s = self.data.catalogue.next_change_s()
        if due_s is not None and due_s <= self.clock.now().timestamp():
            self.goods.apply_due()

    @cached_property
    def suspending(self) -> "Suspending":
        """Sales set aside at this till."""
        from pos_app.services.suspending import Suspending

        return Suspending(
            self.selling,
            storage=self.data.storage,
            parked=self.data.parked,
            catalogue=self.data.catalogue,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            approvals=self.approvals,
        )

    @cached_property
    def orders(self) -> "Orders":
        """Goods that leave later, and special orders; made when somebody needs them."""
        from pos_app.services.orders import Orders

        return Orders(
            self.selling,
            book=self.data.orders,
            storage=self.data.storage,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            operator=self.operator,
            approvals=self.approvals,
        )

    @cached_property
    def tax_exemption(self) -> "TaxExemption":
        """Selling without tax by certificate."""
        from pos_app.services.tax_exemption import TaxExemption

        return TaxExemption(self.selling, self.approvals)

    @cached_property
    def parked_sharing(self) -> "ParkedSharing":
        """Sales set aside at every till of the store."""
        from pos_app.services.parked_sharing import ParkedSharing

        gateway: Any = self.parking_gateway
        return ParkedSharing(
            gateway,
            self.suspending,
            storage=self.data.storage,
            parked=self.data.parked,
            clock=self.clock,
            terminal_id=self.data.identity.terminal_id(),
        )

    def take_operators(self, document: bytes) -> None:
        """The central service's operators replace those it delivered before. On the sync thread."""
        from pos_app.storage.operator_register import OperatorRegister

        OperatorRegister(self.data.database, self.data.storage).take_delivery(document)

    def sync_status(self) -> SyncStatus:
        """What the status strip shows."""
        if self.sync is not None:
            return self.sync.status()
        return SyncStatus(online=False, queued=self.data.outbox.pending_count(), reason="Not connected yet.")

    def nudge(self) -> None:
        """Something was committed that the central service should have."""
        if self.sync is not None:
            self.sync.nudge()

    def close(self) -> None:
        """Stop what runs and close the data."""
        if self.sync is not None:
            self.sync.stop()
        self.data.close()


def open_register(
    folder: Path,
    store: StoreFile,
    keys: KeyStore,
    *,
    schedule_save: Callable[[Callable[[], None]], None] = save_at_once,
) -> Register:
    """A till over the data in a folder. Raises WorldError with a sentence.

    Where nobody signs on and nobody counts the drawer, its business day is open.
    """
    folder.mkdir(parents=True, exist_ok=True)
    profile = store.profile
    clock, ids = SystemClock(profile.time_zone), SystemIds()
    data = open_terminal_database(
        folder, store_id=profile.store_id, workstation_id=profile.workstation_id, clock=clock, ids=ids, keys=keys
    )
    store, fault = settings_of_the_day(folder, store, data.storage, clock)
    profile, clock = store.profile, SystemClock(store.profile.time_zone)
    operator = SignedOn(NOBODY if store.sign_on.required else store.operators[0])
    formatter = StoreFormatter(profile)
    approvals = Approvals(operator, profile.rights, clock)
    promotions = SqlitePromotions(data.promotion_editions, profile)
    selling = Selling(
        storage=data.storage,
        catalogue=data.catalogue,
        terms=data.terms,
        clock=clock,
        ids=ids,
        profile=profile,
        operator=operator,
        schedule_save=schedule_save,
        read_gs1=read_gs1,
        price_lists=data.price_lists,
        promotions=promotions,
    )
    signer = DeviceKeySigner(data.identity)
    tendering = Tendering(
        selling,
        storage=data.storage,
        terms=data.terms,
        clock=clock,
        ids=ids,
        formatter=formatter,
        signer=signer,
        approvals=approvals,
    )
    till_control = TillControl(storage=data.storage, clock=clock, operator=operator, settings_digest=store.digest)
    gateway = GatewayWhenConnected()
    tills = Tills(approvals, storage=data.storage, records=data.till_records, operator=operator, profile=profile)
    register = Register(
        data=data,
        profile=profile,
        operator=operator,
        clock=clock,
        ids=ids,
        formatter=formatter,
        promotions=promotions,
        selling=selling,
        tendering=tendering,
        rewards=Rewards(gateway, ids),
        till_control=till_control,
        membership=Membership(
            gateway,
            storage=data.storage,
            cache=data.members,
            terms=data.terms,
            clock=clock,
            ids=ids,
            profile=profile,
            operator=operator,
        ),
        explaining=Explaining(selling, storage=data.storage, terms=data.terms, profile=profile),
        gateway=gateway,
        approvals=approvals,
        approving=Approving(
            operator=operator,
            people=data.people,
            storage=data.storage,
            clock=clock,
            ids=ids,
            table=profile.rights,
            transaction_id=lambda: selling.current.header.transaction_id if selling.current else "",
        ),
        sign_on_rules=store.sign_on,
        sign_on=SignOn(
            operator=operator,
            people=data.people,
            approvals=approvals,
            selling=selling,
            storage=data.storage,
            tills=tills,
        ),
        tills=tills,
        signer=signer,
        keys=keys,
        store_settings=StoreSettings(folder, clock, profile.training, fault),
    )
    tendering.exchanges = lambda: register.exchanging
    register.make_due_changes()
    if operator.operator_id:
        tills.take()
    if operator.operator_id and register.business_day.opens_by_itself():
        till_control.open_day_if_closed(store.opening_float_minor)
    return register
