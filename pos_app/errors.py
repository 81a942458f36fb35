"""The three kinds of error, so that each can be met in the right way.

CashierError    tell the associate what to do now; nothing is wrong with the program or the world.
WorldError      the world failed (network, disk, printer): retry, degrade, show the state.
anything else   a bug of ours: log it with its context, keep the sale.
"""


class CashierError(Exception):
    """A refusal meant for the associate: what happened, what is safe, what to do.

    code is stable for tests and translations, message is the sentence.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class WorldError(Exception):
    """Something outside failed; the sentence names it and its cause."""


class CommitUnknownError(WorldError):
    """A commit failed in a way that leaves its outcome unknown: look for the event id before anything else."""


class OfflineError(WorldError):
    """The central service cannot be reached right now."""


class RefusedError(WorldError):
    """The central service answered no; code and message are its own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
