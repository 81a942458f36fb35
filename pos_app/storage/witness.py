"""A witness of how far the journal got, beside the database, so that a restored older copy is noticed.

A database that lacks an entry the world has seen must not go on under the same incarnation: it would give the
same numbers to other sales.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "journal.witness"


@dataclass(frozen=True, slots=True)
class Witness:
    """The newest entry known, and the transaction sequence number reached then. No entry: sequence 0."""

    incarnation: str
    sequence: int
    entry_hash: str
    transaction_sequence: int


def read_witness(folder: Path) -> Witness | None:
    """The witness, or None when it is missing or unreadable."""
    try:
        return Witness(**json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_witness(folder: Path, witness: Witness) -> None:
    """Replace the witness in one step. Raises OSError."""
    path = folder / FILE_NAME
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(witness), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
