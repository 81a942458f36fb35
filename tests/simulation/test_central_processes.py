"""Several processes of the central service over one PostgreSQL: no process knows of another, and one is killed."""

import http.client
import itertools
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
from fakes.central_databases import new_postgresql_database
from fakes.central_till import Journal, Till, enrolled_till
from fakes.real_central import CentralProcess

from sync import contract
from sync.central.service import CentralService

PROCESSES, TILLS, SALES, JOINING, CAP = 3, 4, 16, 8, 20
KILLED_AFTER_UPLOADS = 20
POINTS_OF_A_SALE, POINTS_FOR_JOINING = 100, 250
JOINED_AT = "2014-11-28T09:00:00-08:00"
OFFER = contract.EnrolmentOfferMessage(
    offer_id="welcome",
    points=POINTS_FOR_JOINING,
    cap=CAP,
    starts_at="2014-11-01T00:00:00-07:00",
    ends_at="2014-12-31T23:59:59-08:00",
)


class Cluster:
    """The processes, and the news of what was answered by any of them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.processes = [CentralProcess(folder, url).start() for _ in range(PROCESSES)]
        self._answered = itertools.count(1)
        self._killed = False
        self._lock = threading.Lock()

    def answered(self) -> None:
        """Another upload was answered; in the middle of them all, the first process dies."""
        with self._lock:
            if next(self._answered) >= KILLED_AFTER_UPLOADS and not self._killed:
                self._killed = True
                self.processes[0].kill()

    @property
    def living(self) -> list[CentralProcess]:
        """The processes that answer."""
        return [process for process in self.processes if process.is_running()]

    def kill(self) -> None:
        """End them all."""
        for process in self.processes:
            process.kill()


def at(process: CentralProcess, till: Till) -> Till:
    """The same till, calling that process."""
    return Till(process.url, till.terminal_id, till.key)


def upload_all(cluster: Cluster, start: int, till: Till, journal: Journal) -> None:
    """Bring the whole journal in through one process, and through another one when that dies."""
    acknowledged = 0
    process = cluster.processes[start]
    while acknowledged < len(journal.entries):
        try:
            answer = at(process, till).post(contract.PATH_JOURNAL, journal.batch(acknowledged + 1, acknowledged + 5))
        except (OSError, http.client.HTTPException):
            process = cluster.living[start % len(cluster.living)]
            continue
        if answer.status == 503:
            continue
        assert answer.status == 200, answer.body
        acknowledged = answer.json["acknowledged"]
        cluster.answered()


def join_online(cluster: Cluster, till: Till, number: int) -> None:
    """The same person asks in through two processes that live on."""
    joining = contract.EnrolMember(
        event_id=f"online-{number}", email=f"online{number}@example.com", marketing_consent=False, joined_at=JOINED_AT
    )
    for process in cluster.processes[1:]:
        answer = at(process, till).post(contract.PATH_ENROL_MEMBER, joining)
        assert answer.status == 200, answer.body


def all_at_once(works: list[Callable[[], None]]) -> None:
    """Run them at the same moment; what one of them raises is raised."""
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_three_processes_take_the_same_uploads_and_one_is_killed(tmp_path: Path, postgresql_url: str) -> None:
    """Every till's journal goes in through all three at once, while people join online and an offer runs out."""
    url = new_postgresql_database(postgresql_url)
    service = CentralService.open(tmp_path, url)
    service.load_terms(
        contract.Terms(terms_id="p", version=2, effective_from="2014-01-01T00:00:00+00:00", enrolment_offers=[OFFER])
    )
    joining = contract.EnrolMember(
        event_id="hot", email="hot@example.com", marketing_consent=False, joined_at="2014-01-01T00:00:00+00:00"
    )
    hot = service.enrol_member(joining).member
    assert hot is not None
    with ExitStack() as stack:
        cluster = Cluster(tmp_path, url)
        stack.callback(cluster.kill)
        tills = [
            enrolled_till(cluster.processes[0].url, service.open_enrolment("001", f"{number:02}"))
            for number in range(1, TILLS + 1)
        ]
        journals = [_journal(till, hot.member_id) for till in tills]
        all_at_once(
            [
                *(
                    lambda start=start, till=till, journal=journal: upload_all(cluster, start, till, journal)
                    for start in range(PROCESSES)
                    for till, journal in zip(tills, journals, strict=True)
                ),
                *(lambda number=number: join_online(cluster, tills[0], number) for number in range(JOINING)),
            ]
        )
        assert len(cluster.living) == PROCESSES - 1

    assert service.verify().findings == ()
    assert service.quarantined() == []
    found = service.find_member(contract.FindMember(email="hot@example.com")).member
    assert found is not None
    assert found.balance_points == TILLS * SALES * POINTS_OF_A_SALE
    assert service.enrolments_granted("welcome") == CAP
    with psycopg.connect(url) as connection:
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM event), (SELECT count(DISTINCT event_id) FROM event), "
            "(SELECT sum(points) FROM ledger WHERE kind = 'enrolment')"
        ).fetchone()
    events = TILLS * (SALES + JOINING)
    assert counts == (events, events, CAP * POINTS_FOR_JOINING)
    service.close()


def _journal(till: Till, member_id: str) -> Journal:
    """Sales to one member whom all tills serve, and people who join in between."""
    journal = Journal(till.terminal_id)
    for number in range(SALES):
        journal.sale(f"{till.terminal_id}-{number}", member_id=member_id)
        if number % 2:
            name = f"{till.terminal_id}-{number}"
            journal.joined(f"{name}@example.com", contact_id=name, joined_at=JOINED_AT)
    return journal
