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
from pos_app.services.approvals import Approvals
from pos_app.services.approving import Approving
from pos_app.services.business_day import BusinessDay
from pos_app.services.cash_movements import CashMovements
from pos_app.services.current_sale import save_at_once
from pos_app.services.explaining import Explaining
from pos_app.services.loading import Loading
from pos_app.services.membership import Membership
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.sign_on import SignOn
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.services.tills import Tills
from pos_app.services.time_clock import TimeClock
from pos_app.storage.keys import KeyStore
from pos_app.storage.promotions import SqlitePromotions
from pos_app.storage.terminal_database import TerminalDatabase, open_terminal_database
from pos_app.store_of_the_day import StoreSettings, settings_of_the_day
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile

if TYPE_CHECKING:
    from pos_app.services.card_refunds import CardRefunds
    from pos_app.services.closing import Closing
    from pos_app.services.exchanging import Exchanging
    from pos_app.services.finding_sales import FindingSales
    from pos_app.services.orders import Orders
    from pos_app.services.own_pin import OwnPin
    from pos_app.services.parked_sharing import ParkedSharing
    from pos_app.services.promo_codes import PromoCodes
    from pos_app.services.receipt_check import ReceiptChecks
    from pos_app.services.receipt_desk import ReceiptDesk
    from pos_app.services.refunding import Refunding
    from pos_app.services.returning import Returning
    from pos_app.services.suspending import Suspending
    from pos_app.services.tax_exemption import TaxExemption
    from pos_app.services.till_moving import TillMoving
    from pos_app.services.till_papers import TillPapers
    from pos_app.services.without_receipt import ReturningWithoutReceipt
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
class Register:
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
    def cash_movements(self) -> CashMovements:
        """Cash into and out of the drawer without a sale."""
        return CashMovements(
            self.till_control,
            self.approvals,
            operator=self.operator,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            profile=self.profile,
        )

    @cached_property
    def business_day(self) -> BusinessDay:
        """Opens the store's day."""
        return BusinessDay(
            self.till_control,
            self.approvals,
            storage=self.data.storage,
            records=self.data.till_records,
            clock=self.clock,
            operator=self.operator,
            profile=self.profile,
        )

    @cached_property
    def till_papers(self) -> "TillPapers":
        """X and Z reports."""
        from pos_app.services.till_papers import TillPapers

        return TillPapers(
            self.approvals,
            storage=self.data.storage,
            records=self.data.till_records,
            terms=self.data.terms,
            clock=self.clock,
            ids=self.ids,
            operator=self.operator,
            formatter=self.formatter,
            profile=self.profile,
        )

    @cached_property
    def closing(self) -> "Closing":
        """Closes the till."""
        from pos_app.services.closing import Closing

        return Closing(
            self.approvals,
            self.till_papers,
            storage=self.data.storage,
            records=self.data.till_records,
            terms=self.data.terms,
            clock=self.clock,
            ids=self.ids,
            operator=self.operator,
            profile=self.profile,
            catalogue=self.data.catalogue,
            secret=self.sign_on.people.approval_secret,
        )

    @cached_property
    def till_moving(self) -> "TillMoving":
        """Takes up tills that come from other workstations."""
        from pos_app.services.till_moving import TillMoving

        return TillMoving(
            self.till_control,
            self.tills,
            self.approvals,
            storage=self.data.storage,
            records=self.data.till_records,
            people=self.sign_on.people,
            operator=self.operator,
            profile=self.profile,
        )

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

    def make_due_changes(self) -> None:
        """Products change whose day has come."""
        due_s = self.data.catalogue.next_change_s()
        if due_s is not None and due_s <= self.clock.now().timestamp():
            self.goods.apply_due()

    @cached_property
    def time_clock(self) -> TimeClock:
        """When people came and went."""
        return TimeClock(operator=self.operator, storage=self.data.storage, records=self.data.time_clock)

    @cached_property
    def own_pin(self) -> "OwnPin":
        """Whoever is signed on changes their PIN."""
        from pos_app.services.own_pin import OwnPin
        from pos_app.storage.own_pins import SqliteOwnPins

        gateway: Any = self.people_gateway
        pins = SqliteOwnPins(self.data.database, self.data.storage)
        return OwnPin(operator=self.operator, people=self.sign_on.people, pins=pins, gateway=gateway)

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

    @cached_property
    def loading(self) -> Loading:
        """Gift cards that are sold, and store credit."""
        gateway: Any = self.gateway
        return Loading(
            self.selling,
            gateway,
            storage=self.data.storage,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
        )

    @cached_property
    def card_refunds(self) -> "CardRefunds":
        """Money back to cards for goods that came back; made for the first of them."""
        from pos_app.services.card_refunds import CardRefunds

        return CardRefunds(
            self.data.card_refunds,
            terminal=lambda: self.card_terminal(),
            clock=self.clock,
            currency_code=self.profile.currency.code,
            approvals=self.approvals,
        )

    @cached_property
    def returning(self) -> "Returning":
        """Goods that come back; made for the first of them, so that the till opens sooner."""
        from pos_app.services.returning import Returning

        return Returning(
            storage=self.data.storage,
            catalogue=self.data.catalogue,
            terms=self.data.terms,
            clock=self.clock,
            ids=self.ids,
            formatter=self.formatter,
            profile=self.profile,
            operator=self.operator,
            approvals=self.approvals,
            credit=self.loading,
        )

    @cached_property
    def refunding(self) -> "Refunding":
        """The money of returns."""
        from pos_app.services.refunding import Refunding

        gateway: Any = self.returns_gateway
        return Refunding(
            self.returning,
            storage=self.data.storage,
            gateway=gateway,
            pending=self.data.pending_returns,
            cards=self.card_refunds,
        )

    @cached_property
    def without_receipt(self) -> "ReturningWithoutReceipt":
        """Goods that come back without a receipt."""
        from pos_app.services.without_receipt import ReturningWithoutReceipt

        gateway: Any = self.returns_gateway
        return ReturningWithoutReceipt(
            catalogue=self.data.catalogue,
            clock=self.clock,
            ids=self.ids,
            profile=self.profile,
            formatter=self.formatter,
            finder=self.data.sale_finder,
            gateway=gateway,
            approvals=self.approvals,
        )

    @cached_property
    def exchanging(self) -> "Exchanging":
        """Goods that come back and go out on one ticket."""
        from pos_app.services.exchanging import Exchanging

        return Exchanging(self.selling, self.returning, self.refunding)

    @cached_property
    def finding_sales(self) -> "FindingSales":
        """Sales that goods come back of."""
        from pos_app.services.finding_sales import FindingSales

        gateway: Any = self.gateway
        returns: Any = self.returns_gateway
        return FindingSales(gateway, returns, self.data.sale_finder, self.returning)

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
