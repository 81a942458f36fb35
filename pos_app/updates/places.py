"""Where updates lie: in the till's data folder, and where a privileged helper of the machine looks for work."""

import json
import os
from pathlib import Path
from typing import Any

FOLDER = "updates"
"""Inside the data folder: metadata/ and packages/ of the channel, and the state."""
STATE = "state.json"
MACHINE = Path("/var/lib/pos-terminal")
"""incoming/ belongs to the group pos-terminal, the rest to root."""
INCOMING = "incoming"
REQUEST = "request.json"
RESULT = "result.json"
KEPT = "trusted"
RUNNING = Path("/run/pos-terminal")
"""There while the helper works; the program's launcher waits until it is gone."""
PROGRAM = Path("/opt/pos-terminal/pos-terminal")
_LARGEST = 100_000


def read_json(path: Path) -> dict[str, Any]:
    """A small document; empty when it is not there or makes no sense. Follows no link: others may write beside it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            found = json.loads(file.read(_LARGEST))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write it whole or not at all. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
