"""Why a sale earns, or earned, its points: for the screen, at any time, by the version of the terms that held."""

import json
from typing import TYPE_CHECKING

from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.retail_transaction import RetailTransaction, sale_lines
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import Storage, TermsSource
from pos_app.services.selling import Selling

if TYPE_CHECKING:
    from pos_app.domain.explanation import PointsExplanation


class Explaining:
    """The way from price to points, of the sale under way and of any sale that was."""

    def __init__(self, selling: Selling, *, storage: Storage, terms: TermsSource, profile: StoreProfile) -> None:
        self._selling = selling
        self._storage = storage
        self._terms = terms
        self._minor_per_unit = profile.currency.minor_per_unit

    def explain_current(self) -> "PointsExplanation":
        """The points that the sale under way would earn if it were paid now."""
        from pos_app.domain.explanation import explain_points

        view = self._selling.view
        return explain_points(
            sale_lines(view.basket, view.priced, view.earned),
            view.earned,
            self._terms.current_terms(),
            view.points_used,
            self._minor_per_unit,
        )

    def explain_receipt(self, receipt_number: str) -> "PointsExplanation":
        """The points of a sale of this till. Raises CashierError when it is of another one."""
        entry = self._storage.sale(receipt_number.strip())
        if entry is None:
            raise CashierError("no_receipt", f"There is no receipt {receipt_number.strip()} on this till.")
        return self.explain_sale(sale_from_plain(json.loads(entry.payload)))

    def explain_sale(self, sale: RetailTransaction) -> "PointsExplanation":
        """The points of a sale, by the terms that it was rung up with."""
        from pos_app.domain.explanation import explain_points  # nobody asks before the first paint

        terms = self._terms.terms_of(sale.earned.terms_id, sale.earned.terms_version)
        return explain_points(sale.lines, sale.earned, terms, sale.points_used, self._minor_per_unit)
