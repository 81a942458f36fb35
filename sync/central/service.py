"""The central rewards service itself: plain calls that take and give messages of the contract.

HTTP is a thin layer over this; tests, the scenario runner and the demo store call it in process. Each call is
one transaction and returns when it is durable. All raise CentralError for a refusal. Thread-safe.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select, text

from pos_app.clock import SystemClock
from pos_app.ids import SystemIds
from pos_app.ports import Clock, IdSource
from sync import contract, membership
from sync import promotions as promotion_wire
from sync import store_goods as store_goods_wire
from sync import store_settings as store_settings_wire
from sync.central import (
    enrolment_offers,
    expiry,
    exposure,
    gift_cards,
    holds,
    ingest,
    leaving,
    members,
    proofs,
    revision,
    sale_records,
    store_goods,
    store_settings,
    tables,
    terminals,
    terms,
)
from sync.central.applying import Applying
from sync.central.backoffice import reading
from sync.central.backoffice.office import Office
from sync.central.care import CustomerCare
from sync.central.database import Database
from sync.central.desk import MemberDesk
from sync.central.errors import CentralError
from sync.central.exposure import LargeDebt
from sync.central.fleet.desk import FleetDesk, forget_old_bundles
from sync.central.forks import StandingDesk
from sync.central.ledger import Cause, Posting, derived_id
from sync.central.members import Joining
from sync.central.migrations import migrate, require_current, schema_version
from sync.central.moments import last_day_of_use, local_day, parse, stored
from sync.central.parking import ParkingDesk
from sync.central.people.desk import PeopleDesk
from sync.central.promotions import codes as promo_codes
from sync.central.promotions.desk import PromotionDesk
from sync.central.receipts import Receipts
from sync.central.return_desk import ReturnDesk
from sync.central.sales import TermsLookup
from sync.central.senders import CodeSender
from sync.central.store.desk import StoreDesk
from sync.central.terminals import Terminal
from sync.central.uploads import Upload, upload_of
from sync.central.vault import Vault
from sync.central.verify import Report, verify

Result = TypeVar("Result")
SECRETS_FILE = "central-secrets.json"
DATABASE_FILE = "central.db"


def open_database(folder: Path, url: str = "") -> Database:
    """The database of a URL, or without one the SQLite file of the folder. Raises StartError."""
    return Database.open(url or f"sqlite:///{folder / DATABASE_FILE}")


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of a member's ledger, for support. Times as stored."""

    occurred_at: str
    kind: str
    points: int
    pool: str
    store_id: str
    transaction_id: str
    line_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that could not be applied; its bytes are in the database."""

    terminal_id: str
    incarnation: str
    sequence: int
    kind: str
    reason: str
    received_at: str


class CentralService:
    """Accounts, ledger, holds, gift cards, terms, terminals and ingest over one database."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        sender: CodeSender | None = None,
        *,
        migrating: bool = True,
    ) -> None:
        """Over a database that is brought to this version's schema; unless migrating, it must have it already."""
        self._database = database
        self._vault = vault
        self.clock = clock or SystemClock()
        self._ids = ids or SystemIds()
        self._terms: dict[tuple[str, int], terms.Version] = {}
        self._expired_on: date | None = None
        self.office = Office(database, vault, self.clock, self._ids)
        self.desk = MemberDesk(database, vault, self.clock, sender)
        self.receipts = Receipts(database, vault, self.clock, sender)
        self.promotions = PromotionDesk(database, self.clock)
        self.care = CustomerCare(database, vault, self.clock, self._ids)
        self.people = PeopleDesk(database, vault, self.clock, self._ids)
        self.parking = ParkingDesk(database, vault, self.clock)
        self.returns = ReturnDesk(database, self.clock)
        self.fleet = FleetDesk(database, self.clock, self._ids)
        self.stores = StoreDesk(database, self.clock)
        self.standing = StandingDesk(database)
        if migrating:
            migrate(database)
        else:
            require_current(database)
        self._run(lambda connection: terms.load(connection, terms.STANDARD))

    @classmethod
    def open(
        cls,
        folder: Path,
        url: str = "",
        *,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        sender: CodeSender | None = None,
        migrating: bool = True,
    ) -> "CentralService":
        """The service whose secrets, and without a URL its SQLite file, are in the folder. Raises StartError."""
        folder.mkdir(parents=True, exist_ok=True)
        vault = Vault.load(folder / SECRETS_FILE)
        return cls(open_database(folder, url), vault, clock, ids, sender, migrating=migrating)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # --- terminals ----------------------------------------------------------------------------------------------------

    def open_enrolment(self, store_id: str, workstation_id: str) -> str:
        """A one-time code that lets one workstation in within ten minutes."""
        now = self.clock.now()
        return self._run(lambda connection: terminals.open_enrolment(connection, now, store_id, workstation_id))

    def enrol_terminal(self, request: contract.EnrolTerminal) -> contract.TerminalEnrolled:
        """Let a terminal in with its code."""
        now = self.clock.now()
        return self._run(lambda connection: terminals.enrol(connection, now, request))

    def find_terminal(self, terminal_id: str) -> Terminal | None:
        """The terminal of an id, also a revoked one."""
        return self._database.read(lambda connection: terminals.find(connection, terminal_id))

    def terminal_ids(self) -> list[str]:
        """The ids of all terminals that were ever let in."""
        query = select(tables.terminal.c.terminal_id).order_by(tables.terminal.c.terminal_id)
        return self._database.read(lambda connection: list(connection.execute(query).scalars()))

    def note_seen(self, terminal_id: str) -> None:
        """A terminal asked something just now; written once a minute at most."""
        now = self.clock.now()
        self._run(lambda connection: terminals.note_seen(connection, now, terminal_id))

    def revoke_terminal(self, terminal_id: str) -> bool:
        """Shut a terminal out; False when there is none of that id."""
        return self._run(lambda connection: terminals.revoke(connection, terminal_id))

    def _terminal(self, terminal_id: str) -> Terminal:
        found = self.find_terminal(terminal_id)
        if found is None or not found.active:
            raise CentralError(401, "unknown_terminal", "This terminal is not enrolled here.")
        return found

    # --- journal ------------------------------------------------------------------------------------------------------

    def upload(self, terminal_id: str, batch: contract.UploadBatch) -> contract.UploadResult:
        """Take a piece of a terminal's journal."""
        return self.ingest([upload_of(self._terminal(terminal_id), batch)])[0]

    def ingest(self, uploads: Sequence[Upload]) -> list[contract.UploadResult]:
        """Take several uploads in one transaction; one answer each, in the same order."""
        now = self.clock.now()

        def work(connection: Connection) -> list[contract.UploadResult]:
            run = ingest.Ingest(connection, self._vault, self._ids, now, self._lookup(connection))
            return run.run(uploads, revision.current(connection))

        return self._run(work)

    # --- members ------------------------------------------------------------------------------------------------------

    def find_member(self, request: contract.FindMember, store_id: str = "") -> contract.MemberAnswer:
        """The member of exactly this address or card, as the till of a store may see them."""
        return self.desk.find(request, store_id)

    def enrol_member(self, request: contract.EnrolMember, store_id: str = "") -> contract.MemberAnswer:
        """Join online; somebody who is a member already stays the same one, with the PIN they have."""
        now = self.clock.now()
        email = members.normalised(request.email)
        try:
            joined_at = stored(parse(request.joined_at))
        except (ValueError, OverflowError) as error:
            raise CentralError(422, "bad_time", "joined_at is no time with an offset.") from error
        joining = Joining(request.event_id, email, request.marketing_consent, joined_at)

        def join(connection: Connection) -> tuple[str, bool, contract.EnrolmentOutcome]:
            again, run = members.after_leaving(connection, self._vault, now, joining), self._applying(connection)
            member_id = run.enrol(again)
            already_member = members.joined_by(connection, member_id) != request.event_id
            return member_id, already_member, run.enrolments[request.event_id]

        def answer(connection: Connection) -> contract.MemberAnswer:
            seen = self.desk.seen(connection, store_id)
            return contract.MemberAnswer(
                member=members.view(connection, self._vault, seen, member_id),
                already_member=already_member,
                similar=members.similar(connection, self._vault, email, member_id),
                enrolment=enrolment,
            )

        member_id, already_member, enrolment = self._run(join)
        if request.pin and not already_member:
            pin_hash = proofs.hash_pin(self._vault, member_id, request.pin)
            self._run(lambda connection: proofs.set_pin(connection, now, member_id, pin_hash, replace=False))
        return self._database.read(answer)

    def enrolments_granted(self, offer_id: str) -> int:
        """How many people got an enrolment offer."""
        return self._database.read(lambda connection: enrolment_offers.granted_count(connection, offer_id))

    def grant_points(
        self,
        grant_id: str,
        member_id: str,
        points: int,
        *,
        pool: str = "store",
        earned_on: date,
        expires_on: date | None = None,
        reason: str = "",
    ) -> None:
        """Points that no sale earned: opening balances, partners. The same grant id again changes nothing."""
        if points <= 0:
            raise CentralError(422, "bad_points", "A grant is of one point at least.")
        now = self.clock.now()
        last_day = expires_on or last_day_of_use(earned_on)

        def work(connection: Connection) -> None:
            posting = Posting(connection, stored(now))
            posting.load([member_id])
            if not posting.knows(member_id):
                raise CentralError(404, "unknown_member", "There is no such member.")
            event_id = derived_id("grant", grant_id)
            done = select(tables.ledger.c.entry_id).where(
                tables.ledger.c.member_id == member_id, tables.ledger.c.event_id == event_id
            )
            if connection.execute(done).first() is not None:
                return
            cause = Cause(event_id, stored(now), reason=reason)
            posting.credit(
                cause,
                member_id,
                "grant",
                points,
                pool=pool,
                earned_on=earned_on.isoformat(),
                expires_on=last_day.isoformat(),
            )
            posting.recover_debt(cause, member_id)
            posting.flush()

        self._run(work)

    def movements(self, member_id: str) -> list[Movement]:
        """A member's ledger, oldest first."""
        ledger = tables.ledger
        query = (
            select(
                ledger.c.occurred_at,
                ledger.c.kind,
                ledger.c.points,
                ledger.c.pool,
                ledger.c.store_id,
                ledger.c.transaction_id,
                ledger.c.line_number,
                ledger.c.reason,
            )
            .where(ledger.c.member_id == member_id)
            .order_by(ledger.c.occurred_at, ledger.c.received_at, ledger.c.entry_id)
        )
        return self._database.read(lambda connection: [Movement(*row) for row in connection.execute(query)])

    # --- holds --------------------------------------------------------------------------------------------------------

    def place_hold(self, terminal_id: str, request: contract.PlaceHold) -> contract.Hold:
        """Set points aside for one sale."""
        return self.desk.place_hold(self._terminal(terminal_id), request)

    def place_promo_code_hold(
        self, terminal_id: str, request: promotion_wire.PlacePromoCodeHold
    ) -> promotion_wire.PromoCodeHoldAnswer:
        """Set one use of a promo code aside for one sale."""
        return self.promotions.place_hold(self._terminal(terminal_id), request)

    def release_hold(self, terminal_id: str, hold_id: str) -> None:
        """Give back what a hold set aside, of points, a gift card or a promo code; harmless when it is gone."""
        terminal = self._terminal(terminal_id)

        def work(connection: Connection) -> None:
            holds.release(connection, terminal, hold_id)
            gift_cards.release(connection, terminal, hold_id)
            promo_codes.release(connection, terminal, hold_id)

        self._run(work)

    def sweep(self) -> int:
        """Give back holds whose time is up, post what waited for news that came in meanwhile, and once a day expire."""
        now = self.clock.now()

        def work(connection: Connection) -> int:
            expired = holds.expire_all(connection, now) + gift_cards.expire_all(connection, now)
            expired += promo_codes.expire_all(connection, now)
            forget_old_bundles(connection, now)
            return expired + self._applying(connection).claim_waiting() + leaving.forfeit_late(connection, now)

        done = self._run(work)
        zone = self._database.read(lambda connection: terms.in_force(connection, now)).time_zone
        today = local_day(now, zone)
        if today != self._expired_on:
            done += self.expire().lots
            self._expired_on = today
        self.stores.add_up_all()
        return done

    def expire(self, at: datetime | None = None, *, dry_run: bool = False) -> expiry.Expired:
        """Expire all points whose time is over at a moment (now, when none is given); again changes nothing.

        Members are done in pieces, each in a transaction of its own. A dry run only says what would be, also of a
        moment to come. Raises CentralError.
        """
        now = self.clock.now()
        moment = at or now
        if moment > now and not dry_run:
            raise CentralError(
                422, "too_early", "Points are not taken before their time: that moment is still to come."
            )
        programme = self._database.read(lambda connection: terms.in_force(connection, moment))
        total = expiry.Expired()
        while True:

            def work(connection: Connection, after: str = total.last_member_id) -> expiry.Expired | None:
                return expiry.expire_piece(connection, now, moment, programme, after, dry_run=dry_run)

            piece = self._run(work)
            if piece is None:
                return total
            total += piece

    # --- gift cards ---------------------------------------------------------------------------------------------------

    def issue_gift_card(self, number: str, amount_minor: int, currency_code: str) -> contract.GiftCard:
        """A new card with money on it; the same again changes nothing."""
        now = self.clock.now()
        return self._run(
            lambda connection: gift_cards.issue(connection, self._vault, now, number, amount_minor, currency_code)
        )

    def find_gift_card(self, request: contract.FindGiftCard) -> contract.GiftCard:
        """The card of a number, and what may be spent from it."""
        now = self.clock.now()
        return self._run(lambda connection: gift_cards.find(connection, self._vault, now, request.number))

    def gift_card_movements(self, number: str) -> list[gift_cards.CardMovement]:
        """Everything that was posted to a card's account, oldest first."""
        return self._database.read(lambda connection: gift_cards.movements(connection, self._vault, number))

    def place_gift_card_hold(
        self, terminal_id: str, request: contract.PlaceGiftCardHold
    ) -> contract.GiftCardHoldAnswer:
        """Set part of a gift card aside for one sale."""
        terminal, now = self._terminal(terminal_id), self.clock.now()
        return self._run(lambda connection: gift_cards.place(connection, self._vault, now, terminal, request))

    # --- sales --------------------------------------------------------------------------------------------------------

    def find_sale(self, request: contract.FindSale) -> contract.SaleAnswer:
        """The sale of a receipt number, of whatever store, with all that came back of it."""
        return self._database.read(lambda connection: sale_records.find(connection, request.receipt_number))

    def surplus_returns(self) -> list[sale_records.Surplus]:
        """Goods that came back beyond what was sold, newest first."""
        return self._database.read(sale_records.surplus_returns)

    def waiting_facts(self, older_than: timedelta = timedelta()) -> list[sale_records.Waiting]:
        """Returns and shipments that still wait for their sale, oldest first."""
        before = self.clock.now() - older_than
        return self._database.read(lambda connection: sale_records.waiting_facts(connection, before))

    def exposure(self, store_id: str) -> membership.StoreExposure:
        """What a store's tills let be spent offline lately, and what of it became a debt."""
        now = self.clock.now()
        return self._database.read(lambda connection: exposure.of_store(connection, now, store_id))

    def exposures(self) -> list[membership.StoreExposure]:
        """Every store whose tills took points offline lately."""
        now = self.clock.now()
        return self._database.read(lambda connection: exposure.stores(connection, now))

    def large_debts(self) -> list[LargeDebt]:
        """Members who owe more points than the terms name, the largest debt first."""
        now = self.clock.now()
        return self._database.read(lambda connection: exposure.large_debts(connection, now))

    # --- terms --------------------------------------------------------------------------------------------------------

    def load_terms(self, document: contract.Terms) -> bool:
        """Keep a new version of the terms; False when exactly this one was there."""
        return self._run(lambda connection: terms.load(connection, document))

    def terms(self, store_id: str = "", have: frozenset[str] = frozenset()) -> contract.TermsList:
        """What a till of a store needs to ring up; have names the versions (id:version) that it has already."""
        now = self.clock.now()
        return self._database.read(lambda connection: terms.for_terminal(connection, self._vault, now, store_id, have))

    # --- proof --------------------------------------------------------------------------------------------------------

    def verify(self) -> Report:
        """Prove balances, lots, holds and chains from the ledger and the events."""
        return self._database.read(verify)

    def quarantined(self) -> list[Quarantined]:
        """Events that could not be applied, oldest first."""
        query = text(
            "SELECT terminal_id, incarnation, sequence, kind, reason, received_at FROM quarantine "
            "ORDER BY received_at, terminal_id, sequence"
        )
        return self._database.read(lambda connection: [Quarantined(*row) for row in connection.execute(query)])

    def watch(self) -> tuple[int, int]:
        """Terminals that were not heard of lately, and events in quarantine that nobody decided about."""
        now = self.clock.now()
        return self._database.read(
            lambda connection: (reading.late_terminals(connection, now), reading.open_quarantine(connection))
        )

    def answers(self) -> bool:
        """True when the database answers. Raises what the database raises."""
        return self._database.read(lambda connection: bool(connection.execute(select(1)).scalar_one()))

    def goods_changes(self, store_id: str, have: str) -> store_goods_wire.StoreGoods:
        """Changes of a store's goods, for its other tills."""
        return store_goods.goods_changes(self._database, store_id, have)

    def settings_changes(self, store_id: str, have: str) -> store_settings_wire.StoreSettings:
        """Changes of a store's settings, for its other tills."""
        return store_settings.settings_changes(self._database, store_id, have)

    def ready(self) -> int:
        """The schema's version, when the database answers. Raises what the database raises, and StartError."""
        return schema_version(self._database)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _run(self, work: Callable[[Connection], Result]) -> Result:
        return self._database.run(work)

    def _applying(self, connection: Connection) -> Applying:
        return Applying(connection, self._vault, self._ids, self.clock.now(), self._lookup(connection))

    def _lookup(self, connection: Connection) -> TermsLookup:
        """Terms by id and version; versions never change, so they are read once."""

        def lookup(terms_id: str, version: int) -> terms.Version | None:
            if (terms_id, version) not in self._terms:
                for document in terms.every(connection):
                    known = terms.Version(document, terms.checked(document))
                    self._terms[document.terms_id, document.version] = known
            return self._terms.get((terms_id, version))

        return lookup
