"""One connection to an ESC/POS printer: ask how it is and who it is, send, wait until the paper is out."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from threading import Event

from hardware.receipt_printer.status import (
    CLEAR_AND_RECOVER,
    GO_ON_FROM_THE_FAILED_LINE,
    NO_AUTOMATIC_STATUS,
    REQUEST_CONDITION,
    REQUEST_IDENTITY,
    PrinterCondition,
    Reply,
    ReplyKind,
    ReplyParser,
    completion_request,
    condition_of,
    identity_text,
    proves_completion,
)
from hardware.receipt_printer.transports import Transport
from pos_app.ports import CompletionMark, PrinterIdentity

_MOST_LATE_READS = 16
_PROBE_MARK = b"PROB"
_PROBED = (CompletionMark.PROCESS_ID, CompletionMark.BUFFERED_STATUS, CompletionMark.AUTOMATIC_STATUS)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds. A completion may take longer the more bytes there are."""

    answer_s: float = 1.0
    completion_s: float = 15.0
    slowest_bytes_per_s: int = 200
    # With the cover open or the paper out: as long as somebody may take to put it right.
    attention_s: float = 600.0
    ask_every_s: float = 1.0
    # Between tries, doubling up to the longest while the printer cannot be reached.
    retry_s: float = 2.0
    longest_retry_s: float = 30.0
    # A printer asked so often that never answered cannot; before that it may be printing for another till.
    silences_of_a_mute: int = 3
    # A logo is put into the printer's memory once the till has started, and nothing waits to be printed.
    logo_after_s: float = 10.0


class Completion(StrEnum):
    """How sure it is that a job is on paper.

    unproven: the printer has no way to prove it and reported no fault. cleared: somebody had its buffer cleared, so
    that the job has to be sent again from its beginning.
    """

    PRINTED = "printed"
    UNPROVEN = "unproven"
    UNCONFIRMED = "unconfirmed"
    CLEARED = "cleared"
    STOPPED = "stopped"


class Recovery(StrEnum):
    """What somebody decided after clearing a jammed cutter (DLE ENQ 1 and 2)."""

    GO_ON = "go_on"
    START_AGAIN = "start_again"


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
        self._drop_late_answers()
        self._transport.write(REQUEST_CONDITION)
        answers: list[int] = []
        for reply in self._replies_within(self._patience.answer_s):
            if reply.kind is ReplyKind.REAL_TIME:
                answers.append(reply.data[0])
            if len(answers) >= 4:
                return condition_of((answers[0], answers[1], answers[2], answers[3]))
        return None

    def identity(self) -> PrinterIdentity:
        """What the printer calls itself. One that does not say is not asked further."""
        texts: list[str] = []
        for request in REQUEST_IDENTITY:
            self._transport.write(request)
            said = (identity_text(reply) for reply in self._replies_within(self._patience.answer_s))
            text = next((text for text in said if text is not None), None)
            if text is None:
                break
            texts.append(text)
        return PrinterIdentity(*texts)

    def strongest_completion(self) -> CompletionMark:
        """Try each proof of completion, strongest first. Only with a printer that is ready: they are buffered."""
        for way in _PROBED:
            self._transport.write(completion_request(way, _PROBE_MARK))
            replies = self._replies_within(self._patience.answer_s)
            if any(proves_completion(reply, way, _PROBE_MARK) for reply in replies):
                if way is CompletionMark.AUTOMATIC_STATUS:
                    self._transport.write(NO_AUTOMATIC_STATUS)
                return way
        return CompletionMark.NONE

    def answer(self, request: bytes, head: bytes, wait_s: float | None = None) -> bytes | None:
        """Ask, and return the answering block behind its head; None when none comes. Raises TransportError."""
        self._transport.write(request)
        for reply in self._replies_within(self._patience.answer_s if wait_s is None else wait_s):
            # Noise on a serial line may have opened the block.
            if reply.kind is ReplyKind.BLOCK and head in reply.data:
                return reply.data.partition(head)[2]
        return None

    def wait_until_it_answers(self, longest_s: float) -> None:
        """A printer that starts afresh says nothing for a while. Raises TransportError."""
        until = time.monotonic() + longest_s
        while self._transport.reads and self.condition() is None and time.monotonic() < until:
            if self._stopping.is_set():
                return

    def recover(self, choice: Recovery) -> None:
        """Act on what somebody decided after a jam. Raises TransportError."""
        self._transport.write(GO_ON_FROM_THE_FAILED_LINE if choice is Recovery.GO_ON else CLEAR_AND_RECOVER)

    def send(self, data: bytes) -> None:
        """Hand over bytes. Raises TransportError."""
        self._transport.write(data)

    def complete(self) -> None:
        """All of the job has been handed over. Raises TransportError."""
        self._transport.complete()

    def ask_for_completion(self, way: CompletionMark, mark: bytes) -> None:
        """Ask, behind all that was sent, for the proof that this printer can give."""
        self._transport.write(completion_request(way, mark))

    def await_completion(
        self,
        way: CompletionMark,
        mark: bytes,
        byte_count: int,
        on_condition: Callable[[PrinterCondition], None],
        recovery: Callable[[], Recovery | None],
    ) -> Completion:
        """Wait until the printer says the job is on paper, or until such a job would have been.

        on_condition hears what keeps the printer from going on; recovery is asked whether somebody decided how a jam
        is to be recovered from. Raises TransportError when the connection breaks.
        """
        patience = self._patience
        started = last_asked = time.monotonic()
        deadline = started + patience.completion_s + byte_count / patience.slowest_bytes_per_s
        answers: list[int] = []
        can_print = False
        while not self._stopping.is_set():
            for reply in self._parser.feed(self._transport.read(0.1)):
                if proves_completion(reply, way, mark):
                    return self._finished(way)
                if reply.kind is ReplyKind.REAL_TIME:
                    answers.append(reply.data[0])
            now = time.monotonic()
            if len(answers) >= 4:
                condition = condition_of((answers[0], answers[1], answers[2], answers[3]))
                answers.clear()
                on_condition(condition)
                can_print = condition.can_print
                if not can_print:
                    deadline = max(deadline, min(now + patience.completion_s, started + patience.attention_s))
            if (choice := recovery()) is not None:
                self.recover(choice)
                if choice is Recovery.START_AGAIN:
                    return Completion.CLEARED
            if now >= deadline:
                return Completion.UNCONFIRMED
            if way is CompletionMark.NONE and can_print:
                return Completion.UNPROVEN
            # Asked again while an answer is under way, the two would be read as one.
            if now - last_asked >= patience.ask_every_s * (3 if answers else 1):
                answers.clear()
                self._transport.write(REQUEST_CONDITION)
                last_asked = now
        return Completion.STOPPED

    def _finished(self, way: CompletionMark) -> Completion:
        if way is CompletionMark.AUTOMATIC_STATUS:
            self._transport.write(NO_AUTOMATIC_STATUS)
        return Completion.PRINTED

    def _drop_late_answers(self) -> None:
        """What an earlier question of this port left behind would be taken for the answer to the next."""
        for _ in range(_MOST_LATE_READS):
            if not self._transport.read(0.0):
                break
        self._parser = ReplyParser()

    def _replies_within(self, seconds: float) -> Iterator[Reply]:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._stopping.is_set():
            yield from self._parser.feed(self._transport.read(min(left, 0.2)))
