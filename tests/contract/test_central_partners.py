"""Points earned elsewhere: each row counts once, a wrong one says why and spoils no other, a file can come again."""

from pathlib import Path

import pytest
from fakes.at_once import at_once
from fakes.central_shop import CentralShop

from pos_app.domain.member_card import card_number
from sync.central.errors import CentralError
from sync.central.partner_file import FileError, Imported, import_file
from sync.membership import PartnerEarning

HEADER = "reference,points,earned_on,email,card_number,text\n"


@pytest.fixture
def bank(shop: CentralShop) -> str:
    """A partner whose points go into the pool card."""
    return shop.service.care.add_partner("bank", "card", b"k" * 32).partner_id


def row(reference: str = "r1", points: int = 70, **changes: str) -> PartnerEarning:
    fields = {"earned_on": "2014-11-01", "email": "a@example.com"} | changes
    return PartnerEarning(reference=reference, points=points, **fields)


def post(shop: CentralShop, partner_id: str, *rows: PartnerEarning) -> list[tuple[str, str]]:
    results = shop.service.care.post_earnings(partner_id, list(rows)).results
    return [(one.status, one.reason.partition(":")[0]) for one in results]


def test_a_partners_points_have_a_pool_of_their_own_and_count_once(shop: CentralShop, bank: str) -> None:
    shop.member(points=100)
    card = shop.balance().card_number
    first = row(), row("r2", 30, email="", card_number=card)
    assert post(shop, bank, *first) == [("applied", "")] * 2
    assert post(shop, bank, *first, row("r3", 5)) == [("duplicate", "")] * 2 + [("applied", "")]
    assert post(shop, bank, row("r1", 71)) == [("refused", "reference")]
    assert {pool.pool: pool.points for pool in shop.balance().pools} == {"card": 105, "store": 100}


def test_another_partners_same_number_is_another_row(shop: CentralShop, bank: str) -> None:
    shop.member()
    network = shop.service.care.add_partner("network", "network", b"n" * 32).partner_id
    assert post(shop, bank, row()) == post(shop, network, row()) == [("applied", "")]
    assert shop.points() == 140


def test_a_row_sent_by_eight_at_once_counts_once(shop: CentralShop, bank: str) -> None:
    shop.member()
    results = at_once(8, lambda index: post(shop, bank, row())[0][0])
    assert sorted(map(str, results)) == ["applied"] + ["duplicate"] * 7
    assert shop.points() == 70


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"email": "nobody@example.com"}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "", "card_number": card_number(1)}, "card_number"),
        ({"email": "", "card_number": "M123"}, "card_number"),
        ({"earned_on": "2014-02-30"}, "earned_on"),
        ({"earned_on": "2014-12-24"}, "earned_on"),
        ({"earned_on": "2012-12-24"}, "earned_on"),
        ({"text": "for a@example.com"}, "text"),
    ],
)
def test_a_wrong_row_says_which_column_and_spoils_no_other(
    shop: CentralShop, bank: str, wrong: dict[str, str], column: str
) -> None:
    shop.member()
    assert post(shop, bank, row("bad", **wrong), row("good")) == [("refused", column), ("applied", "")]
    assert shop.points() == 70


def test_a_refused_row_may_come_again_when_its_member_has_joined(shop: CentralShop, bank: str) -> None:
    assert post(shop, bank, row()) == [("refused", "email")]
    shop.member()
    assert post(shop, bank, row()) == [("applied", "")]


def test_a_partner_keeps_its_pool_and_never_gets_the_stores(shop: CentralShop, bank: str) -> None:
    for name, pool in (("bank", "other"), ("bank", "store"), ("x", "debt"), ("A B", "card")):
        with pytest.raises(CentralError):
            shop.service.care.add_partner(name, pool, b"z" * 32)
    assert shop.service.care.add_partner("bank", "card", b"z" * 32).public_key == b"z" * 32


# --- files ------------------------------------------------------------------------------------------------------------


def imported(shop: CentralShop, bank: str, file: Path) -> Imported:
    return import_file(file, lambda rows: shop.service.care.post_earnings(bank, rows).results)


def test_a_file_is_imported_and_its_bad_rows_are_named_beside_it(shop: CentralShop, bank: str, tmp_path: Path) -> None:
    shop.member()
    file = tmp_path / "november.csv"
    file.write_text(
        "\ufeff" + HEADER + "r1,70,2014-11-01,a@example.com,,Groceries\n"
        "r2,many,2014-11-01,a@example.com,,\n"
        'r3,"1,000",2014-11-01,a@example.com,,"two\nlines"\n'
        "r4,5,11/01/2014,a@example.com,,\n"
        "r5,5,2014-11-01,nobody@example.com,,\n"
        "r6,5,2014-11-01,a@example.com,,,too much\n"
        "r7,0,2014-11-01,a@example.com,,\n",
        encoding="utf-8",
    )
    first = imported(shop, bank, file)
    assert (first.applied, first.duplicate, first.refused) == (2, 0, 5)
    assert first.report is not None
    assert [line.split(",")[:2] for line in first.report.read_text("utf-8").splitlines()] == [
        ["row", "column"],
        ["3", "points"],
        ["6", "earned_on"],
        ["7", "email"],
        ["8", ""],
        ["9", "points"],
    ]
    assert "@" not in first.report.read_text("utf-8")
    shop.member("nobody@example.com")
    second = imported(shop, bank, file)
    assert (second.applied, second.duplicate, second.refused) == (1, 2, 4)
    assert shop.points() == 1_070
    assert shop.service.movements(shop.balance().member_id)[0].reason.startswith("bank")


def test_a_long_file_comes_in_in_pieces(shop: CentralShop, bank: str, tmp_path: Path) -> None:
    shop.member()
    file = tmp_path / "long.csv"
    file.write_text(HEADER + "".join(f"r{number},1,2014-11-01,a@example.com,,\n" for number in range(2_500)))
    done = imported(shop, bank, file)
    assert (done.applied, done.refused, done.report) == (2_500, 0, None)
    assert shop.points() == 2_500


@pytest.mark.parametrize(
    "content", [b"", b"points,reference\n1,r1\n", b"reference,points,earned_on\nr,1,x\n", b"\xff\xfe"]
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    shop: CentralShop, bank: str, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(FileError):
        imported(shop, bank, file)


def test_points_of_last_year_keep_their_years_last_day(shop: CentralShop, bank: str) -> None:
    shop.clock.at = shop.clock.at.replace(year=2015, month=2, day=1)
    shop.member()
    assert post(shop, bank, row(earned_on="2014-12-31"), row("r2", earned_on="2015-01-01")) == [("applied", "")] * 2
    shop.clock.at = shop.clock.at.replace(month=4, day=2)
    shop.hold("h", shop.balance().member_id, 70)
    assert shop.balance().balance_points == 70
