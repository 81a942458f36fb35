"""Printers that announce themselves by name on the local network: one multicast DNS question, and what is answered.

A one-shot question (RFC 6762, section 5.1) from a port of its own: responders answer it directly, so nothing has to
listen on the shared port 5353, and nothing is announced. Services and their texts: RFC 6763.
"""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from hardware.receipt_printer.transports import DEFAULT_TCP_PORT
from pos_app.ports.maintenance import FoundDevice

logger = logging.getLogger(__name__)

Name = tuple[str, ...]
"""Its labels, in small letters: DNS does not tell them from large ones, and a label may have points in it."""

GROUP, PORT = "224.0.0.251", 5353
RAW_PRINTING: Name = ("_pdl-datastream", "_tcp", "local")
LINE_PRINTING: Name = ("_printer", "_tcp", "local")
"""Print data on a port that the answer names, mostly 9100; and LPR, whose printers mostly take print data, too."""

A, PTR, TXT, SRV = 1, 12, 16, 33
_INTERNET = 1
_WAIT_S = 1.2
_LONGEST_MESSAGE = 9_000
_LONGEST_WALK = 128
_MOST_ASKED_BACK = 64


class MalformedMessageError(ValueError):
    """Bytes that are no answer of DNS."""


@dataclass(frozen=True, slots=True)
class Record:
    """One answer: target is the name of PTR and SRV, port of SRV, texts of TXT, address of A.

    title is the first label of a PTR's target as it was written.
    """

    name: Name
    kind: int
    target: Name = ()
    port: int = 0
    texts: tuple[str, ...] = ()
    address: str = ""
    title: str = ""


@dataclass
class _Heard:
    """What is known so far of each instance of a service, and of the hosts they are on."""

    services: dict[Name, tuple[Name, str]] = field(default_factory=dict)
    places: dict[Name, tuple[Name, int]] = field(default_factory=dict)
    texts: dict[Name, tuple[str, ...]] = field(default_factory=dict)
    addresses: dict[Name, str] = field(default_factory=dict)

    def learn(self, record: Record) -> None:
        """Keep what is about printing."""
        if record.kind == PTR and record.name in (RAW_PRINTING, LINE_PRINTING):
            self.services.setdefault(record.target, (record.name, record.title))
        elif record.kind == SRV:
            self.places[record.name] = (record.target, record.port)
        elif record.kind == TXT:
            self.texts[record.name] = record.texts
        elif record.kind == A:
            self.addresses[record.name] = record.address

    def missing(self) -> list[tuple[Name, int]]:
        """What has to be asked still: answers may leave out what belongs to them."""
        wanted = [(instance, SRV) for instance in self.services if instance not in self.places]
        hosts = [self.places[instance][0] for instance in self.services if instance in self.places]
        return wanted + [(host, A) for host in hosts if host not in self.addresses]

    def printers(self) -> list[FoundDevice]:
        """Those of which everything is known."""
        found = []
        for instance, (service, name) in self.services.items():
            host, port = self.places.get(instance, ((), 0))
            address = self.addresses.get(host, "")
            if address:
                port = port if service == RAW_PRINTING else DEFAULT_TCP_PORT
                place = address if port == DEFAULT_TCP_PORT else f"{address}:{port}"
                title = _said(self.texts.get(instance, ())) or _shown(name) or "Printer"
                found.append(FoundDevice("receipt_printer", "tcp", place, title, "announces itself (mDNS)"))
        return found


def announced_printers(
    cancelled: Event, to: str = GROUP, port: int = PORT, wait_s: float = _WAIT_S
) -> Iterator[FoundDevice]:
    """Each printer once, as soon as its answer is whole; none, and a line in the log, where there is no multicast."""
    heard = _Heard()
    told: set[str] = set()
    asked: set[tuple[Name, int]] = set()
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        try:
            asking.sendto(question([(RAW_PRINTING, PTR), (LINE_PRINTING, PTR)]), (to, port))
        except OSError as error:
            logger.info("no multicast for printers that announce themselves: %s", error)
            return
        deadline = time.monotonic() + wait_s
        while (left := deadline - time.monotonic()) > 0 and not cancelled.is_set():
            asking.settimeout(min(left, 0.2))
            try:
                answer = asking.recv(_LONGEST_MESSAGE)
                for record in records(answer):
                    heard.learn(record)
                missing = [one for one in heard.missing() if one not in asked][: _MOST_ASKED_BACK - len(asked)]
                if missing:
                    asked.update(missing)
                    asking.sendto(question(missing), (to, port))
            except MalformedMessageError as error:
                logger.info("an answer that is not of multicast DNS: %s", error)
            except OSError:  # nothing yet, or somebody refused the question: others may still answer
                continue
            for device in heard.printers():
                if device.address not in told:
                    told.add(device.address)
                    yield device


def _said(texts: tuple[str, ...]) -> str:
    """What the printer calls itself: ty, or maker and model."""
    pairs = dict(text.partition("=")[::2] for text in texts)
    named = pairs.get("ty") or f"{pairs.get('usb_MFG', '')} {pairs.get('usb_MDL', '')}"
    return _shown(named)


def _shown(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()[:60]


def question(wanted: list[tuple[Name, int]]) -> bytes:
    """A message that asks for names and kinds of record."""
    head = bytes(4) + len(wanted).to_bytes(2, "big") + bytes(6)
    return head + b"".join(_written(name) + bytes((0, kind, 0, _INTERNET)) for name, kind in wanted)


def _written(name: Name) -> bytes:
    labels = [label.encode()[:63] for label in name]
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"


def records(message: bytes) -> list[Record]:
    """Every record of an answer that is of use here. Raises MalformedMessageError."""
    if len(message) < 12 or not message[2] & 0x80:
        raise MalformedMessageError("no answer")
    questions, *answers = (_number(message, at) for at in (4, 6, 8, 10))
    at = 12
    for _ in range(questions):
        at = _read_name(message, at)[1] + 4
    found = []
    for _ in range(sum(answers)):
        name, at = _read_name(message, at)
        kind, length = _number(message, at), _number(message, at + 8)
        at += 10
        if at + length > len(message):
            raise MalformedMessageError("a record that ends behind the message")
        if (record := _record(name, kind, message, at, length)) is not None:
            found.append(record)
        at += length
    return found


def _record(name: Name, kind: int, message: bytes, at: int, length: int) -> Record | None:
    data = message[at : at + length]
    if kind == A and length == 4:
        return Record(name, A, address=socket.inet_ntoa(data))
    if kind == PTR:
        title = message[at + 1 : at + 1 + data[0]] if data and data[0] < 0x40 else b""
        return Record(name, PTR, _read_name(message, at)[0], title=title.decode("utf-8", "replace"))
    if kind == SRV and length > 6:
        return Record(name, SRV, _read_name(message, at + 6)[0], _number(message, at + 4))
    return Record(name, TXT, texts=_texts(data)) if kind == TXT else None


def _texts(data: bytes) -> tuple[str, ...]:
    """Each with its length before it."""
    texts, at = [], 0
    while at < len(data):
        texts.append(data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace"))
        at += 1 + data[at]
    return tuple(texts)


def _number(message: bytes, at: int) -> int:
    return int.from_bytes(message[at : at + 2], "big")


def _read_name(message: bytes, at: int) -> tuple[Name, int]:
    """A name, and where the message goes on; pointers to earlier names are followed, but not in a circle."""
    labels: list[str] = []
    behind = -1
    for _ in range(_LONGEST_WALK):
        if at >= len(message):
            break
        length = message[at]
        if length & 0xC0 == 0xC0:
            behind = at + 2 if behind < 0 else behind
            at = _number(message, at) & 0x3FFF
        elif length == 0:
            return tuple(labels), at + 1 if behind < 0 else behind
        else:
            labels.append(message[at + 1 : at + 1 + length].decode("utf-8", "replace").lower())
            at += 1 + length
    raise MalformedMessageError("a name without an end")
