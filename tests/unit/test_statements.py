"""A member's statement on paper."""

from datetime import UTC, datetime

from fakes.memory_shop import PlainFormatter, profile

from pos_app.domain.member import PoolBalance
from pos_app.domain.receipt_document import Cut, Pair, Text
from pos_app.ports import MemberStatement, StatementMovement
from pos_app.services.statements import compose_statement, movement_place, movement_words, pool_name

NOW = datetime(2026, 11, 22, 14, 26, tzinfo=UTC)
EMPTY = MemberStatement("j••••@example.com", 0, 0, 0, (), (), 30, (), "2026-11-22T14:25:00+00:00")


def printed(statement: MemberStatement) -> list[object]:
    return list(compose_statement(statement, profile(), PlainFormatter(), NOW).blocks)


def test_balance_by_pool_pending_and_expiring_points_stand_on_paper():
    blocks = printed(
        MemberStatement(
            "j••••@example.com",
            12_400,
            11_400,
            120,
            (PoolBalance("store", 9_000), PoolBalance("card", 3_400)),
            ((300, "2026-12-14"),),
            30,
            (),
            "2026-11-22T14:25:00+00:00",
        )
    )
    assert Pair("Store purchases", "9,000") in blocks
    assert Pair("Linked card", "3,400") in blocks
    assert Pair("Balance", "12,400", bold=True) in blocks
    assert Pair("Can be used now", "11,400") in blocks
    assert Pair("Pending, not in the balance", "120") in blocks
    assert Pair("To the end of 2026-12-14", "300") in blocks
    assert blocks[-1] == Cut()


def test_movements_come_with_store_and_receipt():
    earned = StatementMovement("2026-11-20T10:00:00+00:00", "earn", 1_249, "store", "001", "001-02-000007", "Purchase")
    used = StatementMovement("2026-11-19T09:00:00+00:00", "redeem", -500, "store")
    blocks = printed(MemberStatement(**{**_values(EMPTY), "movements": (earned, used)}))
    assert Pair("Purchase", "+1,249") in blocks
    assert Text("  2026-11-20 10:00, Store 001, Receipt 001-02-000007") in blocks
    assert Pair("Redeem", "-500") in blocks
    assert Text("  2026-11-19 09:00") in blocks


def test_a_new_member_reads_that_there_is_nothing_yet():
    blocks = printed(EMPTY)
    assert Text("None") in blocks
    assert Text("None yet") in blocks
    assert not any(isinstance(block, Pair) and block.left.startswith("Can be used") for block in blocks)


def test_a_debt_is_explained():
    blocks = printed(MemberStatement(**{**_values(EMPTY), "balance_points": -70}))
    assert Pair("Balance", "-70", bold=True) in blocks
    assert Text("Points owed are made up from the next points earned.") in blocks


def test_pools_and_movements_that_are_not_known_here_still_have_words():
    assert pool_name("coffee_partner") == "Coffee partner"
    movement = StatementMovement("2026-11-19T09:00:00+00:00", "merge_in", 5, "store")
    assert movement_words(movement) == "Merge in"
    assert movement_place(movement) == ""


def _values(statement: MemberStatement) -> dict[str, object]:
    return {name: getattr(statement, name) for name in statement.__slots__}
