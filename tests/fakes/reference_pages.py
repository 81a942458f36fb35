"""The reference of the manual, written from the program itself: commands, settings, drivers, refusals."""

import argparse
import ast
import importlib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

from fakes.reference_tables import TABLES, WRITTEN, cell

from hardware.registry import drivers_of
from pos_app.commands import COMMANDS
from pos_app.settings import TerminalSettings

PROJECT = Path(__file__).parents[2]

# --- commands ---------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command with all that it takes."""
    parts = [
        "# Commands\n",
        WRITTEN,
        "All begin with `python3 -m pos_app`; the installed program takes the same words.\n",
    ]
    for command in COMMANDS:
        parser = argparse.ArgumentParser(prog=command.name, description=command.help)
        importlib.import_module(command.module).add_arguments(parser)
        parts += [f"## {command.name}\n", f"{command.help}\n", *_arguments(parser, command.name)]
    return "\n".join(parts)


def _arguments(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    rows = [_row(action) for action in parser._actions if action.help is not argparse.SUPPRESS]
    rows = [row for row in rows if row]
    if rows:
        yield "\n".join(["| argument | what it does |", "| --- | --- |", *rows]) + "\n"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            explained = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, below in action.choices.items():
                yield f"### {name} {word}\n"
                if sentence := explained.get(word) or below.description:
                    yield f"{cell(sentence)}\n"
                yield from _arguments(below, f"{name} {word}")


def _row(action: argparse.Action) -> str:
    if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
        return ""
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices:
        value = "{" + ",".join(str(choice) for choice in action.choices) + "}"
    names = [f"{option} {value}".strip() if action.nargs != 0 else option for option in action.option_strings]
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    return f"| `{cell(', '.join(names) or value)}` | {cell(text)} |"


# --- settings and drivers ---------------------------------------------------------------------------------------------


def settings_page() -> str:
    """Every key of a till's settings.toml."""
    lines = ["# Settings\n", WRITTEN]
    lines += ["## The till: `settings.toml` in its data folder\n", "| key | default | meaning |", "| --- | --- | --- |"]
    for field in fields(TerminalSettings):
        if field.name != "devices":
            lines.append(f"| `{field.name}` | {_default(field.default)} | {cell(field.metadata['meaning'])} |")
    lines += [
        "| `[[device]]` | none | Scanners, scale, line display and what else stands at the counter, a table each. |",
        "",
    ]
    return "\n".join(lines)


def _default(value: object) -> str:
    return "empty" if value == "" else f"`{value}`"


def drivers_page() -> str:
    """Every driver of every kind of device, as a technician chooses from them."""
    lines = ["# Drivers\n", WRITTEN]
    kinds = ("receipt_printer", "barcode_scanner", "line_display", "scale", "payment_terminal")
    for kind in kinds:
        lines += [
            f"## {kind.replace('_', ' ').capitalize()}\n",
            "| driver | name | an address | |",
            "| --- | --- | --- | --- |",
        ]
        for choice in drivers_of(kind):
            address = f"`{choice.example}`" if choice.example else ""
            lines.append(f"| `{choice.driver}` | {choice.title} | {address} | {choice.note} |")
        lines.append("")
    return "\n".join(lines)


# --- refusals ---------------------------------------------------------------------------------------------------------

_ROOMS = {
    "At the till": ("pos_app", "ui"),
    "Devices": ("hardware",),
    "Between the till and the service": ("sync/terminal",),
    "The central service": ("sync/central",),
}
_WITH_CODE = frozenset({"CashierError", "RefusedError", "CentralError"})
_WITHOUT_CODE = frozenset({"WorldError", "StartError", "SetupError"})


def refusals_page() -> str:
    """Every sentence with which the program refuses something or names what failed, by room and code."""
    lines = [
        "# What the program says when it cannot",
        "",
        WRITTEN,
        "Search here for the sentence on the screen or in the log. Each says what happened and what to do; nothing",
        "that was done before it is lost. `\u2026` stands for a name, a number or a cause.",
        "",
    ]
    for room, folders in _ROOMS.items():
        coded, plain = set(), set()
        for folder in folders:
            for code, sentence in _refusals(PROJECT / folder):
                (coded if code else plain).add((code, sentence))
        if coded:
            lines += [f"## {room}: refusals\n", "| code | sentence |", "| --- | --- |"]
            lines += [f"| `{code}` | {cell(sentence)} |" for code, sentence in sorted(coded)] + [""]
        if plain:
            lines += [f"## {room}: what failed\n", "| sentence |", "| --- |"]
            lines += [f"| {cell(sentence)} |" for _, sentence in sorted(plain)] + [""]
    return "\n".join(lines)


def _refusals(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.py")):
        for node in _nodes(path):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            words = [text for argument in node.args[:3] if (text := _words(argument))]
            if _family(name) in _WITH_CODE and len(words) == 2 and _says_something(words[1]):
                yield words[0], words[1]
            elif _family(name) in _WITHOUT_CODE and words and _says_something(words[0]):
                yield "", words[0]


@cache
def _nodes(path: Path) -> tuple[ast.Call | ast.ClassDef, ...]:
    """The calls and classes of a module."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Call | ast.ClassDef))


def _says_something(sentence: str) -> bool:
    """False for one that is put together from others, which stand here by themselves."""
    return sum(word.isalpha() for word in sentence.split()) > 1


def _words(node: ast.expr) -> str:
    """A text as written, with `\u2026` where something is put in; empty for what is no text here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\u2026" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _words(node.left) and _words(node.left) + (_words(node.right) or "\u2026")
    return ""


_PARENTS: dict[str, str] = {}


def _family(name: str) -> str:
    """The error kind that a class of this name is of, by the class statements of the program."""
    if not _PARENTS:
        for folder in ("pos_app", "ui", "hardware", "sync"):
            for path in (PROJECT / folder).rglob("*.py"):
                for node in _nodes(path):
                    if isinstance(node, ast.ClassDef) and node.bases and isinstance(node.bases[0], ast.Name):
                        _PARENTS.setdefault(node.name, node.bases[0].id)
    while name not in _WITH_CODE | _WITHOUT_CODE and name in _PARENTS:
        name = _PARENTS[name]
    return name


PAGES = {
    "commands": commands_page,
    "settings": settings_page,
    "drivers": drivers_page,
    "refusals": refusals_page,
    **TABLES,
}
