"""What the service offers over HTTP, in one table: routes, the OpenAPI document and the page come from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync import contract, membership, parking, promotions, receipts
from sync.central.service import CentralService
from sync.central.terminals import Terminal


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: call gets the service, the signing terminal, the decoded message and a name: of the path's end,
    or the versions that the query says a till has. A partner signs as a terminal does.
    """

    name: str
    method: str
    path: str
    summary: str
    request: type[contract.Message] | None
    answer: type[contract.Message] | None
    call: Callable[[CentralService, Terminal, Any, str], contract.Message | None] | None = None
    look_up: bool = False
    signed: bool = True
    by_partner: bool = False


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
        "The member of exactly one address or card, masked, with the balance of this moment.",
        contract.FindMember,
        contract.MemberAnswer,
        lambda service, terminal, message, name: service.find_member(message, terminal.store_id),
        look_up=True,
    ),
    Operation(
        "enrol_member",
        "POST",
        contract.PATH_ENROL_MEMBER,
        "Join the programme. Somebody who is a member already stays the same member.",
        contract.EnrolMember,
        contract.MemberAnswer,
        lambda service, terminal, message, name: service.enrol_member(message, terminal.store_id),
        look_up=True,
    ),
    Operation(
        "statement",
        "POST",
        membership.PATH_STATEMENT,
        "A member's points by pool, pending, what expires soon, and the last movements, newest first.",
        membership.AskStatement,
        membership.Statement,
        lambda service, terminal, message, name: service.desk.statement(message),
        look_up=True,
    ),
    Operation(
        "link_account",
        "POST",
        membership.PATH_LINK_ACCOUNT,
        "Link a shopping account or the credit card, once. The same link again changes nothing.",
        membership.LinkAccount,
        contract.MemberAnswer,
        lambda service, terminal, message, name: service.desk.link(message, terminal.store_id),
        look_up=True,
    ),
    Operation(
        "unlink_account",
        "POST",
        membership.PATH_UNLINK_ACCOUNT,
        "Undo a link. Harmless when there is none.",
        membership.UnlinkAccount,
        contract.MemberAnswer,
        lambda service, terminal, message, name: service.desk.unlink(message, terminal.store_id),
        look_up=True,
    ),
    Operation(
        "leave_programme",
        "POST",
        membership.PATH_LEAVE,
        "The member leaves; what is left of the points is forfeited. Harmless when they left before.",
        membership.LeaveProgramme,
        None,
        lambda service, terminal, message, name: service.desk.leave(message),
        look_up=True,
    ),
    Operation(
        "send_code",
        "POST",
        membership.PATH_SEND_CODE,
        "Send the member a one-time code, to prove that they are at the till.",
        membership.SendCode,
        membership.CodeSent,
        lambda service, terminal, message, name: service.desk.send_code(message),
        look_up=True,
    ),
    Operation(
        "set_pin",
        "POST",
        membership.PATH_SET_PIN,
        "A new PIN; whoever has one gives it, or another proof.",
        membership.SetPin,
        None,
        lambda service, terminal, message, name: service.desk.set_pin(message),
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
        "find_sale",
        "POST",
        contract.PATH_FIND_SALE,
        "The sale of a receipt number, of whatever store, with all that came back of it at any till.",
        contract.FindSale,
        contract.SaleAnswer,
        lambda service, terminal, message, name: service.find_sale(message),
        look_up=True,
    ),
    Operation(
        "offer_parked",
        "POST",
        parking.PATH_OFFER_PARKED,
        "Keep a parked sale, sealed, for the other tills of the store. The same again changes nothing.",
        parking.OfferParked,
        None,
        lambda service, terminal, message, name: service.parking.offer(terminal, message),
    ),
    Operation(
        "look_parked",
        "POST",
        parking.PATH_LOOK_PARKED,
        "The parked sales of the store's other tills; exactly those of its own that the till names may be taken.",
        parking.LookParked,
        parking.ParkedList,
        lambda service, terminal, message, name: service.parking.look(terminal, message),
    ),
    Operation(
        "take_parked",
        "POST",
        parking.PATH_TAKE_PARKED,
        "Take a parked sale for the asking till alone. Asked again by the same till, it gets the same answer.",
        parking.TakeParked,
        parking.ParkedDocument,
        lambda service, terminal, message, name: service.parking.take(terminal, message.parking_id),
    ),
    Operation(
        "check_receipt",
        "POST",
        receipts.PATH_CHECK_RECEIPT,
        "Is this receipt genuine, altered, unknown, or did goods on it come back: by its QR code or its check code.",
        receipts.CheckReceipt,
        receipts.CheckedReceipt,
        lambda service, terminal, message, name: service.receipts.check(message.code),
        look_up=True,
    ),
    Operation(
        "send_receipt",
        "POST",
        receipts.PATH_SEND_RECEIPT,
        "Send a receipt to a member, whose address only the service knows. The same e-mail id again sends nothing.",
        receipts.SendReceipt,
        None,
        lambda service, terminal, message, name: service.receipts.send(message),
        look_up=True,
    ),
    Operation(
        "partner_earnings",
        "POST",
        membership.PATH_PARTNER_EARNINGS,
        "Points earned elsewhere, signed by the partner. Each row counts once; a refused one spoils no other.",
        membership.PartnerEarnings,
        membership.PartnerResult,
        lambda service, partner, message, name: service.care.post_earnings(partner.terminal_id, message.rows),
        by_partner=True,
    ),
    Operation(
        "exposure",
        "GET",
        membership.PATH_EXPOSURE,
        "What the asking terminal's store let be spent offline in thirty days, and what of it became a debt.",
        None,
        membership.StoreExposure,
        lambda service, terminal, message, name: service.exposure(terminal.store_id),
    ),
    Operation(
        "promotions",
        "GET",
        promotions.PATH_PROMOTIONS,
        "The editions of promotions that the till's store needs and the till does not have.",
        None,
        promotions.Editions,
        lambda service, terminal, message, name: service.promotions.for_terminal(
            terminal.store_id, frozenset(name.split(","))
        ),
    ),
    Operation(
        "place_promo_code_hold",
        "POST",
        promotions.PATH_PROMO_CODE_HOLDS,
        "Set one use of a limited promo code aside for one sale. The same hold id again answers with the same hold.",
        promotions.PlacePromoCodeHold,
        promotions.PromoCodeHoldAnswer,
        lambda service, terminal, message, name: service.place_promo_code_hold(terminal.terminal_id, message),
        look_up=True,
    ),
    Operation(
        "terms",
        "GET",
        contract.PATH_TERMS,
        "The terms that the till does not have, the key that checks allowances, its budget, and whom it has to forget.",
        None,
        contract.TermsList,
        lambda service, terminal, message, name: service.terms(terminal.store_id, frozenset(name.split(","))),
    ),
)
