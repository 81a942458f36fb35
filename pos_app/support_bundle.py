"""A support bundle: what somebody far away needs to understand a till, and nothing that identifies a person.

Every file is redacted when it is made, so that what is listed before writing is what is written.
"""

import io
import json
import platform
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pos_app import __version__
from pos_app.errors import WorldError
from pos_app.log_tail import LOG_NAME, log_text
from pos_app.ports import SyncStatus
from pos_app.ports.maintenance import BundleItem, DeviceRow, SettingsVersion
from pos_app.redaction import redacted

FOLDER = "support"
_LOG_BYTES = 1_000_000
_VERSIONS = 20


def contents(
    folder: Path, rows: Iterable[DeviceRow], settings: str, versions: Sequence[SettingsVersion], sync: SyncStatus | None
) -> list[BundleItem]:
    """The files of a bundle, redacted."""
    machine = {
        "program": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "packed": bool(getattr(sys, "frozen", False)),
    }
    devices = [{**asdict(row), "last_contact": row.last_contact and row.last_contact.isoformat()} for row in rows]
    history = [{**asdict(version), "text": redacted(version.text)} for version in versions[:_VERSIONS]]
    items = [
        _item("machine.json", "Versions of program and system", _json(machine)),
        _item("devices.json", "Devices, their state and counters", _json(devices)),
        _item("settings.toml", "Settings; secrets are never in them", settings),
        _item("settings-history.json", f"The last {len(history)} versions of the settings", _json(history)),
        _item(LOG_NAME, "The end of the till's log", log_text(folder / LOG_NAME, _LOG_BYTES)),
    ]
    if sync is not None:
        items.append(_item("sync.json", "The line to the central service", _json(asdict(sync))))
    return items


def write(folder: Path, items: Sequence[BundleItem], at: datetime) -> Path:
    """The bundle as a zip file that its owner alone may read. Raises WorldError."""
    path = folder / FOLDER / f"support-{at:%Y%m%d-%H%M%S}.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for item in items:
            bundle.writestr(item.name, item.content)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(packed.getvalue())
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror or error}.") from error
    return path


def _item(name: str, words: str, text: str) -> BundleItem:
    clean = redacted(text)
    marks = sum(clean.count(mark) for mark in ("[e-mail]", "[number]", "[badge]", "[long code]", "[taken out]"))
    said = f"{words}; {marks} taken out" if marks else words
    return BundleItem(name, said, clean.encode())


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1, default=str)
