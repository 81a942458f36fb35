"""The member shows that the points are theirs: a PIN, a one-time code, or an ID that the associate has seen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pos_app.domain.member import MemberAccount
from pos_app.errors import WorldError
from pos_app.ports import Proof
from pos_app.services.membership import ID_SEEN
from ui.messages import Banner
from ui.sale.sale_view_model import SaleViewModel
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.side_column import SideColumn

PIN, CODE = "pin", "code"
SHORTEST_PIN, LONGEST_PIN = 4, 8
_CODE_DIGITS = 6

UseProof = Callable[[Proof], None]


def dots(digits: str) -> str:
    """Digits that nobody may read."""
    return "•" * len(digits)


def pin_entry(title: str, name: str, act: Callable[[str], bool], problem: str = "", hint: str = "") -> Entry:
    """A PIN on the keypad: only how many digits there are is shown."""

    def judge(digits: str) -> tuple[str, bool]:
        if not digits:
            return problem or hint or "The customer types four to eight digits", False
        if len(digits) < SHORTEST_PIN:
            return "A PIN has four digits or more", False
        return hint or "The digits are not shown", True

    return Entry(
        title=title,
        show=dots,
        judge=judge,
        actions=(EntryAction(name, act, "go"),),
        most_digits=LONGEST_PIN,
        secret=True,
    )


class ProofDesk:
    """Asks for one of the kinds of proof that are accepted."""

    def __init__(self, sale: SaleViewModel, side: "SideColumn") -> None:
        self._sale, self._side = sale, side

    def ask(self, account: MemberAccount, kinds: Sequence[str], title: str, use: UseProof, problem: str = "") -> None:
        """Ask for a proof, the kind first where there are several; use gets it. problem says what was wrong before."""
        rows = {
            PIN: ListRow("PIN", "The customer types it", lambda: self._ask_pin(title, use), "key-round", closes=False),
            CODE: ListRow(
                "One-time code", f"Sent to {account.masked_email}", lambda: self._send(account, title, use), "send"
            ),
            ID_SEEN: ListRow(
                "ID seen", "Recorded with your number", lambda: self._ask_id(use), "id-card", closes=False
            ),
        }
        offered = [rows[kind] for kind in kinds if kind in rows]
        if [kind for kind in kinds if kind in rows] == [PIN]:
            self._ask_pin(title, use, problem)
            return
        if problem:
            with self._sale.one_change():
                self._sale.refuse(Banner("Proof not accepted", problem))
        self._side.show_list(title, offered, "No proof can be given now.")

    def _ask_pin(self, title: str, use: UseProof, problem: str = "") -> None:
        def act(digits: str) -> bool:
            self._side.close_panel()
            use(Proof(PIN, digits))
            return False

        self._side.ask(pin_entry(title, "Use this PIN", act, problem))

    def _ask_id(self, use: UseProof) -> None:
        rows = [
            ListRow("I have seen the ID", "The name is the member's", lambda: use(Proof(ID_SEEN)), "id-card"),
            ListRow("No ID", "Points are not used", lambda: None, "x"),
        ]
        self._side.show_list("Ask to see an ID", rows)

    def _send(self, account: MemberAccount, title: str, use: UseProof) -> None:
        serial = self._sale.sale_serial
        self._sale.say("Sending a one-time code…")

        def sent(destination: str) -> None:
            if serial == self._sale.sale_serial:
                self._sale.say(f"Code sent to {destination}")
                self._sale.announced.emit(f"Code sent to {destination}", False)
                self._side.ask(self._code_entry(title, destination, use))

        def failed(error: Exception) -> None:
            if not isinstance(error, WorldError):
                raise error
            with self._sale.one_change():
                self._sale.refuse(Banner("No code was sent", str(error)))

        membership = self._sale.services.membership
        self._sale.background.run(lambda: membership.send_code(account.member_id), sent, failed)

    def _code_entry(self, title: str, destination: str, use: UseProof) -> Entry:
        def judge(digits: str) -> tuple[str, bool]:
            if len(digits) < _CODE_DIGITS:
                return "The customer reads the six digits from the message", False
            return "Good for ten minutes, once", True

        def act(digits: str) -> bool:
            self._side.close_panel()
            use(Proof(CODE, digits))
            return False

        return Entry(
            title=title,
            show=lambda digits: " ".join(part for part in (digits[:3], digits[3:]) if part),
            judge=judge,
            actions=(EntryAction("Use this code", act, "go"),),
            facts=lambda: (("Sent to", destination),),
            most_digits=_CODE_DIGITS,
            secret=True,
        )
