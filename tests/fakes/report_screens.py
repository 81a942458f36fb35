"""The screens of reports and of the store's day, and how a manager comes to them."""

from collections.abc import Callable

from fakes.whole_counter import CABLE, HEADPHONES, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from pos_app.domain.operator import Operator, Role


def _as_manager(counter: WholeCounter, row: str) -> None:
    counter.register.operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    counter.press(Qt.Key.Key_F10)
    for name in ("Manager", row):
        counter.rows()[name].click()
        QApplication.processEvents()


def _reports(counter: WholeCounter) -> None:
    _as_manager(counter, "Reports")


def _report_of_all_tills(counter: WholeCounter) -> None:
    counter.sell(CABLE, HEADPHONES, card=True)
    counter.all_sent()
    _as_manager(counter, "Reports")
    desk = counter.window.functions.manager.reports
    desk.choice.tiles["tenders"].click()
    counter.until(lambda: desk.report is not None)
    desk.body.where.click()
    counter.until(lambda: desk.report is not None and "1 till" in desk.report.scope)


def _store_day(counter: WholeCounter) -> None:
    _as_manager(counter, "Store day")
    desk = counter.window.functions.manager.store_day
    counter.until(lambda: desk.days and not desk.busy)


REPORT_SCREENS: dict[str, Callable[[WholeCounter], object]] = {
    "reports": _reports,
    "report-of-all-tills": _report_of_all_tills,
    "store-day": _store_day,
}
