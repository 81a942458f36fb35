"""The stores' days: which tills closed them, with what, and which have not told yet."""

from datetime import timedelta

from starlette.responses import Response

from sync.central import till_days
from sync.central.backoffice.web import Ask

SHOWN = timedelta(days=14)


def days(ask: Ask) -> Response:
    """The last two weeks, the newest first."""
    since = (ask.now - SHOWN).date().isoformat()
    found = ask.office.database.read(lambda connection: till_days.store_days(connection, since))
    closes = {
        (one.store_id, one.business_day): ask.service.stores.closes(one.store_id, one.business_day) for one in found
    }
    return ask.page("days.html", days=found, closes=closes)
