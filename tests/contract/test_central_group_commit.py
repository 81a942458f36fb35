"""Many tills at once, through real sockets, on each engine."""

import threading
from datetime import UTC, datetime

from fakes.central_shop import CentralShop
from fakes.central_till import Journal, Till, enrolled_till

from sync import contract
from sync.central.server import CentralServer


def test_sixteen_tills_uploading_at_once_share_commits_and_lose_nothing(shop: CentralShop) -> None:
    shop.clock.at = datetime.now(UTC)  # requests are signed with the real time
    server = CentralServer(shop.service).start()
    url = server.url
    member_id = shop.member()
    tills = [enrolled_till(url, shop.service.open_enrolment("001", f"{number:02}")) for number in range(16)]
    failures: list[str] = []

    def work(till: Till) -> None:
        journal = Journal(till.terminal_id)
        for number in range(6):
            journal.sale(f"{till.terminal_id}-{number}", member_id=member_id)
        for first in (1, 3, 5):
            for _ in range(2):
                answer = till.post(contract.PATH_JOURNAL, journal.batch(first, first + 1))
                if answer.status != 200 or answer.json["acknowledged"] < first + 1:
                    failures.append(f"{answer.status} {answer.body!r}")

    threads = [threading.Thread(target=work, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert shop.points() == 16 * 6 * 100
    assert b'central_events_total{status="applied"} 96.0' in tills[0].send("GET", "/metrics").body
    server.stop()
