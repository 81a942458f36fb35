"""Verify or export the terminal's journal, also while the till is running; check what was exported."""

import argparse
import sys
from pathlib import Path

from pos_app.errors import WorldError
from pos_app.settings import default_data_folder
from pos_app.storage.database import Database
from pos_app.storage.journal_audit import audit
from pos_app.storage.journal_export import export_lines
from pos_app.storage.journal_export_check import check_export
from pos_app.storage.journal_poslog import export_poslog
from pos_app.storage.keys import SystemKeyStore
from pos_app.storage.terminal_database import KEY_FILE_NAME, open_for_inspection

_FAULTS_SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    verifying = actions.add_parser(
        "verify",
        help="check the pages, the hash chain, the numbers, and that the till totals are those of the journal",
        description="Exit status 0 when all is as it was written, 1 with the place of every fault.",
    )
    exporting = actions.add_parser("export", help="write every entry, closed by a digest line")
    exporting.add_argument(
        "--format", choices=("jsonl", "xml"), default="jsonl", help="one JSON object a line, or POSLog-style XML"
    )
    exporting.add_argument("--out", type=Path, metavar="FILE", help="where to (default: standard output)")
    checking = actions.add_parser(
        "check", help="check an exported file, on any machine: its digest, and the chain in it"
    )
    checking.add_argument("file", type=Path, help="what export or the window wrote, XML or JSON Lines")
    for action in (verifying, exporting):
        action.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when all is well, 1 when something is wrong, which is said."""
    if args.action == "check":
        return _check(args.file)
    folder = args.data or default_data_folder()
    try:
        database = open_for_inspection(folder, SystemKeyStore(folder / KEY_FILE_NAME))
        try:
            return _verify(database) if args.action == "verify" else _export(database, args.out, args.format)
        finally:
            database.close()
    except (WorldError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _verify(database: Database) -> int:
    report = audit(database)
    print(
        f"{report.entries:,} entries of {report.incarnations} incarnation(s), {report.transactions:,} transactions, "
        f"{report.business_days} business day(s)."
    )
    for note in report.notes:
        print(f"NOTE {note}")
    for fault in report.faults[:_FAULTS_SHOWN]:
        print(f"FAULT {fault}", file=sys.stderr)
    if len(report.faults) > _FAULTS_SHOWN:
        print(f"... and {len(report.faults) - _FAULTS_SHOWN:,} more.", file=sys.stderr)
    if report.faults:
        return 1
    print(f"The journal is as it was written. Last hash: {report.last_hash or 'none'}")
    return 0


def _check(path: Path) -> int:
    try:
        found = check_export(path)
    except OSError as error:
        print(f"{path} cannot be read: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Till {found.terminal_id or 'unknown'}: {found.entries:,} entries of {found.incarnations} incarnation(s).")
    for fault in found.faults[:_FAULTS_SHOWN]:
        print(f"FAULT {fault}", file=sys.stderr)
    if found.faults:
        return 1
    print("The file is as the till wrote it, and so is every entry.")
    return 0


def _export(database: Database, out: Path | None, form: str) -> int:
    lines = export_poslog(database) if form == "xml" else export_lines(database)
    if out is None:
        sys.stdout.buffer.writelines(lines)
        sys.stdout.flush()
        return 0
    with out.open("wb") as file:
        file.writelines(lines)
    return 0
