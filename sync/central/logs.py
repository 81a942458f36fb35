"""Lines of JSON for whoever watches the service, without anybody's address in them.

The trace of a request is bound where it comes in and stands in every line that is written for it, on whatever thread;
the till writes the same one into its own log.
"""

import json
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from pos_app.redaction import redacted

_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
# color_message: uvicorn's own sentence once more, painted.
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_trace: ContextVar[str] = ContextVar("trace", default="")


@contextmanager
def tracing(wanted: str) -> Iterator[str]:
    """Bind the trace that a caller sent, or a new one when it sent none that can be used."""
    trace = wanted if _USABLE.fullmatch(wanted) else secrets.token_hex(8)
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object a line: the time, who says it, the sentence, its trace and what was given with `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters cannot make a second one, and addresses are taken out of all texts."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if _trace.get():
            line["trace"] = _trace.get()
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_stderr(level: str = "info") -> None:
    """Write the process's log as lines of JSON, where systemd and containers pick it up."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler])
