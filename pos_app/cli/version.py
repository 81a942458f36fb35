"""`version`: which program this is."""

import argparse

from pos_app import __version__


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def main(args: argparse.Namespace) -> int:
    """Print name and version."""
    print(f"pos-terminal {__version__}")
    return 0
