"""Reads the lessons of the training till; each mistake in one is named with its file."""

import tomllib
from pathlib import Path
from typing import Any

import resources
from pos_app.domain.training import Condition, Lesson, LessonError, Step

FOLDER = Path(resources.__path__[0]) / "training"


def lessons(folder: Path = FOLDER) -> tuple[Lesson, ...]:
    """All lessons in the order of their file names. Raises LessonError."""
    return tuple(_lesson(path) for path in sorted(folder.glob("*.toml")))


def _lesson(path: Path) -> Lesson:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        steps = tuple(_step(step) for step in raw.pop("steps"))
        made = Lesson(lesson_id=path.stem.partition("-")[2], steps=steps, **raw)
    except (LessonError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise LessonError(f"{path.name}: {error}") from error
    if not steps:
        raise LessonError(f"{path.name}: a lesson has a step at least")
    return made


def _step(raw: dict[str, Any]) -> Step:
    return Step(raw["do"], raw["hint"], tuple(Condition.parse(text) for text in raw["until"]))
