"""A central service in memory, as far as a till sees it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.memory_shop import DEMO_ACCOUNT

from pos_app.domain.member import MemberAccount, mask_email
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import (
    NO_PROOF,
    EnrolmentAnswer,
    GiftCardHold,
    MemberStatement,
    OfflineExposure,
    PointsHold,
    PromoCodeHold,
    Proof,
    SaleRecord,
)


class MemoryGateway:
    """A central service with one shelf of members, holds and gift cards; lost_answers makes it act and then vanish."""

    def __init__(self) -> None:
        self.accounts = {"j@example.com": DEMO_ACCOUNT}
        self.holds: dict[str, PointsHold] = {}
        self.code_holds: dict[str, str] = {}
        self.released: list[str] = []
        self.gift_cards = {"6006491234567890123": 2000}
        self.online = True
        self.lost_answers = 0
        self.joined: dict[str, EnrolmentAnswer] = {}
        self.offer_points = 0
        self.statements: dict[str, MemberStatement] = {}
        self.offline_exposure = OfflineExposure(0, 0, 50_000, 0)
        self.pins: dict[str, str] = {}
        self.proofs: list[Proof] = []
        self.left: list[str] = []
        self.sales: dict[str, SaleRecord] = {}

    def _answer(self, value: Any) -> Any:
        if not self.online:
            raise OfflineError("The rewards service cannot be reached.")
        if self.lost_answers:
            self.lost_answers -= 1
            raise OfflineError("The rewards service did not answer.")
        return value

    def hold_promo_code(
        self, hold_id: str, code: str, transaction_id: str, promotions_id: str, uses: int
    ) -> PromoCodeHold:
        if self.online and hold_id not in self.code_holds:
            taken = [held for held, of in self.code_holds.items() if of == code and held not in self.released]
            if len(taken) >= uses:
                raise RefusedError("promo_code_used_up", "This promo code was used as often as it may be.")
            self.code_holds[hold_id] = code
        state = "released" if hold_id in self.released else "held"
        return self._answer(PromoCodeHold(hold_id, code, state))

    def find_member(self, email: str) -> MemberAccount | None:
        return self._answer(self.accounts.get(email))

    def enrol_member(self, event_id: str, email: str, marketing_consent: bool) -> MemberAccount:
        account = MemberAccount(f"m-{event_id}", "", "n••••@example.com", 0, 0, 0, "2026-11-22T10:00:00+00:00")
        return self._answer(self.accounts.setdefault(email, account))

    def find_member_by_card(self, card_number: str) -> MemberAccount | None:
        return self._answer(next((a for a in self.accounts.values() if a.card_number == card_number), None))

    def join(self, event_id: str, email: str, marketing_consent: bool, joined_at: str, pin: str) -> EnrolmentAnswer:
        if self.online and event_id not in self.joined:
            member_id, points = f"m-{event_id}", self.offer_points
            account = MemberAccount(member_id, "", mask_email(email), points, points, 0, joined_at)
            known = self.accounts.get(email)
            self.accounts.setdefault(email, account)
            self.pins[member_id] = pin
            status = "granted" if points and not known else "none"
            answer = EnrolmentAnswer(known or account, known is not None, 0, status, 0 if known else points)
            self.joined[event_id] = answer
        return self._answer(self.joined.get(event_id))

    def exposure(self) -> OfflineExposure:
        return self._answer(self.offline_exposure)

    def statement(self, member_id: str) -> MemberStatement:
        return self._answer(self.statements.get(member_id))

    def link_account(self, event_id: str, member_id: str, kind: str, reference: str) -> MemberAccount:
        return self._changed(member_id, lambda account: replace(account, linked=(*account.linked, kind)))

    def unlink_account(self, event_id: str, member_id: str, kind: str) -> MemberAccount:
        return self._changed(
            member_id, lambda account: replace(account, linked=tuple(k for k in account.linked if k != kind))
        )

    def leave(self, event_id: str, member_id: str, reason: str) -> None:
        self._answer(None)
        self.left.append(member_id)
        self.accounts = {email: account for email, account in self.accounts.items() if account.member_id != member_id}

    def send_code(self, member_id: str) -> str:
        return self._answer("j••••@example.com")

    def set_pin(self, member_id: str, pin: str, proof: Proof) -> None:
        self._answer(None)
        self.proofs.append(proof)
        self.pins[member_id] = pin

    def find_sale(self, receipt_number: str) -> SaleRecord | None:
        return self._answer(self.sales.get(receipt_number))

    def _changed(self, member_id: str, change: Callable[[MemberAccount], MemberAccount]) -> MemberAccount:
        self._answer(None)
        email, account = next((e, a) for e, a in self.accounts.items() if a.member_id == member_id)
        self.accounts[email] = change(account)
        return self.accounts[email]

    def hold_points(
        self, hold_id: str, member_id: str, points: int, transaction_id: str, proof: Proof = NO_PROOF
    ) -> PointsHold:
        self.proofs.append(proof)
        if self.online and hold_id not in self.holds:
            free = DEMO_ACCOUNT.balance_points - sum(h.points for h in self.holds.values() if h.state == "held")
            if points > free:
                raise RefusedError("not_enough_points", f"Only {free} points can be used.")
            until = datetime(2026, 11, 22, 10, tzinfo=UTC) + timedelta(minutes=5)
            self.holds[hold_id] = PointsHold(hold_id, member_id, points, until.isoformat())
        return self._answer(self.holds.get(hold_id))

    def release_hold(self, hold_id: str) -> None:
        self._answer(None)
        self.released.append(hold_id)
        hold = self.holds.get(hold_id)
        if hold is not None:
            self.holds[hold_id] = PointsHold(hold_id, hold.member_id, hold.points, hold.expires_at, "released")

    def hold_gift_card(self, hold_id: str, number: str, amount_minor: int, transaction_id: str) -> GiftCardHold:
        balance = self.gift_card_balance(number)
        return self._answer(GiftCardHold(hold_id, "gc-0123", min(balance, amount_minor), balance))

    def gift_card_balance(self, number: str) -> int:
        self._answer(None)
        if number not in self.gift_cards:
            raise RefusedError("unknown_gift_card", "There is no gift card with this number.")
        return self.gift_cards[number]
