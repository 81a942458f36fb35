"""Tills and services of different versions: words of earlier ones, byte for byte, and a service that knows less."""

import gzip
import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.older_central import OlderCentral
from fakes.real_central import RealCentral
from fakes.real_till import RealTill
from fakes.released_data import VERSIONS, Exchange, exchanges, knows, released

from pos_app.clock import SetClock
from pos_app.domain.journal import EventKind
from sync import contract
from sync.central.operations import OPERATIONS

OF_THE_MOMENT = {"server_time", "as_of", "expires_at", "body", "signature", "card_number"}
"""Made anew for each answer."""
FROM_LATER_ON = {"terms_version", "allowance_public_key", "terminal_budget_points"}
"""A mark of what changed last, and what a service did not offer yet."""


def recorded_at(said: list[Exchange]) -> datetime:
    """When this was said; signatures are good for five minutes."""
    seconds = next(int(one.headers["x-timestamp"]) for one in said if "x-timestamp" in one.headers)
    return datetime.fromtimestamp(seconds, UTC)


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def central(version: str, tmp_path: Path) -> Iterator[RealCentral]:
    """This version of the service over the data that the earlier one had before its till asked in, at that moment."""
    folder = released(version, tmp_path / "central")
    (folder / "central-before.db").replace(folder / "central.db")
    made = RealCentral(folder, clock=SetClock(recorded_at(exchanges(version))))
    yield made
    made.close()


def say_again(central: RealCentral, one: Exchange) -> tuple[int, Any]:
    """The recorded bytes, as they were signed."""
    connection = http.client.HTTPConnection("127.0.0.1", central.port, timeout=10)
    try:
        connection.request(one.method, one.path, one.body, one.headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return answer.status, json.loads(content) if content else {}


def missing_in(answer: Any, earlier: Any, place: str = "") -> list[str]:
    """What a till of the earlier version was told and would not be told now, or be told otherwise."""
    if isinstance(earlier, dict):
        if not isinstance(answer, dict):
            return [f"{place}: {answer!r} is no object"]
        return [
            fault
            for key, value in earlier.items()
            for fault in (
                [f"{place}/{key} is gone"] if key not in answer else missing_in(answer[key], value, f"{place}/{key}")
            )
        ]
    if isinstance(earlier, list):
        if not isinstance(answer, list) or len(answer) < len(earlier):
            return [f"{place}: {answer!r} has less than {earlier!r}"]
        return [
            fault
            for number, (new, old) in enumerate(zip(answer, earlier, strict=False))
            for fault in missing_in(new, old, f"{place}/{number}")
        ]
    if place.rsplit("/", 1)[-1] in OF_THE_MOMENT | FROM_LATER_ON:
        return [] if type(answer) is type(earlier) else [f"{place}: {answer!r} was {earlier!r}"]
    return [] if answer == earlier else [f"{place}: {answer!r} was {earlier!r}"]


def test_a_till_of_an_earlier_version_is_answered_as_it_was(central: RealCentral, version: str) -> None:
    faults = []
    for one in exchanges(version):
        status, answer = say_again(central, one)
        faults += (
            missing_in(answer, one.answer, one.path) if status == one.status else [f"{one.path}: {status} {answer}"]
        )
    assert not faults, "\n".join(faults)
    assert central.service.verify().findings == ()
    assert central.balance("demo@example.com") == 3924


def test_an_earlier_till_that_repeats_itself_is_counted_once(central: RealCentral, version: str) -> None:
    for one in exchanges(version):
        say_again(central, one)
    again = [one for one in exchanges(version) if one.path == contract.PATH_JOURNAL]
    for one in again:
        status, _ = say_again(central, one)
        assert status == 401, "a nonce is good for one request"
    assert central.balance("demo@example.com") == 3924


def test_no_path_that_an_earlier_till_asks_is_gone(version: str) -> None:
    assert set(knows(version)["paths"]) <= {operation.path for operation in OPERATIONS}


def test_no_kind_of_event_that_an_earlier_till_writes_is_unknown(version: str) -> None:
    assert set(knows(version)["kinds"]) <= {kind.value for kind in EventKind}


# --- this version's till at a service that knows less ----------------------------------------------------------------


@pytest.fixture
def older(version: str, tmp_path: Path) -> Iterator[tuple[RealCentral, OlderCentral]]:
    behind = RealCentral(tmp_path / "service")
    made = OlderCentral(version, behind.url)
    yield behind, made
    made.close()
    behind.close()


def test_this_till_sells_and_syncs_at_a_service_of_an_earlier_version(
    older: tuple[RealCentral, OlderCentral], version: str, tmp_path: Path
) -> None:
    behind, central = older
    behind.member("jo@example.com", points=1_000)
    till = RealTill(tmp_path / "till")
    try:
        till.enrol(central.url, behind.service.open_enrolment("001", "01"))
        till.connect(central.url)
        till.drain()
        account = till.rewards.find_member("jo@example.com")
        sale = till.ring_up("10", account=account, points=500)
        till.drain()
        assert till.data.outbox.pending_count() == 0
        later = {kind.value for kind in EventKind} - set(knows(version)["kinds"])
        assert {one.reason for one in till.data.outbox.quarantined()} <= {"unknown_kind"}
        kinds = dict(till.data.database.all("SELECT sequence, kind FROM journal"))
        assert {kinds[one.sequence] for one in till.data.outbox.quarantined()} <= later
        assert "sale" not in {kinds[one.sequence] for one in till.data.outbox.quarantined()}
        assert behind.balance("jo@example.com") == 500 + sale.earned.points
    finally:
        till.close()


def test_fields_of_a_later_version_are_not_in_the_way_of_this_one(version: str) -> None:
    """Both ends read what they know; the rest is left alone."""
    (answer,) = [one.answer for one in exchanges(version) if one.path == contract.PATH_ENROL_TERMINAL]
    read = contract.decode(json.dumps(answer | {"said_later": {"deep": [1]}}).encode(), contract.TerminalEnrolled)
    assert read.terminal_id == "001-02"
