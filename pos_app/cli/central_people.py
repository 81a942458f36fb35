"""Sub-commands of `central` for operators: who works where, their PINs and badges, and approvals by telephone."""

import argparse
import getpass
import sys
from collections.abc import Callable
from contextlib import closing

from pos_app.cli.central_care import AddAction, OpenService
from pos_app.domain.operator import Operator, Role
from pos_app.domain.rights import Action
from sync.central.errors import CentralError
from sync.central.service import CentralService

_BY = "command line"


def add_arguments(action: AddAction, open_service: OpenService) -> list[argparse.ArgumentParser]:
    """The sub-command's parsers."""

    def with_service(work: Callable[[CentralService, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
        def run(args: argparse.Namespace) -> int:
            with closing(open_service(args)) as service:
                return work(service, args)

        return run

    made = action("operators", with_service(_list), "operators of the stores: list, add, set-pin, new-badge, remove")
    whats = made.add_subparsers(dest="what", required=True, metavar="list|add|set-pin|new-badge|remove|phone-code")
    listing = whats.add_parser("list", help="who may sign on where, without any secret")
    adding = whats.add_parser("add", help="add an operator, or replace the one with this id; asks for the PIN")
    adding.add_argument("--name", required=True, help="what the window shows")
    adding.add_argument("--number", required=True, help="the operator number that is typed")
    adding.add_argument("--role", required=True, choices=[role.value for role in Role])
    adding.add_argument("--store", action="append", default=[], help="works in this store only; may be repeated")
    setting = whats.add_parser("set-pin", help="give somebody another PIN")
    badge = whats.add_parser("new-badge", help="print the code for somebody's new badge")
    removing = whats.add_parser("remove", help="somebody signs on nowhere any more")
    phone = whats.add_parser("phone-code", help="answer an approval by telephone")
    phone.add_argument("--store", required=True, help="the store that asks")
    phone.add_argument("--read-out", required=True, metavar="DIGITS", help="the number on the till's screen")
    phone.add_argument("--act", required=True, choices=[one.value for one in Action])
    phone.add_argument("--amount-minor", type=int, default=0, help="the amount on the screen, in cents")
    for parser in (adding, setting, badge, removing, phone):
        parser.add_argument("--id", required=True, help="the operator's id, such as associate-7")
    works = {adding: _add, setting: _set_pin, badge: _new_badge, removing: _remove, phone: _phone_code}
    for parser, work in works.items():
        parser.set_defaults(work=with_service(work))
    return [made, listing, *works]


def _list(service: CentralService, args: argparse.Namespace) -> int:
    print(f"{'number':<10}{'name':<24}{'role':<14}{'PIN':<6}{'badge':<7}{'stores':<14}id")
    for one in service.people.everybody():
        operator = one.operator
        pin, badge = "yes" if one.has_pin else "no", "yes" if one.has_badge else "no"
        stores = ",".join(one.stores) or "all"
        print(
            f"{one.number:<10}{operator.display_name:<24}{operator.role:<14}{pin:<6}{badge:<7}{stores:<14}"
            f"{operator.operator_id}{'  (suspended)' if one.suspended else ''}"
        )
    return 0


def _add(service: CentralService, args: argparse.Namespace) -> int:
    service.people.add(Operator(args.id, args.name, Role(args.role)), args.number, _ask_pin(), args.store, _BY)
    print(f"{args.name} signs on with the number {args.number} as soon as the tills have heard.")
    return 0


def _set_pin(service: CentralService, args: argparse.Namespace) -> int:
    service.people.set_pin(args.id, _ask_pin(), _BY)
    print("The new PIN counts as soon as the tills have heard.")
    return 0


def _new_badge(service: CentralService, args: argparse.Namespace) -> int:
    print(service.people.new_badge(args.id, _BY))
    return 0


def _remove(service: CentralService, args: argparse.Namespace) -> int:
    service.people.remove(args.id, _BY)
    print(f"{args.id} signs on nowhere any more, as soon as the tills have heard.")
    return 0


def _phone_code(service: CentralService, args: argparse.Namespace) -> int:
    challenge = args.read_out.replace(" ", "")
    code = service.people.phone_code(args.store, args.id, challenge, Action(args.act), args.amount_minor)
    print(f"{code[:4]} {code[4:]}")
    return 0


def _ask_pin() -> str:
    """Asked twice at a keyboard; one line of standard input otherwise. Never an argument, which others could see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin = getpass.getpass("PIN (6 digits): ")
    if getpass.getpass("The same again: ") != pin:
        raise CentralError(422, "pins_differ", "The two PINs differ. Nothing was changed.")
    return pin
