"""The lessons of the training till: what their files may say, how steps are judged, what a lesson scores."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.receipt_document import Cut, Pair, ReceiptDocument, Text
from pos_app.domain.training import Condition, Lesson, LessonError, Step, journal_facts, score
from pos_app.services.training_paper import WORDS, marked
from pos_app.training_lessons import lessons

SALE = {
    "lines": [
        {"voided": False, "quantity_milli": 3000},
        {"voided": True, "quantity_milli": 9000},
        {"voided": False, "quantity_milli": 1000},
    ],
    "tenders": [{"tender_type": "points"}, {"tender_type": "card"}],
    "member": {"member_id": "m-1"},
    "discount_minor": 100,
}
LESSON = Lesson("l", "A lesson", "", (Step("do", "hint", ()),), par_keys=5, par_seconds=60)


def test_every_lesson_that_ships_can_be_read_and_has_hints_for_all_steps() -> None:
    shipped = lessons()
    assert len({each.lesson_id for each in shipped}) == len(shipped) >= 9
    for lesson in shipped:
        assert lesson.title
        assert lesson.goal.endswith(".")
        assert all(step.do and step.hint and step.until for step in lesson.steps)


@pytest.mark.parametrize("text", ["lines > 3", "feelings >= 1", "lines >= many", "", "lines>=3"])
def test_a_condition_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(LessonError, match="no condition"):
        Condition.parse(text)


def test_a_lesson_with_a_mistake_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "01-wrong.toml").write_text('title = "x"\ngoal = "y"\npar_keys = 1\n[[steps]]\ndo = "z"\n')
    with pytest.raises(LessonError, match=r"01-wrong\.toml"):
        lessons(tmp_path)


def test_what_a_sale_says() -> None:
    facts = journal_facts([("sale", SALE, False), ("transaction_suspended", {}, True)])
    assert facts == {
        "sales": 1,
        "card_sales": 1,
        "points_sales": 1,
        "split_sales": 1,
        "member_sales": 1,
        "discounted_sales": 1,
        "offline_sales": 1,
        "sold_lines": 2,
        "sold_most_pieces": 3,
        "parked": 1,
    }


def test_only_an_approval_that_was_granted_counts() -> None:
    assert journal_facts([("approval", {"outcome": "declined"}, True)]) == {}
    assert journal_facts([("approval", {"outcome": "granted"}, True)]) == {"approvals": 1}


def test_whoever_knows_it_gets_a_hundred() -> None:
    assert score(LESSON, mistakes=0, hints=0, keys=5, seconds=60) == 100
    assert score(LESSON, mistakes=1, hints=1, keys=8, seconds=70) == 100 - 10 - 5 - 3 - 2


@given(mistakes=st.integers(0, 50), hints=st.integers(0, 9), keys=st.integers(0, 999), seconds=st.integers(0, 99_999))
def test_a_score_is_between_nothing_and_a_hundred_and_a_mistake_never_helps(
    mistakes: int, hints: int, keys: int, seconds: int
) -> None:
    reached = score(LESSON, mistakes=mistakes, hints=hints, keys=keys, seconds=seconds)
    assert 0 <= reached <= 100
    assert score(LESSON, mistakes=mistakes + 1, hints=hints, keys=keys, seconds=seconds) <= reached


def test_all_paper_of_the_training_till_says_so_on_top_and_before_every_cut() -> None:
    document = marked(ReceiptDocument("Sale 1", (Pair("Cable", "0.50"), Cut(), Pair("Copy", ""), Cut())))
    kinds = [type(block).__name__ for block in document.blocks]
    assert [block.text for block in document.blocks if isinstance(block, Text)] == ["TRAINING", WORDS, WORDS, WORDS]
    assert kinds.index("Text") < kinds.index("Pair")
    assert kinds[-1] == "Cut"
