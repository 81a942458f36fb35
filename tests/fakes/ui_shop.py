"""A till for window tests: the real services over a shop in memory, with electronics on its shelves."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from fakes import memory_shop as memory
from fakes.memory_gateway import MemoryGateway
from fakes.memory_people import ASSOCIATE, MemoryPeople, MemoryTimeClock
from fakes.memory_receipts import MemoryMailQueue, MemoryPrintQueue, MemoryReceiptIndex
from fakes.return_shop import ReturnShop
from fakes.shop_terminal import ShopTerminal

from hardware.receipt_printer.picture import receipt_picture
from pos_app.clock import SetClock
from pos_app.domain.item import Fee, Item
from pos_app.domain.member import MemberAccount, PoolBalance
from pos_app.domain.operator import Operator, SignedOn
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.gs1_reader import read_gs1
from pos_app.ports import (
    DeviceState,
    DeviceStatus,
    ItemHit,
    MemberStatement,
    StatementMovement,
    SyncStatus,
)
from pos_app.services.approvals import Approvals
from pos_app.services.approving import Approving
from pos_app.services.cash_movements import CashMovements
from pos_app.services.explaining import Explaining
from pos_app.services.loading import Loading
from pos_app.services.membership import Membership
from pos_app.services.orders import Orders
from pos_app.services.paper_in_doubt import PaperInDoubt
from pos_app.services.parked_sharing import ParkedSharing
from pos_app.services.promo_codes import PromoCodes
from pos_app.services.receipt_check import ReceiptChecks
from pos_app.services.receipt_desk import ReceiptDesk
from pos_app.services.receipt_sample import SampleKind, sample_receipt
from pos_app.services.rewards import Rewards
from pos_app.services.selling import Selling
from pos_app.services.sign_on import SignOn
from pos_app.services.suspending import Suspending
from pos_app.services.tax_exemption import TaxExemption
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl
from pos_app.services.time_clock import TimeClock
from pos_app.services.unlisted_items import UnlistedItems
from ui.qt_bridge import QtBridge
from ui.services_bundle import PaperParts, ParkingParts, Services, UiSettings

EMAIL = "j@example.com"
ACCOUNT = MemberAccount("m-1", "", "j••••@example.com", 1240, 1240, 0, "2026-11-22T14:00:00+00:00")

MEMBER = replace(
    ACCOUNT,
    segment="student",
    linked=("shopping", "credit_card"),
    pending_points=120,
    proofs=("pin", "code", "id_seen"),
)
"""A member with everything a member can have."""

STATEMENT = MemberStatement(
    masked_email="j••••@example.com",
    balance_points=1240,
    available_points=1240,
    pending_points=120,
    pools=(PoolBalance("store", 900), PoolBalance("card", 340)),
    expiring=((300, "2026-12-14"),),
    expiring_days=30,
    movements=(
        StatementMovement("2026-11-20T10:00:00+00:00", "earn_base", 249, "store", "001", "001-02-000007", "Purchase"),
        StatementMovement("2026-11-19T09:00:00+00:00", "redeem", -500, "store", "002", "002-01-000031"),
    ),
    as_of="2026-11-22T14:25:00+00:00",
)


def _item(code: str, name: str, brand: str, price: int, category: str, fee: int = 0) -> Item:
    fees = (Fee("recycling", "Recycling", fee),) if fee else ()
    return Item(code, name, price, ("general",), category=category, brand=brand, fees=fees)


SHELF = {
    item.item_id: item
    for item in (
        _item("4006381333931", "Wireless Headphones WH-7", "Auralis", 24_999, "Headphones"),
        _item("5901234123457", "4K Action Camera Kit", "Veldra", 31_900, "Cameras"),
        _item("9780201379624", "USB-C Cable, 2 m", "Nordlink", 1_499, "Cables"),
        _item("4012345678901", "Smart TV 43 inch", "Lumora", 42_900, "Televisions", 1_200),
        _item("7612345678900", "Game Controller", "Pixelar", 6_499, "Gaming"),
        _item("8412345678905", "Portable SSD 1 TB", "Corvex", 10_950, "Storage"),
        _item("3045140105502", "Power Bank 20,000 mAh", "Voltaro", 4_995, "Chargers"),
        _item(
            "3045140105519",
            "Instant Photo Printer with a very long product name for the shelf",
            "Printa",
            8_900,
            "Printers",
        ),
        _item("0012345678905", "Wireless Mouse", "Nordlink", 2_999, "Mice"),
        _item("0000000000017", "Sample", "", 0, "Samples"),
    )
}


class Shelf(memory.MemoryCatalogue):
    """Looks items up and finds them by words."""

    def search(self, text: str, limit: int = 20) -> list[ItemHit]:
        wanted = text.lower().split()
        hits = [i for i in self.items.values() if all(w in f"{i.name} {i.brand} {i.item_id}".lower() for w in wanted)]
        return [ItemHit(i.item_id, i.name, i.brand, i.price_minor, i.item_id) for i in hits[:limit]]


class Paper:
    """Documents."""

    def __init__(self) -> None:
        self.documents: list[ReceiptDocument] = []

    def print_document(self, document: ReceiptDocument) -> None:
        self.documents.append(document)


class ReceiptRoom:
    """Receipts after the sale, over the storage in memory; the picture of the paper is the real one."""

    def __init__(self, shop: "UiShop", operator: Operator) -> None:
        self.mail = shop.mail
        self.desk = ReceiptDesk(
            storage=shop.storage,
            index=MemoryReceiptIndex(shop.storage),
            print_queue=MemoryPrintQueue(shop.storage),
            mail_queue=shop.mail,
            clock=shop.clock,
            ids=shop.storage.ids,
            formatter=shop.formatter,
            profile=shop.profile,
            operator=operator,
        )
        self.checks = ReceiptChecks(shop.storage, None)
        self._profile = shop.profile

    def sample(self, language: str, kind: SampleKind) -> ReceiptDocument:
        profile = replace(self._profile, receipt=replace(self._profile.receipt, language=language))
        return sample_receipt(profile, memory.PlainFormatter(), datetime(2026, 11, 22, 14, 26, tzinfo=UTC), kind)

    def picture(self, document: ReceiptDocument) -> bytes:
        return receipt_picture(document, self._profile.receipt_columns)


class UiShop:
    """Everything behind one checkout window."""

    def __init__(self, **profile: object) -> None:
        self.storage = memory.MemoryStorage()
        self.storage.state.business_day = "2026-11-22"
        self.clock = SetClock(datetime(2026, 11, 22, 14, 26, tzinfo=UTC))
        self.storage.clock = self.clock
        self.terms = memory.MemoryTerms()
        self.gateway = MemoryGateway()
        self.gateway.accounts[EMAIL] = ACCOUNT
        self.members = memory.MemoryMemberCache()
        self.catalogue = Shelf(SHELF)
        self.price_lists = memory.MemoryPriceLists()
        self.parking_gateway = memory.MemoryParkingGateway()
        self.terminal = ShopTerminal()
        self.paper = Paper()
        self.mail = MemoryMailQueue()
        self.jammed = False
        self.recovered: list[bool] = []
        self.returns = ReturnShop(self.storage)
        self.bridge = QtBridge()
        self.people = MemoryPeople()
        self.operator = SignedOn(ASSOCIATE)
        self.status = SyncStatus(online=True, queued=0)
        self.profile = memory.profile(store_name="Northgate Electronics", **profile)
        self.formatter = memory.PlainFormatter()
        self.devices = [
            DeviceStatus("Receipt printer", "receipt_printer", DeviceState.READY),
            DeviceStatus("Barcode scanner", "barcode_scanner", DeviceState.READY),
        ]

    def services(self, settings: UiSettings | None = None) -> Services:
        """A fresh set of services over what is on 'disk'."""
        operator = self.operator
        approvals = Approvals(operator, clock=self.clock)
        selling = Selling(
            storage=self.storage,
            catalogue=self.catalogue,
            terms=self.terms,
            clock=self.clock,
            ids=self.storage.ids,
            profile=self.profile,
            operator=operator,
            read_gs1=read_gs1,
            price_lists=self.price_lists,
        )
        tendering = Tendering(
            selling,
            storage=self.storage,
            terms=self.terms,
            clock=self.clock,
            ids=self.storage.ids,
            formatter=self.formatter,
        )
        parked = memory.MemoryParkedSales(self.storage)
        suspending = Suspending(
            selling,
            storage=self.storage,
            parked=parked,
            catalogue=self.catalogue,
            clock=self.clock,
            ids=self.storage.ids,
            formatter=self.formatter,
            approvals=Approvals(operator, clock=self.clock),
        )
        sharing = ParkedSharing(
            self.parking_gateway,
            suspending,
            storage=self.storage,
            parked=parked,
            clock=self.clock,
            terminal_id=self.storage.terminal_id,
        )
        orders = Orders(
            selling,
            book=memory.MemoryOrderBook(self.storage),
            storage=self.storage,
            clock=self.clock,
            ids=self.storage.ids,
            formatter=self.formatter,
            operator=operator,
            approvals=approvals,
        )
        services = Services(
            selling=selling,
            tendering=tendering,
            rewards=Rewards(self.gateway, self.storage.ids),
            membership=Membership(
                self.gateway,
                storage=self.storage,
                cache=self.members,
                terms=self.terms,
                clock=self.clock,
                ids=self.storage.ids,
                profile=self.profile,
                operator=operator,
            ),
            explaining=Explaining(selling, storage=self.storage, terms=self.terms, profile=self.profile),
            catalogue=self.catalogue,
            terms=self.terms,
            formatter=self.formatter,
            clock=self.clock,
            ids=self.storage.ids,
            profile=self.profile,
            operator=operator,
            bridge=self.bridge,
            sync_status=lambda: self.status,
            device_statuses=lambda: self.devices,
            payment_terminal=self.terminal,
            print_actions=self.paper,
            receipts=ReceiptRoom(self, operator),
            papers=self.papers(operator),
            approving=Approving(
                operator=operator, people=self.people, storage=self.storage, clock=self.clock, ids=self.storage.ids
            ),
            approvals=approvals,
            time_clock=TimeClock(
                operator=operator, storage=self.storage, records=MemoryTimeClock(lambda: self.storage.state.entries)
            ),
            cash=CashMovements(
                TillControl(storage=self.storage, clock=self.clock, operator=operator),
                approvals,
                operator=operator,
                clock=self.clock,
                ids=self.storage.ids,
                formatter=self.formatter,
                profile=self.profile,
            ),
            sign_on=SignOn(
                operator=operator,
                people=self.people,
                approvals=approvals,
                selling=selling,
                storage=self.storage,
            ),
            promo_codes=PromoCodes(selling, self.gateway, approvals),
            parking=ParkingParts(suspending, sharing),
            orders=lambda: orders,
            tax_exemption=lambda: TaxExemption(selling, approvals),
            unlisted=UnlistedItems(selling, approvals, self.formatter),
            loading=Loading(
                selling,
                self.gateway,
                storage=self.storage,
                clock=self.clock,
                ids=self.storage.ids,
                formatter=self.formatter,
            ),
            settings=settings or UiSettings(sounds=False),
        )
        parts = cache(lambda: self.returns.parts(services, self.gateway))
        services.returns = parts
        services.interrupted_returns = lambda: len(self.returns.kept)
        tendering.exchanges = lambda: parts().exchanging
        return services

    def papers(self, operator: Operator) -> PaperParts:
        """Paper in doubt; the cutter jams when the test says so."""
        doubts = PaperInDoubt(
            storage=self.storage, print_queue=MemoryPrintQueue(self.storage), ids=self.storage.ids, operator=operator
        )
        return PaperParts(doubts, lambda: self.jammed, self.recovered.append)

    def go_offline(self, queued: int = 3) -> None:
        """The connection to the central service is lost."""
        self.gateway.online = self.returns.gateway.online = False
        self.status = SyncStatus(online=False, queued=queued, reason="No answer")
        self.bridge.on_sync(self.status)
