"""The reports of a store over all its tills: the pages that a till shows, for any period."""

from datetime import date, timedelta

from starlette.responses import Response

from pos_app.domain.money import currency
from pos_app.domain.report import Column, Report, Unit, Value, quantity_words
from pos_app.domain.report_figures import Period
from pos_app.domain.report_pages import Figures
from pos_app.domain.reports import PAGES
from pos_app.domain.store import StoreProfile
from sync.central.backoffice import rendering
from sync.central.backoffice.web import Ask
from sync.central.errors import CentralError

_LONGEST = timedelta(days=366)


def reports(ask: Ask) -> Response:
    """One report, and what there is to choose from."""
    stores = ask.service.stores.store_ids()
    if not stores:
        return ask.page("reports.html", stores=(), report=None)
    store_id = ask.query.text("store") or stores[0]
    report_id = ask.query.text("report") or "overview"
    if store_id not in stores or report_id not in PAGES:
        raise CentralError(404, "no_such_report", "There is no such store or report.")
    state = ask.service.stores.state(store_id)
    newest = state.last_day or ask.now.date().isoformat()
    first, last = _day(ask.query.text("from") or newest), _day(ask.query.text("to") or newest)
    if last < first or last - first > _LONGEST:
        raise CentralError(422, "bad_period", "A report is of a day or more, and of a year at the most.")
    period = Period(first.isoformat(), last.isoformat(), ask.query.text("operator"))
    currency_code = ask.service.stores.currency_code(store_id)
    profile = StoreProfile(
        store_id=store_id,
        store_name=f"Store {store_id}",
        workstation_id="",
        currency=currency(currency_code),
        time_zone="UTC",
    )
    report = PAGES[report_id][1](Figures(ask.service.stores.source(store_id), period, profile))
    return ask.page(
        "reports.html",
        stores=stores,
        store_id=store_id,
        report=report,
        report_id=report_id,
        choices=[(key, title) for key, (title, _) in PAGES.items()],
        operators=state.operators,
        period=period,
        state=state,
        words=lambda value, column: words_of(value, column, currency_code),
        largest=_largest(report),
    )


def words_of(value: Value, column: Column, currency_code: str) -> str:
    """A value as a page shows it."""
    if isinstance(value, str):
        return value
    match column.unit:
        case Unit.MONEY:
            return rendering.money(value, currency_code)
        case Unit.QUANTITY:
            return quantity_words(value)
        case Unit.SHARE:
            return f"{value / 100:.1f} %"
        case _:
            return rendering.points(value)


def _largest(report: Report) -> int:
    """What the longest bar of the chart stands for."""
    return max((abs(value) for _, value in report.chart.points), default=0) if report.chart else 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CentralError(422, "bad_day", "Days are written as 2026-11-22.") from error
