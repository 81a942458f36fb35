"""What the coach of the training till asks of its database."""

from typing import Any, Protocol

from pos_app.domain.training import LessonResult


class TrainingRecords(Protocol):
    """The journal as it grows, and what everybody scored."""

    def journal_end(self) -> int:
        """Where the journal ends now."""

    def entries_after(self, position: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Position, kind and payload of what came after it, oldest first."""

    def save_result(self, result: LessonResult) -> None:
        """Keep how somebody did."""

    def results(self, operator_id: str) -> list[LessonResult]:
        """How somebody did so far, oldest first."""
