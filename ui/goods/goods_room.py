"""The goods room: covers the window; products, files, labels, prices and promotions. The sale below is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.goods.files_page import FilesPage
from ui.goods.labels_page import LabelsPage
from ui.goods.product_form import ProductForm
from ui.goods.products_page import ProductsPage
from ui.goods.review_page import ReviewPage
from ui.widgets.room import Room

if TYPE_CHECKING:
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
        self.add_pages((self.products, self.labels, self.files), {self.form: self.products, self.review: self.products})
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

    def _leave_review(self, draft: Draft) -> None:
        """Back to where it came from, with what was typed."""
        self._edit(draft) if draft.from_form else self.show_page(self.products)

    def _saved(self, item_id: str, words: str) -> None:
        self.show_page(self.products)
        self.products.show_saved(item_id, words)
