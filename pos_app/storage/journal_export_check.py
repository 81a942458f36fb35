"""Checking an exported journal, without the till it came from: the digest of the file, and the chain in it."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import unescape

from pos_app.domain.journal import ChainError, JournalEntry, verify_chain

_LONGEST_LINE = 8 << 20
_PAYLOAD = b',"payload":'
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_XML = re.compile(
    r'<Transaction Kind="(?P<kind>[^"]*)">'
    r"(?:<BusinessDayDate>(?P<business_day>[^<]*)</BusinessDayDate>)?"
    r"(?:<ReceiptDateTime>(?P<occurred_at>[^<]*)</ReceiptDateTime>)?.*"
    r'<Chain Incarnation="(?P<incarnation>[^"]*)" Sequence="(?P<sequence>\d{1,18})" EventID="(?P<event_id>[^"]*)" '
    r'Version="(?P<version>\d{1,9})" Previous="(?P<previous_hash>[^"]*)" Hash="(?P<entry_hash>[^"]*)"/>'
    r"<Payload>(?P<payload>[^<]*)</Payload></Transaction>"
)
_POSLOG = re.compile(r'<POSLog RetailStoreID="([^"]*)" WorkstationID="([^"]*)">')
_DIGEST = re.compile(r'<Digest algorithm="SHA-256" entries="(\d{1,18})">([0-9a-f]{64})</Digest>')


@dataclass(slots=True)
class ExportCheck:
    """What a file came to; without faults it is as the till wrote it."""

    terminal_id: str = ""
    entries: int = 0
    incarnations: int = 0
    faults: list[str] = field(default_factory=list)


class _Line(ValueError):
    """A line that no till writes."""


def check_export(path: Path) -> ExportCheck:
    """Read all of a file that `journal export` or the window wrote. Raises OSError when it cannot be read."""
    found = ExportCheck()
    with path.open("rb") as file:
        is_xml = file.read(5) == b"<?xml"
    try:
        entries = _from_xml(path, found) if is_xml else _from_lines(path, found)
        by_incarnation: dict[str, JournalEntry | None] = {}
        for entry in entries:
            found.entries += 1
            try:
                verify_chain((entry,), by_incarnation.get(entry.incarnation))
            except ChainError as error:
                found.faults.append(f"incarnation {entry.incarnation}: {error}")
            by_incarnation[entry.incarnation] = entry
        found.incarnations = len(by_incarnation)
    except _Line as error:
        found.faults.append(str(error))
    return found


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if not line.endswith(b"\n"):
                raise _Line(f"line {number}: the file ends in the middle of it, or it is far too long")
            yield number, line


def _from_lines(path: Path, found: ExportCheck) -> Iterator[JournalEntry]:
    digest, closed = hashlib.sha256(), False
    for number, line in _lines(path):
        if closed:
            raise _Line(f"line {number}: something stands behind the digest")
        head, mark, payload = line.partition(_PAYLOAD)
        try:
            read = json.loads(head + b"}" if mark else line)
            if mark:
                entry = JournalEntry(**read, payload=payload.removesuffix(b"}\n"))
                found.terminal_id = entry.terminal_id
                digest.update(line)
                yield entry
                continue
            _judge(found, digest.hexdigest(), read["entries"], read["sha256"])
            closed = True
        except (ValueError, TypeError, KeyError) as error:
            raise _Line(f"line {number}: it cannot be read") from error
    if not closed:
        found.faults.append("the digest at the end is missing: the file was cut off")


def _from_xml(path: Path, found: ExportCheck) -> Iterator[JournalEntry]:
    digest = hashlib.sha256()
    for number, raw in _lines(path):
        line = raw.decode("utf-8", "replace").rstrip("\n")
        if judged := _DIGEST.fullmatch(line):
            _judge(found, digest.hexdigest(), int(judged[1]), judged[2])
            return
        digest.update(raw)
        if number == 1:
            continue
        if number == 2:
            head = _POSLOG.fullmatch(line)
            if head is None:
                raise _Line("line 2: this is no journal of a till")
            found.terminal_id = f"{_plain(head[1])}-{_plain(head[2])}"
            continue
        read = _XML.fullmatch(line)
        if read is None:
            raise _Line(f"line {number}: it cannot be read")
        said = {name: _plain(value or "") for name, value in read.groupdict().items()}
        numbers = {name: int(said.pop(name)) for name in ("sequence", "version")}
        payload = said.pop("payload").encode()
        yield JournalEntry(found.terminal_id, **said, **numbers, payload=payload)  # type: ignore[arg-type]
    found.faults.append("the digest at the end is missing: the file was cut off")


def _judge(found: ExportCheck, digest: str, entries: int, said: str) -> None:
    if digest != said:
        found.faults.append("the digest is another one: the file was changed after it was written")
    if entries != found.entries:
        found.faults.append(f"the digest speaks of {entries} entries, there are {found.entries}")


def _plain(text: str) -> str:
    return unescape(text, _QUOTES)
