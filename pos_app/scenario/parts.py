"""What every part of a scenario file is made of: types of texts and numbers, and the error with its place."""

from typing import Annotated

from msgspec import Meta, Struct

Identifier = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Text = Annotated[str, Meta(min_length=1, max_length=120)]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class ScenarioError(ValueError):
    """The file is wrong; the text is one sentence that begins with the place in the file."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)


class Part(Struct, forbid_unknown_fields=True):
    """Base of everything in the file."""
