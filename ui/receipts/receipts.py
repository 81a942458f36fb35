"""F8 and what belongs to it: the list with the paper to look at, copies, gift receipts, e-mails, checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from pos_app.domain.receipt_code import number_of_gift_code, read_code
from pos_app.domain.receipt_template import ReceiptChoice
from pos_app.errors import CashierError, WorldError
from pos_app.ports import MailState, ReceiptEmail
from ui.messages import Banner
from ui.receipts.choice_bar import ChoiceBar
from ui.receipts.paper_view import PaperView
from ui.receipts.receipts_panel import ReceiptRow, ReceiptsPanel

if TYPE_CHECKING:
    from pos_app.domain.receipt_document import ReceiptDocument
    from pos_app.services.receipt_desk import KeptReceipt
    from pos_app.services.receipt_sample import SampleKind
    from pos_app.services.tendering import CompletedSale
    from ui.sale.checkout_window import CheckoutWindow
    from ui.services_bundle import ReceiptParts
    from ui.widgets.text_panel import TextPanel

_LIMIT = 200
_PAUSE_MS = 120
"""Somebody who types a number is not looked after digit by digit."""
_LONGEST_ADDRESS = 254
_NAMES = {
    "sale": ("", "receipt-text"),
    "return": ("Return  ·  ", "undo-2"),
    "return_without_receipt": ("Return  ·  ", "undo-2"),
    "post_void": ("Void  ·  ", "ban"),
    "deposit": ("Deposit  ·  ", "clipboard-list"),
    "deposit_refunded": ("Deposit back  ·  ", "clipboard-list"),
}
_STRIP_AND_GAPS = 85
_MAIL_WORDS = {MailState.QUEUED: "Waiting", MailState.SENT: "Sent", MailState.REFUSED: "Not sent"}
_SAMPLES = {"sale": "Receipt", "gift": "Gift receipt", "copy": "Copy"}
_LANGUAGE_NAMES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French"}


class Receipts:
    """Made when the first receipt is asked for."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        parts = window.services.receipts
        assert parts is not None
        self._parts: ReceiptParts = parts
        self._search = 0
        self._preview = 0
        self._email_panel: TextPanel | None = None
        self.panel = ReceiptsPanel(by_email=True, parent=window.side)
        window.side.add_panel(self.panel, self.panel.closed, self.take_scan)
        self.paper = PaperView(window.basket)
        self._choices = ChoiceBar(window.basket.complete_page)
        self._choices.hide()
        self._choices.chosen.connect(self.choose)
        panel = self.panel
        self._typing = QTimer(panel)
        self._typing.setSingleShot(True)
        self._typing.timeout.connect(lambda: self._find(panel.line.text()))
        panel.searched.connect(lambda _: self._typing.start(_PAUSE_MS))
        panel.chosen_changed.connect(self._show_paper)
        panel.print_wanted.connect(self._print_chosen)
        panel.gift_wanted.connect(self._ask_gift)
        panel.email_wanted.connect(self._ask_email_of_chosen)
        panel.paper_moved.connect(self.paper.scroll_by)
        panel.hidden.connect(self._hide_paper)
        window.side.panel_closed.connect(self._hide_paper)

    # --- the list -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """F8: the last receipts; the newest is chosen, so that Enter prints it again."""
        self._window.side.show_panel(self.panel)
        self._open_paper()
        self.panel.begin()
        self._find("")

    def show_samples(self) -> None:
        """More: how this store's receipts look, without selling anything."""
        from pos_app.domain.receipt_texts import LANGUAGES
        from pos_app.services.receipt_sample import SampleKind
        from ui.widgets.list_panel import ListRow

        own = self._window.services.profile.receipt.language
        wanted = [(own, SampleKind.SALE), (own, SampleKind.GIFT), (own, SampleKind.COPY)]
        wanted += [(language, SampleKind.SALE) for language in LANGUAGES if language != own]
        rows = [
            ListRow(
                _SAMPLES[kind],
                _LANGUAGE_NAMES[language],
                lambda language=language, kind=kind: self._show_sample(language, kind),  # type: ignore[misc]
                "receipt-text",
                closes=False,
            )
            for language, kind in wanted
        ]
        self._open_paper()
        self._window.side.show_list("Receipt template", rows)
        self._show_sample(*wanted[0])

    def _show_sample(self, language: str, kind: SampleKind) -> None:
        self._preview += 1
        preview, parts = self._preview, self._parts
        title = f"{_SAMPLES[kind]} in {_LANGUAGE_NAMES[language]}"

        def draw() -> tuple[ReceiptDocument, bytes]:
            document = parts.sample(language, kind)
            return document, parts.picture(document)

        def drawn(answer: tuple[ReceiptDocument, bytes]) -> None:
            if preview == self._preview:
                self.paper.show_paper(title, answer[1], _words_of(answer[0]))

        self._window.background.run(draw, drawn, self._failed)

    def _hide_paper(self) -> None:
        self.paper.hide()
        self._cover(False)

    def _cover(self, covered: bool) -> None:
        self._window.basket.covered = covered
        self._window.basket.update()

    def _open_paper(self) -> None:
        self._window.close_sheet()
        basket = self._window.basket
        self.paper.setGeometry(5, 5, basket.width() - 10, basket.height() - _STRIP_AND_GAPS)
        self.paper.show_words("Receipt", "")
        self.paper.show()
        self.paper.raise_()
        self._cover(True)

    def take_scan(self, code: str) -> bool:
        """While the list is open, the barcode or QR code of a receipt finds that receipt."""
        if self.panel.isHidden():
            return False
        number = number_of_gift_code(code) or _number_in(code)
        if not number:
            return False
        self.panel.line.setText(number)
        return True

    def _find(self, words: str) -> None:
        self._search += 1
        search, desk = self._search, self._parts.desk

        def found(kept: Sequence[KeptReceipt]) -> None:
            if search == self._search:
                none = "No receipt here has this number, amount or time." if words else "No receipt on this till yet."
                self.panel.show_rows([self._row(one) for one in kept], none)

        self._window.background.run(lambda: desk.find(words, _LIMIT), found, self._failed)

    def _row(self, kept: KeptReceipt) -> ReceiptRow:
        formatter = self._window.services.formatter
        kind, icon = _NAMES[kept.kind]
        when = formatter.date_time(datetime.fromisoformat(kept.ended_at))
        more = f" and {kept.items - 1} more" if kept.items > 1 else ""
        total_minor = kept.total_minor if kept.kind in ("sale", "deposit") else -kept.total_minor
        return ReceiptRow(
            kept.receipt_number,
            f"No. {kept.receipt_number}",
            f"{kind}{when}  ·  {kept.first_item}{more}",
            formatter.money(total_minor),
            icon,
            kept.kind == "sale",
            kept.has_member,
        )

    def _show_paper(self) -> None:
        self._preview += 1
        preview, chosen, parts = self._preview, self.panel.chosen, self._parts
        if chosen is None:
            self.paper.show_words("Receipt", "")
            return

        def draw() -> tuple[ReceiptDocument, bytes]:
            document = parts.desk.document(chosen.receipt_number)
            return document, parts.picture(document)

        def drawn(answer: tuple[ReceiptDocument, bytes]) -> None:
            if preview == self._preview:
                document, png = answer
                self.paper.show_paper(document.title, png, _words_of(document))

        def failed(error: Exception) -> None:
            if preview == self._preview:
                self.paper.show_words(chosen.title, str(error))

        self._window.background.run(draw, drawn, failed)

    # --- paper --------------------------------------------------------------------------------------------------------

    def print_last(self) -> None:
        """Ctrl+P: the last receipt again; while the customer is asked, paper is their choice."""
        desk = self._parts.desk

        def act() -> tuple[str, int]:
            newest = desk.find("", 1)
            if not newest:
                raise CashierError("no_receipt", "There is no receipt on this till yet.")
            return newest[0].receipt_number, desk.reprint(newest[0].receipt_number)

        self._window.background.run(act, self._printed, self._failed)

    def _print_chosen(self) -> None:
        chosen, desk = self.panel.chosen, self._parts.desk
        if chosen is not None:
            number = chosen.receipt_number
            self._window.side.close_panel()
            self._window.background.run(lambda: (number, desk.reprint(number)), self._printed, self._failed)

    def _printed(self, answer: tuple[str, int]) -> None:
        number, copy_number = answer
        self._window.sale.say(
            f"Copy {copy_number} of {number} is being printed" if copy_number else f"Printing {number}"
        )

    def _ask_gift(self) -> None:
        chosen, desk = self.panel.chosen, self._parts.desk
        if chosen is None or not chosen.is_sale:
            return
        number = chosen.receipt_number
        self._window.background.run(
            lambda: desk.lines(number), lambda lines: self._show_gift_lines(number, lines), self._failed
        )

    def _show_gift_lines(self, number: str, lines: list[tuple[int, str]]) -> None:
        from ui.widgets.list_panel import ListRow

        def gift(groups: list[list[int]]) -> None:
            def act() -> None:
                for group in groups:
                    self._parts.desk.gift_receipt(number, group)

            words = "Gift receipt is being printed" if len(groups) == 1 else f"{len(groups)} gift receipts are printed"
            self._window.background.run(act, lambda _: self._window.sale.say(words), self._failed)

        numbers = [line_number for line_number, _ in lines]
        rows = [ListRow("All items on one", "Without prices", lambda: gift([numbers]), "gift", f"{len(lines)}")]
        if len(lines) > 1:
            each = [[line_number] for line_number in numbers]
            rows.append(ListRow("One for each item", "Without prices", lambda: gift(each), "gift"))
            rows += [
                ListRow(name, "This item alone", lambda line=line_number: gift([[line]]), "gift")  # type: ignore[misc]
                for line_number, name in lines
            ]
        self._window.side.show_list("Gift receipt", rows, back=self.open)

    # --- the customer's choice ----------------------------------------------------------------------------------------

    def offer_choices(self, completed: CompletedSale) -> None:
        """Below the change: how the customer gets the receipt. What is not chosen is as the store decided."""
        self._choices.show_choices(held=completed.receipt_held)
        self._window.basket.complete_page.offer_choices(self._choices)

    def choose(self, choice: ReceiptChoice) -> None:
        """How the receipt of the sale just completed goes to the customer."""
        completed = self._window.sale.completed
        if completed is None:
            return
        number, desk = completed.transaction.header.receipt_number, self._parts.desk
        if choice.by_email:
            member = completed.transaction.member
            held = completed.receipt_held
            self.ask_email(
                number,
                has_member=bool(member and member.member_id),
                print_too=choice.on_paper if held else None,
            )
            return
        words = "Printing the receipt" if choice.on_paper else "No receipt"
        self._choice_made()
        self._window.background.run(
            lambda: desk.choose(number, choice), lambda _: self._window.sale.say(words), self._failed
        )

    def _choice_made(self) -> None:
        self._window.basket.complete_page.offer_choices(None)

    def settle_held(self) -> None:
        """The next sale begins: who has not chosen gets what the store decided."""
        self._choice_made()
        if self._window.services.profile.receipt.ask:
            self._window.background.run(self._parts.desk.settle_held, lambda _: None, self._failed)

    # --- e-mail -------------------------------------------------------------------------------------------------------

    def _ask_email_of_chosen(self) -> None:
        chosen = self.panel.chosen
        if chosen is not None:
            self.ask_email(chosen.receipt_number, has_member=chosen.has_member)

    def ask_email(self, number: str, *, has_member: bool, print_too: bool | None = None) -> None:
        """Where a receipt goes: to the member, or to an address. print_too answers for paper that is held."""
        from ui.widgets.list_panel import ListRow

        if not has_member:
            self._ask_address(number, print_too=print_too)
            return
        rows = [
            ListRow(
                "To the member",
                "The rewards service knows the address",
                lambda: self._send(number, "", print_too),
                "user-round",
            ),
            ListRow(
                "To another address",
                "Typed once, shown masked",
                lambda: self._ask_address(number, print_too=print_too),
                "mail",
                closes=False,
            ),
        ]
        self._window.side.show_list("Receipt by e-mail", rows)

    def _ask_address(self, number: str, problem: str = "", *, print_too: bool | None = None) -> None:
        from ui.widgets.text_panel import TextPanel

        side = self._window.side
        if self._email_panel is None:
            self._email_panel = TextPanel(side)
            self._email_panel.line.setMaxLength(_LONGEST_ADDRESS)
            side.add_panel(self._email_panel, self._email_panel.closed)
        side.show_panel(self._email_panel)
        hint = problem or "Read it back to the customer before Enter"
        self._email_panel.ask(
            "Receipt by e-mail", hint, "Send receipt", lambda address: self._send(number, address, print_too)
        )

    def _send(self, number: str, address: str, print_too: bool | None) -> None:
        desk = self._parts.desk

        def act() -> str:
            if print_too is None:
                return desk.email(number, address)
            return desk.choose(number, ReceiptChoice.BOTH if print_too else ReceiptChoice.EMAIL, address)

        def failed(error: Exception) -> None:
            if isinstance(error, CashierError) and error.code == "not_an_email":
                self._ask_address(number, str(error), print_too=print_too)
            else:
                self._failed(error)

        self._window.side.close_panel()
        self._choice_made()
        self._window.background.run(act, lambda shown: self._window.sale.say(f"Receipt goes to {shown}"), failed)

    def show_emails(self) -> None:
        """More: what became of the e-mails."""
        self._window.background.run(self._parts.desk.emails, self._show_emails, self._failed)

    def _show_emails(self, emails: Sequence[ReceiptEmail]) -> None:
        from ui.widgets.sheet import SheetPage, SheetRow

        rows = tuple(
            SheetRow(f"{_MAIL_WORDS[one.state]}: {one.shown}", f"No. {one.receipt_number}", one.reason)
            for one in emails
        )
        nothing = SheetRow("No receipt was sent yet.")
        waiting = sum(one.state is MailState.QUEUED for one in emails)
        page = SheetPage("Receipts by e-mail", f"{waiting} waiting", rows or (nothing,))
        self._window.side.close_panel()
        self._window.basket.sheet.open(lambda: page)
        self._window.basket.update()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner("Not done", str(error)))


def _number_in(code: str) -> str:
    """The receipt number that a scanned barcode or QR code holds, or empty."""
    import re

    if re.fullmatch(r"[A-Za-z0-9]{1,24}-[A-Za-z0-9]{1,24}-\d{6,12}", code):
        return code
    try:
        return read_code(code).receipt_number
    except ValueError:
        return ""


def _words_of(document: ReceiptDocument) -> str:
    """What a screen reader says of the paper."""
    from pos_app.domain.receipt_document import Pair, Text

    said = [
        f"{block.left} {block.right}" if isinstance(block, Pair) else block.text
        for block in document.blocks
        if isinstance(block, Pair | Text)
    ]
    return ". ".join(part.strip() for part in said if part.strip())
