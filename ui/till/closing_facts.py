"""What there is to know while a till is closed: before sales stop, before it is signed, and when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pos_app.domain.card_batch import CardDifference
from pos_app.domain.day_words import day_words
from pos_app.domain.till_closing import TenderResult, TillClosing
from pos_app.domain.tills import FIRST_TILL
from ui.till.facts import Fact
from ui.till.words import age_words

if TYPE_CHECKING:
    from pos_app.services.till_papers import ZReport
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.at_the_counter import TillAtTheCounter

_MOST_PARKED_NAMED = 3
_MOST_CARDS_NAMED = 5


class ClosingFacts:
    """Facts of the closing under way."""

    def __init__(self, window: CheckoutWindow, till: TillAtTheCounter) -> None:
        self._window = window
        self._till = till
        self._closing = till.parts.closing
        self._money = window.services.formatter.money

    def over(self, report: ZReport) -> tuple[str, str]:
        """What is over, and what comes next."""
        tills = self._till.parts.tills
        others = tills.open_tills()
        if not others:
            return f"{day_words(report.business_day)} is closed", "The next day begins when somebody opens it."
        names = ", ".join(tills.name_of(till) for till in others)
        word = f"Till {names} is" if len(others) == 1 else f"Tills {names} are"
        return f"Till {report.till_name or tills.name_of(FIRST_TILL)} is closed", f"{word} still open: the day goes on."

    def of_the_card(self, found: Sequence[CardDifference]) -> list[Fact]:
        """Card payments that only one side knows; as many as fit are shown."""
        if not found:
            return [Fact("Every payment is known on both sides", "The terminal's total is not what they add up to.")]
        facts = [
            Fact(
                one.shown or "A payment without a name",
                "Only the card terminal knows it" if one.at_terminal else "Only this till knows it",
                self._money(one.amount_minor),
                look="look",
                icon="credit-card",
            )
            for one in found[:_MOST_CARDS_NAMED]
        ]
        more = len(found) - len(facts)
        return [*facts, Fact(f"and {more} more", "In the journal, and on the terminal's slip")] if more else facts

    def done(self, report: ZReport) -> list[Fact]:
        """The Z and where the money goes."""
        money = self._money
        count = report.figures.sale_count
        sales = "1 sale" if count == 1 else f"{count} sales"
        facts = [
            Fact(f"Z report {report.number}", "On record, sealed, and on its way to the printer", look="good"),
            Fact("Net sales", sales, money(report.figures.net_sales_minor), icon="receipt"),
        ]
        if report.moved_to:
            words = "Its slip is printed. Scan it there: it counts once."
            return [*facts, Fact(f"Goes to workstation {report.moved_to}", words, icon="truck")]
        bag = f"Bag {report.bag_number}" if report.bag_number else "Nothing for the bank"
        facts += [
            Fact("Deposit", bag, money(report.deposit_minor), icon="landmark"),
            Fact("Stays in the drawer", "Count it when it is opened next", money(report.float_minor), icon="inbox"),
        ]
        newer = self._window.services.newer_version()
        if newer:
            words = "Before the next day is opened; the till starts again"
            facts.append(Fact(f"Version {newer} can be installed now", words, icon="package-plus"))
        return facts

    def before(self) -> list[Fact]:
        facts = []
        if self._closing.sale_under_way():
            facts.append(Fact("A sale is under way", "Finish, park or cancel it first", look="stop"))
        else:
            facts.append(Fact("No sale is under way", look="good"))
        facts += [self._parked_fact(), self._unsent_fact()]
        waiting = self._window.services.interrupted_returns()
        if waiting:
            facts.append(
                Fact("A return was interrupted", "Its money may be on the way. Press F7 and finish it.", look="look")
            )
        return facts

    def _parked_fact(self) -> Fact:
        parking = self._window.services.parking
        parked = parking.suspending.parked() if parking else []
        if not parked:
            return Fact("No sale is parked", look="good")
        total = sum(one.sale.total_minor for one in parked)
        named = ", ".join(one.sale.receipt_number for one in parked[:_MOST_PARKED_NAMED])
        more = f" and {len(parked) - _MOST_PARKED_NAMED} more" if len(parked) > _MOST_PARKED_NAMED else ""
        words = f"{named}{more}. Carried into the next day, or go back and settle them."
        count = f"{len(parked)} sale{'s are' if len(parked) > 1 else ' is'} parked"
        return Fact(count, words, self._money(total), look="look")

    def _unsent_fact(self) -> Fact:
        unsent = self._till.parts.records.unsent()
        online = self._window.services.sync_status().online
        if not unsent.count:
            return Fact("Everything was sent to the central service", look="good")
        age = age_words(unsent.oldest_at, self._window.services.clock.now())
        record = "record waits" if unsent.count == 1 else "records wait"
        words = f"The oldest for {age}. They are sent by themselves" + (
            "." if online else "; till then points are provisional."
        )
        return Fact(
            f"{unsent.count} {record} to be sent", words, look="good" if online else "look", icon="cloud-upload"
        )

    def to_sign(self, closing: TillClosing) -> list[Fact]:
        home = [one for one in closing.results if not one.currency_code]
        difference = sum(one.over_short_minor for one in home)
        verdict = (
            "All tenders agree"
            if not any(one.over_short_minor for one in closing.results)
            else self._reasons(closing.results)
        )
        word = "" if not difference else " over" if difference > 0 else " short"
        if closing.to_workstation:
            return [*self._of_a_move(closing, verdict, f"{self._money(abs(difference))}{word}"), self._unsent_fact()]
        bag = f"Bag {closing.bag_number}" if closing.bag_number else "Nothing for the bank"
        return [
            Fact("Counted cash", day_words(closing.business_day), self._money(closing.cash_minor), icon="banknote"),
            Fact("Difference", verdict, f"{self._money(abs(difference))}{word}", look="look" if difference else "good"),
            Fact("Stays in the drawer", "", self._money(closing.float_minor), icon="inbox"),
            Fact("Deposit", bag, self._money(closing.deposit_minor), icon="landmark"),
            self._unsent_fact(),
        ]

    def _reasons(self, results: Sequence[TenderResult]) -> str:
        given = [one.reason for one in results if one.reason]
        return ", ".join(dict.fromkeys(given)) or "Within what the store allows"

    def _of_a_move(self, closing: TillClosing, verdict: str, difference: str) -> list[Fact]:
        seal = f"Seal {closing.bag_number}" if closing.bag_number else "Not sealed"
        where = Fact(f"Goes to workstation {closing.to_workstation}", seal, icon="truck")
        if closing.sealed:
            return [where, Fact("The cash was not counted", "It is counted where the till goes on", look="look")]
        look = "good" if difference == self._money(0) else "look"
        counted = Fact("Counted cash", "", self._money(closing.cash_minor), icon="banknote")
        return [where, counted, Fact("Difference", verdict, difference, look=look)]
