"""Everything a customer can pay with beside the large buttons: parts, gift cards, foreign cash, the store's tenders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_app.domain.foreign_cash import ForeignCurrency
from pos_app.domain.tender_definitions import TenderDefinition
from pos_app.domain.tender_promotions import TenderOffer
from pos_app.domain.tenders import Tender, TenderType
from pos_app.services.current_sale import HELD
from ui.promotions.words import tender_words
from ui.tender import entries, tender_entries
from ui.tender.gift_card_desk import GiftCardDesk
from ui.tender.pay_card import tender_name
from ui.tender.reference_panel import ReferencePanel
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


class WaysToPay:
    """Panels of the side column that take a part of the payment, or give one back."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._formatter = window.services.formatter
        self._reference: ReferencePanel | None = None
        self.gift_cards = GiftCardDesk(window)

    @property
    def reference(self) -> ReferencePanel:
        """Asks for the reference of a tender."""
        if self._reference is None:
            self._reference = ReferencePanel(self._window.side)
            self._window.side.add_panel(self._reference, self._reference.closed)
        return self._reference

    # --- parts ------------------------------------------------------------------------------------------------------

    def split(self) -> None:
        """What is paid, what is left, and each part to be taken back."""
        window, tenders = self._window, self._window.sale.view.tenders
        if not tenders:
            self.pay_part()
            return
        money = self._formatter.money
        part = ListRow("Pay another part", f"{money(window.tender.due_minor)} left to pay", self.pay_part, "split")
        rows = [
            ListRow(
                f"Remove {tender_name(tender, self._formatter)}",
                _how_it_goes_back(tender),
                lambda tender=tender: window.tender.remove(tender),  # type: ignore[misc]
                "undo-2",
                money(tender.amount_minor),
            )
            for tender in tenders
        ]
        window.side.show_list("Split payment", [part, *rows])

    def pay_part(self) -> None:
        """Ask for a part and how it is paid."""
        window = self._window
        window.side.ask(entries.part_entry(window.tender, self._formatter, self.gift_card))

    def gift_card(self, amount_minor: int = 0) -> None:
        """Ask for a gift card or store credit."""
        window = self._window
        if window.tender.can_pay:
            window.side.ask(entries.gift_card_entry(window.tender, self._formatter, amount_minor))

    # --- the store's own --------------------------------------------------------------------------------------------

    def other(self) -> None:
        """Foreign cash, store credit and the store's own tenders, in the order the store gave them."""
        window, profile = self._window, self._window.services.profile
        if not window.tender.can_pay:
            return
        rows = self._offers()
        rows += [
            ListRow(
                definition.name,
                self._conditions(definition),
                lambda one=definition: self.configured(one),  # type: ignore[misc]
                "banknote",
                closes=False,
            )
            for definition in profile.tenders
            if definition.offered
        ]
        rows += [
            ListRow(
                f"Cash in {one.currency.code}",
                one.rate_text,
                lambda one=one: self.foreign(one),  # type: ignore[misc]
                "coins",
                closes=False,
            )
            for one in profile.foreign_cash
        ]
        rows.append(ListRow("Store credit", "Scan the slip, or type its number", self.gift_card, "gift", closes=False))
        window.side.show_list("Other tender", rows)

    def _offers(self) -> list[ListRow]:
        """Ways to pay that bring a promotion, with what the customer would pay and save."""
        return [
            ListRow(
                f"Pay with {tender_words(offer)}",
                f"Saves {self._formatter.money(offer.saves_minor)}  ·  {offer.promotion.name}",
                lambda offer=offer: self._take_offer(offer),  # type: ignore[misc]
                "tag",
                self._formatter.money(offer.pays_minor),
                closes=False,
            )
            for offer in self._window.services.selling.tender_offers
        ]

    def _take_offer(self, offer: TenderOffer) -> None:
        window, asked = self._window, offer.promotion.paid_with
        definitions = {one.definition_id: one for one in window.services.profile.tenders if one.offered}
        if asked is None:
            return
        if asked.tender == TenderType.CARD:
            window.side.close_panel()
            window.tender.pay_card(offer.pays_minor)
        elif asked.tender in definitions:
            self._pay_configured(definitions[asked.tender], offer.pays_minor)
        else:
            self.gift_card()

    def _pay_configured(self, definition: TenderDefinition, amount_minor: int) -> None:
        if definition.reference_name:
            self._ask_reference(definition, amount_minor)
        else:
            self._window.side.close_panel()
            self._window.tender.pay_configured(definition, amount_minor, "")

    def _conditions(self, definition: TenderDefinition) -> str:
        words = [definition.reference_name] if definition.reference_name else []
        if definition.maximum_minor is not None:
            words.append(f"at most {self._formatter.money(definition.maximum_minor)}")
        if not definition.works_offline and not self._window.tender.online:
            words.append("offline: needs approval")
        return "  ·  ".join(words)

    def configured(self, definition: TenderDefinition) -> None:
        """Ask how much, then for the reference when there is one."""

        def next_step(amount_minor: int) -> bool:
            if definition.reference_name:
                self._ask_reference(definition, amount_minor)
                return False
            self._window.side.close_panel()
            self._window.tender.pay_configured(definition, amount_minor, "")
            return False

        entry = tender_entries.configured_entry(self._window.tender, self._formatter, definition, next_step)
        self._window.side.ask(entry, back=self.other)

    def _ask_reference(self, definition: TenderDefinition, amount_minor: int) -> None:
        side = self._window.side

        def take(reference: str) -> None:
            side.close_panel()
            self._window.tender.pay_configured(definition, amount_minor, reference)

        side.show_panel(self.reference, back=lambda: self.configured(definition))
        self.reference.ask(
            definition.name,
            definition.reference_name,
            f"Take {self._formatter.money(amount_minor)}",
            definition.reference_problem,
            take,
        )

    def foreign(self, currency: ForeignCurrency) -> None:
        """Ask for the cash handed over in another currency."""

        def take(foreign_minor: int) -> bool:
            self._window.side.close_panel()
            self._window.tender.pay_foreign_cash(currency.currency.code, foreign_minor)
            return False

        entry = tender_entries.foreign_entry(self._window.tender, self._formatter, currency, take)
        self._window.side.ask(entry, back=self.other)


def _how_it_goes_back(tender: Tender) -> str:
    if tender.tender_type is TenderType.CARD:
        return "Refund on the card terminal"
    return "" if tender.tender_type in HELD else "Give it back to the customer"
