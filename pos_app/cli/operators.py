"""The operators of a till: who may sign on, with which number, PIN and badge. The till must not be running.

A PIN is asked for, or read from standard input; it is never an argument, which others could see.
"""

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path

from pos_app.clock import SystemClock
from pos_app.domain.money import MoneyError
from pos_app.domain.operator import Operator, Role
from pos_app.domain.phone_approval import DIGITS, code_of
from pos_app.domain.rights import Action
from pos_app.errors import CashierError, WorldError
from pos_app.ids import SystemIds
from pos_app.ports import BADGE_PREFIX
from pos_app.sample_store import store_of
from pos_app.settings import default_data_folder
from pos_app.storage.keys import SystemKeyStore
from pos_app.storage.operator_register import OperatorRegister
from pos_app.storage.terminal_database import KEY_FILE_NAME, TerminalDatabase, open_terminal_database

_BY = "command line"
_BADGE_BYTES = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    adding = actions.add_parser("add", help="add an operator, or change the one with this id; asks for the PIN")
    adding.add_argument("--id", required=True, help="a name for the journal, such as associate-7; stays for ever")
    adding.add_argument("--name", required=True, help="what the window shows")
    adding.add_argument("--role", required=True, choices=[role.value for role in Role])
    listing = actions.add_parser("list", help="who may sign on, without any secret")
    removing = actions.add_parser("remove", help="somebody cannot sign on any more")
    setting = actions.add_parser("set-pin", help="give somebody another PIN; their wrong tries are forgotten")
    badge = actions.add_parser(
        "new-badge", help="print the code for somebody's new badge; the old one is worth nothing"
    )
    unlocking = actions.add_parser("unlock", help="forget wrong tries, of the till and of everybody")
    secret = actions.add_parser("phone-secret", help="write what approvals by telephone are answered with to a file")
    secret.add_argument("--out", type=Path, required=True, metavar="FILE", help="for the manager; nobody else reads it")
    answering = actions.add_parser("phone-code", help="answer an approval by telephone, anywhere, without a till")
    answering.add_argument("--secret", type=Path, required=True, metavar="FILE", help="the file of phone-secret")
    answering.add_argument("--id", required=True, help="who approves")
    answering.add_argument("--read-out", required=True, metavar="DIGITS", help="the number on the till's screen")
    answering.add_argument("--act", required=True, choices=[action.value for action in Action])
    answering.add_argument("--amount-minor", type=int, default=0, help="the amount on the screen, in cents")
    for action in (adding, removing, setting, badge):
        action.add_argument("--number", required=True, help="the operator number that is typed")
    for action in (adding, listing, removing, setting, badge, unlocking, secret):
        action.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when it was done, 1 when it was refused, which is said."""
    try:
        if args.action == "phone-code":
            return _phone_code(args)
        data = _open(args.data or default_data_folder())
        try:
            return _ACTIONS[args.action](args, data, OperatorRegister(data.database, data.storage))
        finally:
            data.close()
    except (CashierError, WorldError, MoneyError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _open(folder: Path) -> TerminalDatabase:
    folder.mkdir(parents=True, exist_ok=True)
    profile = store_of(folder).profile
    return open_terminal_database(
        folder,
        store_id=profile.store_id,
        workstation_id=profile.workstation_id,
        clock=SystemClock(profile.time_zone),
        ids=SystemIds(),
        keys=SystemKeyStore(folder / KEY_FILE_NAME),
    )


def _add(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    register.add(Operator(args.id, args.name, Role(args.role)), args.number, _ask_pin(), changed_by=_BY)
    print(f"{args.name} signs on with the number {args.number}.")
    return 0


def _list(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    print(f"{'number':<10}{'name':<24}{'role':<14}{'PIN':<6}{'badge':<7}id")
    for person in data.people.everybody():
        operator = person.operator
        pin, badge = "yes" if person.has_pin else "no", "yes" if person.has_badge else "no"
        print(
            f"{person.number:<10}{operator.display_name:<24}{operator.role:<14}{pin:<6}{badge:<7}{operator.operator_id}"
        )
    return 0


def _remove(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    register.remove(args.number, _BY)
    print(f"Nobody signs on with the number {args.number} any more.")
    return 0


def _set_pin(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    register.set_pin(args.number, _ask_pin(), _BY)
    print("The new PIN counts from now on.")
    return 0


def _new_badge(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    code = BADGE_PREFIX + secrets.token_hex(_BADGE_BYTES).upper()
    register.set_badge(args.number, code, _BY)
    print(code)
    return 0


def _unlock(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    register.unlock()
    print("PINs are taken again.")
    return 0


def _phone_secret(args: argparse.Namespace, data: TerminalDatabase, register: OperatorRegister) -> int:
    descriptor = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(data.people.approval_secret().hex() + "\n")
    print(f"Written to {args.out}. Whoever has it can approve as anybody: keep it with the manager.")
    return 0


def _phone_code(args: argparse.Namespace) -> int:
    challenge = args.read_out.replace(" ", "")
    if len(challenge) != DIGITS or not challenge.isdigit():
        raise CashierError("challenge", f"The number on the till's screen has {DIGITS} digits.")
    try:
        secret = bytes.fromhex(args.secret.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise WorldError(f"{args.secret} is not a file of phone-secret.") from error
    code = code_of(secret, challenge, Action(args.act), args.amount_minor, args.id)
    print(f"{code[:4]} {code[4:]}")
    return 0


def _ask_pin() -> str:
    """Asked twice at a keyboard; one line of standard input otherwise."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin = getpass.getpass("PIN (6 digits): ")
    if getpass.getpass("The same again: ") != pin:
        raise CashierError("pins_differ", "The two PINs differ. Nothing was changed.")
    return pin


_ACTIONS = {
    "add": _add,
    "list": _list,
    "remove": _remove,
    "set-pin": _set_pin,
    "new-badge": _new_badge,
    "unlock": _unlock,
    "phone-secret": _phone_secret,
}
