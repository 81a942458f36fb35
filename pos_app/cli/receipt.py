"""Check a receipt by its code, or look at a store's receipts without selling anything."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from pos_app.clock import SystemClock
from pos_app.domain.receipt_code import Verdict
from pos_app.domain.receipt_texts import LANGUAGES
from pos_app.errors import CashierError, WorldError
from pos_app.ports import ReceiptCheck
from pos_app.services.receipt_sample import SampleKind
from pos_app.settings import default_data_folder

_LOCALES = {"en": "en_US", "de": "de_DE", "es": "es_ES", "fr": "fr_FR"}
_STATUS = {Verdict.GENUINE: 0, Verdict.RETURNED: 0, Verdict.SIGNED: 0, Verdict.ALTERED: 1, Verdict.UNKNOWN: 3}
_WORDS = {
    Verdict.GENUINE: "Genuine: as the till printed it.",
    Verdict.RETURNED: "Genuine, and goods on it came back already.",
    Verdict.ALTERED: "ALTERED: the code does not fit this receipt.",
    Verdict.SIGNED: "Signed by one of our tills; its sale has not arrived where it was checked.",
    Verdict.UNKNOWN: "Unknown: no receipt with this number was found here.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    checking = actions.add_parser(
        "check",
        help="say whether a receipt is genuine, altered, unknown or returned already",
        description="Exit status 0 genuine (also with returns), 1 altered, 2 no code, 3 unknown.",
    )
    checking.add_argument("code", nargs="+", help="what the QR code says, or the receipt's number and check code")
    checking.add_argument("--offline", action="store_true", help="ask this till's journal alone")
    checking.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")
    preview = actions.add_parser("preview", help="draw a made-up sale on the store's receipts as a PNG")
    preview.add_argument("--language", choices=LANGUAGES, help="its words and amounts (default: the store's)")
    preview.add_argument("--columns", type=int, choices=(32, 42, 48), help="of the paper (default: the store's)")
    preview.add_argument("--kind", choices=list(SampleKind), default=SampleKind.SALE, help="default: sale")
    preview.add_argument("--store", type=Path, metavar="FILE", help="a store.toml (default: that of the data folder)")
    preview.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")
    preview.add_argument("--out", type=Path, metavar="FILE", help="PNG file (default: the receipt as text)")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; the exit status is in its help."""
    try:
        return _check(args) if args.action == "check" else _preview(args)
    except CashierError as error:
        print(error, file=sys.stderr)
        return 2
    except (WorldError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


# --- check ------------------------------------------------------------------------------------------------------------


def _check(args: argparse.Namespace) -> int:
    from pos_app.storage.keys import SystemKeyStore
    from pos_app.storage.terminal_database import KEY_FILE_NAME, open_for_inspection

    folder = args.data or default_data_folder()
    database = open_for_inspection(folder, SystemKeyStore(folder / KEY_FILE_NAME))
    try:
        found = _checks(database, offline=args.offline).check(" ".join(args.code))
    finally:
        database.close()
    for line in _told(found):
        print(line)
    return _STATUS[found.verdict]


def _checks(database, *, offline: bool):  # type: ignore[no-untyped-def]
    """The same check as the window's, over a database that is only read."""
    from pos_app.ids import SystemIds
    from pos_app.receipt_signer import DeviceKeySigner
    from pos_app.services.receipt_check import ReceiptChecks
    from pos_app.storage.identity import SqliteIdentityStore
    from pos_app.storage.journal import JournalTail
    from pos_app.storage.unit_of_work import SqliteStorage

    row = database.one("SELECT store_id || '-' || workstation_id FROM terminal")
    tail = JournalTail(database, row[0] if row else "")
    clock = SystemClock()
    identity = SqliteIdentityStore(database, tail)
    gateway, enrolment = None, identity.enrolment()
    if enrolment is not None and not offline:
        from sync.terminal.client import CentralClient
        from sync.terminal.receipts import CentralReceipts

        gateway = CentralReceipts(CentralClient(enrolment.central_url, enrolment, clock))
    return ReceiptChecks(SqliteStorage(database, tail, clock, SystemIds()), gateway, DeviceKeySigner(identity).is_own)


def _told(check: ReceiptCheck) -> list[str]:
    from pos_app.domain.money import currency

    lines = [_WORDS[check.verdict], f"Receipt {check.receipt_number}, checked by {check.by}"]
    if check.sold_at and check.verdict is not Verdict.ALTERED:
        total = currency(check.currency_code).decimal_text(check.total_minor)
        time_name, total_name = check.kind.facts_words
        facts = f"{time_name} {check.sold_at}, {total_name.lower()} {total} {check.currency_code}"
        lines.append(f"{facts}: compare both with the paper.")
    return lines


# --- preview ----------------------------------------------------------------------------------------------------------


def _preview(args: argparse.Namespace) -> int:
    from hardware.receipt_printer.picture import receipt_picture
    from hardware.receipt_printer.text import receipt_text
    from pos_app.formatting import StoreFormatter
    from pos_app.sample_store import store_of
    from pos_app.services.receipt_sample import sample_receipt
    from pos_app.store_profile import load_store_file

    store = load_store_file(args.store) if args.store else store_of(args.data or default_data_folder())
    profile = store.profile
    if args.language:
        receipt = replace(profile.receipt, language=args.language)
        keeps = profile.locale.startswith(args.language)
        profile = replace(profile, receipt=receipt, locale=profile.locale if keeps else _LOCALES[args.language])
    columns = args.columns or profile.receipt_columns
    profile = replace(profile, receipt_columns=columns)
    now = SystemClock(profile.time_zone).now()
    document = sample_receipt(profile, StoreFormatter(profile), now, SampleKind(args.kind))
    if args.out is None:
        print(receipt_text(document, columns), end="")
        return 0
    args.out.write_bytes(receipt_picture(document, columns, profile.receipt.logo_file))
    print(f"{args.out}: {args.kind}, {columns} columns, {profile.receipt.language}")
    return 0
