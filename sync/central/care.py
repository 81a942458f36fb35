"""What customer service, partners and auditors do: adjust, merge, erase, post partners' points, make the day's digest.

Each call is one transaction. All raise CentralError for a refusal. Thread-safe.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, timedelta
from typing import TypeVar

from sqlalchemy import Connection, update

from pos_app.ports import Clock, IdSource
from sync import membership
from sync.central import adjustments, digests, erasing, former, merging, partners, tables, terms
from sync.central.adjustments import Adjustment
from sync.central.database import Database
from sync.central.digests import Digest
from sync.central.errors import CentralError
from sync.central.leaving import without_address
from sync.central.partners import Partner
from sync.central.vault import Vault

Result = TypeVar("Result")
_log = logging.getLogger(__name__)
SEGMENTS = ("consumer", "student", "business")


class CustomerCare:
    """The back office's side of the service, for its pages and the command line."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._ids = ids
        self._digested: date | None = None

    # --- adjustments --------------------------------------------------------------------------------------------------

    def request_adjustment(self, member_id: str, points: int, reason: str, by: str, pool: str = "store") -> str:
        """Ask for points up or down; the id of the request comes back. Nothing moves before somebody else approves."""
        adjustment_id, now = self._ids.new_id(), self._clock.now()
        self._run(
            lambda connection: adjustments.request(connection, now, adjustment_id, member_id, points, pool, reason, by)
        )
        return adjustment_id

    def approve_adjustment(self, adjustment_id: str, by: str) -> Adjustment:
        """Approve what somebody else asked for, and post it."""
        now = self._clock.now()
        return self._run(
            lambda connection: adjustments.approve(connection, now, terms.in_force(connection, now), adjustment_id, by)
        )

    def refuse_adjustment(self, adjustment_id: str, by: str) -> Adjustment:
        """Say no to a request."""
        now = self._clock.now()
        return self._run(lambda connection: adjustments.refuse(connection, now, adjustment_id, by))

    def open_adjustments(self) -> list[Adjustment]:
        """Requests that wait for a second person, oldest first."""
        return self._database.read(adjustments.waiting)

    # --- members ------------------------------------------------------------------------------------------------------

    def merge(self, survivor_id: str, merged_id: str, reason: str = "") -> str:
        """Make two accounts one; the id that goes on comes back, and the other one leads to it from here on."""
        without_address(reason)
        now = self._clock.now()
        return self._run(lambda connection: merging.merge(connection, now, survivor_id, merged_id, reason))

    def erase(self, member_id: str) -> str:
        """Erase a person; the id that stays in the ledger comes back. It cannot be undone."""
        now = self._clock.now()
        erased = self._run(lambda connection: erasing.erase(connection, self._vault, now, member_id))
        self._database.forget_deleted()
        return erased

    def set_segment(self, member_id: str, segment: str) -> None:
        """Say which segment's offers are a member's: consumer, student or business."""
        if segment not in SEGMENTS:
            raise CentralError(422, "bad_segment", f"A segment is one of {', '.join(SEGMENTS)}.")

        def work(connection: Connection) -> None:
            person = tables.person
            survivor = former.survivor(connection, member_id)
            changed = connection.execute(update(person).where(person.c.member_id == survivor).values(segment=segment))
            if changed.rowcount != 1:
                raise CentralError(404, "unknown_member", "There is no such member.")

        self._run(work)

    # --- partners -----------------------------------------------------------------------------------------------------

    def add_partner(self, name: str, pool: str, public_key: bytes) -> Partner:
        """Let a partner post points into a pool; the same name again gives it a new key."""
        now = self._clock.now()
        return self._run(lambda connection: partners.add(connection, now, name, pool, public_key))

    def close_partner(self, partner_id: str) -> None:
        """Shut a partner out; what it posted stays."""
        self._run(lambda connection: partners.close(connection, partner_id))

    def partner(self, partner_id: str) -> Partner:
        """The partner of an id."""
        return self._database.read(lambda connection: partners.find(connection, partner_id))

    def post_earnings(self, partner_id: str, earnings: list[membership.PartnerEarning]) -> membership.PartnerResult:
        """Post a partner's rows; each says what became of it."""
        now = self._clock.now()

        def work(connection: Connection) -> membership.PartnerResult:
            in_force = terms.in_force(connection, now)
            partner = partners.find(connection, partner_id)
            results = partners.post(connection, self._vault, now, in_force, partner, earnings)
            return membership.PartnerResult(results=results)

        return self._run(work)

    # --- digests ------------------------------------------------------------------------------------------------------

    def make_digest(self, day: date | None = None) -> Digest:
        """The digest of a day (UTC) that is over; yesterday's without one."""
        now = self._clock.now()
        wanted = day or now.astimezone(UTC).date() - timedelta(days=1)
        return self._run(lambda connection: digests.make(connection, now, wanted))

    def make_due_digest(self) -> None:
        """Make yesterday's digest once it can be made, and log it: a log is kept elsewhere than the database."""
        now = self._clock.now()
        yesterday = now.astimezone(UTC).date() - timedelta(days=1)
        if self._digested == yesterday or not digests.is_over(now, yesterday):
            return
        made = self.make_digest(yesterday)
        self._digested = yesterday
        _log.info("digest of %s: %s over %d entries", made.day, made.digest, made.entries)

    def _run(self, work: Callable[[Connection], Result]) -> Result:
        return self._database.run(work)
