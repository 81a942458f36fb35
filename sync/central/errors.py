"""What the service says no with: a stable code, a sentence that may be shown, an HTTP status."""


class CentralError(Exception):
    """A refusal. Raised before anything was written, so that a shared transaction can go on without it."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s


class StartError(Exception):
    """The service cannot start or a command cannot run; the sentence says why and what to do."""
