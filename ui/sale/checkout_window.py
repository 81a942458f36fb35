"""The checkout window: puts the parts in their places, and keys, scans and answers on their way."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.domain.scan_code import ScanFault, fault_words, split_symbology, with_separators
from pos_app.ports import DeviceStatus, ItemHit, ScanEvent
from ui.announce import announce
from ui.background import Background, after_paint
from ui.employees.at_the_counter import EmployeesAtTheCounter
from ui.goods.at_the_counter import GoodsAtTheCounter
from ui.member.member_card import MemberCard
from ui.member.member_view_model import MemberStage, MemberViewModel
from ui.messages import Banner, double_question
from ui.sale.action_bar import ActionBar
from ui.sale.basket_card import BasketCard
from ui.sale.drawer_watch import DrawerWatch
from ui.sale.finding import DoubleDelivery, Finder
from ui.sale.functions import Functions
from ui.sale.hit_list import HitList
from ui.sale.sale_view_model import SaleViewModel, Stage
from ui.sale.side_column import SideColumn
from ui.sale.top_bar import TopBar
from ui.sale.touch_typing import TouchTyping
from ui.services_bundle import Services
from ui.set_up.at_the_counter import SetUpAtTheCounter
from ui.sign_on.people_at_the_till import PeopleAtTheTill
from ui.sounds import Sound, Sounds
from ui.technician.at_the_counter import TechnicianAtTheCounter
from ui.tender.pay_card import PayCard
from ui.tender.tender_view_model import TenderViewModel
from ui.theme.current import colour, set_reduce_motion, theme, use
from ui.theme.tokens import DARK, LIGHT, THEMES, Height, Space
from ui.till.at_the_counter import TillAtTheCounter
from ui.training.training_bar import BAR_HEIGHT, TrainingBar
from ui.wedge_scanner import WedgeScanner
from ui.widgets.question_overlay import QuestionOverlay

MINIMUM_WIDTH, MINIMUM_HEIGHT = 1024, 768
_AGE_SHOWN_MS = 30_000
_SIDE, _NARROW_SIDE, _WIDE_SIDE = 424, 360, 480


class CheckoutWindow(QWidget):
    """One till's window. Everything in it lives in the GUI thread."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        title = f"{services.profile.store_name} · Till {services.profile.workstation_id}"
        self.setWindowTitle(f"TRAINING · {title}" if services.profile.training else title)
        self.setAccessibleName("Checkout")
        self.setMinimumSize(MINIMUM_WIDTH, MINIMUM_HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        set_reduce_motion(services.settings.reduce_motion)
        use(THEMES.get(services.settings.theme, LIGHT))
        self.background = Background(self)
        self.sounds = Sounds(services.settings.sounds)
        self.sale = SaleViewModel(services, self.background, self.sounds)
        self.member = MemberViewModel(self.sale)
        self.tender = TenderViewModel(self.sale, self.member)
        self.functions = Functions(self)
        self.people = PeopleAtTheTill(self)
        self.till = TillAtTheCounter(self)
        self._replaced = False
        self.technician = TechnicianAtTheCounter(self)
        self.goods = GoodsAtTheCounter(self)
        self.set_up = SetUpAtTheCounter(self)
        self.employees = EmployeesAtTheCounter(self)
        self.rooms = (self.technician, self.goods, self.set_up, self.employees)
        self._build()
        self.typing = TouchTyping(self)
        self._connect()
        self._clear_timer = QTimer(self)
        self._clear_timer.setSingleShot(True)
        self._clear_timer.timeout.connect(self.sale.next_sale)
        self._age_timer = QTimer(self)
        self._age_timer.timeout.connect(self.side.member.refresh)
        self._age_timer.start(_AGE_SHOWN_MS)
        self._doubles = DoubleDelivery(services.settings.double_delivery_ms)
        self.wedge = WedgeScanner(self._scanner_read, services.settings.scan_timing, self, self._scan_refused)
        self.drawer_watch = DrawerWatch(self, services.settings.drawer_alarm_ms)
        self.sale.restore()
        self.tender.card.resume()
        self.refresh()
        self.scan_field.setFocus()
        self.people.begin()
        if not self.people.covering:
            self.till.look()
        after_paint(self.functions.look_for_interrupted_returns)
        after_paint(self.functions.receipts.look_for_paper)

    # --- parts ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        services, formatter = self.services, self.services.formatter
        self.top_bar = TopBar(services.profile, services.operator, services.clock, self)
        self.scan_field = self.top_bar.scan_field
        self.basket = BasketCard(self.sale, formatter, self)
        self.side = SideColumn(
            MemberCard(self.sale, self.member, self.tender, formatter),
            PayCard(self.sale, self.tender, formatter, services.profile),
            self,
        )
        self.actions_bar = ActionBar(self.functions.absent(), self)
        self.hits = HitList(formatter, self)
        self.finder = Finder(services.catalogue, self.background, services.selling.price_now)
        self.question = QuestionOverlay(self)
        self.training_bar = TrainingBar(self) if services.profile.training else None
        self.top_bar.lock_button.setVisible(services.sign_on is not None)
        self.top_bar.show_devices(list(services.device_statuses()))
        self.top_bar.show_sync(services.sync_status())

    def _connect(self) -> None:
        sale, side, bridge = self.sale, self.side, self.services.bridge
        sale.changed.connect(self.refresh)
        sale.savings.changed.connect(self.basket.refresh)
        sale.savings.changed.connect(side.pay.refresh)
        sale.announced.connect(lambda words, urgent: announce(self, words, urgent=urgent))
        sale.item_added.connect(self._item_added)
        sale.sale_ended.connect(self._sale_ended)
        sale.sale_ended.connect(self.till.look_into_the_drawer)
        sale.sale_ended.connect(self.functions.receipts.offer_choices)
        sale.complete_left.connect(self.functions.receipts.settle)
        sale.approval_wanted.connect(self.people.ask_approval)
        self.member.changed.connect(self._member_changed)
        self.scan_field.entered.connect(self._entered)
        self.scan_field.typed.connect(self._typed)
        self.finder.found.connect(self._show_hits)
        self.finder.failed.connect(lambda error: sale.warn(Banner("Nothing searched", str(error), "warn")))
        sale.serial_wanted.connect(lambda request: self.functions.shelf.ask_serial_number(request))
        sale.weight_wanted.connect(lambda request: self.functions.shelf.weigh(request))
        self.scan_field.quantity_typed.connect(sale.set_pending_quantity)
        self.scan_field.key_for_basket.connect(self._basket_key)
        self.hits.picked.connect(self._picked)
        canvas = self.basket.canvas
        canvas.step_requested.connect(sale.step_quantity)
        canvas.selection_changed.connect(lambda: sale.select(canvas.selected))
        strip = self.basket.strip
        strip.undo.connect(sale.undo)
        strip.dismiss.connect(sale.dismiss_banner)
        strip.search.connect(self._search_for)
        self.basket.products.clicked.connect(self.functions.tiles)
        strip.sell.connect(lambda code: self.functions.shelf.departments.open(code))
        side.panel_closed.connect(self.focus_scan_field)
        side.member.focus_released.connect(self.focus_scan_field)
        side.member.points_requested.connect(self.functions.points)
        side.member.enrol_requested.connect(self.functions.enrol)
        side.member.details_requested.connect(self.functions.member)
        side.member.explanation_requested.connect(self.functions.explain)
        side.pay.split_requested.connect(self.functions.split)
        side.pay.gift_card_requested.connect(self.functions.gift_card)
        side.pay.other_requested.connect(self.functions.other_tender)
        side.pay.next_sale_requested.connect(sale.next_sale)
        self.actions_bar.triggered.connect(self.functions.trigger)
        self.question.answered.connect(sale.answer)
        self.top_bar.lock_wanted.connect(self.people.lock)
        if (prompt := self.services.manual_card) is not None:
            prompt.asked.connect(self.functions.manual_card)
            prompt.dismissed.connect(side.close_panel)
            sale.card_answered.connect(side.close_panel)
        bridge.scanned.connect(self._device_scan)
        bridge.scan_refused.connect(self._scan_refused)
        bridge.device_changed.connect(self._device_changed)
        bridge.sync_changed.connect(self._sync_changed)
        bridge.noticed.connect(lambda title, words: self.sale.warn(Banner(title, words)))
        for keys, act in self.functions.shortcuts():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda act=act: None if self.covered else act())

    # --- showing ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the sale as it is now; every part repaints only what differs."""
        self.basket.refresh()
        self.side.pay.refresh()
        self.side.refresh()
        self.scan_field.set_quantity(
            str(self.sale.pending_quantity_milli // 1000) if self.sale.pending_quantity_milli else ""
        )
        self.scan_field.set_ready(self.sale.stage is Stage.COMPLETE or self.sale.editable)
        self._refresh_functions()
        self._watch_complete()
        had_question = not self.question.isHidden()
        self.question.show_question(self.sale.question)
        if had_question and self.sale.question is None and not self.covered:
            self.focus_scan_field()
        self.till.raise_()
        for room in self.rooms:
            room.raise_()
        self.people.stay_in_front()

    def _watch_complete(self) -> None:
        """A completed sale clears by itself after a while; until then its change stays in sight."""
        if self.sale.stage is not Stage.COMPLETE:
            self._clear_timer.stop()
        elif not self._clear_timer.isActive():
            self._clear_timer.start(self.services.settings.complete_clears_after_ms)

    def _refresh_functions(self) -> None:
        self.side.member.refresh()
        self.actions_bar.set_enabled(self.functions.usable())
        self.functions.parking.show_tile(self.actions_bar.tiles)

    def _member_changed(self) -> None:
        self._refresh_functions()
        self.side.pay.refresh()

    @property
    def covered(self) -> bool:
        """True while something stands before the sale: it takes neither keys nor scans."""
        return self.people.covering or self.till.covering or any(room.covering for room in self.rooms)

    def close_sheet(self) -> None:
        """Back to the basket."""
        if self.basket.sheet_open:
            self.basket.close_sheet()
            self.focus_scan_field()

    def focus_scan_field(self) -> None:
        """Typing goes to the find field again."""
        self.scan_field.line.setFocus()

    @property
    def has_customer_display(self) -> bool:
        """True once something faces the customer."""
        return "displays" in vars(self.functions)

    def toggle_theme(self) -> None:
        """Light to dark and back."""
        use(LIGHT if theme() is DARK else DARK)

    def _device_changed(self, status: DeviceStatus) -> None:
        self.top_bar.show_devices([status])
        self.tender.card.terminal_is_there()
        self.side.pay.refresh()

    def _sync_changed(self, status: object) -> None:
        now = self.services.sync_status()
        self.top_bar.show_sync(now)
        self.side.member.refresh()
        self.people.look_again()
        if now.replaced and not self._replaced:
            self.sale.warn(Banner("This till goes on elsewhere", now.reason))
        self._replaced = now.replaced

    # --- scans and typing -------------------------------------------------------------------------------------------

    def on_scan(self, code: str) -> None:
        """A scan from anywhere: it goes to the basket, never into a number that is being typed.

        Only an item's code may need the AIM identifier that some scanners send before it.
        """
        code, symbology = split_symbology(code)
        if self.employees.take_badge(code):
            return
        if self.people.take_scan(code) or any(room.take_scan(code) for room in self.rooms) or self.till.take_scan(code):
            return
        self.finder.look_for("")
        if self.sale.question is None and self.side.take_scan(code):
            return
        if self.functions.take_return_scan(code) or self.functions.receipts.take_scan(code):
            return
        if self.functions.parking.take_scan(code) or self.functions.orders.take_scan(code):
            return
        if self.functions.take_checked_code(symbology + code):
            return
        if self.sale.scan(code, symbology=symbology):
            self._leave_entries()
        if self.scan_field.text():
            self.scan_field.clear()

    def _device_scan(self, event: ScanEvent) -> None:
        self._scanner_read(event.symbology + event.text)

    def _scanner_read(self, code: str) -> None:
        """A code from the hardware, which may send it twice."""
        code = with_separators(code, self.services.settings.group_separator)
        if not self._doubles.is_second(split_symbology(code)[0]):
            self.on_scan(code)
        elif self.sale.question is None and not self.covered:
            self._was_double(code)

    def _was_double(self, code: str) -> None:
        with self.sale.one_change():
            if self.services.settings.asks_about_doubles:
                self.sale.ask(double_question(split_symbology(code)[0], lambda: self.on_scan(code)))
            else:
                self.sale.miss(code, fault_words(ScanFault.DUPLICATE), sellable=False)

    def _scan_refused(self, reason: str) -> None:
        with self.sale.one_change():
            self.sale.refuse(Banner("Not read", reason), Sound.UNREAD)

    def _leave_entries(self) -> None:
        self.side.leave_for_scan()
        self.close_sheet()
        self.hits.hide()

    def _item_added(self, result: object) -> None:
        if self.sale.toast is not None:
            announce(self, f"{self.sale.toast.words}. Total {self.side.pay.total_text}")

    def _sale_ended(self) -> None:
        self.side.close_panel()
        self.close_sheet()
        self.hits.show_hits([], 0, 0, 0)
        self.scan_field.clear()
        self.focus_scan_field()

    def _entered(self, text: str) -> None:
        words = text.strip()
        if not words:
            return
        hits, highlighted = self.finder.answer_to(words), self.hits.highlighted
        self.scan_field.clear()
        meant = hits[highlighted].code if hits and 0 <= highlighted < len(hits) else ""
        if self.functions.take_checked_code(words, meant):
            return
        if self.sale.enter_text(words, hits, highlighted) is None:
            serial = self.sale.sale_serial
            self.finder.ask(words, lambda found: self._found_late(words, found, serial))

    def _found_late(self, words: str, found: list[ItemHit], serial: int) -> None:
        """Enter was faster than the search; nothing was scanned or typed since, and it is the same sale."""
        self.hits.hide()
        if serial == self.sale.sale_serial:
            self.sale.enter_text(words, found, 0)

    def _picked(self, index: int) -> None:
        code = self.hits.hits[index].code
        self.scan_field.clear()
        if not self.functions.take_checked_code(code):
            self.sale.pick(code)
        self.focus_scan_field()

    def _typed(self, text: str) -> None:
        self.finder.look_for(text)

    def _show_hits(self) -> None:
        """What was found for the text in the field; late answers to another text never come here."""
        field = self.scan_field.geometry().translated(self.top_bar.pos())
        hits = self.finder.answer_to(self.scan_field.text()) or []
        self.hits.show_hits(hits, field.left(), field.bottom() + 6, field.width())

    def _search_for(self, code: str) -> None:
        self.sale.dismiss_banner()
        self.scan_field.line.setText(code)
        self.focus_scan_field()
        self.scan_field.line.selectAll()

    def _basket_key(self, event: QKeyEvent) -> None:
        key, sale, canvas = event.key(), self.sale, self.basket.canvas
        if self.hits.isVisible() and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.hits.move_highlight(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            canvas.move_selection(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Plus:
            sale.step_quantity(sale.selected, 1)
        elif key == Qt.Key.Key_Minus:
            sale.step_quantity(sale.selected, -1)
        elif key == Qt.Key.Key_Delete:
            sale.remove_line(sale.selected)
        else:
            canvas.keyPressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys nobody wanted: basket keys work from everywhere, digits belong to the find field."""
        basket = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Delete)
        if self.sale.question is not None or self.covered:
            return
        if event.key() in basket and not self.side.panel_open and not self.basket.sheet_open:
            self._basket_key(event)
        elif len(event.text()) == 1 and (event.text().isalnum() or event.text() == "*") and not self.side.panel_open:
            self.close_sheet()
            self.focus_scan_field()
            QApplication.sendEvent(self.scan_field.line, event)
        else:
            super().keyPressEvent(event)

    def step_back(self) -> None:
        """Esc: one step back, and never more."""
        if self.sale.question is not None or self.covered:
            return
        if self.basket.sheet_open:
            self.close_sheet()
        elif self.side.panel_open:
            self.side.go_back()
            return
        elif self.member.stage is not MemberStage.PROMPT:
            self.member.cancel_entry()
        elif self.scan_field.text() or self.sale.pending_quantity_milli:
            self.scan_field.clear()
            self.sale.set_pending_quantity(0)
        elif self.sale.stage is Stage.CARD_PENDING:
            self.tender.cancel_card()
        else:
            self.sale.dismiss_toast()
        self.focus_scan_field()

    # --- window -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        gutter = Space.GUTTER
        side = _NARROW_SIDE if wide < 1200 else _WIDE_SIDE if wide >= 1600 else _SIDE
        head = BAR_HEIGHT if self.training_bar is not None else 0
        top = head + Height.TOP_BAR + gutter
        middle = high - top - Height.TILE - 2 * gutter
        self.top_bar.setGeometry(0, head, wide, Height.TOP_BAR)
        if self.training_bar is not None:
            self.training_bar.setGeometry(0, 0, wide, BAR_HEIGHT)
        self.basket.setGeometry(gutter, top, wide - side - 3 * gutter, middle)
        self.side.setGeometry(wide - side - gutter, top, side, middle)
        self.actions_bar.setGeometry(gutter, high - Height.TILE - gutter, wide - 2 * gutter, Height.TILE)
        self.question.setGeometry(0, 0, wide, high)
        self.till.place(wide, high)
        for room in self.rooms:
            room.place(wide, high)
        self.people.place(wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("page"))
        painter.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing keeps the sale on disk. While a card is being charged the window stays: its answer is money."""
        if self.sale.stage is Stage.CARD_PENDING and not self.tender.card.unknown:
            event.ignore()
            self.sale.warn(Banner("Card payment under way", "Cancel it or wait for its answer, then close.", "warn"))
            return
        self.services.selling.save()
        self.functions.parking.stop()
        if self.functions.device_panel is not None:
            self.functions.device_panel.close()
        if self.has_customer_display:
            self.functions.displays.end()
        super().closeEvent(event)
