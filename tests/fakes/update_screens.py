"""The page of newer versions in the technician's console, in its states, with how to come to them by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from fakes.update_vendor import Vendor
from fakes.whole_counter import WholeCounter

from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.operator import Operator, Role
from pos_app.domain.till_closing import ClosingStep, CountedTender
from pos_app.ports import PrintState
from pos_app.ports.maintenance import TrialStep
from pos_app.update_room import LocalUpdates, UpdateWatch
from pos_app.updates.places import FOLDER, INCOMING, STATE, write_json
from ui.technician.updates_page import UpdatesPage

_MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def asks_a_vendor(counter: WholeCounter) -> Vendor:
    """The till has an update server and stands on a machine that installs; nothing was fetched yet."""
    vendor = Vendor(counter.folder / "vendor")
    machine, running = counter.folder / "machine", counter.folder / "run"
    (machine / INCOMING).mkdir(parents=True, exist_ok=True)
    counter.counter._settings = replace(counter.counter._settings, update_url=vendor.place.as_posix())
    room = LocalUpdates(counter.folder, "stable", machine=machine, running=running, wait=lambda _: running.mkdir())
    counter.counter._updates = UpdateWatch(room)
    return vendor


def fetches(counter: WholeCounter, vendor: Vendor, content: bytes = b"", trouble: str = "") -> None:
    """Version 9.0.0 is offered, and is here."""
    own = counter.folder / FOLDER
    release = vendor.offer("9.0.0", content=content)
    channel = vendor.channel(own)
    channel.newest()
    channel.fetch(release)
    at = datetime(2026, 11, 22, 6, 30, tzinfo=UTC).isoformat()
    known = {"asked_at": at, "ring": "stable", "version": "9.0.0", "file": release.file, "notes": release.notes}
    write_json(own / STATE, {**known, "trouble": trouble})


def close_the_day(counter: WholeCounter) -> None:
    """Counted, signed and printed: the till rests."""
    register = counter.register
    register.operator.change_to(_MANAGER)
    closing, totals = register.closing, register.data.storage.till_totals()
    closing.stop_sales()
    closing.save_cash((CountedPieces(1, 1, totals.expected_cash_minor),))
    closing.go_to(ClosingStep.COUNT_TENDERS)
    closing.save_tenders([CountedTender(name, amount) for name, amount in totals.by_tender if name != "cash"])
    closing.confirm_count()
    closing.go_to(ClosingStep.DEPOSIT)
    assert closing.current is not None
    closing.set_deposit(closing.current.cash_minor, "")
    closing.check_signature(None)
    closing.seal(None)
    queue = register.data.print_queue
    counter.until(lambda: queue.next_job() is None and not queue.unfinished(), "the Z is on paper")
    assert not any(job.state is PrintState.QUEUED for job in queue.held())


def updates_page(counter: WholeCounter) -> UpdatesPage:
    """Come to the page, as the manager."""
    counter.register.operator.change_to(_MANAGER)
    counter.window.technician.open()
    counter.until(lambda: counter.window.technician.covering, "the console opens")
    page = counter.window.technician.console.updates
    counter.touch(counter.window.technician.console.rail[page.title])
    counter.until(lambda: page.report.report is not None, "what is known is shown")
    return page


def _nothing(counter: WholeCounter) -> None:
    updates_page(counter)


def _waits(counter: WholeCounter) -> None:
    vendor = asks_a_vendor(counter)
    fetches(counter, vendor, trouble="The update server cannot be reached. The till goes on as it is, and asks again.")
    updates_page(counter)


def _ready(counter: WholeCounter) -> None:
    """As after closing; the day stays open for the screens that come after."""
    fetches(counter, asks_a_vendor(counter))
    updating = counter.window.technician.desk.updating
    assert updating is not None
    rests = [TrialStep(words, True) for words in ("The business day is closed", "Nothing waits to be printed")]
    updating.conditions = lambda: rests
    updates_page(counter)


UPDATE_SCREENS: dict[str, Callable[[WholeCounter], None]] = {
    "console-updates-none": _nothing,
    "console-updates-waits": _waits,
    "console-updates-ready": _ready,
}
