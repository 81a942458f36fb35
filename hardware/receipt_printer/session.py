"""One connection to an ESC/POS printer: ask how it is, send, wait until the paper is out."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event

from hardware.receipt_printer.status import (
    REQUEST_CONDITION,
    REQUEST_PAPER_WHEN_REACHED,
    PrinterCondition,
    ReplyKind,
    ReplyParser,
    completion_reply,
    condition_of,
    request_completion,
)
from hardware.receipt_printer.transports import Transport

_PAPER_END = 0x0C


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds. A completion may take longer the more bytes there are."""

    answer_s: float = 1.0
    completion_s: float = 15.0
    slowest_bytes_per_s: int = 200
    # After the buffered status answered, a printer that knows process ids confirms within this.
    grace_s: float = 1.5
    # With the cover open or the paper out: as long as somebody may take to put it right.
    attention_s: float = 600.0
    ask_every_s: float = 1.0
    # Between tries, doubling up to the longest while the printer cannot be reached.
    retry_s: float = 2.0
    longest_retry_s: float = 30.0
    # A printer asked so often that never answered cannot; before that it may be printing for another till.
    silences_of_a_mute: int = 3


class Completion(StrEnum):
    """How sure it is that a job is on paper."""

    PRINTED = "printed"
    UNCONFIRMED = "unconfirmed"
    STOPPED = "stopped"


class PrinterSession:
    """An open connection. Used on the printer's thread, closed after each job."""

    def __init__(self, transport: Transport, patience: Patience, stopping: Event) -> None:
        self._transport = transport
        self._patience = patience
        self._stopping = stopping
        self._parser = ReplyParser()

    def condition(self) -> PrinterCondition | None:
        """The answer to DLE EOT 1 to 4, or None from a printer that says nothing."""
        if not self._transport.reads:
            return None
        self._transport.write(REQUEST_CONDITION)
        answers: list[int] = []
        deadline = time.monotonic() + self._patience.answer_s
        while (left := deadline - time.monotonic()) > 0 and not self._stopping.is_set():
            for reply in self._parser.feed(self._transport.read(min(left, 0.2))):
                if reply.kind is ReplyKind.REAL_TIME:
                    answers.append(reply.data[0])
            if len(answers) >= 4:
                return condition_of((answers[0], answers[1], answers[2], answers[3]))
        return None

    def send(self, data: bytes) -> None:
        """Hand over bytes. Raises TransportError."""
        self._transport.write(data)

    def ask_for_completion(self, mark: bytes) -> None:
        """Ask, behind all that was sent, for the process id reply and for the buffered status."""
        self._transport.write(request_completion(mark) + REQUEST_PAPER_WHEN_REACHED)

    def await_completion(
        self, mark: bytes, byte_count: int, on_condition: Callable[[PrinterCondition], None]
    ) -> Completion:
        """Wait until the printer says the job is on paper.

        The process id reply is proof. The buffered status alone is proof where a printer has no process ids. Nothing
        in the time such a job may take is no proof. on_condition hears what keeps the printer from going on.
        Raises TransportError when the connection breaks.
        """
        patience = self._patience
        started = last_asked = time.monotonic()
        deadline = started + patience.completion_s + byte_count / patience.slowest_bytes_per_s
        answers: list[int] = []
        reached_at: float | None = None
        while not self._stopping.is_set():
            for reply in self._parser.feed(self._transport.read(0.1)):
                if reply.kind is ReplyKind.BLOCK and reply.data == completion_reply(mark):
                    return Completion.PRINTED
                if reply.kind is ReplyKind.BUFFERED and not reply.data[0] & _PAPER_END:
                    reached_at = time.monotonic()
                if reply.kind is ReplyKind.REAL_TIME:
                    answers.append(reply.data[0])
            now = time.monotonic()
            if len(answers) >= 4:
                condition = condition_of((answers[0], answers[1], answers[2], answers[3]))
                answers.clear()
                on_condition(condition)
                if not condition.can_print:
                    deadline = max(deadline, min(now + patience.completion_s, started + patience.attention_s))
            if reached_at is not None and now - reached_at > patience.grace_s:
                return Completion.PRINTED
            if now >= deadline:
                return Completion.UNCONFIRMED
            if now - last_asked >= patience.ask_every_s:
                answers.clear()
                self._transport.write(REQUEST_CONDITION)
                last_asked = now
        return Completion.STOPPED
