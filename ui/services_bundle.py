"""Everything the checkout window needs, filled in by whoever builds the terminal. The window knows no other part."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pos_app.domain.operator import Operator
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.store import StoreProfile
from pos_app.ports import (
    Catalogue,
    Clock,
    DeviceStatus,
    Formatter,
    IdSource,
    PaymentTerminal,
    Scale,
    SyncStatus,
    TermsSource,
    TillRecords,
)
from pos_app.ports.customer_display import CustomerDisplay
from pos_app.services.approvals import Approvals
from pos_app.services.approving import Approving
from pos_app.services.card_payments import CardPayments
from pos_app.services.card_refunds import CardRefunds
from pos_app.services.cash_movements import CashMovements
from pos_app.services.explaining import Explaining
from pos_app.services.loading import Loading
from pos_app.services.membership import Membership
from pos_app.services.parked_sharing import ParkedSharing
from pos_app.services.promo_codes import PromoCodes
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.sign_on import SignOn
from pos_app.services.supervised_sale import SupervisedSale
from pos_app.services.suspending import Suspending
from pos_app.services.tendering import Tendering
from pos_app.services.time_clock import TimeClock
from pos_app.services.unlisted_items import UnlistedItems
from pos_app.services.weighing import Weighing
from ui.qt_bridge import QtBridge
from ui.tender.manual_prompt import ManualPrompt
from ui.wedge_scanner import WedgeTiming

if TYPE_CHECKING:
    from pos_app.domain.report import Report
    from pos_app.services.backing_up import BackingUp
    from pos_app.services.business_day import BusinessDay
    from pos_app.services.closing import Closing
    from pos_app.services.exchanging import Exchanging
    from pos_app.services.finding_sales import FindingSales
    from pos_app.services.goods.files import CatalogueFiles
    from pos_app.services.goods.labels import Labels
    from pos_app.services.goods.price_lists import PriceListsDesk
    from pos_app.services.goods.products import Products
    from pos_app.services.goods.promotions import PromotionsDesk
    from pos_app.services.goods.session import GoodsSession
    from pos_app.services.journal_browsing import JournalBrowsing
    from pos_app.services.maintenance import Maintenance
    from pos_app.services.orders import Orders
    from pos_app.services.own_pin import OwnPin
    from pos_app.services.paper_in_doubt import PaperInDoubt
    from pos_app.services.receipt_check import ReceiptChecks
    from pos_app.services.receipt_desk import ReceiptDesk
    from pos_app.services.receipt_sample import SampleKind
    from pos_app.services.record_use import RecordUse
    from pos_app.services.refunding import Refunding
    from pos_app.services.reporting import Reporting
    from pos_app.services.returning import Returning
    from pos_app.services.set_up.set_up import SetUp
    from pos_app.services.staff import Staff
    from pos_app.services.store_closing import StoreClosing
    from pos_app.services.tax_exemption import TaxExemption
    from pos_app.services.till_moving import TillMoving
    from pos_app.services.till_papers import TillPapers
    from pos_app.services.tills import Tills
    from pos_app.services.without_receipt import ReturningWithoutReceipt


class ReceiptParts(Protocol):
    """Receipts after the sale, as the window asks for them."""

    @property
    def desk(self) -> "ReceiptDesk":
        """Copies, gift receipts, e-mails and the customer's choice. Its calls touch disk: not on the GUI thread."""

    @property
    def checks(self) -> "ReceiptChecks":
        """Is a receipt genuine. May ask the network: not on the GUI thread."""

    def sample(self, language: str, kind: "SampleKind") -> ReceiptDocument:
        """A made-up receipt on the store's template."""

    def picture(self, document: ReceiptDocument) -> bytes:
        """The paper as a PNG. Takes a tenth of a second: not on the GUI thread."""


class PrintActions(Protocol):
    """Paper, as the window asks for it. Each call may touch disk or a device: never on the GUI thread."""

    def print_document(self, document: ReceiptDocument) -> None:
        """Print something that is no sale, such as a statement. Raises CashierError or WorldError."""


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How this workstation wants its window."""

    theme: str = "light"
    reduce_motion: bool = False
    sounds: bool = True
    scan_timing: WedgeTiming = field(default_factory=WedgeTiming)
    group_separator: str = ""
    """What the scanners type in place of the group separator of GS1 codes; empty: the separator itself."""
    double_delivery_ms: int = 0
    """The same code within this time is one scan that was sent twice; 0: every one counts."""
    asks_about_doubles: bool = False
    """Somebody is asked whether it was two; else the second does not count, which is said."""
    drawer_alarm_ms: int = 30_000
    """The till says so when the drawer was open for so long; 0: never."""
    complete_clears_after_ms: int = 30_000
    customer_display: bool = False
    idle_lock_ms: int = 300_000
    """After so long without a touch the till locks; 0: never."""
    demo_pins: tuple[tuple[str, str], ...] = ()
    """In a demonstration: who, and their PIN."""


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product the device panel can scan by a touch."""

    name: str
    code: str


@dataclass(slots=True)
class ReturnParts:
    """Everything for goods that come back."""

    returning: "Returning"
    finding: "FindingSales"
    refunding: "Refunding"
    exchanging: "Exchanging"
    without_receipt: "ReturningWithoutReceipt | None" = None


class CardTerminalSwitches(Protocol):
    """The simulated card terminal's next answer."""

    def set_next(self, outcome: str) -> None:
        """approve, decline or lose_answer."""


@dataclass(frozen=True, slots=True)
class ParkingParts:
    """Parked sales: at this till, and with the other tills of the store."""

    suspending: Suspending
    sharing: ParkedSharing


class ReportParts(Protocol):
    """Reports and the journal, as the window asks for them. All but the checks of rights touch the disk."""

    @property
    def reporting(self) -> "Reporting":
        """Makes reports."""

    @property
    def use(self) -> "RecordUse":
        """Who looked at what."""

    @property
    def browsing(self) -> "JournalBrowsing":
        """Looks through the journal."""

    @property
    def store_closing(self) -> "StoreClosing":
        """Closes the store's day over all tills."""

    def paper(self, report: "Report") -> ReceiptDocument:
        """A report for the receipt printer."""

    def picture(self, document: ReceiptDocument) -> bytes:
        """Paper as a PNG."""

    def save(self, name: str, content: Iterable[bytes]) -> Path:
        """Write a file for somebody to take along; where it is comes back. Raises OSError."""

    def export_journal(self, form: str) -> Iterator[bytes]:
        """The whole journal as jsonl or xml, with its digest. Raises WorldError."""


@dataclass(frozen=True, slots=True)
class TillParts:
    """Counting and closing the till, and its reports."""

    closing: "Closing"
    papers: "TillPapers"
    records: TillRecords
    tills: "Tills"
    moving: "TillMoving"


@dataclass(frozen=True, slots=True)
class GoodsParts:
    """What the goods room works on."""

    session: "GoodsSession"
    products: "Products"
    labels: "Labels"
    files: "CatalogueFiles"
    prices: "PriceListsDesk"
    promotions: "PromotionsDesk"
    save: Callable[[str, Iterable[bytes]], Path]
    """Writes a file for somebody to take along; where it is comes back. Raises WorldError."""


@dataclass(frozen=True, slots=True)
class PaperParts:
    """Paper that nobody knows of whether it came out, and a cutter that jams. recover(True) prints all of it again."""

    doubts: "PaperInDoubt"
    jammed: Callable[[], bool]
    recover: Callable[[bool], None]


@dataclass(slots=True)
class DevicePanelParts:
    """What the device panel shows and switches; None where the till has no such simulator."""

    products: Sequence[DemoProduct] = ()
    inject_scan: Callable[[str], None] | None = None
    card_terminal: CardTerminalSwitches | None = None
    set_central_running: Callable[[bool], None] | None = None
    set_paper_out: Callable[[bool], None] | None = None
    close_drawer: Callable[[], None] | None = None


class ScreenFormatter:
    """A formatter for the screen: the minus is a minus sign, as wide as a digit, and not a hyphen."""

    def __init__(self, inner: Formatter) -> None:
        self._inner = inner

    def money(self, amount_minor: int) -> str:
        """See Formatter."""
        return self._inner.money(amount_minor).replace("-", "−")

    def amount(self, amount_minor: int) -> str:
        """See Formatter."""
        return self._inner.amount(amount_minor).replace("-", "−")

    def points(self, points: int) -> str:
        """See Formatter."""
        return self._inner.points(points).replace("-", "−")

    def date_time(self, at: datetime) -> str:
        """See Formatter."""
        return self._inner.date_time(at)


@dataclass(slots=True)
class Services:
    """The parts of a terminal as the window uses them."""

    selling: Selling
    tendering: Tendering
    rewards: Rewards
    membership: Membership
    explaining: Explaining
    catalogue: Catalogue
    terms: TermsSource
    formatter: Formatter
    clock: Clock
    ids: IdSource
    profile: StoreProfile
    operator: Operator
    bridge: QtBridge
    sync_status: Callable[[], SyncStatus]
    device_statuses: Callable[[], Sequence[DeviceStatus]]
    payment_terminal: PaymentTerminal | None = None
    print_actions: PrintActions | None = None
    promo_codes: PromoCodes | None = None
    receipts: ReceiptParts | None = None
    papers: PaperParts | None = None
    customer_displays: Sequence[CustomerDisplay] = ()
    device_panel: DevicePanelParts | None = None
    approving: Approving | None = None
    sign_on: SignOn | None = None
    own_pin: "Callable[[], OwnPin] | None" = None
    approvals: Approvals | None = None
    cash: CashMovements | None = None
    time_clock: TimeClock | None = None
    day: "BusinessDay | None" = None
    tills: "Tills | None" = None
    till: "Callable[[], TillParts] | None" = None
    reports: Callable[[], ReportParts] | None = None
    parking: ParkingParts | None = None
    start_training: Callable[[], None] | None = None
    """Opens the till for training; raises WorldError when it is open already."""
    manual_card: ManualPrompt | None = None
    cards: CardPayments | None = None
    loading: Loading | None = None
    card_refunds: Callable[[], CardRefunds] | None = None
    unlisted: UnlistedItems | None = None
    orders: "Callable[[], Orders] | None" = None
    tax_exemption: "Callable[[], TaxExemption] | None" = None
    settings: UiSettings = field(default_factory=UiSettings)
    goods: Callable[[], GoodsParts] | None = None
    """Made when the goods room is opened."""
    newer_version: Callable[[], str] = lambda: ""
    """A version that was fetched and waits to be installed; empty when there is none. Returns at once."""
    maintenance: "Callable[[], Maintenance] | None" = None
    """Made when the technician's console is opened."""
    backing_up: "Callable[[], BackingUp] | None" = None
    """Made when somebody looks at the copies of the data."""
    returns: Callable[[], ReturnParts] | None = None
    """Made when the first goods come back, so that the till opens sooner."""
    interrupted_returns: Callable[[], int] = lambda: 0
    """How many returns had their money on the way when the till stopped; reads the disk."""
    staff: "Callable[[], Staff] | None" = None
    """Made when the people of the till are managed."""
    set_up: "Callable[[], SetUp] | None" = None
    """Made when the store's settings are opened."""
    settings_due: Callable[[], bool] = lambda: False
    """True when settings wait whose day has come; without the disk."""
    settings_fault: Callable[[], str] = lambda: ""
    """Why settings whose day has come could not be taken."""
    start_again: bool = False
    """Set before the window closes: the till is to open once more, with the settings of the new day."""
    scale: Callable[[], Scale | None] = lambda: None
    """The scale beside the till, if any."""
    supervised: SupervisedSale = field(init=False)
    weighing: Weighing = field(init=False)

    def __post_init__(self) -> None:
        self.formatter = ScreenFormatter(self.formatter)
        self.supervised = SupervisedSale(self.selling, self.approvals or Approvals(self.operator))
        self.weighing = Weighing(self.approvals or Approvals(self.operator), self.profile.weight_unit)
        if self.cards is None:
            self.cards = CardPayments(self.selling, self.tendering)
