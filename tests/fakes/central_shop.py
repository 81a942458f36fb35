"""A central service whose time a test owns, with two stores' tills let in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.central_till import Journal, public_key_text

from pos_app.clock import SetClock
from sync import contract
from sync.central.database import Database
from sync.central.senders import SendError
from sync.central.service import CentralService
from sync.central.vault import Vault

OPENING = datetime(2014, 11, 28, 18, 0, tzinfo=UTC)
TILL, SAME_STORE_TILL, OTHER_STORE_TILL = "001-01", "001-02", "002-01"


class SentCodes:
    """A sender that keeps what it was given, or fails as it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.failure: SendError | None = None

    def send(self, email: str, code: str) -> None:
        """Keep the code."""
        if self.failure is not None:
            raise self.failure
        self.sent.append((email, code))


class CentralShop:
    """The service and what tests do with it all the time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = SetClock(OPENING)
        self.vault = Vault(b"p" * 32, b"s" * 32)
        self.codes = SentCodes()
        self.service = CentralService(Database.open(url), self.vault, self.clock, sender=self.codes)
        self.joined = 0
        for terminal_id in (TILL, SAME_STORE_TILL, OTHER_STORE_TILL):
            self.let_in(terminal_id)

    def let_in(self, terminal_id: str) -> None:
        """Enrol a terminal."""
        store_id, workstation_id = terminal_id.split("-")
        code = self.service.open_enrolment(store_id, workstation_id)
        key = public_key_text(Ed25519PrivateKey.generate())
        self.service.enrol_terminal(contract.EnrolTerminal(code=code, public_key=key, incarnation="first"))

    def pass_time(self, **span: float) -> None:
        """Let the service's clock go on."""
        self.clock.at += timedelta(**span)

    def member(self, email: str = "a@example.com", points: int = 0, joined_at: str = "2014-01-01T00:00:00Z") -> str:
        """A member with so many points; the id comes back."""
        self.joined += 1
        joining = contract.EnrolMember(
            event_id=f"join-{self.joined}", email=email, marketing_consent=False, joined_at=joined_at
        )
        member = self.service.enrol_member(joining).member
        assert member is not None
        if points:
            earned_on = date(self.clock.at.year, 3, 1)
            self.service.grant_points(f"opening-{email}", member.member_id, points, earned_on=earned_on)
        return member.member_id

    def balance(self, email: str = "a@example.com") -> contract.Member:
        """The member as a till sees them."""
        member = self.service.find_member(contract.FindMember(email=email)).member
        assert member is not None
        return member

    def points(self, email: str = "a@example.com") -> int:
        """The balance."""
        return self.balance(email).balance_points

    def hold(self, hold_id: str, member_id: str, points: int, terminal_id: str = TILL) -> contract.Hold:
        """Place a hold for the sale of the same name."""
        request = contract.PlaceHold(
            hold_id=hold_id, member_id=member_id, points=points, transaction_id=f"sale-of-{hold_id}"
        )
        return self.service.place_hold(terminal_id, request)

    def upload(self, journal: Journal, first: int = 1, last: int | None = None) -> contract.UploadResult:
        """Upload a piece of a journal."""
        return self.service.upload(journal.terminal_id, journal.batch(first, last))

    def kinds(self, member_id: str) -> dict[str, int]:
        """The sum of a member's movements by kind."""
        sums: dict[str, int] = {}
        for one in self.service.movements(member_id):
            sums[one.kind] = sums.get(one.kind, 0) + one.points
        return sums

    def assert_proven(self) -> None:
        """All figures are the sum of what was posted."""
        assert self.service.verify().findings == ()


@pytest.fixture
def shop(central_database: str) -> Iterator[CentralShop]:
    """A central service on each engine; whatever a test did, its books must balance."""
    made = CentralShop(central_database)
    yield made
    made.assert_proven()
    made.service.close()
