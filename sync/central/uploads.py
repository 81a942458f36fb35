"""Uploads as they arrive: a batch, whose it is, and its events, also those that are broken."""

from dataclasses import dataclass

import msgspec

from sync import contract
from sync.central.errors import CentralError
from sync.central.terminals import Terminal


class _Envelope(msgspec.Struct):
    """As much of a broken event as its place in the journal needs."""

    sequence: contract.Sequence


class _LooseBatch(msgspec.Struct):
    terminal_id: contract.Identifier
    incarnation: contract.Identifier
    events: list[msgspec.Raw]
    contacts: dict[str, str] = {}
    journal_end: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it arrived. problem says what is wrong with its envelope, empty when nothing is."""

    sequence: int
    event: contract.Event | None
    raw: bytes
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A batch and the terminal whose signature it carries."""

    terminal: Terminal
    incarnation: str
    arrivals: tuple[Arrival, ...]
    contacts: dict[str, str]
    journal_end: int = 0


def read_upload(terminal: Terminal, body: bytes) -> Upload:
    """The upload of a request body. Raises CentralError when not even its frame can be read.

    A single event that is broken does not spoil the batch: it arrives with its problem.
    """
    try:
        batch = contract.decode(body, _LooseBatch)
        arrivals = tuple(_arrival(raw) for raw in batch.events)
    except (msgspec.DecodeError, RecursionError) as error:
        raise CentralError(400, "bad_batch", f"The batch cannot be read: {str(error)[:300]}") from error
    upload = Upload(terminal, batch.incarnation, arrivals, batch.contacts, batch.journal_end)
    return _checked(terminal, batch.terminal_id, upload)


def upload_of(terminal: Terminal, batch: contract.UploadBatch) -> Upload:
    """The upload of a batch that is a message already, as in one process with its terminal."""
    arrivals = tuple(Arrival(event.sequence, event, b"") for event in batch.events)
    upload = Upload(terminal, batch.incarnation, arrivals, batch.contacts, batch.journal_end)
    return _checked(terminal, batch.terminal_id, upload)


def _checked(terminal: Terminal, terminal_id: str, upload: Upload) -> Upload:
    if terminal_id != terminal.terminal_id:
        raise CentralError(403, "other_terminal", "A terminal uploads its own journal only.")
    if len(upload.arrivals) > contract.MAXIMUM_BATCH_EVENTS:
        raise CentralError(413, "too_many_events", f"At most {contract.MAXIMUM_BATCH_EVENTS} events at once.")
    return upload


def _arrival(raw: msgspec.Raw) -> Arrival:
    body = bytes(raw)
    try:
        event = msgspec.json.decode(body, type=contract.Event)
    except (msgspec.DecodeError, RecursionError) as error:
        return Arrival(msgspec.json.decode(body, type=_Envelope).sequence, None, body, str(error)[:300])
    return Arrival(event.sequence, event, b"")
