"""`scenario`: play a shop in a file and print what every transaction came to."""

import argparse
import sys
from pathlib import Path

FILE_IS_WRONG = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One file."""
    parser.add_argument("file", metavar="FILE.json", help="the scenario, or - for standard input (docs/scenarios.md)")


def main(args: argparse.Namespace) -> int:
    """Print the answer as JSON: 0 when everything was played, 2 with one sentence when the file is wrong."""
    import msgspec

    from pos_app.scenario import ScenarioError, play, read_scenario

    try:
        body = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
        answer = play(read_scenario(body))
    except OSError as error:
        print(f"{args.file} cannot be read: {error.strerror or error}.", file=sys.stderr)
        return FILE_IS_WRONG
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return FILE_IS_WRONG
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
    return 0
