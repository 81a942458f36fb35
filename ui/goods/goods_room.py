"""The goods room: covers the window; products, files, labels, prices and promotions. The sale below is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.goods.files_page import FilesPage
from ui.goods.labels_page import LabelsPage
from ui.goods.prices_page import PriceForm, PricesPage
from ui.goods.product_form import ProductForm
from ui.goods.products_page import ProductsPage
from ui.goods.promotions_page import PromotionForm, PromotionsPage
from ui.goods.review_page import ReviewPage
from ui.widgets.room import Room, RoomPage

if TYPE_CHECKING:
    from pos_app.domain.price_list import PriceEntry
    from pos_app.ports.prices import PriceGroup
    from pos_app.services.goods.promotions import PromotionView
    from ui.background import Background
    from ui.goods.product_form import Draft
    from ui.services_bundle import GoodsParts, Services


class GoodsRoom(Room):
    """The pages, and what is come to from the products."""

    def __init__(
        self, parts: GoodsParts, background: Background, services: Services, place: str, parent: QWidget
    ) -> None:
        super().__init__("Goods", "package", place, parent)
        self.products = ProductsPage(parts, background, services, self)
        self.form = ProductForm(parts, background, services, self)
        self.review = ReviewPage(parts, background, services, self)
        self.labels = LabelsPage(parts, background, services, self)
        self.files = FilesPage(parts, background, services, self)
        self.prices = PricesPage(parts, background, services, self)
        self.price_form = PriceForm(parts, background, services, self)
        self.promotions = PromotionsPage(parts, background, services, self)
        self.promotion_form = PromotionForm(parts, background, services, self)
        pages = (self.products, self.labels, self.prices, self.promotions, self.files)
        beneath: dict[RoomPage, RoomPage] = {
            self.form: self.products,
            self.review: self.products,
            self.price_form: self.prices,
            self.promotion_form: self.promotions,
        }
        self.add_pages(pages, beneath)
        self.prices.add_wanted.connect(self._add_price)
        self.price_form.left.connect(lambda: self.show_page(self.prices))
        self.price_form.saved.connect(self._price_saved)
        self.promotions.edit_wanted.connect(self._edit_promotion)
        self.promotion_form.left.connect(lambda: self.show_page(self.promotions))
        self.promotion_form.saved.connect(self._promotion_saved)
        self.products.edit_wanted.connect(self._edit)
        self.products.review_wanted.connect(self._review)
        self.form.reviewed.connect(self._review)
        self.form.left.connect(lambda: self.show_page(self.products))
        self.review.left.connect(self._leave_review)
        self.review.saved.connect(self._saved)

    def _edit(self, draft: Draft) -> None:
        self.show_page(self.form)
        self.form.open(draft)

    def _review(self, draft: Draft) -> None:
        self.show_page(self.review)
        self.review.open(draft)

    def _add_price(self, group: PriceGroup | None) -> None:
        self.show_page(self.price_form)
        self.price_form.open(group)

    def _price_saved(self, entry: PriceEntry) -> None:
        self.show_page(self.prices)
        self.prices.show_saved(entry)

    def _edit_promotion(self, view: PromotionView | None) -> None:
        self.show_page(self.promotion_form)
        self.promotion_form.open(view)

    def _promotion_saved(self) -> None:
        self.show_page(self.promotions)
        self.promotions.show_saved()

    def _leave_review(self, draft: Draft) -> None:
        """Back to where it came from, with what was typed."""
        self._edit(draft) if draft.from_form else self.show_page(self.products)

    def _saved(self, item_id: str, words: str) -> None:
        self.show_page(self.products)
        self.products.show_saved(item_id, words)
