"""Points used offline by real tills on real disks, settled by the real central service."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.cut_stores import Country
from fakes.terminal_data import raw

from pos_app.storage.journal_audit import audit


@pytest.fixture
def country(tmp_path: Path) -> Iterator[Country]:
    made = Country(tmp_path, 3, 2, {f"m{number}@example.com": number % 4 * 500 for number in range(8)})
    yield made
    made.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_stores_cut_off_and_healed_settle_every_redemption_once_and_owe_no_more_than_allowed(
    country: Country, seed: int
) -> None:
    chance = random.Random(seed)
    emails, owed = list(country.opening), 0
    for _ in range(3):
        for till in country.tills:
            for email in chance.sample(emails, 5):
                till.look_up(email)
            till.line.online = chance.random() < 0.2
        for _ in range(60):
            till, email = chance.choice(country.tills), chance.choice(emails)
            account = till.look_up(email)
            if account is not None:
                offline = not till.line.online or chance.random() < 0.3
                till.spend(email, account, chance.randint(1, 5) * 100, offline=offline)
            match chance.randrange(12):
                case 0:
                    till.restart()
                case 1:
                    till.line.online, till.line.loses_answers = True, True
                    till.upload()
                    till.line.loses_answers = False
                case 2:
                    till.line.online = chance.random() < 0.5
                    till.upload()
                case 3:
                    country.clock.at += timedelta(minutes=chance.randint(1, 30))
            assert till.data.storage.offline_spending("", country.clock.now()).terminal_points <= 1500
        country.heal()
        owed = max(owed, country.check())
        country.clock.at += timedelta(minutes=10)
    assert owed > 0, "the simulation must have come to where it hurts"


def test_a_store_shares_its_budget_among_its_tills_and_says_when_it_is_used_up(tmp_path: Path) -> None:
    with closing(Country(tmp_path, 1, 2, {f"m{number}@example.com": 2000 for number in range(8)})) as country:
        till = country.tills[0]
        till.upload()
        country.clock.at += timedelta(minutes=16)  # the second till came in after the first had asked
        till.upload()
        assert till.data.terms.offline_policy().terminal_budget_points == 1500
        accounts = {email: till.look_up(email) for email in country.opening}
        till.line.online = False
        answers = [till.spend(email, account, 500, offline=True) for email, account in accounts.items()]
        assert answers[:3] == ["", "", ""]
        assert all("limit" in answer for answer in answers[3:])
        country.heal()
        assert country.check() == 0


def test_who_leaves_at_one_till_is_forgotten_at_the_others_when_they_next_hear_of_the_service(tmp_path: Path) -> None:
    with closing(Country(tmp_path, 2, 1, {"m@example.com": 500})) as country:
        here, elsewhere = country.tills
        account = elsewhere.look_up("m@example.com")
        assert account is not None
        assert elsewhere.membership.offline_limit(account).limit_points == 500
        here.membership.leave(account.member_id, "moved away")
        elsewhere.upload()
        elsewhere.line.online = False
        assert elsewhere.look_up("m@example.com") is None


def test_a_limit_that_was_tampered_with_is_found_by_the_journal(tmp_path: Path) -> None:
    with closing(Country(tmp_path, 1, 1, {"m@example.com": 500})) as country:
        (till,) = country.tills
        account = till.look_up("m@example.com")
        assert account is not None
        till.line.online = False
        assert till.spend("m@example.com", account, 500, offline=True) == ""
        assert audit(till.data.database).faults == []
        raw(till.data.database, "UPDATE offline_redemption SET points = 100")
        (fault,) = audit(till.data.database).faults
        assert "not counted as the journal says" in fault
