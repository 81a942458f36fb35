"""Sub-commands of `central` for partners, auditors and data protection: partner, digest, erase."""

import argparse
import base64
import binascii
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from sync import contract
from sync.central.errors import CentralError
from sync.central.partner_file import FileError, import_file
from sync.central.partners import PREFIX
from sync.central.service import CentralService

AddAction = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
OpenService = Callable[[argparse.Namespace], CentralService]


def add_arguments(action: AddAction, open_service: OpenService) -> list[argparse.ArgumentParser]:
    """The sub-commands' parsers; each opens the service by the options that all of them share."""

    def with_service(work: Callable[[CentralService, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
        def run(args: argparse.Namespace) -> int:
            with closing(open_service(args)) as service:
                return work(service, args)

        return run

    partner = action("partner", with_service(_partner), "let a partner post points, or import a file of them")
    whats = partner.add_subparsers(dest="what", required=True, metavar="add|close|import")
    add = whats.add_parser("add", help="let a partner in, or give it a new key")
    add.add_argument("name", help="small letters, digits and hyphens")
    add.add_argument("--pool", required=True, help="where its points go, such as card or network")
    add.add_argument("--public-key", default="", help="raw Ed25519 in base64; without one, a pair is made and printed")
    close = whats.add_parser("close", help="shut a partner out; what it posted stays")
    close.add_argument("name")
    imports = whats.add_parser("import", help="post the rows of a CSV file; those refused are named beside it")
    imports.add_argument("file", type=Path)
    imports.add_argument("--partner", required=True, help="its name")
    digest = action("digest", with_service(_digest), "make and print the hash over a day's ledger and journals")
    digest.add_argument("--day", type=date.fromisoformat, default=None, help="in UTC, such as 2026-11-22 (yesterday)")
    erase = action("erase", with_service(_erase), "erase a person on request: this cannot be undone")
    erase.add_argument("email")
    erase.add_argument("--yes", action="store_true", help="really; without it, only the member's id is shown")
    return [partner, add, close, imports, digest, erase]


def _partner(service: CentralService, args: argparse.Namespace) -> int:
    if args.what == "import":
        return _import(service, args)
    if args.what == "close":
        service.care.close_partner(PREFIX + args.name)
        print(f"{args.name} is shut out.")
        return 0
    if args.public_key:
        public_key = _public_key(args.public_key)
    else:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private_key = Ed25519PrivateKey.generate()
        public_key = private_key.public_key().public_bytes_raw()
    partner = service.care.add_partner(args.name, args.pool, public_key)
    print(f"{partner.partner_id} may post points into the pool {partner.pool}.")
    if not args.public_key:
        print(f"Its private key, shown this once: {base64.b64encode(private_key.private_bytes_raw()).decode()}")
    return 0


def _public_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise CentralError(422, "bad_key", "A public key is 32 bytes of Ed25519 in base64.")
    return key


def _import(service: CentralService, args: argparse.Namespace) -> int:
    partner = service.care.partner(PREFIX + args.partner)
    try:
        done = import_file(args.file, lambda rows: service.care.post_earnings(partner.partner_id, rows).results)
    except FileError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{done.applied:,} rows posted, {done.duplicate:,} had come before, {done.refused:,} refused.")
    if done.report is not None:
        print(f"What is wrong with the refused rows: {done.report}", file=sys.stderr)
        return 1
    return 0


def _digest(service: CentralService, args: argparse.Namespace) -> int:
    digest = service.care.make_digest(args.day)
    print(f"{digest.day}  {digest.entries:,} entries, {digest.points:+,} points  {digest.digest}")
    print("Keep it where nobody of the database can write: it proves that the day was not changed afterwards.")
    return 0


def _erase(service: CentralService, args: argparse.Namespace) -> int:
    member = service.find_member(contract.FindMember(email=args.email)).member
    if member is None:
        print("Nobody has this address.", file=sys.stderr)
        return 1
    if not args.yes:
        print(f"This is member {member.member_id} with {member.balance_points:,} points. To erase them, add --yes.")
        return 0
    service.care.erase(member.member_id)
    print(f"Erased. What stays in the ledger under {member.member_id} leads to nobody; all tills are told to forget.")
    return 0
