"""Data folders of tills to measure, by size: built once per machine, kept under the system's temporary folder.

A folder's name carries a hash of the sources that its content depends on, this module among them.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import generated_catalogue
from bench.generated_catalogue import gtin
from pos_app.bootstrap import Register, open_register
from pos_app.sample_store import sample_store
from pos_app.services.current_sale import save_at_once
from pos_app.storage import migrations
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import SCHEMA_VERSION

KEY_FILE = "database.key"
"""Where the program keeps it too; in a file, so that no keystore is touched."""
MEMBER_COUNT = 100
LINES_PER_SALE = 5


def built(item_count: int, sale_count: int) -> Path:
    """The folder with so many products and past sales; built when this machine does not have it. Copy it."""
    cache = Path(tempfile.gettempdir()) / f"pos-bench-data-{os.getuid() if hasattr(os, 'getuid') else 0}"
    folder = cache / f"{item_count}-{sale_count}-{_sources_hash()}"
    if folder.exists():
        return folder
    print(f"building the data of {item_count:,} items and {sale_count:,} sales (once) ...", file=sys.stderr, flush=True)
    cache.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as temporary:
        building = Path(temporary) / "till"
        register = open_till(building, lambda save: None)
        CatalogueWriter(register.data.database).add_items(generated_catalogue.items(item_count))
        for number in range(sale_count):
            _past_sale(register, number)
        register.close()
        building.rename(folder)
    return folder


def open_till(folder: Path, schedule_save: Callable[[Callable[[], None]], None] = save_at_once) -> Register:
    """The till of a folder."""
    return open_register(
        folder, sample_store(people_sign_on=False), KeyFile(folder / KEY_FILE), schedule_save=schedule_save
    )


def member_email(number: int) -> str:
    """The address of one of the members of past sales."""
    return f"member{number % MEMBER_COUNT:03d}@example.com"


def ring_up(register: Register, sale_number: int, line_count: int = LINES_PER_SALE) -> None:
    """Scan the items of one sale, each another product."""
    for position in range(line_count):
        register.selling.add_item(gtin((sale_number * 131 + position * 37) % 10_000))


def pay_cash(register: Register) -> None:
    """Pay what is due, exactly, in cash."""
    register.tendering.add_cash(register.tendering.cash_due_minor)


def _past_sale(register: Register, number: int) -> None:
    """Every other sale is a member's, known by e-mail as a till that is offline knows it."""
    ring_up(register, number)
    if number % 2:
        register.selling.attach_unknown_member(member_email(number))
    pay_cash(register)


def _sources_hash() -> str:
    digest = hashlib.sha256(str(SCHEMA_VERSION).encode())
    versions = Path(str(migrations.__file__)).parent / "versions"
    for source in (generated_catalogue.__file__, __file__, *sorted(versions.glob("*.py"))):
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:12]
