"""Start the register; on a new folder, choose between the demo store and setting a store up.

Without a display it plays a member's sale in the demo store through the real window.
"""

import argparse
import logging
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app.errors import WorldError
from pos_app.first_run import STATE_NAME, FirstRun, is_needed
from pos_app.quick_start import quick_start
from pos_app.settings import default_data_folder, load_settings
from pos_app.storage.restore import READY as RESTORE_READY

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from pos_app.counter import Counter
    from pos_app.domain.operator import Operator

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder that keeps everything (default: the user's)")
    parser.add_argument("--demo", action="store_true", help="in a new folder, open the demo store without asking")
    parser.add_argument("--script", action="store_true", help="play the scripted sale also where there is a display")
    parser.add_argument(
        "--exit-when-ready", action="store_true", help="end as soon as a scan could be taken, and say when"
    )


def main(args: argparse.Namespace) -> int:
    """Run until the window is closed, or until the script has played."""
    folder = args.data or default_data_folder()
    scripted = args.script or not has_display()
    if scripted:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _log_to(folder / "till.log")
        _end_taking_over(folder)
        asks = not (scripted or args.exit_when_ready or args.demo)
        if asks and is_needed(folder) and not set_up(folder):
            return 0
        return _run(folder, scripted=scripted, exit_when_ready=args.exit_when_ready)
    except (WorldError, OSError) as error:
        logging.getLogger(__name__).error("the register did not start: %s", error)
        print(f"The register did not start. {error}", file=sys.stderr)
        return 1


def _end_taking_over(folder: Path) -> None:
    """A machine that took over and was switched off meanwhile goes on; its store's files are part of the copy."""
    if (folder / RESTORE_READY).exists():
        from pos_app.clock import SystemClock
        from pos_app.storage.keys import SystemKeyStore
        from pos_app.taking_over import end_taking_over

        end_taking_over(folder, SystemKeyStore(folder / "database.key"), SystemClock().now())


def has_display() -> bool:
    """True when a window can be seen."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def set_up(folder: Path) -> bool:
    """Ask what this computer shall be; True when a till is to be opened: the demo store's, or the one set up."""
    from PySide6.QtCore import QEvent

    from pos_app.storage.keys import SystemKeyStore
    from ui.application import build_application
    from ui.first_run.window import Chosen, FirstRunWindow

    application = build_application()
    resumes = (folder / STATE_NAME).exists()
    window = FirstRunWindow(FirstRun(folder, SystemKeyStore(folder / "database.key")), resumes=resumes)
    ended: list[Chosen] = []
    window.ended.connect(ended.append)
    window.resize(1280, 800)
    window.show()
    application.exec()
    # Gone before the till's own window is there: two watchers of one keyboard would both take its scans.
    window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return bool(ended) and ended[0] is not Chosen.NOTHING


def _run(folder: Path, *, scripted: bool, exit_when_ready: bool) -> int:
    """Open the till, and open it again when the settings of a new day take effect."""
    operator = None
    while True:
        with ExitStack() as at_end:
            with quick_start():
                application, counter = _open(folder, at_end, operator)
                from ui.application import open_checkout, put_away

                window = open_checkout(counter.services)
                application.processEvents()
            ready_at = time.time()
            if exit_when_ready:
                print(f"ready to scan at {ready_at:.3f}")
                window.close()
                return 0
            if operator is None:
                _keep_log_short(folder / "till.log")
            counter.start()
            if scripted:
                from pos_app.cli.scripted_sale import play

                return play(application, window, counter, folder / "demo", ready_at)
            window.functions.devices()
            window.raise_()
            window.activateWindow()
            status = int(application.exec())
            if not counter.services.start_again:
                return status
            operator = counter.register.operator.now
            put_away(window)


def _open(folder: Path, at_end: ExitStack, operator: "Operator | None" = None) -> tuple["QApplication", "Counter"]:
    """The application and its counter, which is stopped at the end. operator worked it until it was opened again."""
    from pos_app.bootstrap import open_register
    from pos_app.sample_store import is_demo, staff, stock_shelves, store_of
    from pos_app.storage.keys import SystemKeyStore

    settings, store, keys = load_settings(folder), store_of(folder), SystemKeyStore(folder / "database.key")
    # Qt only now, so that no import before it is slowed down by what Qt does to them.
    from ui.plain_imports import use_plain_imports

    use_plain_imports()

    from pos_app.counter import Counter
    from ui.application import build_application
    from ui.background import after_paint

    application = build_application(scale_percent=settings.scale_percent)
    register = open_register(folder, store, keys, schedule_save=after_paint)
    if operator is not None and operator.operator_id and register.sign_on_rules.required:
        register.sign_on.begin(operator, "settings taken")
    counter = Counter(folder, register, settings, staff(folder, register.data))
    at_end.callback(counter.stop)
    if is_demo(folder):
        stock_shelves(register.data, register.profile.currency)
    return application, counter


def _log_to(path: Path) -> None:
    logging.basicConfig(level=logging.INFO, format=_LOG_FORMAT, filename=path, encoding="utf-8")


def _keep_log_short(path: Path) -> None:
    """From now on the log begins anew at its limit; only now, since what that needs is a hundredth of the start."""
    from logging.handlers import RotatingFileHandler

    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    logging.basicConfig(level=logging.INFO, format=_LOG_FORMAT, handlers=[handler], force=True)
