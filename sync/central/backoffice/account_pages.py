"""What is done to an account: adjusted by two people, put into a segment, merged, erased."""

from sqlalchemy import Connection, select
from starlette.responses import Response

from sync.central import adjustments, tables
from sync.central.adjustments import LARGEST_POINTS, Adjustment
from sync.central.backoffice.member_pages import MEMBERS, find_id, read
from sync.central.backoffice.member_reading import Overview
from sync.central.backoffice.web import Ask, go_to
from sync.central.backoffice.words import POOL_NAMES
from sync.central.errors import CentralError
from sync.central.leaving import without_address

ADJUSTMENTS = "/office/adjustments"
ADJUSTED_POOLS = ("store", "card", "partner")
ERASE_WORD = "ERASE"
RECENT = 50


# --- adjustments ------------------------------------------------------------------------------------------------------


def adjust_page(ask: Ask) -> Response:
    """The form of a request."""
    return _adjust_page(ask, {})


def adjust(ask: Ask) -> Response:
    """Ask for points to be given or taken; somebody else decides."""
    member_id, pool = ask.path["member_id"], ask.form.text("pool")
    errors = {}
    points = _whole_number(ask.form.text("points"))
    if not points or abs(points) > LARGEST_POINTS:
        errors["points"] = f"A whole number, up to {LARGEST_POINTS:,}, with a minus to take points away."
    if pool not in ADJUSTED_POOLS:
        errors["pool"] = "Choose a pool."
    reason = ask.form.text("reason")
    if not reason or len(reason) > adjustments.LONGEST_REASON:
        errors["reason"] = "Say why, in a sentence."
    elif "@" in reason:
        errors["reason"] = "Write the reason without an e-mail address: it is kept for ever."
    if errors:
        return _adjust_page(ask, errors, 422)
    ask.service.care.request_adjustment(member_id, points, reason, ask.user.name, pool)
    return go_to(f"{MEMBERS}/{member_id}", "adjustment-requested")


def _adjust_page(ask: Ask, errors: dict[str, str], status: int = 200) -> Response:
    found, _ = read(ask)
    pools = [(pool, POOL_NAMES[pool]) for pool in ADJUSTED_POOLS]
    typed = {name: ask.form.text(name) for name in ("points", "pool", "reason")}
    return ask.page("adjust.html", status, member=found, errors=errors, pools=pools, typed=typed)


def _whole_number(text: str) -> int:
    """0 for what is none. A typed minus may be the real one."""
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-").removeprefix("+")
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else 0


def requests(ask: Ask) -> Response:
    """What waits for a decision, and what was decided lately."""
    table = tables.adjustment

    def work(connection: Connection) -> tuple[list[Adjustment], list[Adjustment]]:
        newest = select(table).where(table.c.state != "open").order_by(table.c.decided_at.desc()).limit(RECENT)
        return adjustments.waiting(connection), [Adjustment(*row) for row in connection.execute(newest)]

    waiting, decided = ask.office.database.read(work)
    return ask.page("adjustments.html", waiting=waiting, decided=decided)


def approve(ask: Ask) -> Response:
    """Post what somebody else asked for."""
    ask.service.care.approve_adjustment(ask.path["adjustment_id"], ask.user.name)
    return go_to(ADJUSTMENTS, "adjustment-approved")


def decline(ask: Ask) -> Response:
    """Say no, or take one's own request back."""
    ask.service.care.refuse_adjustment(ask.path["adjustment_id"], ask.user.name)
    return go_to(ADJUSTMENTS, "adjustment-declined")


# --- segment ----------------------------------------------------------------------------------------------------------


def set_segment(ask: Ask) -> Response:
    """Say which segment's offers are the member's, after a student card or a firm's papers were seen."""
    member_id = ask.path["member_id"]
    ask.service.care.set_segment(member_id, ask.form.text("segment"))
    return go_to(f"{MEMBERS}/{member_id}", "segment-changed")


# --- merge ------------------------------------------------------------------------------------------------------------


def merge_page(ask: Ask) -> Response:
    """Ask which account goes into this one."""
    found, _ = read(ask)
    return ask.page("merge.html", member=found, other=None, typed="", reason="", error="")


def merge(ask: Ask) -> Response:
    """First both accounts side by side; when that was seen and confirmed, one of them."""
    kept, _ = read(ask)
    typed, reason = ask.form.text("key"), ask.form.text("reason")
    try:
        other = _other(ask, kept, typed, reason)
    except CentralError as error:
        return ask.page(
            "merge.html", error.status, member=kept, other=None, typed=typed, reason=reason, error=error.message
        )
    if ask.form.text("do") != "confirm" or ask.form.text("other") != other.member_id:
        return ask.page("merge.html", member=kept, other=other, typed=typed, reason=reason, error="")

    ask.log("members_merged", f"{kept.member_id} {other.member_id}")
    survivor_id = ask.service.care.merge(kept.member_id, other.member_id, reason)
    return go_to(f"{MEMBERS}/{survivor_id}", "merged")


def _other(ask: Ask, kept: Overview, typed: str, reason: str) -> Overview:
    if not reason or len(reason) > adjustments.LONGEST_REASON:
        raise CentralError(422, "reason_needed", "Say why, in a sentence.")
    without_address(reason)
    other_id = find_id(ask, typed)
    if not other_id:
        raise CentralError(404, "unknown_member", "Nobody is a member with this address or card number.")
    if other_id == kept.member_id:
        raise CentralError(409, "same_member", "This is the same account.")
    ask.log("member_looked_up", other_id)
    return read(ask, member_id=other_id)[0]


# --- erase ------------------------------------------------------------------------------------------------------------


def erase_page(ask: Ask) -> Response:
    """Say what goes and what stays."""
    found, _ = read(ask)
    return ask.page("erase.html", member=found, error="")


def erase(ask: Ask) -> Response:
    """Erase a person; the word is typed, so that no slip of a hand does it."""
    found, _ = read(ask)
    if ask.form.text("word") != ERASE_WORD:
        return ask.page("erase.html", 422, member=found, error=f"Type {ERASE_WORD}, in capital letters.")
    member_id = ask.service.care.erase(found.member_id)
    return go_to(f"{MEMBERS}/{member_id}", "erased")
