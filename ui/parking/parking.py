"""F6: park the sale under way; with an empty basket, recall one of those parked at this till or at another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from pos_app.errors import CashierError, WorldError
from pos_app.ports import ParkedElsewhere, ParkedHere, ParkedSale, SyncStatus
from pos_app.services.approvals import Approval
from pos_app.services.parking_slip import receipt_number_of_slip
from ui.messages import Banner, Choice, Question

if TYPE_CHECKING:
    from pos_app.services.membership import FoundMember
    from pos_app.services.suspending import Permit, Recalled
    from ui.sale.checkout_window import CheckoutWindow
    from ui.services_bundle import ParkingParts
    from ui.widgets.buttons import Tile
    from ui.widgets.list_panel import ListRow
    from ui.widgets.text_panel import TextPanel

LOOK_EVERY_MS = 20_000
IDLE_TICKS = 3
_TITLE = "Recall a sale"
CANCELLED = "Cancelled at the till while it was parked"


class Parking:
    """What the window does with parked sales; what the other tills have is as of the last look."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._elsewhere: tuple[ParkedElsewhere, ...] = ()
        self._here: list[ParkedHere] = self._parts.suspending.parked() if self._parts else []
        self._note_panel: TextPanel | None = None
        self._looking = self._look_again = self._stopped = self._online = False
        self._ticks = 0
        self._list: tuple[str, ...] | None = None
        """The sales in the list as it was shown last."""
        if self._parts:
            self._timer = QTimer(window)
            self._timer.timeout.connect(self._now_and_then)
            self._timer.start(LOOK_EVERY_MS)
            window.services.bridge.sync_changed.connect(self._line_changed)

    def stop(self) -> None:
        """The window was closed: nobody looks at the list any more."""
        self._stopped = True

    @property
    def _parts(self) -> ParkingParts | None:
        return self._window.services.parking

    @property
    def count(self) -> int:
        """How many sales could be recalled here."""
        return sum(not row.taken_by for row in self._here) + len(self._elsewhere)

    def show_tile(self, tiles: Mapping[str, Tile]) -> None:
        """The tile says what F6 would do now, and how many sales are parked."""
        tile = tiles.get("park")
        if tile is not None:
            parks = self._has_something
            tile.show_count("Park" if parks else "Recall", "pause" if parks else "play", self.count)

    @property
    def _has_something(self) -> bool:
        current = self._window.services.selling.current
        return current is not None and not current.basket.is_empty

    # --- parking ----------------------------------------------------------------------------------------------------

    def park_or_list(self) -> None:
        """F6."""
        if self._has_something:
            self.park()
        else:
            self.show_list()

    def park(self, note: str = "") -> None:
        """Set the sale under way aside."""
        parts, sale, waiting_for = self._parts, self._window.sale, self._window.tender.waiting_for
        if parts is None:
            return
        if waiting_for:
            with sale.one_change():
                sale.refuse(Banner("Not parked yet", f"Still asking about {waiting_for}. Press F6 again in a moment."))
            return

        def act() -> None:
            done = parts.suspending.park(note)
            number = _short(done.sale.receipt_number)
            codes = f"; enter {', '.join(done.promo_codes)} again then" if done.promo_codes else ""
            sale.put_away(done.given_back, f"Parked as sale {number}. F6 brings it back{codes}")

        if sale.attempt(act):
            self._window.side.close_panel()
            self._changed()

    def ask_note(self) -> None:
        """Park with a few words that tell the sale from others."""
        from ui.widgets.text_panel import TextPanel

        if self._window.sale.question is not None or not self._has_something:
            return
        side = self._window.side
        if self._note_panel is None:
            self._note_panel = TextPanel(side)
            side.add_panel(self._note_panel, self._note_panel.closed)
        side.show_panel(self._note_panel)
        self._note_panel.ask(
            "Park with a note", "What tells this sale from others: blue bag, back at five", "Park", self.park
        )

    def more_rows(self) -> list[ListRow]:
        """What is needed less often."""
        from ui.widgets.list_panel import ListRow

        if self._parts is None or not self._has_something:
            return []
        return [ListRow("Park with a note", "Words that tell it from others  ·  Shift F6", self.ask_note, "pause")]

    # --- recalling --------------------------------------------------------------------------------------------------

    def show_list(self) -> None:
        """All that is parked, newest first; the other tills are asked meanwhile."""
        self._refresh()
        self._show_rows()
        self.look()

    def take_scan(self, code: str) -> bool:
        """True when the code is that of a slip: its sale is recalled."""
        number = receipt_number_of_slip(code)
        sale = self._window.sale
        if self._parts is None or not number or sale.question is not None or sale.stage is sale.stage.CARD_PENDING:
            return False
        self._refresh()
        if not self._recall_number(number):
            sale.say("Asking the other tills…")
            self._look(lambda: self._recall_number(number) or self._unknown_slip(number))
        return True

    def _recall_number(self, number: str) -> bool:
        entries = [row.sale for row in self._here] + list(self._elsewhere)
        found = next((entry for entry in entries if entry.receipt_number == number), None)
        if found is not None:
            self.recall(found)
        return found is not None

    def _unknown_slip(self, number: str) -> None:
        words = f"Sale {number} was recalled before, cancelled, or is parked at a till without a line."
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner("Not parked any more", words))

    def recall(self, entry: ParkedSale | ParkedElsewhere) -> None:
        """Go on with a parked sale, with a second person's approval where it was somebody else's."""
        parts = self._parts
        if parts is None:
            return

        def act(approval: Approval | None) -> None:
            permit = parts.suspending.permit(entry, approval)
            claim = partial(parts.sharing.claim, entry.parking_id)
            self._window.background.run(claim, partial(self._take_up, permit), self._failed)

        self._window.functions.with_approval(act)

    def _take_up(self, permit: Permit, parked: ParkedSale) -> None:
        parts, sale = self._parts, self._window.sale
        if parts is None:
            return
        done: list[Recalled] = []

        def act() -> None:
            done.append(parts.suspending.recall(parked, permit))
            note = f": {parked.note}" if parked.note else ""
            sale.took_up(f"Sale recalled, {self._window.services.formatter.money(done[0].total_minor)}{note}")

        if sale.attempt(act):
            self._window.side.close_panel()
            self._window.focus_scan_field()
            self._changed()
            self._say_what_changed(done[0])
            self._ask_for_balance()
        else:
            parts.sharing.let_go(parked.parking_id)

    def _ask_for_balance(self) -> None:
        """The member's points as they are now; without a line, or without a card to ask by, their age is shown."""
        services = self._window.services
        account = services.selling.view.account
        if account is None or not account.card_number:
            return

        def found(member: FoundMember | None) -> None:
            if member is not None and not member.offline:
                services.selling.refresh_account(member.account)

        ask = partial(services.membership.find_by_card, account.card_number)
        self._window.background.run(ask, found, _stays_as_known)

    def _say_what_changed(self, recalled: Recalled) -> None:
        """A sale of another business day has today's prices: the customer is told before they pay."""
        before, after = recalled.sale.total_minor, recalled.total_minor
        if not recalled.changes and before == after:
            return
        money, changed = self._window.services.formatter.money, len(recalled.changes)
        words = f"Total {money(before)} → {money(after)}."
        if changed:
            words += f" {changed} {'line shows' if changed == 1 else 'lines show'} the price of then and of now."
        self._window.sale.warn(Banner("Today's prices", words, "warn"))

    # --- cancelling -------------------------------------------------------------------------------------------------

    def _list_to_cancel(self) -> None:
        """Which one? Only what is parked here: another till's sale is cancelled there."""
        rows = [
            self._row(row.sale, "", "ban", partial(self._ask_to_cancel, row.sale))
            for row in self._here
            if not row.taken_by
        ]
        self._window.side.show_list("Cancel which sale?", rows, back=self.show_list)

    def _ask_to_cancel(self, entry: ParkedSale) -> None:
        items = f"{entry.item_count} {'item' if entry.item_count == 1 else 'items'}"
        total = self._window.services.formatter.money(entry.total_minor)
        with self._window.sale.one_change():
            self._window.sale.ask(
                Question(
                    "Cancel this parked sale?",
                    f"{items}, {total}, nothing paid. It cannot be recalled afterwards; put the goods back.",
                    (
                        Choice("Keep it parked", self.show_list),
                        Choice("Cancel the sale", partial(self._cancel, entry), "danger"),
                    ),
                    "ban",
                )
            )

    def _cancel(self, entry: ParkedSale) -> None:
        """Like recalling, with whoever may: no other till can be taking it meanwhile."""
        parts = self._parts
        if parts is None:
            return

        def act(approval: Approval | None) -> None:
            permit = parts.suspending.permit(entry, approval, CANCELLED)
            claim = partial(parts.sharing.claim, entry.parking_id)
            self._window.background.run(claim, partial(self._discard, permit), self._failed)

        self._window.functions.with_approval(act)

    def _discard(self, permit: Permit, parked: ParkedSale) -> None:
        parts, sale = self._parts, self._window.sale
        if parts is None:
            return
        if sale.attempt(lambda: parts.suspending.discard(parked.parking_id, CANCELLED, permit)):
            number = _short(parked.receipt_number)
            sale.say(f"Parked sale {number} is cancelled")
        else:
            parts.sharing.let_go(parked.parking_id)
        self._changed()

    # --- the list ---------------------------------------------------------------------------------------------------

    def _rows(self) -> dict[str, ListRow]:

        rows: dict[str, tuple[str, ListRow]] = {}
        for row in self._here:
            entry = row.sale
            act: Callable[[], None] = partial(self.recall, entry)
            place = f"till {_number(row.taken_by)} is taking it" if row.taken_by else ""
            rows[entry.parking_id] = (
                entry.parked_at,
                self._row(entry, place, "hourglass" if row.taken_by else "play", act),
            )
        for other in self._elsewhere:
            place = "begun here" if other.taken_here else f"till {_number(other.terminal_id)}"
            row_of_it = self._row(other, place, "monitor", partial(self.recall, other))
            rows[other.parking_id] = other.parked_at, row_of_it
        newest_first = sorted(rows.items(), key=lambda each: datetime.fromisoformat(each[1][0]), reverse=True)
        return {parking_id: row for parking_id, (_, row) in newest_first}

    def _row(self, entry: ParkedSale | ParkedElsewhere, place: str, icon: str, act: Callable[[], None]) -> ListRow:
        from ui.widgets.list_panel import ListRow

        now = self._window.services.clock.now()
        parked_at = datetime.fromisoformat(entry.parked_at).astimezone(now.tzinfo)
        when = f"{parked_at:%H:%M}" if parked_at.date() == now.date() else f"{parked_at:%a %H:%M}"
        items = f"{entry.item_count} {'item' if entry.item_count == 1 else 'items'}"
        name = f"{when}  ·  {entry.member_name or 'No member'}"
        sale = f"No. {_short(entry.receipt_number)}"
        detail = "  ·  ".join(part for part in (entry.note, sale, items, place, entry.operator_name) if part)
        return ListRow(name, detail, act, icon, self._window.services.formatter.money(entry.total_minor))

    def _show_rows(self) -> None:
        rows = self._rows()
        self._list = tuple(rows)
        shown = list(rows.values())
        if any(not row.taken_by for row in self._here):
            from ui.widgets.list_panel import ListRow

            words = "One that nobody comes back for"
            shown.append(ListRow("Cancel a parked sale", words, self._list_to_cancel, "ban", closes=False))
        self._window.side.show_list(_TITLE, shown, "No sale is parked. F6 parks the sale under way.")

    @property
    def _list_is_open(self) -> bool:
        side = self._window.side
        return side.panel_open and side.list_panel.isVisible() and side.list_panel.accessibleName() == _TITLE

    # --- the other tills --------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Ask what the other tills have parked, and tell them what is parked here."""
        self._look(_nothing)

    def _now_and_then(self) -> None:
        """Every time while something is parked, since what is offered has to be said again; else every third time."""
        self._ticks += 1
        if self.count or self._ticks % IDLE_TICKS == 0:
            self.look()

    def _line_changed(self, status: SyncStatus) -> None:
        came_back = status.online and not self._online
        self._online = status.online
        if came_back:
            self.look()

    def _look(self, then: Callable[[], object]) -> None:
        parts = self._parts
        if parts is None or self._stopped:
            return
        if self._looking and then is _nothing:
            self._look_again = True
            return
        self._looking = True

        def seen(elsewhere: tuple[ParkedElsewhere, ...]) -> None:
            self._elsewhere = elsewhere
            self._after_look(then)

        def failed(error: Exception) -> None:
            if not isinstance(error, CashierError | WorldError):
                raise error
            self._elsewhere = ()
            self._after_look(then)

        self._window.background.run(parts.sharing.exchange, seen, failed)

    def _after_look(self, then: Callable[[], object]) -> None:
        again, self._looking, self._look_again = self._look_again, False, False
        if self._stopped:
            return
        self._refresh()
        if self._list_is_open and tuple(self._rows()) != self._list:
            self._show_rows()
        then()
        if again:
            self.look()

    def _changed(self) -> None:
        self._refresh()
        self.look()

    def _refresh(self) -> None:
        if self._parts is not None:
            self._here = self._parts.suspending.parked()
            known = {row.sale.parking_id for row in self._here}
            self._elsewhere = tuple(entry for entry in self._elsewhere if entry.parking_id not in known)
            self.show_tile(self._window.actions_bar.tiles)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner("Not recalled", str(error)))
        self._changed()


def _short(receipt_number: str) -> str:
    """The number of a sale as people say it at its till."""
    return receipt_number.rpartition("-")[2].lstrip("0")


def _number(terminal_id: str) -> str:
    """The till's number as it stands on its window: that of the store says nothing inside of it."""
    return terminal_id.rpartition("-")[2]


def _stays_as_known(error: Exception) -> None:
    """Nobody could say: the balance stays as it was when the sale was parked, and its age is shown."""
    if not isinstance(error, CashierError | WorldError):
        raise error


def _nothing() -> None:
    """Nobody waits for this look."""
