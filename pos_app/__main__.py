"""`python3 -m pos_app COMMAND`: the one way in.

Standard library only, also in what it imports, until the environment stands; and readable by a Python too old for the
rest, so that it can say so.
"""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)
SETUP_FAILED = 3
INTERRUPTED = 130  # as the shell says it


def main(arguments: "list[str]") -> int:
    """Run one command in the environment it needs; the exit status is the command's own, 3 when set-up failed."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        print(_unsuitable_python(), file=sys.stderr)
        return SETUP_FAILED

    from pos_app import commands  # after the check: an older Python may not even read it

    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(commands.overview())
        return 0
    command = commands.find(arguments[0])
    if command is None:
        print(f"There is no command {arguments[0]!r}.\n\n{commands.overview()}", file=sys.stderr)
        return 2
    if command.lock and not getattr(sys, "frozen", False):  # an installed program has its environment in it
        from pos_app.environment import Environment, SetupError

        try:
            Environment().prepare(command.lock, window=command.window, arguments=arguments)
        except SetupError as error:
            print(error, file=sys.stderr)
            return SETUP_FAILED
        except KeyboardInterrupt:
            print("Set-up was stopped; the next command starts it again.", file=sys.stderr)
            return INTERRUPTED
    return command.run(arguments[1:])


def _unsuitable_python() -> str:
    from shutil import which

    found = [path for path in (which(f"python3.{minor}") for minor in (13, 12, 11)) if path]
    if found:
        remedy = f"This machine has a suitable one: {found[0]} -m pos_app"
    elif sys.platform == "win32":
        remedy = "Install one with: winget install Python.Python.3.13"
    elif sys.platform == "darwin":
        remedy = "Install one from https://www.python.org/downloads/macos/"
    else:
        remedy = "Install one with: sudo apt install python3.11   (or python3.12, python3.13: what your system offers)"
    version = ".".join(str(number) for number in sys.version_info[:3])
    return f"This is Python {version}; Python 3.11, 3.12 or 3.13 is needed. {remedy}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
