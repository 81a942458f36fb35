"""Price lists: what holds when and for whom; and what a scanned product costs on a day, and why."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.price_list import SEGMENTS, PriceEntry
from pos_app.ports import STORE_EDITION
from pos_app.ports.goods import FieldRefusedError
from pos_app.ports.maintenance import TrialReport
from pos_app.ports.prices import ListedPrice, PriceGroup
from pos_app.services.goods.fields import Choice, ProductField
from pos_app.services.goods.price_lists import PriceAnswer
from pos_app.services.goods.products import REASONS
from ui.goods.form_page import GoodsForm
from ui.goods.page import GAP, SIDE, GoodsPage, HeadedCard
from ui.technician.parts import Field, ReportView, RowItem, RowList, TextLines
from ui.theme.tokens import Space
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

LOOK_OF_STATE = {
    "running": ("circle-check", "go_text"),
    "future": ("calendar-clock", "accent"),
    "ended": ("circle-dashed", "ink_2"),
}
REASON = ProductField("reason", "Why?", "touch to choose", tuple(Choice(one, one) for one in REASONS))
_SEGMENTS = tuple(Choice(one, "Everybody" if one == "consumer" else one.capitalize()) for one in SEGMENTS)


class PriceForm(GoodsForm):
    """One price of a list, as a row of a file has it."""

    title = "Add a price"
    saved = Signal(object)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self.add(
            ProductField("list", "Price list", "such as Spring sale"),
            ProductField("item", "SKU or barcode", "scan it"),
            ProductField("price", "Price", f"such as {services.profile.currency.decimal_text(1999)}"),
            ProductField("from", "First day", "2026-12-01; empty: at once"),
            ProductField("until", "Last day", "2026-12-24; empty: for ever"),
            ProductField("segment", "For whom", choices=_SEGMENTS),
            REASON,
        )

    def open(self, group: PriceGroup | None) -> None:
        """Another price of this list, or the first one of a new list."""
        values = {"segment": "consumer", "reason": REASONS[0]}
        if group is not None:
            values |= {"list": group.list_id, "segment": group.segment}
            values["from"] = _moment(group.starts_at_s, self.services) if group.starts_at_s else ""
            values["until"] = _moment(group.ends_at_s - 1, self.services) if group.ends_at_s else ""
        self.fill("Add or change a price", values)
        self.fields["list" if group is None else "item"].setFocus()

    def take_scan(self, code: str) -> bool:
        """The product that gets the price."""
        self.look_up(code, self._take_item)
        return True

    def _take_item(self, item_id: str) -> None:
        self.show_value("item", item_id)
        self.fields["price"].setFocus()

    def go_on(self) -> None:
        """Read as a row of a file is."""
        cells = {name: self.value(name) for name in self.fields if name != "reason"}
        reason = self.value("reason")

        def put() -> PriceEntry | FieldRefusedError:
            try:
                return self.parts.prices.put(cells, reason)
            except FieldRefusedError as error:
                return error

        self.work(put, self._put)

    def _put(self, answer: PriceEntry | FieldRefusedError) -> None:
        if isinstance(answer, FieldRefusedError):
            self.blame(answer.field, str(answer))
        else:
            self.saved.emit(answer)


class PricesPage(GoodsPage):
    """The lists on the left; their prices, or what something costs, on the right."""

    title = "Price lists"
    icon = "badge-percent"
    add_wanted = Signal(object)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self.groups: list[tuple[PriceGroup, str]] = []
        self._code = ""
        self._list_card = HeadedCard("Price lists", self)
        self.list = RowList(
            "Price lists", self._list_card, empty="There is no price list: the catalogue's prices hold."
        )
        self.list.chosen.connect(self._choose)
        self.new = Button("Add a price", self._list_card, kind="accent", icon="plus", size=16)
        self.new.clicked.connect(lambda: self.add_wanted.emit(self._group))
        self._card = HeadedCard("", self)
        self.lines = TextLines("Prices", self._card, empty="Scan a product to see what it costs on that day, and why.")
        self.report = ReportView("Result", self._card)
        self.end_it = Button("End these prices now", self._card, icon="ban")
        self.end_it.clicked.connect(self._end)
        self.day = Field("On which day", self._card, icon="calendar")
        self.day.set_hint("today")
        self.day.entered.connect(self._ask)
        self.ask = Button("What does it cost?", self._card, icon="badge-dollar-sign")
        self.ask.clicked.connect(self._ask)
        self._sure = False
        self.keys.serve(self._card)

    @property
    def _group(self) -> PriceGroup | None:
        at = self.list.current
        return self.groups[at][0] if 0 <= at < len(self.groups) else None

    def begin(self) -> None:
        """The lists as they are."""
        self.report.show_report(None)
        self._unsure()
        self.work(self.parts.prices.groups, self._found)

    def _found(self, groups: list[tuple[PriceGroup, str]]) -> None:
        chosen = self._group
        self.groups = groups
        at = next((number for number, (one, _) in enumerate(groups) if chosen is not None and _same(one, chosen)), -1)
        self.list.show_items([self._row(group, state) for group, state in groups], at)
        if at >= 0:
            self._choose(at)
        else:
            self._show_none()

    def _show_none(self) -> None:
        self._card.say("What does it cost?")
        self.lines.show_lines([])
        self.end_it.setEnabled(False)
        self._arrange()

    def _row(self, group: PriceGroup, state: str) -> RowItem:
        icon, ink = LOOK_OF_STATE[state]
        name = group.list_id if group.segment == "consumer" else f"{group.list_id}  ·  {group.segment}"
        span = _span(group.starts_at_s, group.ends_at_s, self.services)
        products = "1 product" if group.count == 1 else f"{group.count:,} products"
        return RowItem(name, f"{span}  ·  {products}", icon, ink, state)

    def _choose(self, number: int) -> None:
        group, state = self.groups[number]
        self._unsure()
        self.end_it.setEnabled(state != "ended")
        self._card.say(group.list_id, state)
        self.work(lambda: self.parts.prices.prices_of(group), self._show_prices)

    def _show_prices(self, prices: list[ListedPrice]) -> None:
        self.lines.show_lines([("", self._told(one), "ink") for one in prices])

    def _told(self, price: ListedPrice) -> str:
        return f"{self.money(price.price_minor)}  instead of {self.money(price.catalogue_minor)}   {price.name}"

    # --- what something costs -----------------------------------------------------------------------------------------

    def take_scan(self, code: str) -> bool:
        """What it costs on the day that is typed, and why."""
        self._code = code
        self._ask()
        return True

    def _ask(self) -> None:
        if not self._code:
            self.show_result(TrialReport(False, "Scan a product: it shows what it costs on that day, and why."))
            return
        try:
            at = self._day()
        except ValueError:
            self.show_result(TrialReport(False, "Write the day like 2026-12-24."))
            return
        code = self._code
        self.work(lambda: self.parts.prices.answer(code, at), self._answered)

    def _day(self) -> datetime:
        """Noon of another day; this moment today."""
        now, text = self.services.clock.now(), self.day.line.text().strip()
        if not text or (day := date.fromisoformat(text)) == now.date():
            return now
        return datetime.combine(day, time(12), now.tzinfo)

    def _answered(self, answer: PriceAnswer) -> None:
        self.list.choose(-1)
        self.end_it.setEnabled(False)
        self.report.show_report(None)
        self._card.say(answer.item.name, f"{answer.at:%d %b %Y}")
        lines = [("=", f"{self.money(answer.price_minor)} for one piece", "ink")]
        if answer.entry is None:
            lines.append(("", f"The catalogue says {self.money(answer.unit_price_minor)}", "ink_2"))
        else:
            lines.append(("", f"Price list {_words(answer.entry, self.services)}", "go_text"))
            lines.append(("", f"Without it the catalogue says {self.money(answer.item.price_minor)}", "ink_2"))
        for one in answer.promotions:
            lines.append(("−", f"{self.money(one.reduction_minor)}  {one.name}: {one.why}", "go_text"))
        if not answer.promotions:
            lines.append(("", "No promotion reduces a single piece then", "ink_2"))
        source = "the store's own" if answer.edition_id == STORE_EDITION else "the head office's"
        lines.append(("", f"Promotions are {source}", "ink_2"))
        lines += [("", f"Also listed: {_words(one, self.services)}", "ink_3") for one in answer.others]
        self.lines.show_lines(lines)
        self._arrange()

    # --- ending -------------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """Asks once more: the button says what a second touch does."""
        group = self._group
        if group is None:
            return
        if not self._sure:
            self._sure = True
            self.end_it.rename("Touch again to end them")
            return
        self._unsure()
        self.work(lambda: self.parts.prices.end(group, "Ended in the window"), self._ended)

    def _ended(self, count: int) -> None:
        self.work(self.parts.prices.groups, self._found)
        self.show_result(TrialReport(True, f"{count:,} prices hold no more."))

    def _unsure(self) -> None:
        self._sure = False
        self.end_it.rename("End these prices now")

    def show_saved(self, entry: PriceEntry) -> None:
        """A price was added or changed."""
        self.show_result(TrialReport(True, f"Saved: {_words(entry, self.services)}."))

    def show_result(self, report: TrialReport) -> None:
        """Above the buttons."""
        self.report.show_report(report)
        self._arrange()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - GAP) * 0.5)
        self._list_card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * SIDE, high - SIDE - 48
        self.list.setGeometry(SIDE, 52, inner, bottom - Space.M - 52)
        self.new.setGeometry(SIDE, bottom, inner, 48)
        right = wide - left - GAP
        self._card.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        half = (inner - Space.S) // 2
        self.day.setGeometry(SIDE, bottom - 56, half, 48)
        self.ask.setGeometry(SIDE + half + Space.S, bottom - 56, half, 48)
        self.end_it.setGeometry(SIDE, bottom, inner, 48)
        shown = self.report.report is not None
        report = 84 if shown else 0
        self.report.setVisible(shown)
        self.report.setGeometry(SIDE, bottom - 56 - Space.S - report, inner, max(0, report - 8))
        self.lines.setGeometry(SIDE, 52, inner, bottom - 56 - Space.M - 52 - report)


def _same(one: PriceGroup, other: PriceGroup) -> bool:
    return (one.list_id, one.segment, one.starts_at_s) == (other.list_id, other.segment, other.starts_at_s)


def _moment(at_s: int, services: Services) -> str:
    """A day by the store's clock; with the time where a day does not begin or end."""
    at = datetime.fromtimestamp(at_s, services.clock.now().tzinfo)
    whole = (at.hour, at.minute) in ((0, 0), (23, 59))
    return f"{at:%Y-%m-%d}" if whole else f"{at:%Y-%m-%dT%H:%M}"


def _span(starts_at_s: int, ends_at_s: int | None, services: Services) -> str:
    begins = _moment(starts_at_s, services) if starts_at_s else ""
    ends = _moment(ends_at_s - 1, services) if ends_at_s is not None else ""
    if begins and ends:
        return f"{begins} to {ends}"
    return f"from {begins}" if begins else f"until {ends}" if ends else "always"


def _words(entry: PriceEntry, services: Services) -> str:
    span = _span(entry.starts_at_s, entry.ends_at_s, services)
    whom = "" if entry.segment == "consumer" else f" for {entry.segment}s"
    return f"{entry.list_id}: {services.formatter.money(entry.price_minor)}{whom}, {span}"
