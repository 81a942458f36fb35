"""The journal's way to the central service, one batch at a time. No threads, no waiting: the worker has those.

Where the network can lie. Both ends keep event ids and (terminal, incarnation, sequence) for ever, the service
answers a repeat with what it did the first time, and the journal's acknowledged mark moves only after an answer
was read and the mark is on disk. So:

  request never arrived                       nothing happened; the same batch goes again: applied
  request arrived in part                     the service sees a wrong length, hash or signature: refused, goes again
  service stored it, then died                goes again: duplicate, mark moves
  service stored it, answer lost or cut       goes again: duplicate, mark moves
  answer read, terminal died before the mark  goes again after the start: duplicate, mark moves
  request delivered twice at once             one is applied, the other is a duplicate; both answers say the same mark
  old request delivered late                  duplicate; nobody reads its answer
  service restored without its newest events  it names its lower mark: ours goes back, the missing ones go again
  service names a mark beyond our journal     this journal was set back: the mark stops at our last entry, new entries
                                              arrive as a fork and are quarantined there, and people are told
  an event is impossible                      the service takes its number as quarantined; those behind it go on
  a batch cannot even be read                 halved until one event is left; that one goes as a stand-in that names
                                              its size and hash, is quarantined, and stays whole in our journal
  two threads or two calls                    one after the other: the second finds the mark moved
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec import Raw

from pos_app.domain.journal import JournalEntry, canonical_json
from pos_app.errors import OfflineError, RefusedError, WorldError
from pos_app.ports import Clock, EventOutcome, Outbox
from sync import contract, people, promotions, store_goods, store_settings
from sync.terminal.client import CentralClient, RequestRefusedError, UnavailableError
from sync.terminal.retry import Outcome

BATCH_BYTES = 256 * 1024
ENVELOPE_BYTES = 500  # an event's own fields around its payload, rounded up
TERMS_AGE_MS = 15 * 60 * 1000
UNREADABLE_STATUSES = (400, 413, 422)
NOT_KNOWN_THERE = 404
REPLACED = "This till was restored from a copy elsewhere and goes on there. Stop selling here, and call the manager."

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did. more: there is work that need not wait; reason: in words, when something is wrong."""

    outcome: Outcome
    sent: int = 0
    more: bool = False
    reason: str = ""
    retry_after_s: float = 0.0
    terminal_refused: bool = False
    replaced: bool = False


class SyncEngine:
    """Uploads the journal and fetches the terms. One step at a time, whoever calls."""

    def __init__(
        self,
        outbox: Outbox,
        client: CentralClient,
        clock: Clock,
        take_operators: Callable[[bytes], None] | None = None,
        tell_fleet: Callable[[], None] | None = None,
        take_settings: Callable[[bytes], None] | None = None,
        take_goods: Callable[[bytes], None] | None = None,
    ) -> None:
        self._take_goods = take_goods
        self._goods_held = ""
        self._take_settings = take_settings
        self._settings_held = ""
        self._tell_fleet = tell_fleet
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._single_flight = threading.Lock()
        self._batch_events = contract.MAXIMUM_BATCH_EVENTS
        self._terms_wanted: int | None = None
        self._terms_held: int | None = None
        self._terms_due_ms = 0
        self._versions_held: dict[str, None] = {}
        self._editions_held: dict[str, None] = {}
        self._take_operators = take_operators
        self._operators_held = ""

    def step(self) -> StepResult:
        """Send the next batch, or an empty one as a sign of life; fetch the terms when there are newer ones."""
        with self._single_flight:
            try:
                result = self._upload()
                if self._terms_wanted != self._terms_held or self._terms_are_due():
                    self._fetch_terms()
                    self._fetch_promotions()
                    self._fetch_operators()
                    self._fetch_settings()
                    self._fetch_goods()
                if self._tell_fleet is not None and not result.more:
                    self._tell_fleet()
            except UnavailableError as error:
                return StepResult(Outcome.UNAVAILABLE, reason=str(error), retry_after_s=error.retry_after_s)
            except OfflineError as error:
                return StepResult(Outcome.UNREACHABLE, reason=str(error))
            except RefusedError as error:
                terminal_refused = isinstance(error, RequestRefusedError) and error.status in (401, 403)
                return StepResult(Outcome.REFUSED, reason=error.message, terminal_refused=terminal_refused)
            return result

    # --- the journal --------------------------------------------------------------------------------------------------

    def _upload(self) -> StepResult:
        mark = self._outbox.acknowledged()
        entries = _within_size(self._outbox.pending(self._batch_events))
        if entries and entries[0].sequence != mark + 1:
            reason = f"The journal lacks entry {mark + 1}, which the central service asks for. Call support."
            return StepResult(Outcome.REFUSED, reason=reason)
        try:
            result = self._send(entries, [_event(entry) for entry in entries])
        except RequestRefusedError as error:
            if error.status not in UNREADABLE_STATUSES or not entries:
                raise
            if len(entries) > 1:
                self._batch_events = len(entries) // 2
                return StepResult(Outcome.DONE, more=True)
            _logger.error("event %s cannot be taken by the central service: %s", entries[0].event_id, error.code)
            result = self._send(entries, [_stand_in(entries[0], error.code)])
        return self._settle(mark, entries, result)

    def _send(self, entries: Sequence[JournalEntry], events: list[contract.Event]) -> contract.UploadResult:
        terminal_id, incarnation = self._outbox.terminal_identity()
        batch = contract.UploadBatch(
            terminal_id=terminal_id,
            incarnation=incarnation,
            events=events,
            contacts=self._outbox.contacts(entries) if entries else {},
            journal_end=self._outbox.journal_end(),
        )
        return self._client.post(contract.PATH_JOURNAL, batch, contract.UploadResult)

    def _settle(self, mark: int, entries: Sequence[JournalEntry], result: contract.UploadResult) -> StepResult:
        """Move the mark to where the service's own one is, and keep what it said of each event."""
        sent = {entry.sequence: entry.event_id for entry in entries}
        outcomes = [
            EventOutcome(event.sequence, sent[event.sequence], event.status, event.reason)
            for event in result.results
            if event.sequence in sent
        ]
        last_sent = entries[-1].sequence if entries else mark
        acknowledged = result.acknowledged
        reason = ""
        if acknowledged > last_sent:
            last_known = self._outbox.journal_end()
            if acknowledged > last_known:
                if self._outbox.is_over():
                    _logger.info("the central service holds entries up to %s that a restored copy lacks", acknowledged)
                else:
                    _logger.error(
                        "the central service holds entry %s, this journal ends at %s", acknowledged, last_known
                    )
                    reason = "The central service holds newer entries than this journal: it was set back. Call support."
                acknowledged = last_known
        if acknowledged != mark or outcomes:
            self._outbox.acknowledge(acknowledged, outcomes, self._clock.now().isoformat(timespec="seconds"))
        self._terms_wanted = result.terms_version
        if acknowledged < mark:
            _logger.warning("the central service asks again for everything behind entry %s", acknowledged)
        elif acknowledged == mark and entries:
            return StepResult(Outcome.UNAVAILABLE, reason="The central service did not take the next events.")
        else:
            self._batch_events = min(contract.MAXIMUM_BATCH_EVENTS, self._batch_events * 2)
        return StepResult(
            Outcome.DONE,
            sent=len(entries),
            more=acknowledged < last_sent or self._outbox.pending_count() > 0,
            reason=REPLACED if result.replaced_by else reason,
            replaced=bool(result.replaced_by),
        )

    # --- terms --------------------------------------------------------------------------------------------------------

    def _terms_are_due(self) -> bool:
        return self._terms_held is not None and self._clock.monotonic_ms() >= self._terms_due_ms

    def _fetch_terms(self) -> None:
        """What is new of the terms, and now and then the key, the budget and whom to forget, which have no version.

        Versions that came since the start are named, so that only others travel. Old terms are no reason to stop
        uploading.
        """
        have = f"?have={','.join(self._versions_held)}" if self._versions_held else ""
        try:
            answer = self._client.get(contract.PATH_TERMS + have, contract.TermsList)
            self._outbox.save_terms(contract.encode(answer))
            self._versions_held |= dict.fromkeys(f"{terms.terms_id}:{terms.version}" for terms in answer.terms)
        except RefusedError as error:
            _logger.error("the central service refuses its terms: %s", error.code)
        except ValueError as error:
            _logger.error("the central service's terms cannot be used: %s", error)
        self._terms_held = self._terms_wanted
        self._terms_due_ms = self._clock.monotonic_ms() + TERMS_AGE_MS

    def _fetch_promotions(self) -> None:
        """Editions of promotions that came since the start. A service that is older than promotions has none."""
        have = f"?have={','.join(self._editions_held)}" if self._editions_held else ""
        try:
            answer = self._client.get(promotions.PATH_PROMOTIONS + have, promotions.Editions)
            self._outbox.save_promotions(contract.encode(answer))
            self._editions_held |= dict.fromkeys(f"{one.document_id}:{one.version}" for one in answer.editions)
        except RequestRefusedError as error:
            if error.status != NOT_KNOWN_THERE:
                _logger.error("the central service refuses its promotions: %s", error.code)
        except ValueError as error:
            _logger.error("the central service's promotions cannot be used: %s", error)

    def _fetch_settings(self) -> None:
        """Changes of the store's settings from its other tills. A service that is older than them has none."""
        if self._take_settings is None:
            return
        have = f"?have={self._settings_held}" if self._settings_held else ""
        try:
            answer = self._client.get(store_settings.PATH_STORE_SETTINGS + have, store_settings.StoreSettings)
            if not answer.unchanged:
                self._take_settings(contract.encode(answer))
                self._settings_held = answer.digest
        except RequestRefusedError as error:
            if error.status != NOT_KNOWN_THERE:
                _logger.error("the central service refuses its changes of the settings: %s", error.code)
        except OfflineError:
            raise  # no fault of the settings; the worker knows what to do
        except (ValueError, WorldError) as error:
            _logger.error("the central service's changes of the settings cannot be used: %s", error)

    def _fetch_goods(self) -> None:
        """Changes of goods, prices and promotions of the store's tills. A service that is older than them has none."""
        if self._take_goods is None:
            return
        have = f"?have={self._goods_held}" if self._goods_held else ""
        try:
            answer = self._client.get(store_goods.PATH_STORE_GOODS + have, store_goods.StoreGoods)
            if not answer.unchanged:
                self._take_goods(contract.encode(answer))
                self._goods_held = answer.digest
        except RequestRefusedError as error:
            if error.status != NOT_KNOWN_THERE:
                _logger.error("the central service refuses its changes of the goods: %s", error.code)
        except OfflineError:
            raise  # no fault of the goods; the worker knows what to do
        except (ValueError, WorldError) as error:
            _logger.error("the central service's changes of the goods cannot be used: %s", error)

    def _fetch_operators(self) -> None:
        """Who may sign on at this till. A service that is older than operators has none."""
        if self._take_operators is None:
            return
        have = f"?have={self._operators_held}" if self._operators_held else ""
        try:
            answer = self._client.get(people.PATH_OPERATORS + have, people.Operators)
            if not answer.unchanged:
                self._take_operators(contract.encode(answer))
                self._operators_held = answer.digest
        except RequestRefusedError as error:
            if error.status != NOT_KNOWN_THERE:
                _logger.error("the central service refuses its operators: %s", error.code)
        except OfflineError:
            raise  # no fault of the operators; the worker knows what to do
        except (ValueError, WorldError) as error:
            _logger.error("the central service's operators cannot be used: %s", error)


def _within_size(entries: list[JournalEntry]) -> list[JournalEntry]:
    """As many of the first entries as one request may hold; always one, else it could never be sent."""
    size = 0
    for count, entry in enumerate(entries):
        size += len(entry.payload) + ENVELOPE_BYTES
        if size > BATCH_BYTES and count:
            return entries[:count]
    return entries


def _event(entry: JournalEntry) -> contract.Event:
    return contract.Event(
        sequence=entry.sequence,
        event_id=entry.event_id,
        kind=entry.kind,
        version=entry.version,
        occurred_at=entry.occurred_at,
        business_day=entry.business_day,
        payload=Raw(entry.payload),
        previous_hash=entry.previous_hash,
        entry_hash=entry.entry_hash,
    )


def _stand_in(entry: JournalEntry, code: str) -> contract.Event:
    """The event without its payload, which the service refuses to read: its hash cannot match, so it is quarantined."""
    event = _event(entry)
    event.payload = Raw(
        canonical_json(
            {
                "withheld": code,
                "payload_bytes": len(entry.payload),
                "payload_sha256": hashlib.sha256(entry.payload).hexdigest(),
            }
        )
    )
    return event
