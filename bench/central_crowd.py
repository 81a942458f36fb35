"""A central service of one or more processes over one database, and a crowd of tills that it let in."""

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.child_process import Child
from sync import contract
from sync.central.service import CentralService

TILLS = 64


@contextmanager
def service_processes(folder: Path, database_url: str, count: int = 1) -> Iterator[list[str]]:
    """Their addresses."""
    with ExitStack() as stack:
        yield [stack.enter_context(_service(folder, database_url)) for _ in range(count)]


@contextmanager
def _service(folder: Path, database_url: str) -> Iterator[str]:
    process = subprocess.Popen(
        [*(sys.executable, "-m", "pos_app", "central", "serve", "--port", "0"), "--data", str(folder)]
        + (["--database", database_url] if database_url else []),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def let_in(folder: Path, database_url: str, wave: int = 0) -> list[tuple[str, str]]:
    """Tills of eight stores that nobody used before in another wave: id and private key in hex."""
    service = CentralService.open(folder, database_url)
    tills = []
    for number in range(TILLS):
        seed = secrets.token_bytes(32)
        key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        code = service.open_enrolment(f"{number % 8 + 8 * wave + 1:03}", f"{number // 8 + 1:02}")
        request = contract.EnrolTerminal(code=code, public_key=_base64(key), incarnation="first")
        tills.append((service.enrol_terminal(request).terminal_id, seed.hex()))
    service.close()
    return tills


def join_members(folder: Path, database_url: str, count: int) -> list[str]:
    """So many members who joined at this service; their ids."""
    service = CentralService.open(folder, database_url)
    ids = []
    for number in range(count):
        joining = contract.EnrolMember(
            event_id=f"join-{number}",
            email=f"member{number}@example.com",
            marketing_consent=False,
            joined_at="2020-01-01T00:00:00+00:00",
        )
        member = service.enrol_member(joining).member
        assert member is not None
        ids.append(member.member_id)
    service.close()
    return ids


def crowd(
    folder: Path,
    urls: Sequence[str],
    tills: Sequence[tuple[str, str]],
    members: Sequence[str] = (),
) -> Child:
    """The tills in a process of their own."""
    plan = folder / f"crowd-{secrets.token_hex(4)}.json"
    document = {"urls": urls, "tills": tills, "members": members}
    plan.write_text(json.dumps({name: list(values) for name, values in document.items()}), encoding="utf-8")
    return Child("bench.children.calling", str(plan))


def run(tills: Child, seconds: float, count: int = TILLS) -> dict[str, Any]:
    """Let them call for so long; raises RuntimeError when one of them got no answer or a wrong one."""
    result: dict[str, Any] = tills.ask(f"run {seconds} {count}")
    if result["failures"]:
        raise RuntimeError(f"{len(result['failures'])} failed, such as {result['failures'][0]}")
    return result


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()
