"""Let this till in at a central service, with the one-time code of whoever runs it."""

import argparse
import sys
from pathlib import Path

from pos_app.errors import CashierError, WorldError
from pos_app.first_run import enrol_till
from pos_app.sample_store import store_of
from pos_app.settings import default_data_folder
from pos_app.storage.keys import SystemKeyStore
from pos_app.storage.terminal_database import KEY_FILE_NAME


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Address and code."""
    parser.add_argument("url", metavar="ADDRESS", help="of the service, such as https://rewards.example.com")
    parser.add_argument("code", help="one-time code (on the service: central enrol-code)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")


def main(args: argparse.Namespace) -> int:
    """0 when the till is let in and its settings name the service."""
    from pos_app.bootstrap import open_register

    folder = args.data or default_data_folder()
    try:
        register = open_register(folder, store_of(folder), SystemKeyStore(folder / KEY_FILE_NAME))
        try:
            enrolment = enrol_till(folder, register, args.url, args.code, "command line")
        finally:
            register.close()
    except (CashierError, WorldError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"This till was let in as {enrolment.terminal_id} at {enrolment.central_url}. Start it again.")
    return 0
