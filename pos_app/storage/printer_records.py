"""What each receipt printer can do and has done, kept so that it is asked once."""

import json
from dataclasses import asdict

from pos_app.ports.printers import CompletionMark, PrinterCapability, PrinterIdentity
from pos_app.storage.database import Database


class SqlitePrinterRecords:
    """One row for each way to a printer. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, printer: str) -> PrinterCapability | None:
        """What is known of a printer, or None."""
        row = self._database.one("SELECT document FROM printer_capability WHERE printer = ?", (printer,))
        if row is None:
            return None
        plain = json.loads(row[0])
        return PrinterCapability(
            identity=PrinterIdentity(**plain["identity"]),
            answers=plain["answers"],
            completion=CompletionMark(plain["completion"]) if plain["completion"] else None,
            probed_at=plain["probed_at"],
            statistics=plain["statistics"],
            # Kept since the logo is: rows of an earlier version know nothing of it.
            keeps_graphics=plain.get("keeps_graphics"),
            stored_logo=plain.get("stored_logo", ""),
        )

    def save(self, printer: str, capability: PrinterCapability) -> None:
        """Keep it."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO printer_capability (printer, document) VALUES (?, ?)"
                " ON CONFLICT (printer) DO UPDATE SET document = excluded.document",
                (printer, json.dumps(asdict(capability), ensure_ascii=False)),
            )
            self._database.commit()
