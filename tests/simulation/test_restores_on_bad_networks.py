"""Tills that are backed up, crash, and are restored from older copies, over a network that lies, by a seed.

The oracle is what customers hold in their hands. A sale that was acknowledged, or is still in a journal, counts once;
one that was lost with its machine before an answer was heard counts once or, where it never arrived, not at all. No
receipt number is ever given out twice.
"""

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.bad_network_world import EMAILS, START_POINTS, World
from fakes.real_till import RealTill

from pos_app.backup_room import LocalBackups
from pos_app.clock import SystemClock
from pos_app.ports.backup import BackupCopy, CopyState
from pos_app.settings import TerminalSettings
from pos_app.storage import restore
from pos_app.storage.backup_copy import COPY_FILE, key_of
from pos_app.storage.database import connect
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import SCHEMA_VERSION

STEPS = 40
SEEDS = range(int(os.environ.get("RESTORE_SEEDS", "2")))  # more of them: RESTORE_SEEDS=100


class LaterEachTime(SystemClock):
    """The machine's clock, some of it ahead: a sale takes a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + int(self.ahead.total_seconds() * 1000)


class RestoringWorld(World):
    """The tills' copies lie on a stick that outlives their machines."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.recovery_keys: dict[int, str] = {}
        self.lost_unheard: set[str] = set()
        """Receipts of sales that no answer was heard of before their machine lost them."""
        super().__init__(folder, seed, LaterEachTime())
        for number, till in enumerate(self.tills):
            self.recovery_keys[number] = self.backups(till).new_recovery_key("manager-1")
            self.back_up(number)

    def backups(self, till: RealTill) -> LocalBackups:
        folder = till.data.database.path.parent
        settings = TerminalSettings(backup_folder=str(self.stick))
        keys = KeyFile(folder / "terminal.key")
        return LocalBackups(folder, settings, till.data.database, keys, till.clock, till.data.storage)

    def back_up(self, number: int) -> None:
        assert self.backups(self.tills[number]).make("by hand").state is CopyState.GOOD

    def a_copy(self, number: int) -> BackupCopy:
        return self.random.choice(self.backups(self.tills[number]).copies())

    def restore(self, number: int, *, new_machine: bool) -> None:
        """From some copy, new or old: on the same machine, or on one that has nothing of the broken one."""
        till, copy = self.tills[number], self.a_copy(number)
        kept = self._receipts_in(copy, self.recovery_keys[number])
        rows = till.data.database.all(
            "SELECT payload FROM journal j JOIN incarnation i ON i.number = j.incarnation_number "
            "WHERE j.sequence > i.acknowledged"
        )
        unheard = {bytes(payload) for (payload,) in rows}
        for _, sale in self.receipts:
            receipt = sale.header.receipt_number
            mine = sale.header.workstation_id == till.profile.workstation_id
            if mine and receipt not in kept and any(f'"{receipt}"'.encode() in payload for payload in unheard):
                self.lost_unheard.add(receipt)
        folder = till.data.database.path.parent
        if not new_machine:
            self.backups(till).stage(copy, "manager-1", recovery_key=self.recovery_keys[number])
            self.restart(number)
            return
        till.close()
        shutil.rmtree(folder)
        folder.mkdir()
        restore.stage(
            copy,
            key_of(copy, recovery_key=self.recovery_keys[number]),
            folder,
            KeyFile(folder / "terminal.key"),
            newest_schema=SCHEMA_VERSION,
            at=till.clock.now(),
            by="manager-1",
            progress=lambda done, whole: None,
        )
        self.tills[number] = RealTill(folder, f"0{number}", self.clock)
        self.tills[number].connect(self.proxies[number].url)

    def _receipts_in(self, copy: BackupCopy, recovery_key: str) -> set[str]:
        connection = connect(copy.path / COPY_FILE, key_of(copy, recovery_key=recovery_key), read_only=True)
        rows = connection.execute("SELECT receipt_number FROM journal WHERE kind = 'sale'").fetchall()
        connection.close()
        return {receipt for (receipt,) in rows}

    def assert_nothing_is_lost_or_doubled(self) -> None:
        assert self.central.service.verify().findings == ()
        for till in self.tills:
            assert audit(till.data.database).faults == []
            assert till.data.outbox.quarantined() == []
        sold = {sale.header.receipt_number: (email, sale) for email, sale in self.receipts}
        assert len(sold) == len(self.receipts), "a receipt number was given out twice"
        with self.central.service._database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT receipt_number, total_minor FROM sale").all()
        arrived = Counter(receipt for receipt, _ in rows)
        assert set(arrived.values()) <= {1}
        assert sold.keys() - self.lost_unheard <= arrived.keys() <= sold.keys()
        assert all(sold[receipt][1].total_minor == total for receipt, total in rows)
        for email in EMAILS:
            promised = sum(
                sale.earned.points - sale.points_used
                for receipt, (who, sale) in sold.items()
                if who == email and receipt in arrived
            )
            assert self.central.balance(email) == START_POINTS + promised, email


@pytest.mark.parametrize("seed", SEEDS)
def test_restored_tills_on_bad_networks_count_everything_once(
    tmp_path: Path, seed: int, expect_log: Callable[[str], None]
) -> None:
    expect_log("was restored from a copy")
    expect_log("the journal goes on under a new incarnation")
    world = RestoringWorld(tmp_path, seed)
    acts: dict[str, Callable[[int], None]] = {
        "sell": lambda number: world.sell(world.tills[number]),
        "step": world.step,
        "restart": world.restart,
        "back up": world.back_up,
        "restore": lambda number: world.restore(number, new_machine=False),
        "new machine": lambda number: world.restore(number, new_machine=True),
    }
    often = ("sell", "sell", "sell", "step", "step", "restart", "back up", "back up", "restore", "new machine")
    chance = random.Random(seed + 1_000)
    for _ in range(STEPS):
        world.clock.ahead += timedelta(minutes=1)
        acts[chance.choice(often)](chance.randrange(2))
    for number in range(2):
        acts["restore"](number)
        acts["sell"](number)
    world.heal()
    world.assert_nothing_is_lost_or_doubled()
    world.close()
