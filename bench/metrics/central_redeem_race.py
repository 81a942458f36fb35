"""Metric 14: 64 tills redeem the points of ten members at once; what is allowed is redeemed, and not a point more."""

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.central_crowd import TILLS, crowd, join_members, let_in, run, service_processes
from bench.central_database import postgresql, schema_of
from bench.floors.raw_redeeming import RawRedeeming
from bench.measuring import Effort, Measured, Spread, timed
from sync import contract
from sync.central.service import CentralService

_MEMBERS = 10
_POINTS = 100
_ALLOWED = 10
"""Holds that each member's balance allows."""
_AT_MOST_S = 90.0


def measure(effort: Effort) -> list[Measured]:
    """Two service processes over one PostgreSQL. Raises AssertionError when a figure in the books is off."""
    tries = effort.samples(20, 4)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pos-bench-central-")))
        server = stack.enter_context(postgresql(folder / "postgresql"))
        url = schema_of(server, "central")
        service = CentralService.open(folder, url)
        stack.callback(service.close)
        # Nobody is asked for a proof, so that the race is for the points alone.
        terms = contract.Terms(terms_id="race", version=2, effective_from="2020-01-01T00:00:00+00:00", redeem_proofs=[])
        service.load_terms(terms)
        members = join_members(folder, url, _MEMBERS)
        for member_id in members:
            service.grant_points(member_id, member_id, _ALLOWED * _POINTS, earned_on=datetime.now(UTC).date())
        raw = RawRedeeming(schema_of(server, "floor"), _MEMBERS, _ALLOWED * _POINTS)
        stack.callback(raw.close)
        floor = [timed(lambda: raw.hold(_POINTS), 1e6) for _ in range(TILLS * tries)]
        with (
            service_processes(folder, url, 2) as urls,
            crowd(folder, urls, let_in(folder, url), members) as calling,
        ):
            calling.ask(f"hold {tries} {_MEMBERS} {_POINTS}")
            race = run(calling, _AT_MOST_S)
            assert race["events"] == _MEMBERS * _ALLOWED, f"{race['events']} holds of {_MEMBERS * _ALLOWED}"
            calling.ask("capture")
            captured = run(calling, _AT_MOST_S)
            assert captured["events"] == _MEMBERS * _ALLOWED
        report = service.verify()
        assert not report.findings, report.findings
        assert not service.quarantined()
        _assert_spent(service)
    attempts = len(race["times_ms"])
    return [
        Measured(
            f"14 redeem race, {TILLS} tills on {_MEMBERS} members, 2 processes",
            "us",
            "conditional update + row",
            Spread.of(floor),
            Spread.of([race["seconds"] * 1e6 / attempts]),
            remark=f"{attempts / race['seconds']:,.0f} attempts per second, {race['refused']:,} refused; "
            f"{captured['events'] / captured['seconds']:,.0f} captures per second; books proven",
        )
    ]


def _assert_spent(service: CentralService) -> None:
    """Every member has what their sales earned and nothing else: all that was there is redeemed, and nothing twice."""
    for number in range(_MEMBERS):
        member: Any = service.find_member(contract.FindMember(email=f"member{number}@example.com")).member
        kinds: dict[str, int] = {}
        for movement in service.movements(member.member_id):
            kinds[movement.kind] = kinds.get(movement.kind, 0) + movement.points
        assert kinds["redeem"] == -_ALLOWED * _POINTS, kinds
        assert member.balance_points == sum(kinds.values()) == member.available_points
