"""What somebody has to know about the till's record as soon as it runs: tampering near its end, or an older copy.

A start does not wait for it. All of the record is read with each copy of the data, and when somebody asks.
"""

import logging
from typing import TYPE_CHECKING

from pos_app.errors import WorldError
from pos_app.storage.journal_tampering import faults_near_the_end

if TYPE_CHECKING:
    from pos_app.storage.terminal_database import TerminalDatabase

WHERE = "Tell the manager: More, Manager, Journal."

_logger = logging.getLogger(__name__)


def startup_notice(data: "TerminalDatabase") -> tuple[str, str] | None:
    """A title and a sentence; None when all is well. Reads the disk: not on the GUI thread."""
    try:
        faults = faults_near_the_end(data.database, data.identity.terminal_id())
    except WorldError as error:
        faults = [str(error)]
    if faults:
        _logger.error("the journal is not as it was written: %s", "; ".join(faults))
        return "The journal is not as it was written", f"{faults[0]}. Sales go on. {WHERE}"
    if data.began_because:
        begin = data.began_because[0].upper() + data.began_because[1:]
        return "The data is not as it was left", f"{begin}. Numbers go on; none is given out twice. {WHERE}"
    return None
