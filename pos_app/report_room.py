"""Reports and the journal of one counter put together; made when a manager asks for them."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pos_app.bootstrap import Register
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.ports import SyncStatus

if TYPE_CHECKING:
    from pos_app.domain.report import Report
    from pos_app.services.journal_browsing import JournalBrowsing
    from pos_app.services.record_use import RecordUse
    from pos_app.services.reporting import Reporting
    from pos_app.services.store_closing import StoreClosing
    from pos_app.storage.reports import SqliteReportFigures


def report_parts(register: Register, sync_status: Callable[[], SyncStatus]) -> "ReportParts":
    """Those of a till, which saves files among the user's documents."""
    from platformdirs import user_documents_path

    profile = register.profile
    folder = user_documents_path() / f"Till {profile.store_id}-{profile.workstation_id}"
    return ReportParts(register, sync_status, folder)


class ReportParts:
    """What the window does with reports and the journal."""

    def __init__(self, register: Register, sync_status: Callable[[], SyncStatus], folder: Path) -> None:
        """Files are saved into the folder."""
        self.folder = folder
        self._register = register
        self._sync_status = sync_status

    @cached_property
    def _figures(self) -> "SqliteReportFigures":
        from pos_app.storage.reports import SqliteReportFigures

        return SqliteReportFigures(self._register.data.database)

    @cached_property
    def use(self) -> "RecordUse":
        """Who looked at what."""
        from pos_app.services.record_use import RecordUse

        return RecordUse(storage=self._register.data.storage, operator=self._register.operator)

    @cached_property
    def reporting(self) -> "Reporting":
        """Makes reports."""
        from pos_app.services.reporting import Reporting

        register = self._register
        store: Any = register.store_gateway
        return Reporting(
            self._figures,
            register.approvals,
            outbox=register.data.outbox,
            sync_status=self._sync_status,
            clock=register.clock,
            formatter=register.formatter,
            profile=register.profile,
            store=store,
        )

    @cached_property
    def browsing(self) -> "JournalBrowsing":
        """Looks through the journal."""
        from pos_app.services.journal_browsing import JournalBrowsing
        from pos_app.storage.journal_records import SqliteJournalRecords

        register = self._register
        records = SqliteJournalRecords(register.data.database, register.data.identity.terminal_id())
        return JournalBrowsing(
            records,
            self._figures,
            register.approvals,
            terms=register.data.terms,
            formatter=register.formatter,
            profile=register.profile,
        )

    @cached_property
    def store_closing(self) -> "StoreClosing":
        """Closes the store's day over all tills."""
        from pos_app.services.store_closing import StoreClosing

        register = self._register
        store: Any = register.store_gateway
        return StoreClosing(
            store,
            register.approvals,
            storage=register.data.storage,
            clock=register.clock,
            ids=register.ids,
            operator=register.operator,
            formatter=register.formatter,
            profile=register.profile,
            papers=register.till_papers,
        )

    def paper(self, report: "Report") -> ReceiptDocument:
        """A report for the receipt printer."""
        from pos_app.services.report_files import as_paper

        register = self._register
        return as_paper(report, register.profile, register.formatter, register.clock.now())

    def picture(self, document: ReceiptDocument) -> bytes:
        """Paper as a PNG; a tenth of a second, so not on the GUI thread."""
        from hardware.receipt_printer.picture import receipt_picture

        return receipt_picture(document, self._register.profile.receipt_columns)

    def save(self, name: str, content: Iterable[bytes]) -> Path:
        """Write a file beside those saved before; it is there whole, or not at all. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        unfinished = path.with_name(f"{name}.part")
        with unfinished.open("wb") as file:
            file.writelines(content)
        unfinished.replace(path)
        return path

    def export_journal(self, form: str) -> Iterator[bytes]:
        """The whole journal as jsonl or xml, with its digest; read apart, so that the till goes on meanwhile."""
        from pos_app.storage.database import Database
        from pos_app.storage.journal_export import export_lines
        from pos_app.storage.journal_poslog import export_poslog

        database = self._register.data.database
        apart = Database(database.path, database.key, read_only=True)
        try:
            yield from export_poslog(apart) if form == "xml" else export_lines(apart)
        finally:
            apart.close()
