"""What the central service has of this till that a restored journal lacks."""

from collections.abc import Sequence

from pos_app.ports.backup import Lacking
from sync import standing
from sync.terminal.client import CentralClient


def ask_standing(client: CentralClient, held: Sequence[tuple[str, int]]) -> Lacking:
    """Ask with what the till has: incarnations and their last entries. Raises WorldError.

    A service that is older than the question refuses it (RequestRefusedError, status 404).
    """
    request = standing.AskStanding(
        held=[standing.HeldJournal(incarnation=name, sequence=sequence) for name, sequence in held]
    )
    found = client.post(standing.PATH_STANDING, request, standing.Standing)
    return Lacking(
        found.lacking_entries,
        found.lacking_sales,
        found.lacking_sales_minor,
        found.first_receipt,
        found.last_receipt,
        found.last_at,
        found.transaction_sequence,
        found.z_number,
    )
