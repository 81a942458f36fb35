"""Many tills calling the central service, one request in flight each: `python -m bench.children.calling PLAN.json`.

Requests are made and signed before the clock starts, and answers are read only as far as their status and length, so
that this process takes little of what it measures.
"""

import asyncio
import json
import random
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.central_sales import Prepared, Till, capture, signed, upload
from bench.child_process import serve
from sync import contract


class _Caller(asyncio.Protocol):
    """One till's connection: sends what is prepared, one after the other."""

    def __init__(self, queue: "deque[Prepared]", until: float, ended: "asyncio.Future[None]") -> None:
        self._queue = queue
        self._until = until
        self._ended = ended
        self._buffer = bytearray()
        self._sent_at = 0.0
        self._events = 0
        self._hold: contract.PlaceHold | None = None
        self.sent: Prepared | None = None
        self.holds: list[contract.PlaceHold] = []
        self.times_ms: list[float] = []
        self.events = 0
        self.failures: list[str] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = bytes(self._buffer).partition(b"\r\n\r\n")
        if not found:
            return
        length = next(int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
        if len(body) < length:
            return
        self._buffer.clear()
        self.times_ms.append((time.perf_counter() - self._sent_at) * 1000)
        status = int(head[9:12])
        if status < 300:
            self.events += self._events
            if self._hold is not None:
                self.holds.append(self._hold)
        elif status == 409:
            self.refused += 1
        else:
            self.failures.append(f"{status} {body[:200]!r}")
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._ended.done():
            self.failures.append(f"the connection ended: {error}")
            self._ended.set_result(None)

    def _next(self) -> None:
        if not self._queue or time.perf_counter() >= self._until or self.failures:
            self._ended.set_result(None)
            self._transport.close()
            return
        one = self._queue.popleft()
        self.sent = one if one.last is not None else self.sent
        self._events, self._hold = one.events, one.hold
        self._sent_at = time.perf_counter()
        self._transport.write(one.request)


class _Crowd:
    def __init__(self, plan: dict[str, Any]) -> None:
        self._addresses = [urlsplit(url) for url in plan["urls"]]
        self._members: list[str] = plan["members"]
        self._chance = random.Random(1)
        self._tills = [
            Till(terminal_id, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)))
            for terminal_id, seed in plan["tills"]
        ]
        self._queues: list[deque[Prepared]] = [deque() for _ in self._tills]
        self._acknowledged = [till.last for till in self._tills]
        self._holds: list[list[contract.PlaceHold]] = [[] for _ in self._tills]

    def obey(self, command: str) -> Any:
        """Prepare `sales COUNT SALES LINES HOT`, `hold COUNT HOT POINTS` or `capture`; then `run SECONDS [TILLS]`."""
        word, *values = command.split()
        if word == "run":
            return asyncio.run(self._run(float(values[0]), int(values[1]) if len(values) > 1 else len(self._tills)))
        for till, queue, last in zip(self._tills, self._queues, self._acknowledged, strict=True):
            queue.clear()
            till.last = last
            till.number = last.sequence if last is not None else 0
            getattr(self, f"_prepare_{word}")(till, queue, *values)
        return sum(map(len, self._queues))

    def _prepare_sales(
        self, till: Till, queue: "deque[Prepared]", count: str, sales: str, lines: str, hot: str
    ) -> None:
        members = self._members[: int(hot)] if int(hot) else self._members
        queue.extend(upload(till, int(sales), int(lines), members, self._chance) for _ in range(int(count)))

    def _prepare_hold(self, till: Till, queue: "deque[Prepared]", count: str, hot: str, points: str) -> None:
        for _ in range(int(count)):
            hold_id = f"{till.terminal_id}-{self._chance.randbytes(8).hex()}"
            hold = contract.PlaceHold(
                hold_id=hold_id,
                member_id=self._chance.choice(self._members[: int(hot)]),
                points=int(points),
                transaction_id=f"sale-{hold_id}",
            )
            queue.append(Prepared(signed(till, contract.PATH_HOLDS, contract.encode(hold)), events=1, hold=hold))

    def _prepare_capture(self, till: Till, queue: "deque[Prepared]") -> None:
        holds = self._holds[self._tills.index(till)]
        queue.extend(capture(till, hold) for hold in holds)
        holds.clear()

    async def _run(self, seconds: float, tills: int) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        callers, endings = [], []
        for number in range(tills):
            address, ending = self._addresses[number % len(self._addresses)], loop.create_future()
            _, caller = await loop.create_connection(
                lambda number=number, ending=ending: _Caller(self._queues[number], began + seconds, ending),
                address.hostname,
                address.port,
            )
            callers.append(caller)
            endings.append(ending)
        await asyncio.gather(*endings)
        took = time.perf_counter() - began
        for number, caller in enumerate(callers):
            if caller.sent is not None:
                self._acknowledged[number] = caller.sent.last
            self._holds[number] += caller.holds
        return {
            "seconds": took,
            "events": sum(caller.events for caller in callers),
            "refused": sum(caller.refused for caller in callers),
            "times_ms": [one for caller in callers for one in caller.times_ms],
            "failures": [one for caller in callers for one in caller.failures],
            "left": sum(map(len, self._queues)),
        }


if __name__ == "__main__":
    serve(_Crowd(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).obey)
