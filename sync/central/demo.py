"""A programme to try things on: terms with a holiday offer, members with points, gift cards. No real person's data."""

from datetime import date
from zoneinfo import ZoneInfo

from sync import contract
from sync.central.service import CentralService

TERMS_ID = "sample-programme"
TIME_ZONE = "America/Los_Angeles"
DEMO_EMAIL = "demo@example.com"

# Address and its lots: pool and points.
MEMBERS = (
    (DEMO_EMAIL, (("store", 734), ("card", 300), ("partner", 200))),
    ("regular@example.com", (("store", 412),)),
    ("collector@example.com", (("store", 9_980), ("card", 2_500))),
    ("newcomer@example.com", ()),
)
# Number and balance in US cents.
GIFT_CARDS = (("6006491234567890123", 2_000), ("6006491234567890131", 5_000))


def sample_terms(year: int) -> contract.Terms:
    """The sample programme in a year: 1 point for $1, 100 points are worth $1, 5 points for $1 at the holidays, and
    250 points for the first 1,000 who join from 21 September.
    """
    return contract.Terms(
        terms_id=TERMS_ID,
        version=year,
        effective_from=f"{year}-01-01T00:00:00-08:00",
        time_zone=TIME_ZONE,
        offers=[
            contract.OfferMessage(
                offer_id=f"holiday-{year}",
                version=1,
                name="Holiday season: 5 points for every $1",
                starts_at=f"{year}-11-01T00:00:00-07:00",
                ends_at=f"{year}-12-31T23:59:59-08:00",
                multiplier=5,
            )
        ],
        enrolment_offers=[
            contract.EnrolmentOfferMessage(
                offer_id=f"join-{year}",
                points=250,
                cap=1_000,
                starts_at=f"{year}-09-21T00:00:00-07:00",
                ends_at=f"{year}-12-31T23:59:59-08:00",
                look_back_days=90,
                look_back_until=f"{year}-09-21T00:00:00-07:00",
            )
        ],
    )


def _load_terms(service: CentralService, year: int) -> None:
    """This year's terms, once. Where last year's were in force until now, sales were made with them: no earlier."""
    versions = [one.version for one in service.terms().terms if one.terms_id == TERMS_ID]
    if year in versions:
        return
    document = sample_terms(year)
    if versions:
        document.effective_from = service.clock.now().isoformat()
    service.load_terms(document)


def seed_demo(service: CentralService) -> None:
    """Bring the demo's terms, members and gift cards in; what is there already stays as it is."""
    now = service.clock.now()
    year = now.astimezone(ZoneInfo(TIME_ZONE)).year
    _load_terms(service, year)
    for email, lots in MEMBERS:
        joining = contract.EnrolMember(
            event_id=f"demo-{email.partition('@')[0]}",
            email=email,
            marketing_consent=False,
            joined_at=f"{year}-01-02T12:00:00-08:00",
        )
        member = service.enrol_member(joining).member
        if member is None:
            raise LookupError(f"{email} was enrolled and is not there")
        for pool, points in lots:
            service.grant_points(
                f"demo-{email}-{pool}",
                member.member_id,
                points,
                pool=pool,
                earned_on=date(year, 1, 15),
                reason="Opening balance of the demo",
            )
    for number, amount_minor in GIFT_CARDS:
        service.issue_gift_card(number, amount_minor, "USD")
