"""Who tries out addresses is soon asked to wait; a counter that works never notices."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.central_shop import CentralShop
from fakes.central_till import Answer, Journal, Till, enrolled_till

from sync import contract
from sync.central.server import CentralServer
from sync.central.settings import CentralSettings

Serve = Callable[..., str]
KNOWN = "ann@example.com"


@pytest.fixture
def central_database(tmp_path: Path) -> str:
    """Limits are kept in memory, whatever the engine."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def serve(shop: CentralShop) -> Iterator[Serve]:
    """Start a service with these settings; its address."""
    shop.clock.at = datetime.now(UTC)  # requests are signed with the real time
    shop.member(KNOWN)
    with ExitStack() as stack:

        def start(**settings: int) -> str:
            server = CentralServer(shop.service, settings=CentralSettings(**settings)).start()
            stack.callback(server.stop)
            return server.url

        yield start


def look_up(till: Till, email: str, address: str = "") -> Answer:
    body = contract.encode(contract.FindMember(email=email))
    headers = till.headers("POST", contract.PATH_FIND_MEMBER, body)
    return till.send(
        "POST", contract.PATH_FIND_MEMBER, body, headers | ({"X-Forwarded-For": address} if address else {})
    )


def test_a_counter_that_finds_its_members_is_not_held_up(shop: CentralShop, serve: Serve) -> None:
    till = enrolled_till(serve(misses_at_once=2, misses_per_minute=1), shop.service.open_enrolment("001", "01"))
    assert {look_up(till, KNOWN).status for _ in range(20)} == {200}


def test_who_finds_nobody_again_and_again_has_to_wait(shop: CentralShop, serve: Serve) -> None:
    url = serve(misses_at_once=3, misses_per_minute=1)
    till = enrolled_till(url, shop.service.open_enrolment("001", "01"))
    answers = [look_up(till, f"guess{number}@example.com").status for number in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert look_up(till, KNOWN).status == 429, "a hit would tell as much as a miss"
    other = enrolled_till(url, shop.service.open_enrolment("001", "02"))
    assert look_up(other, KNOWN).status == 200
    assert 'central_look_ups_found_total{found="no"} 3.0' in till.send("GET", "/metrics").body.decode()


def test_numbers_of_gift_cards_cannot_be_tried_out_either(shop: CentralShop, serve: Serve) -> None:
    till = enrolled_till(serve(misses_at_once=2, misses_per_minute=1), shop.service.open_enrolment("001", "01"))
    statuses = [
        till.post(contract.PATH_FIND_GIFT_CARD, contract.FindGiftCard(number=f"60064912345678{number:05}")).status
        for number in range(4)
    ]
    assert statuses == [404, 404, 429, 429]


def test_terminals_of_one_address_share_a_limit_and_a_trusted_proxy_says_which_address(
    shop: CentralShop, serve: Serve
) -> None:
    url = serve(address_look_ups_at_once=4, address_look_ups_per_minute=1)
    tills = [enrolled_till(url, shop.service.open_enrolment("001", f"{number:02}")) for number in (1, 2)]
    asked = [look_up(till, KNOWN, "203.0.113.7").status for till in (*tills, *tills, *tills)]
    assert asked == [200, 200, 200, 200, 429, 429]
    assert look_up(tills[0], KNOWN, "203.0.113.8").status == 200


def test_nobody_but_a_trusted_proxy_is_believed_about_addresses(shop: CentralShop, serve: Serve) -> None:
    url = serve(address_look_ups_at_once=2, address_look_ups_per_minute=1, trusted_proxies=("10.0.0.5",))
    till = enrolled_till(url, shop.service.open_enrolment("001", "01"))
    assert [look_up(till, KNOWN, f"203.0.113.{number}").status for number in range(4)] == [200, 200, 429, 429]


def test_a_watcher_sees_that_it_lives_is_ready_and_how_long_the_queue_is(shop: CentralShop, serve: Serve) -> None:
    till = enrolled_till(serve(), shop.service.open_enrolment("001", "01"))
    assert till.send("GET", "/live").json == {"status": "alive"}
    ready = till.send("GET", "/ready").json
    assert (ready["status"], ready["uploads_waiting"]) == ("ready", 0)
    assert ready["schema"] >= 7
    text = till.send("GET", "/metrics").body.decode()
    for name in ("central_uploads_waiting 0.0", "central_requests_waiting", "central_version_info{", "process_cpu"):
        assert name in text


def test_what_wants_an_alarm_is_counted(shop: CentralShop) -> None:
    assert shop.service.watch() == (0, 0)
    journal = Journal()
    journal.append("teleport", {})
    shop.upload(journal)
    shop.pass_time(hours=1)
    shop.service.note_seen("001-02")
    assert shop.service.watch() == (2, 1), "two of three terminals not heard of, one event to decide about"
