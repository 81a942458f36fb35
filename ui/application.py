"""The Qt application, and the checkout window built from its services."""

import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from types import TracebackType

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from ui.background import after_paint
from ui.messages import Banner
from ui.preload import RETURNS, Preload
from ui.sale import accessible_rows
from ui.sale.checkout_window import CheckoutWindow
from ui.services_bundle import Services

_LAST_ANSWERS_S = 15.0
_logger = logging.getLogger(__name__)


def build_application(arguments: Sequence[str] = (), scale_percent: int = 100) -> QApplication:
    """The one QApplication of this process; scale_percent enlarges everything for small, dense screens."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Without a vertical sync to wait for, Qt would hold every repaint back by 5 ms.
    os.environ.setdefault("QT_QPA_UPDATE_IDLE_TIME", "0")
    if scale_percent != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", str(scale_percent / 100))
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    accessible_rows.install()
    application = QApplication([sys.argv[0] or "till", *arguments])
    application.setStyle("Fusion")
    application.setApplicationName("Point of sale")
    return application


def _keep_the_sale(
    window: CheckoutWindow, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A mistake of ours reached the event loop: log it with its place, tell the associate, and let the sale go on."""
    _logger.error("an error in the window", exc_info=(kind, error, trace))
    window.sale.warn(Banner("That did not work", "It was written to the log. The sale is safe; try another way."))


def put_away(window: CheckoutWindow) -> None:
    """A window that was closed is gone for good, and listens to no key of the one that takes its place.

    Where something of it is still under way it stays, out of sight: nothing may answer to a window that is gone.
    """
    window.wedge.deleteLater()
    if window.background.finish(_LAST_ANSWERS_S):
        window.deleteLater()
    else:
        _logger.warning("something is still under way in the window that was closed")
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def open_checkout(services: Services, *, full_screen: bool = False) -> CheckoutWindow:
    """Build the window and show it."""
    window = CheckoutWindow(services)
    sys.excepthook = partial(_keep_the_sale, window)
    if full_screen:
        window.showFullScreen()
    else:
        window.resize(1280, 800)
        window.show()
    if services.returns is not None:
        Preload(RETURNS, window)
    if services.settings.customer_display:
        after_paint(window.functions.customer_display)
    elif services.customer_displays:
        after_paint(window.functions.start_displays)
    return window
