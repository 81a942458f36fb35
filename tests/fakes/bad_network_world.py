"""Two real tills, each behind a bad network of its own, and one real service."""

import random
from contextlib import suppress
from pathlib import Path

from fakes.fault_proxy import PASS, FaultProxy, seeded
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from pos_app.domain.journal import verify_chain
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import Clock
from pos_app.storage.journal import incarnations, stream_entries
from sync.terminal.retry import Outcome

EMAILS = ("ann@example.com", "bob@example.com", "cleo@example.com")
START_POINTS = 5000


class CrashError(Exception):
    """Power is gone at this point."""


class World:
    """Two tills, each behind a bad network of its own, and one service."""

    def __init__(self, folder: Path, seed: int, clock: Clock | None = None) -> None:
        self.clock = clock
        self.random = random.Random(seed)
        self.folder = folder
        self.central = RealCentral(folder / "central", clock=clock)
        self.members = {email: self.central.member(email, START_POINTS) for email in EMAILS}
        self.receipts: list[tuple[str, RetailTransaction]] = []
        self.proxies = [FaultProxy(self.central.port, seeded(seed * 2 + n)) for n in range(2)]
        self.tills = [self._first_start(n) for n in range(2)]

    def _first_start(self, number: int) -> RealTill:
        till = RealTill(self.folder / f"till-{number}", f"0{number}", self.clock)
        till.enrol(self.central.url, self.central.service.open_enrolment("001", f"0{number}"))
        till.connect(self.proxies[number].url)
        return till

    def restart(self, number: int) -> None:
        self.tills[number].close()
        self.tills[number] = RealTill(self.folder / f"till-{number}", f"0{number}", self.clock)
        self.tills[number].connect(self.proxies[number].url)

    def sell(self, till: RealTill) -> None:
        """A sale to somebody, with points where the hold came through; the receipt is what counts."""
        email = self.random.choice((*EMAILS, ""))
        codes = self.random.choices(("10", "11", "12"), k=self.random.randint(1, 3))
        account, points = None, 0
        if email and self.random.random() < 0.7:
            with suppress(OfflineError):
                account = till.gateway.find_member(email)
        if account is not None and "12" in codes and self.random.random() < 0.7:
            points = 100 * self.random.randint(1, 5)
        try:
            sale = till.ring_up(*codes, account=account, email=email, points=points)
        except (OfflineError, RefusedError):
            outcome = till.tendering.add_cash(till.tendering.cash_due_minor)
            assert outcome.completed is not None
            sale = outcome.completed.transaction
        self.receipts.append((email, sale))

    def step(self, number: int) -> None:
        """The next batch, perhaps with the power going after the answer and before the mark is on disk."""
        till = self.tills[number]
        if self.random.random() < 0.2:
            acknowledge = till.data.outbox.acknowledge

            def crash(*_: object) -> None:
                raise CrashError

            till.data.outbox.acknowledge = crash
            with suppress(CrashError):
                till.engine.step()
            till.data.outbox.acknowledge = acknowledge
            self.restart(number)
        else:
            till.engine.step()

    def heal(self) -> None:
        for proxy in self.proxies:
            proxy.plan = lambda number: PASS
            proxy.deliver_late()
        for till in self.tills:
            assert till.drain().outcome is Outcome.DONE

    def journal(self, till: RealTill) -> list:
        database = till.data.database
        ((number, _),) = incarnations(database)
        return list(stream_entries(database, till.data.identity.terminal_id(), number))

    def assert_everything_is_there_once(self) -> None:
        report = self.central.service.verify()
        assert report.findings == ()
        assert report.quarantined == 0
        journals = [self.journal(till) for till in self.tills]
        for journal in journals:
            verify_chain(journal)
        assert report.events == sum(len(journal) for journal in journals)
        sold = [sale.header.receipt_number for _, sale in self.receipts]
        assert len(sold) == len(set(sold)) == sum(entry.kind == "sale" for journal in journals for entry in journal)
        for email in EMAILS:
            promised = sum(sale.earned.points - sale.points_used for who, sale in self.receipts if who == email)
            assert self.central.balance(email) == START_POINTS + promised, email

    def close(self) -> None:
        for till in self.tills:
            till.close()
        for proxy in self.proxies:
            proxy.close()
        self.central.close()
