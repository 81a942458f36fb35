"""What a till asks about one member: find, redeem, statement, links, proof, leave. One transaction or few each.

All raise CentralError for a refusal. Thread-safe.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from pos_app.domain.member import mask_email
from pos_app.ports import Clock
from sync import contract, membership
from sync.central import cards, former, holds, leaving, links, members, proofs, statements, terms
from sync.central.database import Database
from sync.central.errors import CentralError
from sync.central.members import Seen
from sync.central.moments import stored
from sync.central.senders import CodeSender, SendError
from sync.central.terminals import Terminal
from sync.central.vault import Vault

Result = TypeVar("Result")


class MemberDesk:
    """The members' side of the service."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, sender: CodeSender | None = None) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._sender = sender

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, request: contract.FindMember, store_id: str = "") -> contract.MemberAnswer:
        """The member of exactly this address or card, as the till of a store may see them."""

        def work(connection: Connection) -> contract.Member | None:
            member_id = members.find(connection, self._vault, request)
            return members.view(connection, self._vault, self.seen(connection, store_id), member_id)

        member = self._database.read(work)
        if member is not None and not member.card_number:
            joined_before_cards = member.member_id
            self._run(lambda connection: cards.give(connection, self._vault, [joined_before_cards]))
            member = self._database.read(work)
        return contract.MemberAnswer(member=member)

    def seen(self, connection: Connection, store_id: str) -> Seen:
        """For whom a member is shown now."""
        now = self._clock.now()
        return Seen(now, terms.in_force(connection, now), store_id, codes=self._sender is not None)

    # --- redeeming ----------------------------------------------------------------------------------------------------

    def place_hold(self, terminal: Terminal, request: contract.PlaceHold) -> contract.Hold:
        """Set points aside for one sale, with the proof that the terms ask for."""
        now = self._clock.now()
        member_id, ask = self._database.read(lambda connection: self._proof_asked(connection, request))
        proven = proofs.NOT_NEEDED
        if ask:
            proven = proofs.prove(self._database, self._vault, now, member_id, request.proof_kind, request.proof)

        def work(connection: Connection) -> contract.Hold:
            proofs.use(
                connection, now, member_id, proven, request.hold_id, terminal.terminal_id, by=request.proof.strip()
            )
            return holds.place(connection, now, terminal, request)

        return self._run(work)

    def _proof_asked(self, connection: Connection, request: contract.PlaceHold) -> tuple[str, bool]:
        """Whose points, and whether a proof is to be judged. The same hold again needs no second proof."""
        now = self._clock.now()
        member_id = former.survivor(connection, request.member_id)
        if holds.exists(connection, request.hold_id):
            return member_id, False
        in_force = terms.in_force(connection, now)
        if request.proof_kind and request.proof_kind in in_force.redeem_proofs:
            return member_id, True
        if proofs.needed(connection, now, in_force, member_id, request.points):
            raise proofs.refusal_without(in_force)
        return member_id, False

    def send_code(self, request: membership.SendCode) -> membership.CodeSent:
        """Send the member a one-time code."""
        sender, now = self._sender, self._clock.now()
        if sender is None:
            raise CentralError(409, "no_codes", "One-time codes are not set up here. Use another proof.")

        def work(connection: Connection) -> tuple[str, str, str]:
            member_id = former.survivor(connection, request.member_id)
            email = members.address_of(connection, self._vault, member_id)
            code, expires_at = proofs.make_code(connection, self._vault, now, member_id)
            return email, code, stored(expires_at)

        email, code, expires_at = self._run(work)
        try:
            sender.send(email, code)
        except SendError as error:
            raise CentralError(409, "code_not_sent", f"The code could not be sent: {error}.") from error
        return membership.CodeSent(destination=mask_email(email), expires_at=expires_at)

    def set_pin(self, request: membership.SetPin) -> None:
        """A new PIN. Whoever has one proves it, or gives another proof that the terms accept."""
        now = self._clock.now()

        def look(connection: Connection) -> tuple[str, bool, contract.Terms]:
            member_id = former.survivor(connection, request.member_id)
            members.address_of(connection, self._vault, member_id)
            return member_id, proofs.has_pin(connection, member_id), terms.in_force(connection, now)

        member_id, has_pin, in_force = self._database.read(look)
        proven = proofs.NOT_NEEDED
        if has_pin:
            if request.proof_kind != "pin" and request.proof_kind not in in_force.redeem_proofs:
                raise CentralError(
                    409, "proof_needed", "To change the PIN, the member gives the old one or another proof."
                )
            proven = proofs.prove(self._database, self._vault, now, member_id, request.proof_kind, request.proof)
        pin_hash = proofs.hash_pin(self._vault, member_id, request.pin)

        def work(connection: Connection) -> None:
            proofs.use_up(connection, member_id, proven)
            proofs.set_pin(connection, now, member_id, pin_hash, replace=has_pin)

        self._run(work)

    # --- the account --------------------------------------------------------------------------------------------------

    def statement(self, request: membership.AskStatement) -> membership.Statement:
        """The member's statement."""

        def work(connection: Connection) -> membership.Statement:
            member_id = former.survivor(connection, request.member_id)
            return statements.statement(
                connection, self._vault, self.seen(connection, ""), member_id, request.movements
            )

        return self._database.read(work)

    def link(self, request: membership.LinkAccount, store_id: str = "") -> contract.MemberAnswer:
        """Link a shopping account or the credit card."""
        return self._change(
            request.member_id,
            store_id,
            lambda connection, member_id: links.link(
                connection,
                self._vault,
                self._clock.now(),
                request.event_id,
                member_id,
                request.kind,
                request.reference,
            ),
        )

    def unlink(self, request: membership.UnlinkAccount, store_id: str = "") -> contract.MemberAnswer:
        """Undo a link; harmless when there is none."""
        return self._change(
            request.member_id,
            store_id,
            lambda connection, member_id: links.unlink(connection, member_id, request.kind),
        )

    def _change(
        self, member_id: str, store_id: str, change: Callable[[Connection, str], None]
    ) -> contract.MemberAnswer:
        def work(connection: Connection) -> contract.MemberAnswer:
            survivor = former.survivor(connection, member_id)
            members.address_of(connection, self._vault, survivor)
            change(connection, survivor)
            seen = self.seen(connection, store_id)
            return contract.MemberAnswer(member=members.view(connection, self._vault, seen, survivor))

        return self._run(work)

    def leave(self, request: membership.LeaveProgramme) -> None:
        """The member leaves the programme."""
        now = self._clock.now()
        self._run(
            lambda connection: leaving.leave(connection, now, request.event_id, request.member_id, request.reason)
        )

    def _run(self, work: Callable[[Connection], Result]) -> Result:
        return self._database.run(work)
