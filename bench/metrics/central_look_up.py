"""Metric 13: a till asks for a member -> the answer, with ten million members and with ten thousand."""

import itertools
import random
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.central_crowd import let_in, service_processes
from bench.central_database import postgresql, schema_of
from bench.central_members import find_by_card, find_by_email, load, sample_of
from bench.central_sales import Till, signed
from bench.floors.raw_ledger import PostgresqlLedger
from bench.floors.raw_round_trip import RoundTrip
from bench.measuring import Effort, Goal, Measured, interleaved
from sync import contract

_SMALL = 10_000
_SAMPLED = 2_000
_REQUEST_BYTES = 700


def measure(effort: Effort) -> list[Measured]:
    """PostgreSQL, the service in a process of its own, signed requests over loopback, one at a time.

    The members stay under the system's temporary folder for the next run: ten million take 14 GB and some minutes.
    """
    large = effort.samples(10_000_000, 100_000)
    kept = Path(tempfile.gettempdir()) / "pos-bench-central"
    rounds = effort.samples(20, 8)
    rows: list[Measured] = []
    with ExitStack() as stack:
        server = stack.enter_context(postgresql(kept / "postgresql"))
        ledger = PostgresqlLedger(schema_of(server, "floor"), _SMALL)
        stack.callback(ledger.close)
        trip = RoundTrip(_REQUEST_BYTES)
        stack.callback(trip.close)
        asked = {size: stack.enter_context(_members(kept, server, size)) for size in (_SMALL, large)}

        def floor() -> None:
            ledger.select_one()
            trip.go()

        for name in ("e-mail", "card"):
            small_one, large_one = asked[_SMALL][name], asked[large][name]
            least, ours = interleaved(floor, large_one, rounds=rounds, each=20, units_per_s=1e3)
            rows.append(
                Measured(f"13 look-up by {name}, {large:,} members", "ms", "select 1 + socket", least, ours, Goal(2.5))
            )
            few, many = interleaved(small_one, large_one, rounds=rounds, each=20, units_per_s=1e3)
            rows.append(
                Measured(
                    f"13 the same, {large:,} / {_SMALL:,} members", "ms", f"{_SMALL:,}", few, many, Goal(1.1, "p50")
                )
            )
    return rows


@contextmanager
def _members(kept: Path, server: str, size: int) -> Iterator[dict[str, Callable[[], None]]]:
    """A service with so many members, and a question by either key."""
    folder, loaded = kept / "secrets", kept / f"loaded-{size}"
    url = schema_of(server, f"members_{size}")
    if not loaded.exists():
        load(url, folder, size, _SAMPLED)
        loaded.touch()
    tills = [
        Till(terminal_id, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)))
        for terminal_id, seed in let_in(folder, url)
    ]
    sample = sample_of(size, _SAMPLED)
    with service_processes(folder, url) as (address,), _Connection(address) as connection:
        yield {
            "e-mail": _asking(connection, tills, [find_by_email(email) for email in sample.emails]),
            "card": _asking(connection, tills, [find_by_card(card) for card in sample.cards]),
        }


def _asking(connection: "_Connection", tills: list[Till], bodies: list[bytes]) -> Callable[[], None]:
    chance = random.Random(1)
    turns = itertools.cycle(tills)  # each till may ask sixty times in a row, then once a second

    def ask() -> None:
        connection.exchange(signed(next(turns), contract.PATH_FIND_MEMBER, chance.choice(bodies)))

    return ask


class _Connection:
    """A kept connection, as a till has one, with nothing of an HTTP library."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> bytes:
        """The body of the answer. Raises RuntimeError when it is none."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65_536)
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
        while len(body) < length:
            body += self._socket.recv(65_536)
        if head[9:12] != b"200":
            raise RuntimeError(f"the service answered {head[9:12]!r}: {body[:200]!r}")
        return body

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
