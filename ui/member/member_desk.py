"""What an associate does for a member at the checkout: join, statement, links, PIN, proof, leaving, explanations.

Made when it is needed for the first time. Whatever asks the central service runs off the GUI thread.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pos_app.domain.member import MemberAccount
from pos_app.errors import CashierError, RefusedError, WorldError
from pos_app.ports import NO_PROOF, MemberStatement, Proof
from pos_app.services.statements import compose_statement, link_name
from ui.member.card_parts import LINK_ICONS
from ui.member.enrol_panel import EnrolPanel
from ui.member.enrolment import Enrolment, EnrolmentStage
from ui.member.member_panel import Fact, MemberPanel
from ui.member.member_view_model import age_words, moment_words
from ui.member.pages import explanation_page, statement_page
from ui.member.proof import PIN, ProofDesk, pin_entry
from ui.messages import Banner, Choice, Question
from ui.sale.sale_view_model import Stage
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow
from ui.widgets.sheet import SheetPage
from ui.widgets.text_panel import TextPanel

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow

_ANY_POINTS = 10**9
_LAST_FOUR = 4
SHOPPING, CREDIT_CARD = "shopping", "credit_card"


class MemberDesk:
    """The flows of a member's life; each shows its panels in the side column or a sheet over the basket."""

    def __init__(self, window: "CheckoutWindow") -> None:
        self._window = window
        self._sale, self._member, self._tender = window.sale, window.member, window.tender
        self._side = window.side
        self._services = window.services
        self._membership = window.services.membership
        self._proofs = ProofDesk(window.sale, window.side)
        self.enrolment = Enrolment(window.sale, window.member)
        self.enrol_panel = EnrolPanel(self.enrolment, window.side)
        self.enrol_panel.pin_requested.connect(self._ask_first_pin)
        self.member_panel = MemberPanel(window.side)
        self.text_panel = TextPanel(window.side)
        self._side.add_panel(self.text_panel, self.text_panel.closed)
        self._side.add_panel(self.enrol_panel, self.enrol_panel.closed)
        self._side.add_panel(self.member_panel, self.member_panel.closed)
        window.basket.sheet.closed.connect(window.close_sheet)

    # --- joining ----------------------------------------------------------------------------------------------------

    def enrol(self) -> None:
        """The customer with the address just entered wants to join."""
        self._begin_enrolment(self._member.typed)

    def _begin_enrolment(self, email: str) -> None:
        try:
            self.enrolment.begin(email)
        except CashierError as error:
            with self._sale.one_change():
                self._sale.refuse(Banner("Not an address", error.message))
            return
        self._member.reset()
        self.show_enrolment()

    @property
    def enrolling(self) -> bool:
        """True while somebody is being asked whether they want to join."""
        return not self.enrol_panel.isHidden()

    def show_enrolment(self) -> None:
        """Show the questions, and stay while something is scanned."""
        self._side.show_panel(self.enrol_panel, stays=True)
        self.enrol_panel.setFocus()

    def _ask_first_pin(self) -> None:
        if self.enrolment.stage is EnrolmentStage.ASKING:

            def chosen(pin: str) -> None:
                self.enrolment.set_pin(pin)
                self.show_enrolment()

            self._ask_new_pin(chosen, back=self.show_enrolment)

    def _ask_new_pin(self, chosen: Callable[[str], None], back: Callable[[], None] | None, problem: str = "") -> None:
        """A new PIN, typed twice."""

        def again(first: str) -> bool:
            def same(second: str) -> bool:
                if second != first:
                    self._sale.announced.emit("The two PINs differ", True)
                    self._ask_new_pin(chosen, back, "The two PINs differ. Choose it once more.")
                else:
                    self._side.close_panel()
                    chosen(first)
                return False

            hint = "The same digits once more"
            self._side.ask(pin_entry("PIN again", "Set this PIN", same, hint=hint), back)
            return False

        self._side.ask(pin_entry("New PIN", "Next", again, problem), back)

    # --- the member of the sale -------------------------------------------------------------------------------------

    def open(self) -> None:
        """Everything of the member, and what can be done."""
        member = self._sale.view.basket.member
        if member is None:
            return
        account = self._sale.view.account
        name = member.display_name or member.masked_email or "Member"
        self._side.show_panel(self.member_panel)
        self.member_panel.show_member(name, self._facts(account), self._rows(account))

    def _facts(self, account: MemberAccount | None) -> list[Fact]:
        show, now = self._services.formatter.points, self._services.clock.now()
        if account is None:
            words = "Points are credited when the connection is back"
            return [Fact("Balance", "Not known yet"), Fact("This sale", words)]
        online = self._tender.online
        age = age_words(account.as_of, now) if online else f"as of {moment_words(account.as_of, now)}"
        ink = "ink" if account.balance_points >= 0 else "bad"
        facts = [Fact(f"Balance  ·  {age}", f"{show(account.balance_points)} pts", ink)]
        if account.pending_points:
            facts.append(Fact("Pending, not in the balance", f"{show(account.pending_points)} pts"))
        if not online:
            facts.append(Fact("Can be used offline", f"{show(self._tender.most_points)} pts"))
        elif account.available_points != account.balance_points:
            facts.append(Fact("Can be used now", f"{show(account.available_points)} pts"))
        linked = ", ".join(link_name(kind) for kind in account.linked)
        facts += [Fact("Linked", linked or "Nothing"), Fact("Customer", account.segment.capitalize())]
        return facts[:5]

    def _rows(self, account: MemberAccount | None) -> list[ListRow]:
        rows: list[ListRow] = []
        current = self._services.selling.current
        if account is None and current is not None and current.contact_email:
            enrol = partial(self._begin_enrolment, current.contact_email)
            rows.append(
                ListRow("Enrol as a new member", "When they are none yet", enrol, "user-round-plus", closes=False)
            )
        if account is not None:
            link_shopping, link_card = (self._link_row(account, kind) for kind in (SHOPPING, CREDIT_CARD))
            pin = "Change the PIN" if PIN in account.proofs else "Set a PIN"
            rows = [
                ListRow(
                    "Statement",
                    "Points and last movements",
                    partial(self.statement, account),
                    "scroll-text",
                ),
                link_shopping,
                link_card,
                ListRow(pin, "For using points", partial(self.set_pin, account), "key-round", closes=False),
                ListRow(
                    "Leave the programme",
                    "Points left over are forfeited",
                    partial(self.ask_to_leave, account),
                    "log-out",
                ),
            ]
        if self._sale.stage is Stage.SALE:
            rows.append(ListRow("Remove from this sale", "", self._member.remove, "user-round-x"))
        return rows

    def _link_row(self, account: MemberAccount, kind: str) -> ListRow:
        name, icon = link_name(kind), LINK_ICONS[kind]
        if kind in account.linked:
            return ListRow(f"Unlink {name.lower()}", "Linked now", partial(self._unlink, account, kind), icon)
        return ListRow(f"Link {name.lower()}", "Not linked", partial(self._ask_link, account, kind), icon, closes=False)

    # --- links ------------------------------------------------------------------------------------------------------

    def _ask_link(self, account: MemberAccount, kind: str) -> None:
        title = f"Link {link_name(kind).lower()}"
        if kind == SHOPPING:
            self._side.show_panel(self.text_panel, back=self.open)
            hint = "Type the name or number of the account as the customer knows it."
            self.text_panel.ask(title, hint, "Link", partial(self._link, account, kind))
            return

        def judge(digits: str) -> tuple[str, bool]:
            return "Only the last four digits, never the whole number", len(digits) == _LAST_FOUR

        def act(digits: str) -> bool:
            self._link(account, kind, digits)
            return False

        entry = Entry(
            title=title,
            show=lambda digits: digits,
            judge=judge,
            actions=(EntryAction("Link", act, "go"),),
            most_digits=_LAST_FOUR,
            secret=True,
        )
        self._side.ask(entry, self.open)

    def _link(self, account: MemberAccount, kind: str, reference: str) -> None:
        self._side.close_panel()
        self._ask(partial(self._membership.link, account.member_id, kind, reference), f"{link_name(kind)} linked")

    def _unlink(self, account: MemberAccount, kind: str) -> None:
        self._ask(partial(self._membership.unlink, account.member_id, kind), f"{link_name(kind)} unlinked")

    # --- PIN --------------------------------------------------------------------------------------------------------

    def set_pin(self, account: MemberAccount, problem: str = "") -> None:
        """A new PIN; a member who has one gives a proof first."""
        if PIN not in account.proofs and not problem:
            self._ask_new_pin(lambda pin: self._keep_pin(account, pin, NO_PROOF), self.open)
            return
        kinds = account.proofs or (PIN,)
        title = "Proof first"
        self._proofs.ask(
            account,
            kinds,
            title,
            lambda proof: self._ask_new_pin(lambda pin: self._keep_pin(account, pin, proof), self.open),
            problem,
        )

    def _keep_pin(self, account: MemberAccount, pin: str, proof: Proof) -> None:
        accepted = PIN in account.proofs or PIN not in self._membership.proof_needed(_ANY_POINTS)
        changed = account if accepted else replace(account, proofs=(PIN, *account.proofs))

        def work() -> MemberAccount:
            self._membership.set_pin(account.member_id, pin, proof)
            return changed

        self._ask(work, "The PIN is set", on_refused_proof=partial(self.set_pin, account))

    # --- proof for points -------------------------------------------------------------------------------------------

    def use_points(self, points: int) -> bool:
        """Use points, with a proof where the terms ask for one. True when nothing more is asked."""
        account = self._sale.view.account
        if account is None:
            return True
        membership = self._membership
        kinds = membership.proof_needed(points) if self._tender.online else membership.offline_proofs(points)
        if not kinds:
            self._tender.use_points(points)
            return True
        self._ask_proof(account, kinds, points)
        return False

    def _ask_proof(self, account: MemberAccount, kinds: tuple[str, ...], points: int, problem: str = "") -> None:
        possible = tuple(kind for kind in kinds if kind != PIN or PIN in account.proofs)
        title = f"Proof for {self._services.formatter.points(points)} points"
        self._proofs.ask(account, possible, title, partial(self._use_proven, account, kinds, points), problem)

    def _use_proven(self, account: MemberAccount, kinds: tuple[str, ...], points: int, proof: Proof) -> None:
        now = self._sale.view.account
        if now is None or now.member_id != account.member_id:
            with self._sale.one_change():
                self._sale.refuse(Banner("Points not used", "The member of the sale has changed. Start again."))
            return
        self._tender.use_points(points, proof, lambda words: self._ask_proof(account, kinds, points, words))

    # --- leaving ----------------------------------------------------------------------------------------------------

    def ask_to_leave(self, account: MemberAccount) -> None:
        """Leaving is asked once, and no key answers by itself."""
        left = self._services.formatter.points(max(account.balance_points, 0))
        with self._sale.one_change():
            if self._sale.view.points_used:
                self._sale.refuse(Banner("Not now", "Points of this member are in the payment. Take them out first."))
                return
            self._sale.ask(
                Question(
                    "Leave the programme?",
                    f"{account.masked_email} has {left} points. They are forfeited, and the address is forgotten. "
                    "This cannot be undone.",
                    (
                        Choice("Stay a member", lambda: None),
                        Choice("Leave the programme", partial(self._leave, account), "danger"),
                    ),
                )
            )

    def _leave(self, account: MemberAccount) -> None:
        def left(_: object) -> None:
            now = self._sale.view.basket.member
            if now is not None and now.member_id == account.member_id:
                self._member.remove()
            self._sale.say("The member has left the programme")

        work = partial(self._membership.leave, account.member_id, "asked at the till")
        self._sale.background.run(work, left, self._failed)

    # --- statement and explanation ----------------------------------------------------------------------------------

    def statement(self, account: MemberAccount) -> None:
        """Ask for the statement and show it over the basket."""
        serial = self._sale.sale_serial
        self._sale.say("Asking for the statement…")

        def show(found: MemberStatement) -> None:
            self._sale.dismiss_toast()
            if serial == self._sale.sale_serial:
                page = statement_page(found, self._services.formatter)
                action = ("Print", partial(self._print, found)) if self._services.print_actions else None
                self.show_page(lambda: page, action)

        self._sale.background.run(partial(self._membership.statement, account.member_id), show, self._failed)

    def _print(self, statement: MemberStatement) -> None:
        actions, services = self._services.print_actions, self._services
        if actions is not None:
            document = compose_statement(statement, services.profile, services.formatter, services.clock.now())
            done = partial(self._sale.say, "The statement is being printed")
            self._sale.background.run(partial(actions.print_document, document), lambda _: done(), self._failed)

    def explain(self) -> None:
        """Why this sale earns, or earned, its points."""
        if self._sale.view.basket.member is None:
            self._sale.say("No member on this sale: it earns no points")
            return
        self.show_page(self._explanation_page)

    def _explanation_page(self) -> SheetPage | None:
        """The explanation as of now; none when there is nothing to explain any more."""
        sale, explaining = self._sale, self._services.explaining
        if sale.view.basket.member is None:
            return None
        if sale.completed is not None:
            explanation = explaining.explain_sale(sale.completed.transaction)
            title = "Why these points"
        else:
            explanation = explaining.explain_current()
            title = "Why these points" if self._tender.online else "Why these points (estimate)"
        return explanation_page(explanation, title, self._services.formatter)

    def show_page(
        self, make: Callable[[], SheetPage | None], action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Show a page over the basket; it is made anew whenever the sale changes."""
        self._side.close_panel()
        sheet = self._window.basket.sheet
        sheet.open(make, action)
        self._window.basket.update()
        self._sale.announced.emit(f"{sheet.page.title}, {sheet.page.subtitle}", False)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _ask(
        self,
        work: Callable[[], Any],
        words: str,
        on_refused_proof: Callable[[str], None] | None = None,
    ) -> None:
        """Ask the central service for a change of the account; the sale shows the account that comes back."""
        serial = self._sale.sale_serial

        def done(answer: object) -> None:
            if isinstance(answer, MemberAccount) and serial == self._sale.sale_serial:
                self._sale.attempt(partial(self._services.selling.refresh_account, answer))
            self._sale.say(words)

        def failed(error: Exception) -> None:
            if on_refused_proof and isinstance(error, RefusedError) and error.code.startswith("proof_"):
                on_refused_proof(error.message)
            else:
                self._failed(error)

        self._sale.background.run(work, done, failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._sale.one_change():
            self._sale.refuse(Banner("Not done", str(error)))
