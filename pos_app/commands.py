"""The commands of `python3 -m pos_app`, by name. Standard library only; a command's module is imported when it runs."""

import sys

RUNTIME_LOCK = "requirements.lock"
DEVELOPMENT_LOCK = "requirements-dev.lock"
BUILD_LOCK = "requirements-build.lock"


class Command:
    """One command: where it lives and what must stand before it is imported.

    lock is the lock file its environment is built from (empty: the standard library is enough); window is True when it
    loads Qt. Its module offers `add_arguments(parser)` and `main(args) -> exit status`;
    when it sets a default for `passed_on`, that gets the arguments it does not know.
    """

    __slots__ = ("help", "lock", "module", "name", "window")

    def __init__(self, name: str, help: str, *, lock: str = RUNTIME_LOCK, window: bool = False) -> None:
        self.name = name
        self.module = f"pos_app.cli.{name.replace('-', '_')}"
        self.help = help
        self.lock = lock
        self.window = window

    def run(self, arguments: list[str]) -> int:
        """Parse the arguments and do it; returns the exit status."""
        import argparse
        import importlib

        module = importlib.import_module(self.module)
        parser = argparse.ArgumentParser(
            prog=f"python3 -m pos_app {self.name}", description=self.help, allow_abbrev=False
        )
        module.add_arguments(parser)
        args, others = parser.parse_known_args(arguments)
        if others and not hasattr(args, "passed_on"):
            parser.error(f"unrecognised: {' '.join(others)}")
        if others:
            args.passed_on = others
        status: int = module.main(args)
        return status


COMMANDS = (
    Command("run", "Start the register: the demo store, or yours; without a display, play a sale.", window=True),
    Command(
        "test",
        "Pass the tests: style, types, import rules, documents, then pytest.",
        lock=DEVELOPMENT_LOCK,
        window=True,
    ),
    Command("training", "Learn the register: guided lessons at a till of its own.", window=True),
    Command("scenario", "Play a shop in a file and print what every transaction came to."),
    Command("replay", "Ring up a real till's log again and compare every sale with it.", lock=DEVELOPMENT_LOCK),
    Command("trading-day", "Play a till log over three tills, with all that goes wrong.", lock=DEVELOPMENT_LOCK),
    Command("catalogue", "Import a catalogue from CSV, or search it."),
    Command("enrol", "Let this till in at a central service, with a one-time code."),
    Command("operators", "Add, list and remove who may sign on at this till; PINs and badges."),
    Command("devices", "Find, set up, check and test devices; versions of the settings; a support bundle."),
    Command("receipt", "Check a receipt by its code, or draw a made-up one as the store prints it."),
    Command("journal", "Verify or export the terminal's journal, or check a file that was exported."),
    Command("backup", "Copies of a till's data: make, list, verify, restore one; the recovery key."),
    Command("central", "Start the central rewards service, or verify its ledger."),
    Command("manual", "The documents as pages that can be searched.", lock=DEVELOPMENT_LOCK),
    Command("bench", "Measure speed and memory, each figure beside its floor.", lock=DEVELOPMENT_LOCK, window=True),
    Command("update", "Look for a newer version, fetch it, prove it on a copy of the data, install it.", window=True),
    Command("simulate", "Start a simulated device as a process of its own: printer, scanner, scale and others."),
    Command("selftest", "Prove that this installation is whole: its files, both databases, a receipt.", window=True),
    Command("doctor", "Say what this machine has and what it lacks.", lock=""),
    Command("version", "Print the version.", lock=""),
)


def own_command_line(*arguments: str) -> list[str]:
    """How this program starts another process of itself: by its interpreter, or, installed, by its own file."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "pos_app"]
    return [*program, *arguments]


def find(name: str) -> Command | None:
    """The command of this name, or None."""
    return next((command for command in COMMANDS if command.name == name), None)


def overview() -> str:
    """What `python3 -m pos_app` alone prints."""
    lines = [f"  {command.name:<11}{command.help}" for command in COMMANDS]
    return "\n".join(
        [
            "Usage: python3 -m pos_app COMMAND [options]      (on Windows: py -m pos_app COMMAND)",
            "",
            *lines,
            "",
            "Each command explains itself with --help. The first one builds its environment in .venv by itself.",
        ]
    )
