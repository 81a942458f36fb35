"""A queue with nothing in it: for a printer that is only tested."""

from pos_app.ports import PrintJob, PrintState


class NoJobs:
    """See ports.PrintQueue."""

    def next_job(self) -> PrintJob | None:
        """None."""
        return None

    def job(self, job_id: str) -> PrintJob | None:
        """None."""
        return None

    def claim(self, job_id: str, bytes_total: int) -> bool:
        """There is nothing to claim."""
        return False

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        """Nothing to record."""

    def unfinished(self) -> list[PrintJob]:
        """None."""
        return []

    def of_transaction(self, transaction_id: str) -> PrintJob | None:
        """None."""
        return None

    def held(self) -> list[PrintJob]:
        """None."""
        return []
