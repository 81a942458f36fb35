"""What the file says was there before its first transaction: members, former members and gift cards."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pos_app.scenario import document, values
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.shop import Shop
from sync import contract, membership

_MEMBERS_SINCE = datetime(1971, 1, 1, tzinfo=UTC)
"""Before any enrolment offer that a file can hold: who is a member at the beginning has joined under none of them."""
_REASON = "at the beginning of the scenario"


def add_members(shop: Shop, scenario: document.Scenario) -> dict[str, str]:
    """Make the members of the file: address to compare -> address as the file has it. Raises ScenarioError."""
    as_written: dict[str, str] = {}
    for index, member in enumerate(scenario.members):
        path = f"members[{index}]"
        email = values.email(member.email, f"{path}.email")
        if email in as_written:
            raise ScenarioError(f"{path}.email", "there is another member of this address")
        as_written[email] = member.email
        if member.lots and member.balance_points is not None:
            raise ScenarioError(path, "a member has either balance_points or lots")
        lots = (document.Lot(member.balance_points),) if member.balance_points else member.lots
        member_id = _make_member(shop, path, email, lots)
        if member.left_on is not None:
            _leave(shop, f"{path}.left_on", member_id, member.left_on)
    return as_written


def add_gift_cards(shop: Shop, scenario: document.Scenario) -> list[str]:
    """Issue the gift cards of the file and name them. Raises ScenarioError."""
    money = shop.plan.profile.currency
    numbers: list[str] = []
    for index, card in enumerate(scenario.gift_cards):
        if card.number in numbers:
            raise ScenarioError(f"gift_cards[{index}].number", "there is another gift card of this number")
        balance_minor = values.amount(card.balance, f"gift_cards[{index}].balance", money)
        shop.central.issue_gift_card(card.number, balance_minor, money.code)
        numbers.append(card.number)
    return numbers


def _make_member(shop: Shop, path: str, email: str, lots: tuple[document.Lot, ...]) -> str:
    joining = contract.EnrolMember(
        event_id=shop.ids.new_id(), email=email, marketing_consent=False, joined_at=_MEMBERS_SINCE.isoformat()
    )
    member = shop.central.enrol_member(joining).member
    assert member is not None
    today = shop.clock.now().date()
    for number, lot in enumerate(lots):
        name = f"{path}.lots[{number}]"
        earned_on, expires_on = _days(lot, name, today)
        shop.central.grant_points(
            name,
            member.member_id,
            lot.points,
            pool=lot.pool,
            earned_on=earned_on,
            expires_on=expires_on,
            reason=_REASON,
        )
    return member.member_id


def _leave(shop: Shop, path: str, member_id: str, left_on: str) -> None:
    """Somebody left, at the end of a day of the programme's calendar; the points are forfeited."""
    day, zone, opens_at = values.day(left_on, path), ZoneInfo(shop.plan.terms.time_zone), shop.clock.at
    if not _MEMBERS_SINCE.date() < day <= opens_at.astimezone(zone).date():
        raise ScenarioError(path, "a former member left before the scenario begins")
    shop.clock.at = min(datetime.combine(day, time.max, zone), opens_at)
    shop.central.desk.leave(membership.LeaveProgramme(event_id=shop.ids.new_id(), member_id=member_id, reason=_REASON))
    shop.clock.at = opens_at


def _days(lot: document.Lot, path: str, today: date) -> tuple[date, date | None]:
    earned_on = values.day(lot.earned_on, f"{path}.earned_on") if lot.earned_on else today
    expires_on = values.day(lot.expires_on, f"{path}.expires_on") if lot.expires_on else None
    if expires_on is not None and expires_on < earned_on:
        raise ScenarioError(f"{path}.expires_on", "points cannot expire before they are earned")
    return earned_on, expires_on
