"""The sale as the checkout window shows it: takes scans and keys, asks the services, says what became of them."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from PySide6.QtCore import Signal

from pos_app.domain.basket import BasketLine, Discount, EntryMethod
from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.scan_code import split_symbology
from pos_app.domain.tenders import Tender, TenderType
from pos_app.ports import ItemHit, PrintJob
from pos_app.services.approvals import Approval
from pos_app.services.current_sale import HELD, SaleView
from pos_app.services.ringing_up import AddResult, QuantityLimitError
from pos_app.services.tendering import CompletedSale, TenderOutcome
from ui.background import Background
from ui.member.member_code import is_member_code
from ui.messages import SELLABLE_FAULTS, Banner, Choice, Question, Toast, quantity_question
from ui.promotions.watch import SavingsWatch
from ui.sale.item_entry import ItemEntry
from ui.sale.notices import Notices
from ui.sale.serial_watch import SerialWatch
from ui.services_bundle import Services
from ui.sounds import Sound, Sounds

ASK_ABOVE_PIECES = 999


class Stage(StrEnum):
    """Where the checkout is."""

    SALE = "sale"
    CARD_PENDING = "card_pending"
    COMPLETE = "complete"


class SaleViewModel(Notices):
    """State and intentions of the checkout. Lives in the GUI thread."""

    sale_ended = Signal()
    complete_left = Signal()
    """the completed sale gives way to the next one"""
    member_scanned = Signal(str)
    promo_code_scanned = Signal(str)
    codes_free = Signal(object)
    """holds of promo codes whose sale was cancelled"""
    item_added = Signal(object)
    card_answered = Signal()
    """what a card terminal was asked for is known now"""
    serial_wanted = Signal(object)
    weight_wanted = Signal(object)

    def __init__(self, services: Services, background: Background, sounds: Sounds) -> None:
        super().__init__(services, sounds)
        self.background = background
        self.stage = Stage.SALE
        self.completed: CompletedSale | None = None
        self.last_view: SaleView | None = None
        self.selected = 0
        self.merged = 0
        self.pending_quantity_milli = 0
        self.sale_serial = 0
        self.items = ItemEntry(self)
        self.serials = SerialWatch(self)
        self.savings = SavingsWatch(self)
        services.selling.on_change = self._selling_changed

    # --- what the window reads --------------------------------------------------------------------------------------

    @property
    def view(self) -> SaleView:
        """The sale under way, or the one just completed while it is still shown."""
        if self.stage is Stage.COMPLETE and self.last_view is not None:
            return self.last_view
        return self.services.selling.view

    @property
    def paid_in_part(self) -> bool:
        """True while money was taken that does not cover the sale yet; then no item can be added."""
        tenders = self.services.selling.view.tenders
        return any(tender.tender_type is not TenderType.POINTS for tender in tenders)

    @property
    def editable(self) -> bool:
        """True while lines may change."""
        return self.stage is Stage.SALE and not self.paid_in_part

    # --- scanning ---------------------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Take up a sale that a crash interrupted."""
        with self.one_change():
            if self.services.selling.restore():
                view = self.services.selling.view
                self.selected = view.priced.lines[-1].line_number if view.priced.lines else 0
                self._warning = Banner(
                    "Sale restored", "The terminal stopped in the middle of this sale. Nothing was lost.", "warn"
                )

    def scan(self, code: str, method: EntryMethod = EntryMethod.SCANNED, symbology: str = "") -> bool:
        """A scan, from whatever scanner: it lands in the basket or makes itself heard. True when it landed.

        symbology is the AIM identifier that came with it, or empty.
        """
        with self.one_change():
            free = self.question is None and self.stage is not Stage.CARD_PENDING
            if free and is_member_code(code):
                self._member_code(code)
                return True
            if self.question is not None:
                self.refuse(Banner("Answer the question first", "The scan was not added.", "warn"))
                return False
            if not free or self.paid_in_part:
                self.refuse(Banner("Finish payment first", "This sale is being paid. The scan was not added.", "warn"))
                return False
            self._leave_complete()
            if self._promo_code(code):
                return True
            return self._rung_up(self.items.ring_up(symbology + code, method))

    def enter_text(self, text: str, hits: list[ItemHit] | None, highlighted: int) -> bool | None:
        """Enter in the find field: a code if it is one, else the highlighted hit. True when an item was added.

        None when it is no code and the hits are not known yet: then nothing has happened.
        """
        with self.one_change():
            if is_member_code(text) or (not self.editable and self.stage is not Stage.COMPLETE):
                return self.scan(text, EntryMethod.KEYED)
            self._leave_complete()
            if self._promo_code(text):
                return True
            result = self.items.ring_up(text, EntryMethod.KEYED)
            if result is not None and not result.found and hits is None:
                return None
            if result is not None and not result.found and hits and 0 <= highlighted < len(hits):
                result = self.items.ring_up(hits[highlighted].code, EntryMethod.PICKED)
            return self._rung_up(result)

    def _promo_code(self, text: str) -> bool:
        """True when the text is a promo code of this store: it is entered."""
        codes = self.services.promo_codes
        code, _ = split_symbology(text.strip())
        if codes is None or not codes.knows(code):
            return False
        self.promo_code_scanned.emit(code)
        return True

    def pick(self, code: str) -> bool:
        """A product that was touched. True when it was added."""
        with self.one_change():
            if not self.editable and self.stage is not Stage.COMPLETE:
                return self.scan(code, EntryMethod.PICKED)
            self._leave_complete()
            return self._rung_up(self.items.ring_up(code, EntryMethod.PICKED))

    def _rung_up(self, result: AddResult | None) -> bool:
        """True when the basket has the item now; a code without one is said aloud."""
        if result is not None and not result.found:
            self.miss(result.code, result.words, sellable=result.reason in SELLABLE_FAULTS)
        return result is not None and result.found

    def _member_code(self, code: str) -> None:
        """A member's code starts the next sale when this one is complete: it can take no member any more."""
        if self.stage is Stage.COMPLETE:
            self._leave_complete()
            self._warning = Banner(
                "A new sale has begun",
                "The sale before is complete and earns no points. The member is on the new one.",
                "warn",
            )
        self.member_scanned.emit(code)

    def set_pending_quantity(self, pieces: int) -> None:
        """How many pieces the next item is; a very large number is asked about once."""
        with self.one_change():
            self.pending_quantity_milli = 0
            if pieces > ASK_ABOVE_PIECES:
                self._ask_quantity(pieces, lambda: self._set_pending(pieces))
            elif pieces > 0:
                self._set_pending(pieces)

    def _set_pending(self, pieces: int) -> None:
        self.pending_quantity_milli = pieces * QUANTITY_SCALE

    def _ask_quantity(self, pieces: int, act: Callable[[], None]) -> None:
        self.ask(quantity_question(pieces, "That is a large quantity.", act))

    def added(self, result: AddResult) -> None:
        """The basket has one item more."""
        self.pending_quantity_milli = 0
        self._warning = None
        self._misses.good_scan()
        self.selected = result.line_number
        self.merged = result.line_number if result.merged else 0
        assert result.item is not None
        self.toast = Toast(self._added_words(result.item.name, result), undoable=True)
        self.item_added.emit(result)

    def _added_words(self, name: str, result: AddResult) -> str:
        line, money = self._line(result.line_number), self.services.formatter.money
        now = money(line.unit_price_minor) if line is not None else ""
        if result.kept_price_minor is not None:
            return f"Now {now}, those before stay at {money(result.kept_price_minor)}: {name}"
        if result.former_price_minor is None:
            return f"{name} added"
        return f"Price changed, {money(result.former_price_minor)} → {now}: {name}"

    # --- lines ------------------------------------------------------------------------------------------------------

    def select(self, line_number: int) -> None:
        """The line that keys act on."""
        self.selected = line_number

    def step_quantity(self, line_number: int, by: int) -> None:
        """One piece more or less; none left removes the line."""
        line = self._line(line_number)
        if line is None or not self.editable:
            return
        quantity = line.quantity_milli + by * QUANTITY_SCALE
        if quantity <= 0:
            self.remove_line(line_number)
        else:
            self.set_quantity(line_number, quantity)

    def set_quantity(self, line_number: int, quantity_milli: int) -> None:
        """Another quantity on a line; a very large number is asked about once."""
        pieces = quantity_milli // QUANTITY_SCALE
        line = self._line(line_number)
        if line is not None and pieces > ASK_ABOVE_PIECES and line.quantity_milli < quantity_milli:
            with self.one_change():
                self._ask_quantity(pieces, lambda: self._set_quantity(line_number, quantity_milli))
            return
        self._set_quantity(line_number, quantity_milli)

    def _set_quantity(self, line_number: int, quantity_milli: int, *, confirmed: bool = False) -> None:
        def act(approval: Approval | None) -> None:
            try:
                self.services.supervised.set_quantity(
                    line_number, quantity_milli, confirmed=confirmed, approval=approval
                )
            except QuantityLimitError as error:
                sure = partial(self._set_quantity, line_number, quantity_milli, confirmed=True)
                self.ask(quantity_question(quantity_milli // QUANTITY_SCALE, str(error), sure))
                return
            self.merged = line_number
            self.toast = Toast(f"Quantity is {quantity_milli / QUANTITY_SCALE:g}", undoable=True)

        self.with_approval(act)

    def remove_line(self, line_number: int) -> None:
        """Take a line back."""
        line = self._line(line_number)
        if line is None or not self.editable:
            return

        def act() -> None:
            self._select_neighbour(line_number)
            self.services.selling.void_line(line_number)
            self.toast = Toast(f"{line.item.name} removed", undoable=True)

        self.attempt(act)

    def discount(self, discount: Discount, line_number: int = 0) -> None:
        """Reduce one line, or the whole sale when no line is given."""

        def act(approval: Approval | None) -> None:
            if line_number:
                self.services.supervised.discount_line(line_number, discount, approval)
            else:
                self.services.supervised.discount_transaction(discount, approval)
            self.toast = Toast("Discount given", undoable=True)

        self.with_approval(act)

    def set_price(self, line_number: int, unit_price_minor: int, reason: str) -> None:
        """Sell a line at another price, with the reason."""

        def act(approval: Approval | None) -> None:
            self.services.supervised.set_price(line_number, unit_price_minor, reason, approval)
            self.toast = Toast("Price changed", undoable=True)

        self.with_approval(act)

    def undo(self) -> None:
        """Go back one change."""

        def act() -> None:
            if self.stage is Stage.SALE and self.services.selling.undo():
                self.toast = Toast("Last change undone")
                numbers = [line.line_number for line in self.view.priced.lines]
                if self.selected not in numbers:
                    self.selected = numbers[-1] if numbers else 0

        self.attempt(act)

    def ask_to_cancel(self) -> None:
        """Voiding a whole sale asks once."""
        if self.stage is not Stage.SALE or self.view.header is None:
            return
        with self.one_change():
            self.ask(
                Question(
                    "Cancel this sale?",
                    "All its lines are dropped. The cancelled sale keeps its number in the journal.",
                    (Choice("Keep the sale", lambda: None), Choice("Cancel the sale", self.cancel, "danger")),
                )
            )

    def cancel(self, given_back: PrintJob | None = None) -> None:
        """Void the sale under way; given_back is the slip of what the customer gets back by hand."""

        def act(approval: Approval | None) -> None:
            codes = self.services.promo_codes
            held = codes.held() if codes is not None else frozenset()
            tenders = self.services.supervised.cancel("Cancelled at the till", given_back, approval)
            self.codes_free.emit(held)
            self.put_away(tenders, "Sale cancelled")

        self.with_approval(act)

    def put_away(self, tenders: tuple[Tender, ...], words: str) -> None:
        """The sale is under way no more, and not complete either; what was set aside for it is given back."""
        self.release(tenders)
        self._forget_sale()
        self.toast = Toast(words)

    def took_up(self, words: str) -> None:
        """Another sale is under way now."""
        self._leave_complete()
        self._forget_sale()
        lines = self.view.priced.lines
        self.selected = lines[-1].line_number if lines else 0
        self.toast = Toast(words)

    # --- ending a sale ----------------------------------------------------------------------------------------------

    def take(self, outcome: TenderOutcome, view: SaleView) -> None:
        """A tender went through: the sale is complete, or something is left to pay."""
        if outcome.completed is None:
            left = self.services.formatter.money(outcome.due_minor)
            self.toast = Toast(f"Payment taken, {left} left to pay")
            self.announced.emit(f"{left} left to pay", False)
            return
        self.complete(outcome.completed, view)

    def complete(self, completed: CompletedSale, view: SaleView) -> None:
        """Show the sale as complete until the next scan."""
        self.completed = completed
        self.last_view = view
        self.stage = Stage.COMPLETE
        self._forget_sale()
        self.sounds.play(Sound.APPROVED)
        change = self.services.formatter.money(completed.change_minor)
        self.announced.emit(f"Sale complete. Change {change}", True)

    def next_sale(self) -> None:
        """Clear what is left of the completed sale."""
        with self.one_change():
            self._leave_complete()

    def release(self, tenders: tuple[Tender, ...]) -> None:
        """Give holds back at the central service; one that cannot be given back now ends by itself."""
        for tender in tenders:
            if tender.tender_type in HELD and tender.reference:
                self.background.run(partial(self.services.rewards.release, tender.reference), _nothing, _nothing)

    # --- inside -----------------------------------------------------------------------------------------------------

    def change_shown(self) -> None:
        """A merged line flashes once."""
        self.merged = 0

    def _selling_changed(self) -> None:
        if not self._depth:
            self.changed.emit()

    def _leave_complete(self) -> None:
        if self.stage is Stage.COMPLETE:
            self.stage = Stage.SALE
            self.completed = None
            self.last_view = None
            self.toast = None
            self.complete_left.emit()

    def _forget_sale(self) -> None:
        self.sale_serial += 1
        self.selected = 0
        self.pending_quantity_milli = 0
        self.forget_notices()
        self.sale_ended.emit()

    def _line(self, line_number: int) -> BasketLine | None:
        return next((p.line for p in self.view.priced.lines if p.line.line_number == line_number), None)

    def _select_neighbour(self, line_number: int) -> None:
        numbers = [p.line.line_number for p in self.view.priced.lines]
        if line_number == self.selected and line_number in numbers:
            index = numbers.index(line_number)
            rest = numbers[:index] + numbers[index + 1 :]
            self.selected = rest[min(index, len(rest) - 1)] if rest else 0


def _nothing(_: object) -> None:
    """The answer does not matter: a hold that was not given back ends by itself."""
