"""The newest entries of the till's log, read from its end."""

import re
from pathlib import Path

from pos_app.ports.maintenance import LogLine

LOG_NAME = "till.log"
_TAIL_BYTES = 256_000
_ENTRY = re.compile(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:,\d+)? ([A-Z]+) (\S+) (.*)")


def log_text(path: Path, most_bytes: int = _TAIL_BYTES) -> str:
    """The last part of the log, from the beginning of a line; empty where there is none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - most_bytes))
            tail = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return tail if size <= most_bytes else tail.partition("\n")[2]


def log_lines(path: Path, limit: int) -> list[LogLine]:
    """Newest first. Lines that belong to an entry, such as a traceback, are part of its text."""
    entries: list[LogLine] = []
    for line in log_text(path).splitlines():
        found = _ENTRY.fullmatch(line)
        if found:
            entries.append(LogLine(*found.groups()))
        elif entries:
            last = entries[-1]
            entries[-1] = LogLine(last.at, last.level, last.source, f"{last.text}\n{line}")
    return entries[::-1][:limit]
