"""`central load`: made-up tills call a service on this machine, for so long at most, and what it took is said.

What they send is real: signed requests over HTTP, sales that are posted to real members. So it is only done where it
cannot hurt: an address of this machine, and a database that no terminal of a store was ever let in to.
"""

import argparse
import base64
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_app.clock import SystemClock
from pos_app.domain.journal import JournalEntry, canonical_json, next_entry
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import Enrolment
from sync import contract
from sync.central.errors import StartError
from sync.central.service import CentralService
from sync.terminal.client import AddressError, CentralClient, checked_address

OpenService = Callable[[argparse.Namespace], CentralService]
STORE = "LOAD"
INCARNATION = "load"
MOST_TILLS, MOST_SECONDS, MOST_SALES, MOST_MEMBERS = 64, 120, 200_000, 1000
PAUSE_AFTER_FAILURE_S = 0.05
PRICE_MINOR, POINTS = 10_000, 100


def add_arguments(
    action: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser],
    open_service: OpenService,
) -> list[argparse.ArgumentParser]:
    """The sub-command's parser."""
    load = action("load", lambda args: _load(args, open_service), "try out how much a service on this machine takes")
    load.add_argument("--url", default="http://127.0.0.1:8710", help="where it listens; only this machine's addresses")
    load.add_argument("--tills", type=_at_most(MOST_TILLS), default=8, help=f"at once, {MOST_TILLS} at most")
    load.add_argument("--seconds", type=_at_most(MOST_SECONDS), default=10, help=f"{MOST_SECONDS} at most")
    load.add_argument("--sales", type=_at_most(MOST_SALES), default=20_000, help=f"in all, {MOST_SALES} at most")
    load.add_argument("--batch", type=_at_most(contract.MAXIMUM_BATCH_EVENTS), default=1, help="sales in an upload")
    load.add_argument("--members", type=_at_most(MOST_MEMBERS), default=100, help="who buy")
    return [load]


def _at_most(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {most}")
        return int(text)

    return read


@dataclass
class Timings:
    """How long answers took, in milliseconds, and how others ended."""

    uploads_ms: list[float] = field(default_factory=list)
    look_ups_ms: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    sales: int = 0

    def add(self, other: "Timings") -> None:
        """Those of another till as well."""
        self.uploads_ms += other.uploads_ms
        self.look_ups_ms += other.look_ups_ms
        self.failures += other.failures
        self.sales += other.sales


class LoadTill:
    """A made-up till: a look-up and an upload in turn, until the time or the number of sales is over."""

    def __init__(self, client: CentralClient, terminal_id: str, members: list[tuple[str, str]], batch: int) -> None:
        self._client = client
        self._terminal_id = terminal_id
        self._members = members
        self._batch = batch
        self._entries = 0
        self._last: JournalEntry | None = None
        self.timings = Timings()

    def call_until(self, ends_s: float, sales: int) -> None:
        """Call again and again; what fails is counted, and the till goes on."""
        while time.monotonic() < ends_s and self.timings.sales < sales:
            email, member_id = self._members[self._entries % len(self._members)]
            find = contract.FindMember(email=email)
            self._timed(
                self.timings.look_ups_ms,
                partial(self._client.post, contract.PATH_FIND_MEMBER, find, contract.MemberAnswer),
            )
            batch = self._next_batch(member_id, min(self._batch, sales - self.timings.sales))
            if not self._upload(batch, ends_s):
                return

    def _upload(self, batch: contract.UploadBatch, ends_s: float) -> bool:
        """Send a batch until it is in; False when time was over before."""
        while not self._timed(
            self.timings.uploads_ms,
            partial(self._client.post, contract.PATH_JOURNAL, batch, contract.UploadResult),
        ):
            if time.monotonic() >= ends_s:
                return False
        self.timings.sales += len(batch.events)
        return True

    def _timed(self, times_ms: list[float], call: Callable[[], object]) -> bool:
        started_s = time.perf_counter()
        try:
            call()
        except (OfflineError, RefusedError) as error:
            self.timings.failures[str(error)] += 1
            time.sleep(PAUSE_AFTER_FAILURE_S)
            return False
        times_ms.append((time.perf_counter() - started_s) * 1000)
        return True

    def _next_batch(self, member_id: str, count: int) -> contract.UploadBatch:
        events = []
        for _ in range(count):
            self._entries += 1
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            transaction_id = f"load-{secrets.token_hex(12)}"
            entry = next_entry(
                self._last,
                terminal_id=self._terminal_id,
                incarnation=INCARNATION,
                event_id=transaction_id,
                kind="sale",
                occurred_at=now,
                business_day=now[:10],
                payload=canonical_json(msgspec.to_builtins(self._sale(transaction_id, member_id, now))),
            )
            self._last = entry
            events.append(
                contract.Event(
                    sequence=entry.sequence,
                    event_id=entry.event_id,
                    kind=entry.kind,
                    version=entry.version,
                    occurred_at=entry.occurred_at,
                    business_day=entry.business_day,
                    payload=msgspec.Raw(entry.payload),
                    previous_hash=entry.previous_hash,
                    entry_hash=entry.entry_hash,
                )
            )
        return contract.UploadBatch(terminal_id=self._terminal_id, incarnation=INCARNATION, events=events)

    def _sale(self, transaction_id: str, member_id: str, now: str) -> contract.SalePayload:
        """One item for cash, with the points that the standard terms give for it."""
        workstation_id = self._terminal_id.partition("-")[2]
        return contract.SalePayload(
            header=contract.SaleHeader(
                transaction_id=transaction_id,
                sequence_number=self._entries,
                receipt_number=f"{self._terminal_id}-{self._entries:06}",
                store_id=STORE,
                workstation_id=workstation_id,
                operator_id="load",
                business_day=now[:10],
                began_at=now,
                currency_code="USD",
            ),
            ended_at=now,
            lines=[
                contract.SaleLineMessage(
                    line_number=1,
                    item_id="load",
                    code="load",
                    name="Load test",
                    category="load",
                    kind="goods",
                    quantity_milli=1000,
                    unit_price_minor=PRICE_MINOR,
                    gross_minor=PRICE_MINOR,
                    discount_minor=0,
                    net_minor=PRICE_MINOR,
                    fees_minor=0,
                    tax_minor=0,
                    included_tax_minor=0,
                    points_base=POINTS,
                    points_bonus=0,
                )
            ],
            tenders=[
                contract.TenderMessage(
                    tender_id=f"{transaction_id}-cash",
                    tender_type="cash",
                    amount_minor=PRICE_MINOR,
                    tendered_minor=PRICE_MINOR,
                )
            ],
            subtotal_minor=PRICE_MINOR,
            discount_minor=0,
            fees_minor=0,
            tax_minor=0,
            included_tax_minor=0,
            total_minor=PRICE_MINOR,
            cash_rounding_minor=0,
            change_minor=0,
            member=contract.SaleMember(member_id=member_id),
            points=contract.SalePoints(terms_id="standard", terms_version=1, base=POINTS, bonus=0, used=0),
        )


def _load(args: argparse.Namespace, open_service: OpenService) -> int:
    url = _own_address(args.url)
    with closing(open_service(args)) as service:
        real = [one for one in service.terminal_ids() if not one.startswith(f"{STORE}-")]
        if real:
            raise StartError(
                f"Terminal {real[0]} was let in to this database, and made-up sales have no business there. "
                "Use an empty one."
            )
        members = _members(service, args.members)
        tills = [_let_in(service, url, number, members, args.batch) for number in range(1, args.tills + 1)]
        began_s = time.monotonic()
        ends_s = began_s + args.seconds
        share = -(-args.sales // len(tills))
        threads = [threading.Thread(target=till.call_until, args=(ends_s, share)) for till in tills]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_s = time.monotonic() - began_s
        total = Timings()
        for till in tills:
            total.add(till.timings)
        _say(total, took_s, args)
        report = service.verify()
    print("The books are right." if report.clean else f"The books are OFF: {report.findings[0]}")
    return 0 if report.clean and total.sales else 1


def _own_address(text: str) -> str:
    """Plain HTTP is spoken to this machine alone, so an address that may be used so is one of it."""
    try:
        address = checked_address(text)
    except AddressError as error:
        raise StartError(str(error)) from error
    if not address.startswith("http://"):
        raise StartError("Load is made on this machine only, at an address such as http://127.0.0.1:8710.")
    return address


def _members(service: CentralService, count: int) -> list[tuple[str, str]]:
    found = []
    for number in range(count):
        email = f"load{number}@example.com"
        joining = contract.EnrolMember(
            event_id=f"load-joined-{number}", email=email, marketing_consent=False, joined_at="2020-01-01T00:00:00Z"
        )
        member = service.enrol_member(joining).member
        if member is not None:
            found.append((email, member.member_id))
    return found


def _let_in(service: CentralService, url: str, number: int, members: list[tuple[str, str]], batch: int) -> LoadTill:
    """A till of its own for each run, so that its journal begins at 1."""
    workstation_id = f"{number:02}{secrets.token_hex(4)}"
    key = Ed25519PrivateKey.generate()
    code = service.open_enrolment(STORE, workstation_id)
    public_key = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    enrolled = service.enrol_terminal(
        contract.EnrolTerminal(code=code, public_key=public_key, incarnation=INCARNATION, software_version="load")
    )
    identity = Enrolment(enrolled.terminal_id, STORE, workstation_id, url, key.private_bytes_raw())
    shifted = members[number % len(members) :] + members[: number % len(members)]
    return LoadTill(CentralClient(url, identity, SystemClock()), enrolled.terminal_id, shifted, batch)


def _say(total: Timings, took_s: float, args: argparse.Namespace) -> None:
    print(f"{total.sales:,} sales of {args.tills} tills in {took_s:.1f} s: {total.sales / took_s:,.0f} a second.")
    for name, times_ms in (("uploads", total.uploads_ms), ("look-ups", total.look_ups_ms)):
        if times_ms:
            ordered = sorted(times_ms)
            shown = ", ".join(f"{label} {ordered[int(len(ordered) * part)]:.1f}" for label, part in _PARTS)
            print(f"{len(ordered):,} {name}: {shown}, longest {ordered[-1]:.1f} ms.")
    for words, count in total.failures.most_common():
        print(f"{count:,} times: {words}")


_PARTS = (("half within", 0.5), ("95 % within", 0.95), ("99 % within", 0.99))
