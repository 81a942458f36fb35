"""More of the manual's reference, from the program itself: store file, service, journal, back office, variables."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from pos_app.domain import journal
from pos_app.domain.journal import EventKind
from pos_app.services.set_up.fields import Entries, Field, Kind
from pos_app.services.set_up.money_pages import PAGES
from sync.central.backoffice.roles import PERMISSIONS, ROLE_NAMES
from sync.central.backoffice.routes import ROUTES
from sync.central.settings import KEYS, PREFIX, CentralSettings

PROJECT = Path(__file__).parents[2]
WRITTEN = (
    "Written from the program by a test (`tests/unit/test_reference_pages.py`); set `WRITE_DOCS=1` to write it anew.\n"
)


def cell(text: str) -> str:
    """A text in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


# --- store.toml -------------------------------------------------------------------------------------------------------

_VALUES = {
    Kind.TEXT: "a text",
    Kind.ID: "small letters, digits and `_`",
    Kind.AMOUNT: 'an amount, `"49.99"`',
    Kind.PERCENT: 'a part of 1, `"0.0825"`',
    Kind.DECIMAL: 'a number, `"1.5"`',
    Kind.WHOLE: "a whole number",
    Kind.SWITCH: "`true` or `false`",
    Kind.DAY: "a day, `2026-12-25`",
    Kind.TEXTS: "a list of texts",
    Kind.AMOUNTS: "a list of amounts",
}


def store_page() -> str:
    """Every key of store.toml that the set-up room knows, by its place in the file."""
    lines = [
        "# The store's file\n",
        WRITTEN,
        "`store.toml` in the data folder, as *Store set-up* shows it. Keys of no table stand at the top of the file.",
        "What is not there counts as its default. [How the parts work together](../manager/store-file.md).\n",
    ]
    for page in PAGES:
        lines.append(f"## {page.name}\n")
        for group in page.groups:
            table = ".".join(group.table)
            lines += [f"### {page.name}: {group.name}" + (f" `[{table}]`" if table else "") + "\n", f"{group.help}\n"]
            plain = [part for part in group.parts if isinstance(part, Field)]
            if plain:
                lines += [*_store_table(plain), ""]
            for entries in (part for part in group.parts if isinstance(part, Entries)):
                place = ".".join((*group.table, entries.key))
                lines += [f"**`[[{place}]]`** {entries.name}. {entries.help}\n", *_store_table(entries.fields), ""]
    return "\n".join(lines)


def _store_table(parts: tuple[Field, ...] | list[Field]) -> Iterator[str]:
    yield "| key | what it takes | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for part in parts:
        meaning = f"{part.name}. {part.help}" + (" Must be there." if part.needed else "")
        yield f"| `{part.key}` | {cell(_takes(part))} | {cell(_default(part))} | {cell(meaning)} |"


def _default(part: Field) -> str:
    """As the file would have it: amounts and percentages are numbers of minor units and millionths here."""
    match part.kind, part.default:
        case _, None | "" | ():
            return ""
        case Kind.SWITCH, bool(value):
            return f"`{str(value).lower()}`"
        case Kind.AMOUNT, int(value):
            return f'`"{value / 100:.2f}"`'
        case Kind.PERCENT, int(value):
            return f'`"{value / 1_000_000:g}"`'
        case _, tuple(values):
            return ", ".join(str(value) for value in values)
        case _, value:
            return f"`{value}`"


def _takes(part: Field) -> str:
    if part.kind is Kind.CHOICE:
        words = [f"`{choice}`" for choice, _ in part.choices]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    unit = f", {part.unit}" if part.unit else ""
    return _VALUES[part.kind] + unit


# --- the central service ----------------------------------------------------------------------------------------------


def central_page() -> str:
    """Every key of the service's configuration."""
    defaults = {field.name: field.default for field in fields(CentralSettings)}
    lines = [
        "# Settings of the central service\n",
        WRITTEN,
        "Keys of its TOML file; in front of a variable stands `POS_CENTRAL_`. How they are given and checked:",
        "[installing](../central/installing.md#settings).\n",
        "| key | variable | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for key in KEYS:
        meaning = key.about + ("; `_FILE` behind the variable names a file that holds it" if key.secret else "")
        lines.append(
            f"| `{key.name}` | `{PREFIX}{key.name.upper()}` | {_shown(defaults[key.name])} | {cell(meaning)} |"
        )
    return "\n".join([*lines, ""])


def _shown(value: object) -> str:
    if value in ("", ()):
        return "empty"
    return " ".join(f"`{one}`" for one in value) if isinstance(value, tuple) else f"`{value}`"


# --- the journal ------------------------------------------------------------------------------------------------------


def event_meanings() -> dict[str, str]:
    """What each kind of event records, as said below it where it is named."""
    tree = ast.parse(Path(journal.__file__).read_text(encoding="utf-8"))
    kinds = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == EventKind.__name__)
    meanings: dict[str, str] = {}
    for one, next_one in zip(kinds.body, kinds.body[1:], strict=False):
        match one, next_one:
            case ast.Assign(value=ast.Constant(value=str(kind))), ast.Expr(value=ast.Constant(value=str(meaning))):
                meanings[kind] = meaning
    return meanings


def journal_page() -> str:
    """Every kind of journal entry."""
    lines = [
        "# What the journal records\n",
        WRITTEN,
        "The kind of each entry, as `journal export` writes it and the journal browser finds it.\n",
        "| kind | what happened |",
        "| --- | --- |",
    ]
    lines += [f"| `{kind}` | {cell(meaning)} |" for kind, meaning in event_meanings().items()]
    return "\n".join([*lines, ""])


# --- the back office --------------------------------------------------------------------------------------------------


def office_page() -> str:
    """Every page and act of the back office."""
    lines = [
        "# Pages of the back office\n",
        WRITTEN,
        "What it is for: [the back office](../backoffice.md). `GET` shows a page, `POST` does something.\n",
        "| address | what it does | who may |",
        "| --- | --- | --- |",
    ]
    for route in ROUTES:
        who = [name for role, name in ROLE_NAMES.items() if route.permission in PERMISSIONS[role]]
        by = "everybody" if len(who) == len(ROLE_NAMES) else ", ".join(who).lower()
        lines.append(f"| `{route.method} {route.path}` | {cell(route.view.__doc__ or '')} | {by} |")
    return "\n".join([*lines, ""])


# --- variables of the environment -------------------------------------------------------------------------------------

VARIABLES = {
    "POS_CENTRAL_CONFIG": "The service's configuration file, when the command line names none.",
    "POS_CENTRAL_PEPPER": "A secret of the service: makes the keys by which addresses are found. 32 bytes, base64.",
    "POS_CENTRAL_SEALING_KEY": "A secret of the service: encrypts addresses and gift card numbers. 32 bytes, base64.",
    "POS_CENTRAL_SIGNING_KEY": "A secret of the service: signs what tills may spend offline. 32 bytes, base64.",
    "NOTIFY_SOCKET": "Set by systemd: where the service says that it is ready or stops.",
    "DISPLAY": "Set by an X11 desktop. With neither this nor `WAYLAND_DISPLAY` a Linux till runs off-screen.",
    "WAYLAND_DISPLAY": "Set by a Wayland desktop.",
    "QT_QPA_PLATFORM": "Qt's own: `offscreen` opens no window. `test` and `selftest` set it.",
    "QT_SCALE_FACTOR": "Qt's own. When it is set, the till's `scale_percent` is not used.",
    "QT_QPA_UPDATE_IDLE_TIME": "Qt's own: how long it waits before it paints. The till sets 0.",
    "ESCPOS_CAPABILITIES_PICKLE_DIR": "Where the printer library keeps its list of printers; the till names a folder.",
    "POS_LOG_FOLDER": "Tests: the folder of real till logs to be rung up again.",
    "POS_PICTURES": "Tests: the folder in which a member's life keeps its pictures.",
    "WRITE_DOCS": "Tests: write the pages of this reference anew.",
    "CI": "Tests: the same made-up examples in each run.",
}
_NAMED = re.compile(r"""environ(?:\.get|\.setdefault)?[(\[]\s*["'](\w+)["']|["'](POS_[A-Z_]+[A-Z])["']""")


def variables_read() -> set[str]:
    """Names of variables that the program reads or sets, from its text."""
    found: set[str] = set()
    for folder in ("pos_app", "ui", "hardware", "sync"):
        for path in (PROJECT / folder).rglob("*.py"):
            for one in _NAMED.finditer(path.read_text(encoding="utf-8")):
                found.add(one.group(1) or one.group(2))
    return found


def variables_page() -> str:
    """Every variable of the environment that counts."""
    lines = [
        "# Environment variables\n",
        WRITTEN,
        "A till needs none of them. The central service takes each of [its settings](central.md) as a variable too.",
        "A secret may also be named in a till's settings as `env:NAME`, with a name of your own.\n",
        "| variable | meaning |",
        "| --- | --- |",
    ]
    lines += [f"| `{name}` | {cell(meaning)} |" for name, meaning in VARIABLES.items()]
    return "\n".join([*lines, ""])


TABLES = {
    "store": store_page,
    "central": central_page,
    "journal": journal_page,
    "backoffice": office_page,
    "environment": variables_page,
}
