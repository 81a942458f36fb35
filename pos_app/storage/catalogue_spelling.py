"""Words with typing errors: which words of the catalogue they may stand for.

Every word of a name or brand is kept once (search_word). Of the first letters of each, what is left when one or two of
them are left out is kept too (search_slip), so that a word with a letter too many, too few, wrong or swapped meets it
by equality: leave letters out of both and they are the same (the symmetric deletion of W. Garbe's SymSpell, on the
beginnings of words, because a search begins before a word is typed out). One error is forgiven from four letters on,
two from eight. What meets is measured before it counts.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from pos_app.storage.database import Connection

Read = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]

ONE_ERROR_FROM, TWO_ERRORS_FROM = 4, 8
_STEM_LETTERS = range(4, 8)
_LONGEST_STEM = 7
_TWO_SLIPS_FROM = 6
_SHORT_WORD = 4
_MOST_STEMS = 400
_MOST_CORRECTIONS = 8
_END = "\U0010ffff"
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> set[str]:
    """The words that are kept: those of letters alone, and short ones such as 4k."""
    found = _WORD.findall(folded(text))
    return {word for word in found if len(word) > 1 and (word.isalpha() or _SHORT_WORD >= len(word) > _digits(word))}


def folded(text: str) -> str:
    """Lower case without accents, as the search index keeps words (FTS5 unicode61, remove_diacritics 2)."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))


def add_words(connection: Connection, words: Iterable[str]) -> None:
    """Keep these words, as words_of() found them, and what may be typed for them."""
    wanted = set(words)
    known = connection.execute(
        "SELECT word FROM search_word WHERE word IN (SELECT value FROM json_each(?))", (json.dumps(list(wanted)),)
    ).fetchall()
    new = sorted(wanted - {word for (word,) in known})
    connection.executemany("INSERT INTO search_word (word) VALUES (?)", [(word,) for word in new])
    stems = {word[:length] for word in new if word.isalpha() for length in _STEM_LETTERS if length <= len(word)}
    slips = sorted({(rest, stem) for stem in stems for rest in _rests(stem, 2 if len(stem) >= _TWO_SLIPS_FROM else 1)})
    connection.executemany("INSERT OR IGNORE INTO search_slip (rest, stem) VALUES (?, ?)", slips)


def is_beginning(read: Read, text: str) -> bool:
    """True when some word of the catalogue begins so."""
    return bool(read("SELECT 1 FROM search_word WHERE word >= ? AND word < ? LIMIT 1", (text, text + _END)))


def corrections(read: Read, typed: str) -> list[str]:
    """Beginnings of words that may have been meant by a word of letters: those with the fewest errors."""
    errors = 2 if len(typed) >= TWO_ERRORS_FROM else 1
    if len(typed) < ONE_ERROR_FROM or not typed.isalpha():
        return []
    rests = json.dumps(sorted(_rests(typed[:_LONGEST_STEM], errors)))
    rows = read(
        "SELECT DISTINCT stem FROM search_slip WHERE rest IN (SELECT value FROM json_each(?)) LIMIT ?",
        (rests, _MOST_STEMS),
    )
    stems = [stem for (stem,) in rows]
    if len(typed) + errors > _LONGEST_STEM:
        stems = _words_beginning(read, stems)
    near: dict[str, tuple[int, bool, int]] = {}
    for stem in stems:
        distance, letters = _nearest_beginning(typed, stem, errors)
        if 0 < distance <= errors:
            near[stem[:letters]] = (distance, stem[:1] != typed[:1], abs(letters - len(typed)))
    fewest = min((distance for distance, *_ in near.values()), default=0)
    best = [text for text, (distance, *_) in near.items() if distance == fewest]
    return sorted(best, key=lambda text: (*near[text], text))[:_MOST_CORRECTIONS]


def split_words(read: Read, typed: str) -> list[tuple[str, str]]:
    """Two words that were typed without the space between them: one of the catalogue, then the beginning of one."""
    lefts = json.dumps([typed[:at] for at in range(2, len(typed) - 1)])
    rows = read("SELECT word FROM search_word WHERE word IN (SELECT value FROM json_each(?))", (lefts,))
    pairs = [(left, typed[len(left) :]) for (left,) in rows]
    return [(left, right) for left, right in pairs if is_beginning(read, right)]


def _digits(word: str) -> int:
    return sum(character.isdigit() for character in word)


def _rests(stem: str, slips: int) -> set[str]:
    """The stem, and it with up to so many letters left out."""
    found = last = {stem}
    for _ in range(slips):
        last = {text[:at] + text[at + 1 :] for text in last for at in range(len(text))}
        found = found | last
    return found


def _words_beginning(read: Read, stems: list[str]) -> list[str]:
    """Words that begin with the longest stems: those that a longer word can be measured against."""
    whole = json.dumps([stem for stem in stems if len(stem) == _LONGEST_STEM])
    rows = read(
        """
        SELECT w.word FROM json_each(?) s JOIN search_word w ON w.word >= s.value AND w.word < s.value || char(1114111)
        LIMIT ?
        """,
        (whole, _MOST_STEMS),
    )
    return [*(word for (word,) in rows), *(stem for stem in stems if len(stem) < _LONGEST_STEM)]


def _nearest_beginning(typed: str, word: str, most: int) -> tuple[int, int]:
    """The fewest errors that make the typed text a beginning of the word, and how long that beginning is.

    An error is a letter too many, too few or wrong, or two neighbours swapped (optimal string alignment). A number
    above `most` means: more than that.
    """
    length = min(len(word), len(typed) + most)
    before_last: list[int] = []
    last = list(range(length + 1))
    for row, letter in enumerate(typed, 1):
        current = [row]
        for column in range(1, length + 1):
            cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (word[column - 1] != letter))
            if row > 1 and column > 1 and word[column - 2] == letter and word[column - 1] == typed[row - 2]:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1, 0
        before_last, last = last, current
    fewest = min(last)
    return fewest, max(at for at, distance in enumerate(last) if distance == fewest)
