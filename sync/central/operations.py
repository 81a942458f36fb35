"""What the service offers over HTTP, in one table: routes, the OpenAPI document and the page come from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync import contract
from sync.central.service import CentralService
from sync.central.terminals import Terminal


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: call gets the service, the signing terminal, the decoded message and the path's last name."""

    name: str
    method: str
    path: str
    summary: str
    request: type[contract.Message] | None
    answer: type[contract.Message] | None
    call: Callable[[CentralService, Terminal, Any, str], contract.Message | None] | None = None
    look_up: bool = False
    signed: bool = True


OPERATIONS = (
    Operation(
        "enrol_terminal",
        "POST",
        contract.PATH_ENROL_TERMINAL,
        "A terminal asks in with the one-time code that the manager made; it brings its public key.",
        contract.EnrolTerminal,
        contract.TerminalEnrolled,
        signed=False,
    ),
    Operation(
        "upload_journal",
        "POST",
        contract.PATH_JOURNAL,
        "Upload a contiguous piece of the terminal's journal, oldest first. Sending it again is harmless.",
        contract.UploadBatch,
        contract.UploadResult,
    ),
    Operation(
        "find_member",
        "POST",
        contract.PATH_FIND_MEMBER,
        "The member of exactly one address, masked, with the balance of this moment.",
        contract.FindMember,
        contract.MemberAnswer,
        lambda service, terminal, message, name: service.find_member(message),
        look_up=True,
    ),
    Operation(
        "enrol_member",
        "POST",
        contract.PATH_ENROL_MEMBER,
        "Join the programme. Somebody who is a member already stays the same member.",
        contract.EnrolMember,
        contract.MemberAnswer,
        lambda service, terminal, message, name: service.enrol_member(message),
        look_up=True,
    ),
    Operation(
        "place_hold",
        "POST",
        contract.PATH_HOLDS,
        "Set points aside for one sale. The same hold id again answers with the same hold.",
        contract.PlaceHold,
        contract.Hold,
        lambda service, terminal, message, name: service.place_hold(terminal.terminal_id, message),
    ),
    Operation(
        "release_hold",
        "POST",
        contract.PATH_RELEASE_HOLD,
        "Give back what a hold of points or of a gift card set aside. Harmless when it is gone.",
        None,
        None,
        lambda service, terminal, message, name: service.release_hold(terminal.terminal_id, name),
    ),
    Operation(
        "find_gift_card",
        "POST",
        contract.PATH_FIND_GIFT_CARD,
        "What may be spent from a gift card.",
        contract.FindGiftCard,
        contract.GiftCard,
        lambda service, terminal, message, name: service.find_gift_card(message),
        look_up=True,
    ),
    Operation(
        "place_gift_card_hold",
        "POST",
        contract.PATH_GIFT_CARD_HOLDS,
        "Set aside up to so much of a gift card for one sale.",
        contract.PlaceGiftCardHold,
        contract.GiftCardHoldAnswer,
        lambda service, terminal, message, name: service.place_gift_card_hold(terminal.terminal_id, message),
        look_up=True,
    ),
    Operation(
        "terms",
        "GET",
        contract.PATH_TERMS,
        "Every version of the programme's terms, in the order in which they come into force.",
        None,
        contract.TermsList,
        lambda service, terminal, message, name: service.terms(),
    ),
)
