"""Sub-commands of `central` for promotions: check a file, publish it for the tills, list what is published and used."""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from pos_app.cli.central_care import AddAction, OpenService
from sync.central.promotions import publishing
from sync.central.service import CentralService
from sync.promotions import Edition

_CHECKED_ONLY = {"document_id": "checked", "version": 1, "effective_from": "1970-01-01T00:00:00+00:00"}


class FileError(Exception):
    """The file cannot be used; the text says why."""


def add_arguments(action: AddAction, open_service: OpenService) -> list[argparse.ArgumentParser]:
    """The sub-command's parsers."""

    def with_service(work: Callable[[CentralService, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
        def run(args: argparse.Namespace) -> int:
            try:
                with closing(open_service(args)) as service:
                    return work(service, args)
            except FileError as error:
                print(error, file=sys.stderr)
                return 1

        return run

    made = action("promotions", _check, "check promotions, publish them for the tills, list them and their codes")
    whats = made.add_subparsers(dest="what", required=True, metavar="check|publish|list|codes")
    check = whats.add_parser("check", help="name every mistake in a TOML or JSON file; nothing is changed")
    check.add_argument("file", type=Path)
    check.add_argument("--currency", default="USD", help="of the amounts, where the file does not say (default: USD)")
    publish = whats.add_parser("publish", help="hand an edition out to the tills, to hold from a moment on")
    publish.add_argument("file", type=Path)
    publish.add_argument("--id", required=True, help="name of the edition, such as autumn")
    publish.add_argument("--version", type=int, required=True, help="never used before for this name")
    publish.add_argument("--from", dest="effective_from", required=True, help="such as 2026-11-27T00:00:00-08:00")
    publish.add_argument("--store", action="append", default=[], help="for this store only; may be repeated")
    publish.add_argument("--currency", default="USD", help="of the amounts, where the file does not say (default: USD)")
    listing = whats.add_parser("list", help="the editions, and which of them is in force")
    codes = whats.add_parser("codes", help="how often each promo code was used")
    publish.set_defaults(work=with_service(_publish))
    listing.set_defaults(work=with_service(_list))
    codes.set_defaults(work=with_service(_codes))
    return [made, check, publish, listing, codes]


def _check(args: argparse.Namespace) -> int:
    try:
        document = _edition(args.file, args.currency, _CHECKED_ONLY)
    except FileError as error:
        print(error, file=sys.stderr)
        return 1
    wrong = publishing.problems(document)
    for problem in wrong:
        print(f"{args.file}: {problem}", file=sys.stderr)
    if wrong:
        print(f"{len(wrong):,} mistakes.", file=sys.stderr)
        return 1
    print(f"{len(document.promotions):,} promotions and {len(document.promo_codes):,} promo codes: nothing is wrong.")
    return 0


def _publish(service: CentralService, args: argparse.Namespace) -> int:
    named = {
        "document_id": args.id,
        "version": args.version,
        "effective_from": args.effective_from,
        "stores": args.store,
    }
    document = _edition(args.file, args.currency, named)
    fresh = service.promotions.publish(document)
    what = "published" if fresh else "was there already"
    print(f"Promotions {publishing.edition_id(document)}, in force from {document.effective_from}: {what}.")
    return 0


def _list(service: CentralService, args: argparse.Namespace) -> int:
    editions, now = service.promotions.editions(), service.clock.now()
    for one in editions:
        stores = ", ".join(one.stores) or "all stores"
        state = publishing.state_of(one, editions, now)
        count = f"{len(one.promotions):,} promotions, {len(one.promo_codes):,} codes"
        print(f"{publishing.edition_id(one):<24}{one.effective_from:<28}{state:<12}{stores}: {count}")
    print(f"{len(editions):,} editions.")
    return 0


def _codes(service: CentralService, args: argparse.Namespace) -> int:
    counts = service.promotions.counts()
    if counts:
        print(f"{'code':<32}{'used':>8}{'held':>8}{'offline':>9}{'too often':>11}")
    for one in counts:
        print(f"{_printable(one.code):<32}{one.used:>8,}{one.held:>8,}{one.offline:>9,}{one.over_used:>11,}")
    print(f"{len(counts):,} promo codes were used or are held.")
    return 0


def _edition(path: Path, currency_code: str, named: dict[str, Any]) -> Edition:
    """The edition of a file; what the command line names goes before what the file says."""
    try:
        text = path.read_text(encoding="utf-8")
        plain = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        if not isinstance(plain, dict):
            raise FileError(f"{path}: promotions are a table of keys.")
        if further := sorted(plain.keys() - set(Edition.__struct_fields__)):
            raise FileError(f"{path}: {further[0]}: there is no such key here.")
        return msgspec.convert({"currency_code": currency_code} | plain | named, Edition, str_keys=True)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise FileError(f"{path}: {error}") from error


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
