"""The devices of a counter beyond its receipt printer and card terminal: the [[device]] tables of settings.toml."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos_app.errors import WorldError

KINDS = ("barcode_scanner", "line_display", "scale", "cash_drawer", "backup_printer")
_OWN_KEYS = ("kind", "name", "driver", "address")
_MOST_DEVICES = 16


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One [[device]] table. options are its further keys, which its driver knows."""

    kind: str
    name: str
    driver: str
    address: str = ""
    options: tuple[tuple[str, str | int], ...] = ()

    def option(self, key: str, default: int) -> int:
        """A whole number among the options. Raises WorldError when it is none."""
        value = dict(self.options).get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise WorldError(f"settings.toml, device {self.name!r}: {key} must be a whole number.")
        return value

    def text_option(self, key: str, default: str = "") -> str:
        """A text among the options."""
        return str(dict(self.options).get(key, default))


def parse_devices(tables: object) -> tuple[DeviceEntry, ...]:
    """The entries of settings.toml. Raises WorldError with a sentence that names the entry and the key."""
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise WorldError("device must be tables: [[device]] and below it kind, name, driver and address.")
    if len(tables) > _MOST_DEVICES:
        raise WorldError(f"there are {len(tables)} devices; a counter has at most {_MOST_DEVICES}.")
    entries = tuple(_entry(number, table) for number, table in enumerate(tables, 1))
    names = [entry.name for entry in entries]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise WorldError(f"two devices are called {sorted(doubled)[0]!r}: each needs a name of its own.")
    return entries


def _entry(number: int, table: Mapping[str, object]) -> DeviceEntry:
    texts = {key: table.get(key, "") for key in _OWN_KEYS}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise WorldError(f"device {number}: {key} must be a text in quotes.")
    kind, name, driver = str(texts["kind"]), str(texts["name"]), str(texts["driver"])
    if kind not in KINDS:
        raise WorldError(f"device {number}: kind must be one of {', '.join(KINDS)}.")
    if not driver:
        raise WorldError(f"device {number}: its driver is missing.")
    options = []
    for key, option in table.items():
        if key in _OWN_KEYS:
            continue
        if isinstance(option, bool) or not isinstance(option, str | int):
            raise WorldError(f"device {number}: {key} must be a text in quotes or a whole number.")
        options.append((key, option))
    return DeviceEntry(kind, name or kind.replace("_", " "), driver, str(texts["address"]), tuple(sorted(options)))
