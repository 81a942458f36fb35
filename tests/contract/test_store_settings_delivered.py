"""A manager changes the store's settings at one till; the others of the store take the change for its day."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest
from fakes.memory_shop import PlainFormatter
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from pos_app.domain.operator import Operator, Role
from pos_app.sample_store import FOLDER
from pos_app.services.approvals import Approvals
from pos_app.services.set_up.set_up import SetUp
from pos_app.store_book import StoreFileBook
from pos_app.store_delivery import changes_of
from sync.store_settings import PATH_STORE_SETTINGS
from sync.terminal.engine import SyncEngine

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


class SetUpTill(RealTill):
    """A till with its own store.toml and the room for it."""

    def __init__(self, folder: Path, central: RealCentral, workstation_id: str) -> None:
        super().__init__(folder, workstation_id)
        self.folder = folder
        text = (FOLDER / "store.toml").read_text(encoding="utf-8")
        (folder / "store.toml").write_text(text.replace('"02"', f'"{workstation_id}"'), encoding="utf-8")
        self.book = StoreFileBook(folder, self.clock.now)
        self.desk = SetUp(
            self.book,
            approvals=Approvals(MANAGER),
            operator=MANAGER,
            storage=self.data.storage,
            clock=self.clock,
            ids=self.ids,
            formatter=PlainFormatter(),
            profile=self.profile,
            preview=lambda profile: b"",
        )
        self.desk.begin()
        self.enrol(central.url, central.service.open_enrolment("001", workstation_id))
        self.connect()

    def connect(self, central_url: str = "") -> None:
        super().connect(central_url)
        self.terminal_id = self.data.identity.terminal_id()
        self.engine = SyncEngine(self.data.outbox, self.client, self.clock, take_settings=self._take)

    def _take(self, document: bytes) -> None:
        self.book.take_delivered(changes_of(document))

    def change(self, days: int = 0, **values: object):
        """Other values of the file's first table, so many days after the first possible one."""
        draft = self.desk.draft()
        for key, value in values.items():
            draft.set((key,), value)
        return self.desk.save(draft, self.desk.earliest() + timedelta(days=days), "because")

    def hear(self) -> None:
        """Send what there is, then ask for what others sent, as a till does now and then."""
        self.drain()
        self.engine._terms_held = None
        self.drain()


@pytest.fixture
def central(tmp_path: Path, central_database: str) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central", central_database)
    yield made
    made.close()


@pytest.fixture
def tills(tmp_path: Path, central: RealCentral) -> Iterator[tuple[SetUpTill, SetUpTill]]:
    made = SetUpTill(tmp_path / "one", central, "01"), SetUpTill(tmp_path / "two", central, "02")
    yield made
    for till in made:
        till.close()


def test_a_change_waits_at_the_other_till_too_and_begins_with_the_same_day(tills) -> None:
    one, two = tills
    one.change(store_name="Northgate Home", tax=[{"tax_id": "sales", "name": "Sales tax", "rate": "0.0875"}])
    one.drain()
    two.hear()
    (version, _) = two.desk.versions()
    assert version.waits
    assert version.origin == one.terminal_id
    assert (version.by, version.why) == ("manager-1", "because")
    assert two.book.plain()["store_name"] == "Northgate Electronics"
    store = two.book.take_due(two.desk.earliest())
    assert store is not None
    assert (store.profile.store_name, store.profile.workstation_id) == ("Northgate Home", "02")
    assert store.profile.tax_rates[0].rate_micro == 87_500


def test_what_came_is_not_sent_again_and_not_taken_twice(tills) -> None:
    one, two = tills
    one.change(store_name="Northgate Home")
    one.drain()
    for _ in range(3):
        two.hear()
        one.hear()
    two.desk.draft()
    kinds = two.data.database.all("SELECT count(*) FROM journal WHERE kind = 'store_settings_changed'")
    assert [tuple(row) for row in kinds] == [(0,)]
    assert len(two.desk.versions()) == 2
    assert len(one.desk.versions()) == 2


def test_a_withdrawn_change_waits_nowhere(tills) -> None:
    one, two = tills
    version = one.change(store_name="Northgate Home")
    one.drain()
    two.hear()
    one.desk.withdraw(version)
    one.drain()
    two.hear()
    assert not two.desk.versions()[0].waits
    assert two.book.take_due(two.desk.earliest()) is None


def test_a_change_that_does_not_fit_this_till_is_kept_with_the_reason_and_never_begins(tills) -> None:
    one, two = tills
    two.change(store_name="Southgate")
    one.change(store_name="Northgate Home")
    one.drain()
    two.hear()
    version = two.desk.versions()[0]
    assert not version.waits
    assert "does not go together with the change of" in version.withdrawn_by
    assert two.book.planned()["store_name"] == "Southgate"


def test_a_till_that_was_restored_from_a_copy_gets_back_what_it_had_saved_since(tills) -> None:
    one, _ = tills
    one.change(store_name="Northgate Home")
    one.drain()
    rmtree(one.folder / "store-history")
    one.book = StoreFileBook(one.folder, one.clock.now)
    one.client.close()
    one.connect()  # as a till that starts again does
    one.hear()
    assert one.book.planned()["store_name"] == "Northgate Home"
    assert one.book.next_day == one.desk.earliest().isoformat()


def test_tills_of_other_stores_hear_nothing(tills, central, tmp_path) -> None:
    one, _ = tills
    one.change(store_name="Northgate Home")
    one.drain()
    answer = central.service.settings_changes("002", "")
    assert answer.changes == []
    own = central.service.settings_changes("001", "")
    assert [change.words for change in own.changes] == [["Name: Northgate Electronics → Northgate Home"]]
    assert central.service.settings_changes("001", own.digest).unchanged


def test_a_service_that_is_older_than_this_has_none_and_the_till_goes_on(tills, monkeypatch) -> None:
    one, two = tills
    real = two.client.get

    def get(path: str, kind: type):
        return real(path.replace(PATH_STORE_SETTINGS, "/v1/nothing-here"), kind)

    monkeypatch.setattr(two.client, "get", get)
    one.change(store_name="Northgate Home")
    one.drain()
    two.hear()
    assert two.book.next_day == ""


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"what": "saved", "edits": [{"place": []}]},
        {"what": "saved", "edits": "all", "by": 1, "why": "", "effective_on": "soon", "words": []},
    ],
    ids=["empty", "half", "wrong"],
)
def test_an_entry_that_says_nothing_readable_is_left_out_and_the_others_are_delivered(
    tills, central, payload, expect_log
) -> None:
    one, _ = tills
    with one.data.storage.unit_of_work() as work:
        work.append("store_settings_changed", payload)
        work.commit()
    one.change(store_name="Northgate Home")
    one.drain()
    expect_log("says nothing of settings that can be read")
    assert [change.why for change in central.service.settings_changes("001", "").changes] == ["because"]


def test_edits_too_long_for_the_journal_stay_out_of_it(tills, central) -> None:
    one, _ = tills
    one.change(receipt_footer=["x" * 50 for _ in range(1_300)])
    one.drain()
    rows = one.data.database.all("SELECT payload FROM journal WHERE kind = 'store_settings_changed'")
    (payload,) = (json.loads(row[0]) for row in rows)
    assert "edits" not in payload
    assert central.service.settings_changes("001", "").changes == []


def test_the_document_on_the_wire_is_read_strictly() -> None:
    with pytest.raises(ValueError, match="Expected"):
        changes_of(b'{"digest": 5}')
    assert changes_of(b'{"digest": "x"}') == []
