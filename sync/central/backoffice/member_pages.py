"""Finding a member by exactly one address or card, seeing the account, and showing what is masked."""

from starlette.responses import Response

from sync import contract
from sync.central.backoffice import member_reading
from sync.central.backoffice.member_reading import MOVEMENTS_PAGE, MemberMovement, Overview
from sync.central.backoffice.web import Ask, go_to
from sync.central.errors import CentralError

MEMBERS = "/office/members"


def find_page(ask: Ask) -> Response:
    """The form: an address or a card number, whole."""
    return ask.page("members.html", error="", missed=False)


def find(ask: Ask) -> Response:
    """Go to the member of exactly this address or card; there is no list of people to look through."""
    typed = ask.form.text("key")
    try:
        member_id = find_id(ask, typed)
    except CentralError as error:
        return ask.page("members.html", error.status, error=error.message, missed=False)
    ask.log("member_looked_up", member_id or "nobody")
    if not member_id:
        return ask.page("members.html", 404, error="", missed=True)
    return go_to(f"{MEMBERS}/{member_id}")


def find_id(ask: Ask, typed: str) -> str:
    """Whose address or card this is, "" for nobody's. Raises CentralError for what is neither."""
    request = contract.FindMember(email=typed) if "@" in typed or not typed else contract.FindMember(card_number=typed)
    member = ask.service.find_member(request).member
    return member.member_id if member is not None else ""


def member(ask: Ask) -> Response:
    """The account, masked."""
    return _page(ask, revealed=False)


def reveal(ask: Ask) -> Response:
    """The account with the full address and card number, this once."""
    return _page(ask, revealed=True)


def _page(ask: Ask, *, revealed: bool) -> Response:
    skipped = ask.query.text("skip")
    skip = int(skipped) if skipped.isdecimal() and len(skipped) < 7 else 0
    found, moved = read(ask, revealed=revealed, skip=skip)
    return ask.page(
        "member.html",
        member=found,
        movements=moved[:MOVEMENTS_PAGE],
        revealed=revealed,
        older=skip + MOVEMENTS_PAGE if len(moved) > MOVEMENTS_PAGE else 0,
    )


def read(
    ask: Ask, *, member_id: str = "", revealed: bool = False, skip: int = 0
) -> tuple[Overview, list[MemberMovement]]:
    """A member, else that of the page's address, and a page of movements. Raises CentralError."""
    member_id = member_id or ask.path["member_id"]
    in_force = ask.terms_in_force()
    office = ask.office
    return office.database.read(
        lambda connection: (
            member_reading.overview(connection, office.vault, ask.now, in_force, member_id, revealed=revealed),
            member_reading.movements(connection, member_id, skip),
        )
    )
