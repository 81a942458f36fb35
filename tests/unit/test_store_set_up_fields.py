"""Every key that a store's file may have has its place in the room where a manager sets the store up, and no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_app.domain.settings_edits import plain_of
from pos_app.sample_store import FOLDER
from pos_app.services.set_up.fields import Entries, Field, Kind
from pos_app.services.set_up.money_pages import PAGES
from pos_app.store_profile import read_store
from pos_app.toml_text import reworded

READ_ELSEWHERE = {("promotions",), ("promo_codes",)}
"""promotions.toml has its own room."""


class Asked(dict):
    """A table that remembers which keys were asked for, in itself and in the tables inside of it."""

    def __init__(self, plain: dict, place: tuple[str, ...], seen: set[tuple[str, ...]]) -> None:
        super().__init__({key: self._inside(key, value, place, seen) for key, value in plain.items()})
        self._place, self._seen = place, seen

    @staticmethod
    def _inside(key, value, place, seen):
        if isinstance(value, dict):
            return Asked(value, (*place, key), seen)
        if isinstance(value, list):
            return [Asked(one, (*place, key), seen) if isinstance(one, dict) else one for one in value]
        return value

    def __getitem__(self, key):
        self._seen.add((*self._place, key))
        return super().__getitem__(key)

    def get(self, key, default=None):
        self._seen.add((*self._place, key))
        return super().get(key, default)

    def __contains__(self, key) -> bool:
        self._seen.add((*self._place, key))
        return super().__contains__(key)


def _described() -> Iterator[tuple[tuple[str, ...], Field | Entries]]:
    for page in PAGES:
        for place, part in page.places():
            yield place, part
            if isinstance(part, Entries):
                yield from (((*place, field.key), field) for field in part.fields)


def _example(field: Field) -> object:
    if field.kind is Kind.SWITCH:
        return True
    if field.kind is Kind.WHOLE:
        return field.low or 1
    if field.is_list:
        return []
    if field.kind is Kind.CHOICE:
        return field.choices[0][0]
    return {Kind.AMOUNT: "1.00", Kind.PERCENT: "0.01", Kind.DECIMAL: "1"}.get(field.kind, "x")


def _everything_there_is() -> dict:
    """A store whose file has a table of every kind."""
    import tomllib

    plain = plain_of(tomllib.loads((FOLDER / "store.toml").read_text(encoding="utf-8")))
    plain["tax_relief"] = [{"relief_id": "school", "tax_ids": ["sales"], "from": "2026-08-01", "to": "2026-08-07"}]
    plain["limits"] = {action: {} for action in ("discount", "price_override", "return_without_receipt")}
    plain["limits"]["discount"] = {"associate_amount": "30.00"}
    plain["reasons"] = {"discount": ["Damaged box"]}
    return plain


def test_every_key_that_the_till_reads_has_its_place_in_the_room() -> None:
    seen: set[tuple[str, ...]] = set()
    read_store(Asked(_everything_there_is(), (), seen), FOLDER / "store.toml")

    described = {place for place, _ in _described()}
    tables = {place[:depth] for place in described for depth in range(1, len(place))}
    missing = {place for place in seen if place not in described | tables | READ_ELSEWHERE}
    assert not missing


def test_every_key_of_the_room_is_one_that_the_till_reads() -> None:
    """The till refuses keys it does not know, and asks for those it does."""
    seen: set[tuple[str, ...]] = set()
    plain = _everything_there_is()
    read_store(Asked(plain, (), seen), FOLDER / "store.toml")
    for place, part in _described():
        if place in seen or isinstance(part, Entries):
            continue
        *tables, key = place
        inside = plain
        for name in tables:
            inside = inside[name][0] if isinstance(inside[name], list) else inside[name]
        seen_with: set[tuple[str, ...]] = set()
        before = inside.get(key)
        inside[key] = _example(part)
        read_store(Asked(plain, (), seen_with), FOLDER / "store.toml")
        inside.pop(key) if before is None else inside.__setitem__(key, before)
        assert place in seen_with, f"nobody reads {'.'.join(place)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_says_what_it_is_in_a_few_plain_words(page) -> None:
    for place, part in page.places():
        fields = part.fields if isinstance(part, Entries) else (part,)
        for one in (part, *fields):
            assert 0 < len(one.name) <= 30, place
            assert one.help.endswith("."), (place, one.help)
            assert len(one.help) <= 100, (place, one.help)
        if isinstance(part, Entries):
            assert part.field(part.named) is not None
            assert all(part.field(key) is not None for key in (*part.told, *(key for key, _ in part.fresh)))
            assert not part.ends or part.field(part.ends) is not None


def test_the_demo_store_reads_the_same_after_its_text_was_worked_on(tmp_path: Path) -> None:
    """Comments stay, and so does everything that was not changed."""
    import tomllib

    text = (FOLDER / "store.toml").read_text(encoding="utf-8")
    plain = plain_of(tomllib.loads(text))
    assert reworded(text, plain) == text
    plain["store_name"] = 'Say "Hi" \\ [tax] # ü'
    plain["tax"].append({"tax_id": "city", "rate": "0.01", "from": "2027-01-01"})
    plain["till"]["rolls"] = plain["till"]["rolls"][1:]
    again = reworded(text, plain)
    assert plain_of(tomllib.loads(again)) == plain
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in again.splitlines() if line.startswith("#")] == comments
