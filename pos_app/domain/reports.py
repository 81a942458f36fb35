"""Every report there is of figures: its name and the page that makes it."""

from collections.abc import Callable

from pos_app.domain import report_pages, report_people
from pos_app.domain.report import Report
from pos_app.domain.report_pages import Figures

PAGES: dict[str, tuple[str, Callable[[Figures], Report]]] = {
    "overview": ("At a glance", report_pages.overview),
    "hours": ("Sales by hour", report_pages.hours),
    "categories": ("Sales by category", report_pages.categories),
    "items": ("Sales by item", report_pages.items),
    "tenders": ("Payments", report_pages.tenders),
    "taxes": ("Taxes", report_pages.taxes),
    "reductions": ("Discounts and voids", report_people.reductions),
    "returns": ("Returns", report_pages.returns),
    "cash": ("Cash and drawer", report_pages.cash),
    "over_short": ("Over and short", report_pages.over_short),
    "rewards": ("Rewards", report_pages.rewards),
    "promotions": ("Promotions", report_pages.promotions),
    "exceptions": ("To look into", report_people.exceptions),
}
"""In the order in which they are offered."""
