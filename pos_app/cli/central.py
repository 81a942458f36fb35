"""Run the central rewards service, prove its ledger, let terminals in, and look after cards, terms and members."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy.exc import DBAPIError

from pos_app.cli import central_care, central_load, central_operating, central_people, central_promotions
from pos_app.domain.money import MoneyError, currency
from sync import contract
from sync.central.backoffice.office import Office
from sync.central.backoffice.roles import Role
from sync.central.errors import CentralError, StartError
from sync.central.moments import parse
from sync.central.notify import tell_supervisor
from sync.central.senders import CodeSender, ConsoleSender, sender_of
from sync.central.service import CentralService
from sync.central.settings import FILE_VARIABLE, CentralSettings, read_settings

if TYPE_CHECKING:
    from sync.central.server import CentralServer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options; without one, the service is started."""
    _serve_options(parser, inherit=False)
    _shared_options(parser, inherit=False)
    parser.set_defaults(work=_serve)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    def action(name: str, work: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=about, description=about)
        made.set_defaults(work=work)
        return made

    serve = action("serve", _serve, "start the service (also without ACTION)")
    _serve_options(serve, inherit=True)
    verify = action("verify", _verify, "prove balances, lots, holds, gift cards and every terminal's journal")
    expire = action("expire", _expire, "expire the points whose time is over; the running service does so every day")
    expire.add_argument("--at", metavar="TIME", help="ISO 8601 with offset, such as 2015-04-01T00:00:00-07:00")
    expire.add_argument("--dry-run", action="store_true", help="only say what would expire")
    quarantine = action("quarantine", _quarantine, "list the events that could not be applied, with the reason")
    enrol = action("enrol-code", _enrol_code, "print a one-time code that lets a terminal in, good for ten minutes")
    enrol.add_argument("--store", required=True, help="store number, such as 001")
    enrol.add_argument("--workstation", required=True, help="workstation number, such as 02")
    revoke = action("revoke", _revoke, "shut a terminal out")
    revoke.add_argument("terminal", help="its id, such as 001-02")
    issue = action("gift-card", _gift_card, "issue a gift card, or show what is on one or on a store credit")
    issue.add_argument("what", choices=("issue", "show"))
    issue.add_argument("--number", required=True, help="- reads it from standard input")
    issue.add_argument("--amount", default="", help="such as 20.00; only to issue one")
    issue.add_argument("--currency", default="USD", help="ISO 4217 code (default: USD)")
    load = action("terms", _terms, "load a version of the programme's terms from a JSON file")
    load.add_argument("what", choices=("load",))
    load.add_argument("file", type=Path)
    member = action("member", _member, "a member's balance and movements, for support")
    member.add_argument("email")
    user = action(
        "user", _user, "people of the back office: list them, add one, reset what one lost, close one who left"
    )
    user.add_argument("what", choices=("list", "add", "reset", "close"))
    user.add_argument("name", nargs="?", default="", help="what they sign in with: small letters, digits, dots, dashes")
    user.add_argument("--role", default="", help=f"of a new user: {', '.join(Role)}")
    for made in (
        *central_care.add_arguments(action, _open),
        *central_people.add_arguments(action, _open),
        *central_promotions.add_arguments(action, _open),
        *central_operating.add_arguments(action, settings_of, _open),
        *central_load.add_arguments(action, _open),
    ):
        _shared_options(made, inherit=True)
    for made in (user, serve, verify, expire, quarantine, enrol, revoke, issue, load, member):
        _shared_options(made, inherit=True)


def _shared_options(parser: argparse.ArgumentParser, *, inherit: bool) -> None:
    default = argparse.SUPPRESS if inherit else None
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help=f"TOML file of settings (default: ${FILE_VARIABLE})",
    )
    parser.add_argument(
        "--data", metavar="DIR", default=default, help="folder of secrets and SQLite file (default: the user's)"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        default=default,
        help="sqlite:///FILE or postgresql://USER@HOST/NAME (default: $POS_CENTRAL_DATABASE or a file in --data)",
    )


def _serve_options(parser: argparse.ArgumentParser, *, inherit: bool) -> None:
    def default(value: object) -> object:
        return argparse.SUPPRESS if inherit else value

    parser.add_argument("--host", default=default(None), help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=default(None), help="0 takes a free one (default: 8710)")
    parser.add_argument(
        "--tls-certificate", metavar="FILE", default=default(None), help="PEM; terminals elsewhere need TLS"
    )
    parser.add_argument("--tls-key", metavar="FILE", default=default(None), help="its private key, PEM")
    parser.add_argument(
        "--demo", action="store_true", default=default(False), help="bring in sample terms, members and gift cards"
    )
    parser.add_argument(
        "--until-input-ends",
        action="store_true",
        default=default(False),
        help="end with whoever holds the other end of standard input, however that one ends",
    )


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when all is well, 1 when something is off or refused, which is said."""
    try:
        status: int = args.work(args)
    except (CentralError, StartError, MoneyError) as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"The database cannot be used: {error.orig}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return status


def settings_of(args: argparse.Namespace) -> CentralSettings:
    """What the command line, the environment and the file say. Raises StartError that names all that is wrong."""
    names = ("data", "database", "host", "port", "tls_certificate", "tls_key")
    return read_settings(args.config, options={name: getattr(args, name, None) for name in names})


def _open(args: argparse.Namespace, sender: CodeSender | None = None) -> CentralService:
    return _opened(settings_of(args), sender)


def _opened(settings: CentralSettings, sender: CodeSender | None = None) -> CentralService:
    return CentralService.open(
        central_operating.data_folder(settings),
        settings.database,
        sender=sender,
        migrating=settings.migrate == "at_start",
    )


def _serve(args: argparse.Namespace) -> int:
    from sync.central.demo import seed_demo
    from sync.central.logs import log_to_stderr
    from sync.central.server import CentralServer

    settings = settings_of(args)
    log_to_stderr(settings.log_level)
    sender = sender_of(settings) or (ConsoleSender() if args.demo else None)
    with closing(_opened(settings, sender)) as service:
        if args.demo:
            seed_demo(service)
        server = CentralServer(
            service,
            settings.host,
            settings.port,
            certificate=Path(settings.tls_certificate) if settings.tls_certificate else None,
            private_key=Path(settings.tls_key) if settings.tls_key else None,
            settings=settings,
        )
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda number, frame: _stop(server))
        if args.until_input_ends:
            Thread(target=_end_with_input, args=(server,), name="input-watch", daemon=True).start()
        server.serve(on_ready=lambda: _say_ready(server))
    return 0


def _say_ready(server: "CentralServer") -> None:
    print(f"central: ready on {server.url}", flush=True)
    tell_supervisor("READY=1")


def _stop(server: "CentralServer") -> None:
    tell_supervisor("STOPPING=1")
    server.end()


def _end_with_input(server: "CentralServer") -> None:
    """A pipe ends with the process that holds its other end, also when that one is killed."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.end()


def _verify(args: argparse.Namespace) -> int:
    with closing(_open(args)) as service:
        report, forks = service.verify(), service.standing.forks()
    print(
        f"{report.members:,} members, {report.entries:,} ledger entries, {report.events:,} events of "
        f"{report.terminals:,} terminals, {report.quarantined:,} quarantined."
    )
    for fork in forks:
        print(f"NOTE {fork.words}. What both sold counts once.", file=sys.stderr)
    for finding in report.findings:
        print(f"OFF {finding}", file=sys.stderr)
    if not report.clean:
        return 1
    print(
        "Balances, lots, holds and gift cards are the sum of their entries; every event is there once; chains verify."
    )
    return 0


def _expire(args: argparse.Namespace) -> int:
    try:
        at = parse(args.at) if args.at else None
    except ValueError:
        print(f"{args.at} is no time with an offset, such as 2015-04-01T00:00:00-07:00.", file=sys.stderr)
        return 1
    with closing(_open(args)) as service:
        expired = service.expire(at, dry_run=args.dry_run)
    what = "would expire" if args.dry_run else "expired"
    print(f"{expired.points:,} points of {expired.members:,} members {what}, in {expired.lots:,} lots.")
    return 0


def _quarantine(args: argparse.Namespace) -> int:
    with closing(_open(args)) as service:
        found = service.quarantined()
    for one in found:
        place = f"{one.terminal_id} {one.incarnation} {one.sequence}"
        print(f"{one.received_at[:19]}Z  {place}  {one.kind or 'no kind'}  {_printable(one.reason)}")
    print(f"{len(found):,} events could not be applied.")
    return 0


def _enrol_code(args: argparse.Namespace) -> int:
    with closing(_open(args)) as service:
        print(service.open_enrolment(args.store, args.workstation))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    with closing(_open(args)) as service:
        revoked = service.revoke_terminal(args.terminal)
    if not revoked:
        print(f"There is no terminal {args.terminal}.", file=sys.stderr)
        return 1
    print(f"Terminal {args.terminal} is shut out.")
    return 0


def _gift_card(args: argparse.Namespace) -> int:
    number = sys.stdin.readline().strip() if args.number == "-" else args.number
    if args.what == "show":
        return _show_gift_card(args, number)
    amount_minor = currency(args.currency).parse_minor(args.amount)
    with closing(_open(args)) as service:
        card = service.issue_gift_card(number, amount_minor, args.currency)
    print(
        f"Gift card {card.reference[-6:]}: {currency(args.currency).decimal_text(card.balance_minor)} {args.currency}"
    )
    return 0


def _show_gift_card(args: argparse.Namespace, number: str) -> int:
    with closing(_open(args)) as service:
        card = service.find_gift_card(contract.FindGiftCard(number=number))
        movements = service.gift_card_movements(number)
    money = currency(card.currency_code)
    print(f"Account {card.reference[-6:]}: {money.decimal_text(card.balance_minor)} {money.code} can be spent")
    for one in movements:
        amount = money.decimal_text(one.amount_minor)
        print(f"{one.received_at}  {one.kind:<9} {amount:>12}  {one.transaction_id}".rstrip())
    return 0


def _terms(args: argparse.Namespace) -> int:
    try:
        document = contract.decode(args.file.read_bytes(), contract.Terms)
    except msgspec.DecodeError as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    with closing(_open(args)) as service:
        fresh = service.load_terms(document)
    what = "loaded" if fresh else "was there already"
    print(f"Terms {document.terms_id} version {document.version}, in force from {document.effective_from}: {what}.")
    return 0


def _member(args: argparse.Namespace) -> int:
    with closing(_open(args)) as service:
        member = service.find_member(contract.FindMember(email=args.email)).member
        movements = service.movements(member.member_id) if member else []
    if member is None:
        print("Nobody has this address.", file=sys.stderr)
        return 1
    print(f"{member.masked_email}  member {member.member_id}")
    print(f"balance {member.balance_points:,}, available {member.available_points:,}")
    for pool in member.pools:
        print(f"  {pool.pool:<10}{pool.points:>12,}")
    for one in movements:
        origin = " ".join(part for part in (one.store_id, one.transaction_id, one.reason) if part)
        print(f"{one.occurred_at[:19]}Z  {one.points:>+10,}  {one.kind:<15}{one.pool:<9}{origin}")
    return 0


def _user(args: argparse.Namespace) -> int:
    service = _open(args)
    try:
        return _user_work(service.office, args)
    finally:
        service.close()


def _user_work(office: Office, args: argparse.Namespace) -> int:
    if args.what == "list":
        for user in office.users():
            print(f"{user.name:<24}{user.role:<20}{user.state}")
        return 0
    if args.what == "close":
        office.close_user(args.name)
        print(f"{args.name} cannot sign in any more.")
        return 0
    made = office.add_user(args.name, args.role) if args.what == "add" else office.reset_user(args.name)
    print(f"Password for the first sign-in of {made.name}, to be changed then: {made.password}")
    print(f"Secret for the authenticator app: {made.secret}")
    print(f"The same for a QR code: {made.uri}")
    print("They are shown this once. Hand them over in person.")
    return 0


def _printable(text: str) -> str:
    """Text of a terminal's making, without what could drive this one."""
    return "".join(character if character.isprintable() else "�" for character in text)
