"""Closing the day at the window, one step after the other; each is on disk before the next one is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pos_app.domain.card_batch import CardDifference
from pos_app.domain.cash_count import CountedPieces, counted_minor
from pos_app.domain.day_words import day_words
from pos_app.domain.money import currency
from pos_app.domain.till_closing import MOST_COUNTS, ClosingStep, CountedTender, TillClosing, needs_reason
from pos_app.errors import CashierError
from pos_app.services.till_control import LONGEST_BAG_NUMBER
from ui.announce import announce
from ui.till import doing
from ui.till.card_totals import CardTotals
from ui.till.closing_facts import ClosingFacts
from ui.till.count_pad import CountPad, PadRow
from ui.till.day_page import PageBody, PageWords, Way
from ui.till.deposit import DepositBody
from ui.till.facts import Fact, FactList
from ui.till.one_field import OneFieldBody
from ui.till.reveal import RevealBody, result_words
from ui.till.words import cash_rows

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.till_papers import ZReport
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.at_the_counter import TillAtTheCounter

STEPS = ("Stop sales", "Count the cash", "Count the slips", "Compare", "Deposit", "Sign")
MOVING_STEPS = (*STEPS[:4], "Seal", "Sign")
_PLACES = {step: place for place, step in enumerate(ClosingStep, 1)}
_MOST_PARKED_NAMED = 3


class ClosingDesk:
    """What is on the page follows from what is on disk, so that a closing goes on where it was left."""

    def __init__(self, window: CheckoutWindow, till: TillAtTheCounter) -> None:
        self._window = window
        self._till = till
        self._page = till.page
        self._closing = till.parts.closing
        self._money = window.services.formatter.money
        self._words = ClosingFacts(window, till)
        self._card = CardTotals(window, till)
        self._sealing = False
        self._to_workstation = ""
        self._pieces: tuple[CountedPieces, ...] = ()

    # --- bodies, made when they are shown ----------------------------------------------------------------------------

    @cached_property
    def facts(self) -> FactList:
        """Before sales are stopped, before it is signed, and when it is done."""
        return FactList(self._page, "What there is to know")

    @cached_property
    def cash(self) -> CountPad:
        """Cash by denomination."""
        pad = CountPad(self._page, "Cash by denomination")
        pad.changed.connect(lambda: self._try(lambda: self._closing.save_cash(self._counted(pad.values))))
        pad.finished.connect(self._page.main.setFocus)
        return pad

    @cached_property
    def slips(self) -> CountPad:
        """What the slips of each tender come to."""
        pad = CountPad(self._page, "Slips and batch totals")
        pad.changed.connect(lambda: self._try(lambda: self._closing.save_tenders(self._counted_slips())))
        pad.finished.connect(self._page.main.setFocus)
        return pad

    @cached_property
    def reveal(self) -> RevealBody:
        """Expected and counted."""
        body = RevealBody(self._page, self._window.services.profile.reasons.over_short)
        body.reason_given.connect(self._give_reason)
        return body

    @cached_property
    def deposit(self) -> DepositBody:
        """Float and bag."""
        body = DepositBody(self._page, self._money, self._closing.bag_problem)
        body.changed.connect(lambda: self._keep_deposit(body.float_minor, body.bag_number))
        body.refused.connect(self._refuse_scan)
        body.finished.connect(self._page.main.setFocus)
        return body

    @cached_property
    def seal(self) -> OneFieldBody:
        """The bag of a till that goes to another workstation."""
        body = OneFieldBody(self._page, "Number of the bag or seal")
        body.changed.connect(lambda: self._keep_deposit(0, body.value))
        body.refused.connect(self._refuse_scan)
        body.finished.connect(self._page.main.setFocus)
        return body

    # --- steps -------------------------------------------------------------------------------------------------------

    def begin(self, to_workstation: str = "") -> None:
        """What is to be known before sales are stopped; to_workstation: the till goes on there."""
        self._window.side.close_panel()
        self._to_workstation = to_workstation
        self.facts.show_facts(self._words.before())
        blocked = self._closing.sale_under_way()
        self._show(
            0,
            f"Send this till to workstation {to_workstation}" if to_workstation else "Stop sales on this till",
            "It is closed here first. Nothing is sold from it until it is taken up there."
            if to_workstation
            else "From then on nothing is sold from it until it is opened again.",
            self.facts,
            Way("Stop sales", self._stop_sales, "accent"),
            back=Way("Back to the sale", self._till.leave),
        )
        if blocked:
            self._page.main.setEnabled(False)
            self._page.back.setFocus()

    def go_on(self) -> None:
        """Show the step that the closing is at."""
        closing = self._closing.current
        if closing is None:
            self._till.leave()
            return
        shows = {
            ClosingStep.COUNT_CASH: self._show_cash,
            ClosingStep.COUNT_TENDERS: self._show_slips,
            ClosingStep.REVEAL: self._show_reveal,
            ClosingStep.DEPOSIT: self._show_deposit,
            ClosingStep.SIGN: self._show_sign,
        }
        shows[closing.step](closing)

    def _show_cash(self, closing: TillClosing) -> None:
        self._pieces = self._closing.cash_rows()
        self.cash.show_rows(
            cash_rows(self._pieces, self._money),
            [one.number for one in self._pieces],
            "Counted",
            lambda numbers: self._money(counted_minor(self._counted(numbers))),
        )
        again = "Count once more. " if closing.counts else ""
        self._show(
            _PLACES[closing.step],
            "Count the cash",
            f"{again}How many of each are in the drawer, float included? Type a number, Enter goes on.",
            self.cash,
            Way("Next: the slips", self._to(ClosingStep.COUNT_TENDERS), "accent"),
            back=None if closing.counts else Way("Sell again", self._resume),
            extra=Way("Seal it uncounted", lambda: self._then(self._closing.seal_uncounted))
            if closing.to_workstation
            else Way("Open the drawer", lambda: doing.open_drawer(self._window, self._page)),
        )

    def _show_slips(self, closing: TillClosing) -> None:
        tenders, counted = self._closing.tenders(), {one.tender: one.amount_minor for one in closing.tenders}
        rows = [
            PadRow(one.name, shown=lambda amount, code=one.currency_code: self._amount(amount, code), most_digits=9)
            for one in tenders
        ]
        self.slips.show_rows(rows, [counted.get(one.tender, 0) for one in tenders])
        self._show(
            _PLACES[closing.step],
            "Count the slips",
            "What do the slips of each tender add up to? 0 where there are none.",
            self.slips,
            Way("Confirm the count", self._confirm, "go"),
            back=Way("Back to the cash", self._to(ClosingStep.COUNT_CASH)),
            extra=Way("Ask the terminal", lambda: self._card.ask(self._show_slips)) if self._card.terminal else None,
        )
        self._page.say("After this the count stands, and you see what should be there.")

    def _show_reveal(self, closing: TillClosing) -> None:
        if not closing.results:
            self._show_nothing_to_compare(closing)
            return
        tolerance = self._window.services.profile.till.tolerance_minor
        missing = self._closing.open_reasons()
        words = [
            result_words(
                one, needs_reason(one, tolerance), lambda amount, one=one: self._amount(amount, one.currency_code)
            )
            for one in closing.results
        ]
        self.reveal.show_results(closing.results, words, missing[0] if missing else "")
        can_recount = closing.counts < MOST_COUNTS
        next_step = "Next: the seal" if closing.to_workstation else "Next: the deposit"
        why = Way("Card payments", lambda: self._card.explain(self._show_why))
        self._show(
            _PLACES[closing.step],
            "Compare" if not missing else "Compare, and say why it differs",
            f"Up to {self._money(tolerance)} either way needs no reason.",
            self.reveal,
            Way(next_step, self._to(ClosingStep.DEPOSIT), "accent"),
            back=why if self._card.differ(closing) else None,
            extra=Way("Count again", self._recount) if can_recount else None,
        )
        self._page.main.setEnabled(not missing)
        self._page.take_focus()
        announce(self._window, ". ".join(f"{one.name}: {one.verdict}" for one in words))

    def _show_nothing_to_compare(self, closing: TillClosing) -> None:
        """A till that is sealed, and of which no slip was to be counted."""
        fact = Fact("Nothing was counted here", "The cash is sealed, and there are no slips", look="good")
        self.facts.show_facts([fact])
        go_on = Way("Next: the seal", self._to(ClosingStep.DEPOSIT), "accent")
        self._show(_PLACES[closing.step], "Nothing to compare", "It is counted where it goes on.", self.facts, go_on)

    def _show_deposit(self, closing: TillClosing) -> None:
        if closing.to_workstation:
            self._show_seal(closing)
            return
        self.deposit.ask(closing.cash_minor, closing.float_minor, closing.bag_number)
        self._show(
            _PLACES[closing.step],
            "Float and deposit",
            "What stays for tomorrow, and the bag that the rest goes to the bank in.",
            self.deposit,
            Way("Next: sign", self._set_deposit, "accent"),
        )

    def _show_seal(self, closing: TillClosing) -> None:
        needed = "Its cash was not counted here, so its bag has to be sealed." if closing.sealed else ""
        words = f"{needed} Leave it empty where the tray goes open.".strip() if not closing.sealed else needed
        self.seal.ask(
            "Number of the bag or seal", closing.bag_number, words, LONGEST_BAG_NUMBER, self._closing.bag_problem
        )
        self._show(
            _PLACES[closing.step],
            f"To workstation {closing.to_workstation}",
            "The slip with the code to scan there is printed when it is signed.",
            self.seal,
            Way("Next: sign", self._set_seal, "accent"),
        )

    def _show_sign(self, closing: TillClosing) -> None:
        self.facts.show_facts(self._words.to_sign(closing))
        self._show(
            _PLACES[closing.step],
            "Sign and close",
            "A manager signs. The Z report is printed and the till is closed.",
            self.facts,
            Way("Sign and print Z", self._sign, "go"),
            back=Way("Back", self._to(ClosingStep.DEPOSIT)),
        )

    def _show_done(self, report: ZReport) -> None:
        others, (heading, hint) = self._till.parts.tills.open_tills(), self._words.over(report)
        self.facts.show_facts(self._words.done(report))
        papers = self._till.parts.papers
        self._show(
            len(STEPS),
            heading,
            hint,
            self.facts,
            Way("Sign off", self._sign_off, "accent"),
            back=Way("Go on", self._go_on_selling) if others else Way("Open the next day", self._till.opening.open),
            extra=Way("Print a copy", lambda: self._try(lambda: papers.print_copy(report)))
            if others or not self._window.services.newer_version()
            else Way("Install it now", self._window.technician.open_updates),
        )
        announce(self._window, f"{heading}. Z report {report.number} is printed.", urgent=True)

    # --- acts --------------------------------------------------------------------------------------------------------

    def _stop_sales(self) -> None:
        parking = self._window.services.parking
        parked = [one.sale.receipt_number for one in parking.suspending.parked()] if parking else []

        def stop(approval: Approval | None) -> None:
            self._closing.stop_sales(parked, approval, to_workstation=self._to_workstation)
            self.go_on()

        doing.with_approval(self._window, self._page, stop)

    def _resume(self) -> None:
        if self._try(self._closing.resume_sales):
            self._till.leave()
            self._window.sale.say("The till sells again")
            self._till.look()

    def _to(self, step: ClosingStep) -> Callable[[], None]:
        return lambda: self._then(lambda: self._closing.go_to(step))

    def _confirm(self) -> None:
        self._then(self._closing.confirm_count)

    def _recount(self) -> None:
        self._then(self._closing.recount)

    def _show_why(self, found: list[CardDifference]) -> None:
        self.facts.show_facts(self._words.of_the_card(found))
        self._show(
            _PLACES[ClosingStep.REVEAL],
            "Why the card differs",
            "Payments that only the card terminal, or only this till, knows.",
            self.facts,
            Way("Back to the comparison", self.go_on, "accent"),
        )

    def _give_reason(self, tender: str, reason: str) -> None:
        self._then(lambda: self._closing.give_reason(tender, reason))

    def _keep_deposit(self, float_minor: int, bag_number: str) -> None:
        self._page.say("")
        self._try(lambda: self._closing.keep_deposit(float_minor, bag_number))

    def _set_deposit(self) -> None:
        body = self.deposit
        self._then(lambda: self._closing.set_deposit(body.float_minor, body.bag_number))

    def _set_seal(self) -> None:
        self._then(lambda: self._closing.set_deposit(0, self.seal.value))

    def _sign(self) -> None:
        if not self._sealing:
            doing.with_approval(self._window, self._page, self._signed)

    def _signed(self, approval: Approval | None) -> None:
        """The signature counts from here; adding up the day may take a moment, so it is done behind the window."""
        self._closing.check_signature(approval)
        self._sealing = True
        self._page.main.setEnabled(False)
        self._page.say("Adding up the day…")
        self._window.background.run(lambda: self._closing.seal(approval), self._sealed, self._not_sealed)

    def _sealed(self, report: ZReport) -> None:
        self._sealing = False
        self._show_done(report)
        if not self._till.parts.tills.open_tills():
            self._card.end_batch()

    def _not_sealed(self, error: Exception) -> None:
        self._sealing = False
        self._page.main.setEnabled(True)
        doing.refuse(self._window, self._page, error)

    def _go_on_selling(self) -> None:
        """Another till of this workstation is open: whoever works here sells from theirs."""
        self._till.leave()
        self._till.look()

    def _sign_off(self) -> None:
        self._till.opening.open()
        self._window.people.sign_off()

    def _refuse_scan(self, words: str) -> None:
        doing.refuse(self._window, self._page, CashierError("scan", words))

    def _try(self, act: Callable[[], object]) -> bool:
        return doing.attempt(self._window, self._page, act)

    def _then(self, act: Callable[[], object]) -> None:
        if self._try(act):
            self.go_on()

    # --- words -------------------------------------------------------------------------------------------------------

    def _show(
        self,
        step: int,
        heading: str,
        hint: str,
        body: PageBody,
        main: Way,
        *,
        back: Way | None = None,
        extra: Way | None = None,
    ) -> None:
        services = self._window.services
        closing = self._closing.current
        day = closing.business_day if closing else ""
        tills = self._till.parts.tills
        name = tills.name_of(tills.current) if tills.several else services.profile.workstation_id
        place = f"{services.profile.store_name}  ·  Till {name}"
        moves = self._to_workstation if closing is None else closing.to_workstation
        words = PageWords(
            title="Send the till" if moves else "Close the day",
            subtitle=f"{place}  ·  {day_words(day)}" if day else place,
            icon="moon",
            steps=MOVING_STEPS if moves else STEPS,
            step=step,
            heading=heading,
            hint=hint,
        )
        self._page.show_step(words, body, main, back=back, extra=extra)

    def _amount(self, amount_minor: int, currency_code: str) -> str:
        if currency_code:
            return f"{currency_code} {currency(currency_code).decimal_text(amount_minor)}"
        return self._money(amount_minor)

    def _counted(self, numbers: Sequence[int]) -> tuple[CountedPieces, ...]:
        return tuple(one._replace(number=number) for one, number in zip(self._pieces, numbers, strict=True))

    def _counted_slips(self) -> list[CountedTender]:
        return [
            CountedTender(one.tender, amount)
            for one, amount in zip(self._closing.tenders(), self.slips.values, strict=True)
            if amount
        ]
