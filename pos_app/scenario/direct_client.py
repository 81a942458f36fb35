"""The central service as a till reaches it, without a wire in between: the same messages, straight into the service."""

import re
from typing import TypeVar, cast

from pos_app.errors import RefusedError
from sync import contract
from sync.central.errors import CentralError
from sync.central.operations import OPERATIONS, Operation
from sync.central.service import CentralService
from sync.central.terminals import Terminal

T = TypeVar("T", bound=contract.Message)

_PATTERNS = [
    (operation, re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(operation.path)))) for operation in OPERATIONS
]


class DirectClient:
    """What CentralClient is to a till; every operation of the service is there, by the service's own table of them."""

    def __init__(self, service: CentralService, terminal_id: str) -> None:
        self._service = service
        self._terminal_id = terminal_id

    def post(self, path: str, message: contract.Message | None, answer: type[T]) -> T:
        """The service's answer to a message. Raises RefusedError with the service's own words."""
        return cast("T", self.exchange("POST", path, message))

    def post_unanswered(self, path: str, message: contract.Message | None = None) -> None:
        """A request of which only the success matters. Raises RefusedError."""
        self.exchange("POST", path, message)

    def get(self, path: str, answer: type[T]) -> T:
        """Something that is only asked for. Raises RefusedError."""
        return cast("T", self.exchange("GET", path, None))

    def exchange(self, method: str, path: str, message: contract.Message | None) -> contract.Message | None:
        """One request and its answer. Raises RefusedError, and LookupError for what no service offers."""
        try:
            if isinstance(message, contract.UploadBatch):
                return self._service.upload(self._terminal_id, message)
            operation, name = _operation(method, path)
            assert operation.call is not None
            return operation.call(self._service, self._terminal(), message, name)
        except CentralError as error:
            raise RefusedError(error.code, error.message) from error

    def _terminal(self) -> Terminal:
        terminal = self._service.find_terminal(self._terminal_id)
        assert terminal is not None
        return terminal


def _operation(method: str, path: str) -> tuple[Operation, str]:
    """The operation of a path, and the name that goes with it: of a thing, or of what a till says it has."""
    path, _, have = path.partition("?have=")
    for operation, pattern in _PATTERNS:
        match = pattern.fullmatch(path)
        if operation.method == method and match:
            return operation, match[1] if match.groups() else have
    raise LookupError(f"the service offers no {method} {path}")
