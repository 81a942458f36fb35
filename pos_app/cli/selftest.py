"""`selftest`: prove that an installation is whole, without touching any data.

A program that was packed may lack what is only read at run time: fonts, icons, printer profiles, locales, schema
migrations, page templates. Each is used here as the program uses it, in a folder that is gone afterwards.
"""

import argparse
import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pos_app.domain.receipt_document import Align, Barcode, Cut, Pair, QrCode, ReceiptDocument, Rule, Size, Text

# The same on every machine, so that two installations of one version can be compared.
RECEIPT = ReceiptDocument(
    "Self-test",
    (
        Text("Self-test", Align.CENTRE, bold=True, size=Size.DOUBLE),
        Text("äöü ÄÖÜ ß é è ñ € £ – 日本語 ✓", Align.CENTRE),
        Rule(),
        Pair("Wireless Microphone WM-210", "$49.99"),
        Pair("TOTAL", "$49.99", bold=True, size=Size.DOUBLE),
        Barcode("001-02-000001"),
        QrCode("https://example.com/r/001-02-000001"),
        Cut(),
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def main(args: argparse.Namespace) -> int:
    """Print one line per part; the status is 1 when one of them is not whole."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    whole = True
    with tempfile.TemporaryDirectory(prefix="pos-terminal-selftest-") as name:
        for part, look in _PARTS:
            try:
                finding = look(Path(name))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is what is to be said
                print(f"MISSES  {part}: {type(error).__name__}: {error}")
                whole = False
            else:
                print(f"  ok    {part}: {finding}")
    return 0 if whole else 1


def _screen(folder: Path) -> str:
    from ui.application import build_application
    from ui.theme.fonts import family
    from ui.theme.icons import icon

    application = build_application()
    if icon("printer", 24, "#000000").isNull():
        raise ValueError("an icon could not be drawn")
    return f"{application.platformName()}, typeface {family()}, icons"


def _terminal_database(folder: Path) -> str:
    from pos_app.clock import SystemClock
    from pos_app.ids import SystemIds
    from pos_app.sample_store import sample_store, stock_shelves
    from pos_app.storage.keys import KeyFile
    from pos_app.storage.terminal_database import SCHEMA_VERSION, open_terminal_database

    profile = sample_store().profile
    data = open_terminal_database(
        folder / "till",
        store_id=profile.store_id,
        workstation_id=profile.workstation_id,
        clock=SystemClock(profile.time_zone),
        ids=SystemIds(),
        keys=KeyFile(folder / "till.key"),
    )
    try:
        stock_shelves(data, profile.currency)
        return f"made, schema {SCHEMA_VERSION}, {len(data.catalogue.best_sellers(100))} products of the demo store"
    finally:
        data.close()


def _central(folder: Path) -> str:
    from sync.central.backoffice.rendering import FOLDER
    from sync.central.database import Database
    from sync.central.migrations import MIGRATIONS, migrate

    database = Database.open(f"sqlite:///{folder / 'central.db'}")
    try:
        migrate(database)
    finally:
        database.close()
    pages, styles = list(FOLDER.glob("templates/*.html")), list(FOLDER.glob("static/*.css"))
    if not pages or not styles:
        raise FileNotFoundError("the back office's pages or styles are not there")
    return f"made, schema {len(MIGRATIONS)}, {len(pages)} pages"


def _locales(folder: Path) -> str:
    from dataclasses import replace

    from pos_app.formatting import StoreFormatter
    from pos_app.sample_store import sample_store

    at = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)
    texts = []
    for locale, zone in (("en_US", "America/New_York"), ("de_DE", "Europe/Berlin"), ("ja_JP", "Asia/Tokyo")):
        formatter = StoreFormatter(replace(sample_store().profile, locale=locale, time_zone=zone))
        texts.append(f"{formatter.money(123_456)} {formatter.date_time(at)}")
    return ", ".join(texts)


def _codes(folder: Path) -> str:
    from pos_app.gs1_reader import read_gs1
    from pos_app.sample_store import sample_store

    read = read_gs1("https://example.com/01/09520123456788/10/LOT1", sample_store().profile.currency)
    return f"GTIN {read.code}, batch {getattr(read, 'batch', 'none')}"


def _updates(folder: Path) -> str:
    from pos_app.errors import WorldError
    from pos_app.updates.channel import Channel, trusted_root

    try:
        Channel("https://example.com", "stable", folder / "updates", trusted_root())
    except WorldError as error:
        return str(error)
    return "the keys of the vendor are here"


def _receipt(folder: Path) -> str:
    from hardware.receipt_printer.escpos_renderer import EscposRenderer
    from hardware.receipt_printer.settings import PrinterSettings

    rendered = EscposRenderer(PrinterSettings()).render(RECEIPT)
    return f"{len(rendered.data)} bytes, SHA-256 {hashlib.sha256(rendered.data).hexdigest()}"


def _network(folder: Path) -> str:
    import certifi
    import psycopg
    import uvicorn

    bundle = Path(certifi.where())
    return (
        f"{bundle.stat().st_size} bytes of certificates, uvicorn {uvicorn.__version__}, psycopg {psycopg.__version__}"
    )


_PARTS: tuple[tuple[str, Callable[[Path], str]], ...] = (
    ("screen", _screen),
    ("till database", _terminal_database),
    ("central service", _central),
    ("locales", _locales),
    ("receipt", _receipt),
    ("codes", _codes),
    ("updates", _updates),
    ("network", _network),
)
