"""A till that was restored from a copy asks the central service what it lost, and says so once."""

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING

from pos_app.errors import RefusedError, WorldError
from pos_app.ports import Clock, Enrolment
from pos_app.ports.backup import BackupCopy, Lacking

if TYPE_CHECKING:
    from pos_app.bootstrap import Register

FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0

_logger = logging.getLogger(__name__)


def tell_what_lacks(register: "Register", stopping: Event, notice: Callable[[str, str], None]) -> None:
    """Ask until there is an answer; on a thread of its own. notice gets a title and a sentence."""
    restorations = register.data.restorations
    wait_s = 0.0
    while restorations.unasked() and not stopping.wait(wait_s):
        wait_s = min(wait_s * 2 or FIRST_WAIT_S, LONGEST_WAIT_S)
        try:
            restorations.save_lacking(register.ask_standing())
        except RefusedError as error:
            _logger.warning("the central service does not say what the copy lacks: %s", error.message)
            return
        except WorldError as error:
            _logger.info("nobody says yet what the copy lacks: %s", error)
            continue
        found = restorations.last()
        if found is not None and found[1] is not None:
            at = datetime.fromisoformat(found[0]).astimezone(register.clock.now().tzinfo)
            notice("The data was restored", words_of(register.formatter.date_time(at), found[1]))


def words_of(copy_at: str, lacking: Lacking) -> str:
    """What a restored till lacks, as a sentence."""
    begin = f"It is that of {copy_at}."
    if not lacking.entries:
        return f"{begin} The central service has nothing that this till lacks."
    if not lacking.sales:
        return (
            f"{begin} The central service has {lacking.entries} entries that this till lacks, and no sale among them."
        )
    sales = "one sale" if lacking.sales == 1 else f"{lacking.sales} sales"
    span = lacking.first_receipt
    if lacking.last_receipt != span:
        span = f"{span} to {lacking.last_receipt}"
    return (
        f"{begin} The central service has {sales} that this till lacks ({span}). They count there, and goods of them "
        "can come back by receipt."
    )


def standing_of_copy(copy: BackupCopy, copy_key: bytes, clock: Clock) -> Lacking | None:
    """What the central service has beyond a copy, before it is restored; None when nobody can be asked."""
    from pos_app.storage.backup_copy import COPY_FILE
    from pos_app.storage.database import connect
    from pos_app.storage.restorations import held_journals
    from sync.terminal.client import CentralClient
    from sync.terminal.standing import ask_standing

    with closing(connect(copy.path / COPY_FILE, copy_key, read_only=True)) as connection:
        row = connection.execute(
            "SELECT terminal_id, store_id, workstation_id, central_url, private_key FROM enrolment"
        ).fetchone()
        held = held_journals(connection)
    if row is None:
        return None
    enrolment = Enrolment(*row)
    try:
        return ask_standing(CentralClient(enrolment.central_url, enrolment, clock), held)
    except (WorldError, RefusedError) as error:
        _logger.info("the central service does not say what the copy lacks: %s", error)
        return None
