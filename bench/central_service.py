"""A real central service in a process of its own, which knows the members of generated sales."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.till_data import MEMBER_COUNT, member_email
from sync import contract
from sync.central.service import CentralService

_JOINED_AT = "2020-01-01T00:00:00+00:00"


@contextmanager
def central_running(folder: Path, store_id: str, workstation_id: str) -> Iterator[tuple[str, str]]:
    """Its address, and a code that lets one workstation in."""
    service = CentralService.open(folder)
    for number in range(MEMBER_COUNT):
        service.enrol_member(
            contract.EnrolMember(
                event_id=f"bench-{number}", email=member_email(number), marketing_consent=False, joined_at=_JOINED_AT
            )
        )
    code = service.open_enrolment(store_id, workstation_id)
    service.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "pos_app", "central", "serve", "--port", "0", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1], code
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def points_of_members(folder: Path) -> int:
    """What all of them have together, in points."""
    service = CentralService.open(folder)
    total = 0
    for number in range(MEMBER_COUNT):
        answer = service.find_member(contract.FindMember(email=member_email(number)))
        total += answer.member.balance_points if answer.member else 0
    service.close()
    return total
