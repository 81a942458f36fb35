"""What the function keys and tiles do. Panels are imported when they are opened, not when the till starts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pos_app.domain.receipt_code import is_receipt_number
from pos_app.errors import CashierError, WorldError
from ui.member.member_view_model import MemberStage
from ui.messages import Banner
from ui.orders.functions import OrderFunctions
from ui.parking.parking import Parking
from ui.promotions.promo_codes import PromoCodeDesk
from ui.receipts.functions import ReceiptFunctions
from ui.sale.action_bar import ACTIONS
from ui.sale.sale_view_model import Stage

if TYPE_CHECKING:
    from pos_app.ports import OfflineExposure
    from pos_app.services.approvals import Approval
    from ui.backup.functions import BackupFunctions
    from ui.customer_display.link import CustomerDisplays
    from ui.manager.functions import ManagerFunctions
    from ui.member.member_desk import MemberDesk
    from ui.returns.returns import Returns
    from ui.sale.checkout_window import CheckoutWindow
    from ui.sale.more_menu import MoreMenu
    from ui.sale.reduction_desk import ReductionDesk
    from ui.sale.shelf import Shelf
    from ui.tender.manual_card_panel import ManualCardPanel
    from ui.tender.manual_prompt import Asked
    from ui.tender.ways_to_pay import WaysToPay


class Functions:
    """The functions of the checkout, each usable only when it can do something."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self.device_panel: QWidget | None = None
        self._desk: MemberDesk | None = None
        self._reductions: ReductionDesk | None = None
        self._shelf: Shelf | None = None
        self._ways: WaysToPay | None = None
        self._manual: ManualCardPanel | None = None
        self.parking = Parking(window)
        self.receipts = ReceiptFunctions(window)
        self.orders = OrderFunctions(window)
        self.promo_codes = PromoCodeDesk(window)
        self._returns: Returns | None = None
        window.tender.pay_out = self._pay_out

    @property
    def desk(self) -> MemberDesk:
        """What can be done for a member; made when it is needed for the first time."""
        if self._desk is None:
            from ui.member.member_desk import MemberDesk

            self._desk = MemberDesk(self._window)
        return self._desk

    @property
    def shelf(self) -> Shelf:
        """Tiles, price check and departments; made when it is needed for the first time."""
        if self._shelf is None:
            from ui.sale.shelf import Shelf

            self._shelf = Shelf(self._window)
        return self._shelf

    def take_checked_code(self, code: str, otherwise: str = "") -> bool:
        """True when a price check waited for this code."""
        if self._shelf is None or self._window.sale.question is not None:
            return False
        return self._shelf.price_check.take_code(code, otherwise)

    def absent(self) -> frozenset[str]:
        """Functions whose parts this till does not have."""
        parts = self._window.services
        absent = set() if parts.cash else {"drawer"}
        if not self.receipts.present:
            absent.add("receipts")
        if parts.returns is None:
            absent.add("return")
        return frozenset(absent if parts.parking else absent | {"park"})

    def usable(self) -> dict[str, bool]:
        """Which functions can do something now."""
        sale = self._window.sale
        lines = sale.editable and bool(sale.view.priced.lines)
        selling = sale.stage is not Stage.CARD_PENDING
        if self.returning:
            return {action.action_id: action.action_id == "return" for action in ACTIONS}
        return {
            "member": selling,
            "discount": lines,
            "quantity": lines and bool(sale.selected),
            "park": selling,
            "return": selling and not sale.paid_in_part,
            "undo": sale.stage is Stage.SALE and sale.view.can_undo,
            "cancel": sale.stage is Stage.SALE and sale.view.header is not None,
            "receipts": selling,
            "drawer": selling,
        }

    def shortcuts(self) -> list[tuple[str, Callable[[], None]]]:
        """Keys and what they do."""
        window = self._window

        def tile(name: str) -> Callable[[], None]:
            return lambda: self.trigger(name)

        def behind(act: Callable[[], None]) -> Callable[[], None]:
            """Not while a return stands before the basket."""
            return lambda: None if self.returning else act()

        return [
            ("F1", behind(self.explain)),
            ("F2", self.find),
            ("F3", tile("member")),
            ("F4", tile("discount")),
            ("Shift+F4", behind(self.promo_codes.open)),
            ("F5", tile("quantity")),
            ("F6", tile("park")),
            ("F7", tile("return")),
            ("Shift+F6", behind(self.parking.ask_note)),
            ("Ctrl+Del", tile("cancel")),
            ("F8", tile("receipts")),
            ("Ctrl+P", self.receipts.print_last),
            ("Ctrl+E", self.receipts.email_last),
            ("F9", tile("drawer")),
            ("F10", tile("more")),
            ("F11", behind(self.cash)),
            ("F12", behind(self.card)),
            ("Ctrl+Z", tile("undo")),
            ("Ctrl+T", behind(self.tiles)),
            ("Ctrl+I", behind(self.price_check)),
            ("Ctrl+L", window.people.lock),
            ("Ctrl+O", self.orders.show_orders),
            ("Esc", window.step_back),
        ]

    def trigger(self, name: str) -> None:
        """Do what a tile says, when it can be used now."""
        if self._window.sale.question is None and name not in self.absent() and self.usable().get(name, True):
            acts: dict[str, Callable[[], None]] = {
                "member": self.member,
                "discount": self.discount,
                "quantity": self.quantity,
                "park": self.parking.park_or_list,
                "return": self.take_back,
                "undo": self._window.sale.undo,
                "cancel": self._window.tender.ask_to_cancel,
                "receipts": self.receipts.open,
                "drawer": self.drawer,
                "more": self.more,
            }
            acts[name]()

    @property
    def returning(self) -> bool:
        """True while goods are being taken back: nothing is done to the sale behind them."""
        return self._returns is not None and self._returns.covers

    @property
    def returns(self) -> Returns | None:
        """Goods that come back; made when the first do. None where this till takes none back."""
        make = self._window.services.returns
        if self._returns is None and make is not None:
            from ui.returns.returns import Returns

            self._returns = Returns(self._window, make())
        return self._returns

    def _pay_out(self, complete: Callable[[], None]) -> None:
        """What an exchange leaves goes back before the ticket is completed."""
        if self._window.sale.view.exchange is not None and self.returns is not None:
            self.returns.exchanges.pay_out(complete)
        else:
            complete()

    def look_for_interrupted_returns(self) -> None:
        """A return whose money was on its way when the till stopped waits under F7, and says so."""

        def say(count: int) -> None:
            if count:
                words = "Money was going back when the till stopped. Press F7 to finish it."
                self._window.sale.warn(Banner("A return was interrupted", words, "warn"))

        self._window.background.run(self._window.services.interrupted_returns, say, self.failed)

    def take_back(self) -> None:
        """F7: goods come back."""
        if self.returns is not None:
            self.returns.open()

    def void_a_sale(self) -> None:
        """Reverse a whole sale of today."""
        if self.returns is not None:
            self.returns.search.list_today()

    def take_return_scan(self, code: str) -> bool:
        """True when a scan opened a return, or was for the one that is open."""
        if self._window.sale.question is not None:
            return False
        free = self.usable()["return"]
        open_already = self._returns is not None and self._returns.is_open
        if not open_already and not (free and is_receipt_number(code)):
            return False
        return self.returns is not None and self.returns.take_scan(code)

    def with_approval(self, act: Callable[[Approval | None], None]) -> None:
        """Do what may need a second person: they are asked, and it is done again with their approval."""
        self._window.sale.with_approval(act)

    # --- selling ----------------------------------------------------------------------------------------------------

    def find(self) -> None:
        """F2: back to the find field."""
        if self._window.sale.question is None:
            self._window.side.close_panel()
            self._window.focus_scan_field()

    def member(self) -> None:
        """F3: ask for the member; then enrol who was not found, or show everything of who is attached."""
        window = self._window
        if self._desk is not None and self._desk.enrolling:
            return
        window.side.close_panel()
        if window.sale.view.basket.member is not None:
            self.desk.open()
        elif window.member.can_enrol:
            self.desk.enrol()
        elif window.member.stage is MemberStage.ENTRY:
            window.side.member.email.setFocus()
        else:
            window.member.begin_entry()

    def enrol(self) -> None:
        """Make the customer with the address just entered a member."""
        self.desk.enrol()

    def explain(self) -> None:
        """F1: why this sale earns, or earned, its points."""
        window = self._window
        if window.sale.question is None and window.basket.sheet_open:
            window.close_sheet()
        elif window.sale.question is None:
            self.desk.explain()

    def quantity(self) -> None:
        """F5: another quantity on the selected line."""
        from ui.tender import entries

        entry = entries.quantity_entry(self._window.sale)
        if entry is not None:
            self._window.side.ask(entry)

    @property
    def reductions(self) -> ReductionDesk:
        """Discounts and other prices; made when one is given for the first time."""
        if self._reductions is None:
            from ui.sale.reduction_desk import ReductionDesk

            self._reductions = ReductionDesk(self._window)
        return self._reductions

    def discount(self) -> None:
        """F4: a discount on the selected line or the sale, or another price."""
        self.reductions.open()

    # --- paying -----------------------------------------------------------------------------------------------------

    def cash(self) -> None:
        """F11: cash handed over, preset to exactly what is due."""
        from ui.tender import entries

        window = self._window
        if window.sale.question is None and window.tender.can_pay and window.tender.due_minor > 0:
            window.side.ask(entries.cash_entry(window.tender, window.services.formatter))

    def card(self) -> None:
        """F12: the rest by card, or the end of a sale on which nothing is due."""
        window = self._window
        if window.sale.question is None and window.tender.can_pay:
            window.side.close_panel()
            window.tender.pay_card() if window.tender.due_minor else window.tender.pay_nothing()

    def points(self) -> None:
        """Ask how many points to use."""
        from ui.tender import entries

        window = self._window
        if window.tender.can_pay and not window.tender.points_refusal:
            formatter = window.services.formatter
            window.side.ask(entries.points_entry(window.sale, window.tender, formatter, self.desk.use_points))

    def manual_card(self, asked: Asked) -> None:
        """The card terminal stands alone: ask what to do on it, and what its slip says."""
        if self._manual is None:
            from ui.tender.manual_card_panel import ManualCardPanel

            self._manual = ManualCardPanel(self._window.services.formatter, self._window.side)
            self._window.side.add_panel(self._manual)
        self._window.side.show_panel(self._manual, stays=True)
        self._manual.ask(asked)

    def check_refunds(self) -> None:
        """Card refunds of which nobody knows how they ended."""
        from ui.tender.refund_check import RefundCheck

        if self._window.services.card_refunds is not None:
            RefundCheck(self._window, self._window.services.card_refunds()).open()

    @property
    def ways_to_pay(self) -> WaysToPay:
        """Parts, gift cards and the store's own tenders; made when they are needed for the first time."""
        if self._ways is None:
            from ui.tender.ways_to_pay import WaysToPay

            self._ways = WaysToPay(self._window)
        return self._ways

    def gift_card(self) -> None:
        """Pay with a gift card or store credit."""
        self.ways_to_pay.gift_card()

    def split(self) -> None:
        """Pay a part, or take one back."""
        self.ways_to_pay.split()

    def other_tender(self) -> None:
        """Foreign cash, and the tenders of the store's own."""
        self.ways_to_pay.other()

    # --- the rest ---------------------------------------------------------------------------------------------------

    def drawer(self) -> None:
        """F9: open the drawer without a sale, or for cash paid in or out; it is journaled."""
        cash = self._window.services.cash
        if cash is not None:
            from ui.sale.drawer_desk import DrawerDesk

            DrawerDesk(self._window, cash).open()

    @cached_property
    def more_menu(self) -> MoreMenu:
        """The list under More."""
        from ui.sale.more_menu import MoreMenu

        return MoreMenu(self._window)

    def more(self) -> None:
        """F10: what is needed less often."""
        self.more_menu.open()

    def tiles(self) -> None:
        """Ctrl+T: the product tiles."""
        window = self._window
        if window.services.profile.tile_pages and window.sale.question is None:
            window.side.close_panel()
            self.shelf.tiles()

    def price_check(self) -> None:
        """Ctrl+I: what the next scan costs."""
        if self._window.sale.question is None:
            self._window.side.close_panel()
            self.shelf.price_check.begin()

    def training(self) -> None:
        """Open the till for training beside this one."""
        start = self._window.services.start_training
        if start is not None:
            opened = "The till for training opens in a window of its own"
            self._window.background.run(start, lambda _: self._window.sale.say(opened), self.failed)

    def exposure(self) -> None:
        """What the store's tills let be spent without the rewards service, for its manager."""
        ask = self._window.services.membership.exposure
        self._window.background.run(ask, self._show_exposure, self.failed)

    def _show_exposure(self, exposure: OfflineExposure) -> None:
        from ui.widgets.list_panel import ListRow

        formatter = self._window.services.formatter

        def row(name: str, detail: str, trailing: str) -> ListRow:
            return ListRow(name, detail, lambda: None, "gift", trailing)

        rows = [
            row("Used offline", "At this store's tills, last 30 days", formatter.points(exposure.offline_points)),
            row("Became a debt", "More than the members had", formatter.points(exposure.overdrawn_points)),
            row("Worth of the debt", "", formatter.money(exposure.value_minor)),
            row("The store's limit", "Shared out to its tills", formatter.points(exposure.budget_points)),
        ]
        self._window.side.show_list("Points used offline", rows)

    @cached_property
    def manager(self) -> ManagerFunctions:
        """Reports and the journal."""
        from ui.manager.functions import ManagerFunctions

        return ManagerFunctions(self._window)

    @cached_property
    def backup(self) -> BackupFunctions:
        """Copies of the data."""
        from ui.backup.functions import BackupFunctions

        return BackupFunctions(self._window)

    @cached_property
    def displays(self) -> CustomerDisplays:
        """What faces the customer; made when there is something to show it on."""
        from ui.customer_display.link import CustomerDisplays

        return CustomerDisplays(self._window)

    def start_displays(self) -> None:
        """Let the displays on the counter follow the sale."""
        self.displays.refresh()

    def customer_display(self) -> None:
        """Show the customer's screen, or put it away."""
        self.displays.toggle_screen()

    def devices(self) -> None:
        """Show the simulated devices."""
        from ui.devices.device_panel import DevicePanel

        window = self._window
        if window.services.device_panel is not None:
            if self.device_panel is None:
                self.device_panel = DevicePanel(window.services.device_panel, window.services.bridge)
                self._put_beside_the_window(self.device_panel)
            self.device_panel.show()
            self.device_panel.raise_()

    def _put_beside_the_window(self, panel: QWidget) -> None:
        """To the right of the checkout where the screen has room, else as far right as it fits."""
        window, room = self._window, self._window.screen().availableGeometry()
        beside = window.frameGeometry().right() + 1
        panel.move(max(room.left(), min(beside, room.right() + 1 - panel.width())), window.frameGeometry().top())

    def close(self) -> None:
        """Close the window; an open sale stays on disk."""
        self._window.close()

    def failed(self, error: Exception) -> None:
        """Something in the background did not work: say so."""
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner("Not done", str(error)))
