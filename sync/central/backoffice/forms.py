"""What a browser sends: fields of a form, read strictly."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from sync.central.errors import CentralError

MAXIMUM_FORM_BYTES = 256 * 1024
MAXIMUM_FIELDS = 3000
_FORM_TYPE = "application/x-www-form-urlencoded"


class Form:
    """The fields of a form or a query, in their order."""

    def __init__(self, fields: Sequence[tuple[str, str]] = ()) -> None:
        self.fields = tuple(fields)
        self._last = dict(fields)

    @classmethod
    def read(cls, content_type: str, body: bytes) -> "Form":
        """The fields of a request's body. Raises CentralError for what is no form."""
        if content_type.partition(";")[0].strip().lower() != _FORM_TYPE:
            raise CentralError(415, "no_form", "Only a form can be sent here.")
        return cls(_parsed(body.decode("latin-1")))

    @classmethod
    def of_query(cls, query: str) -> "Form":
        """The fields of an address. Raises CentralError."""
        return cls(_parsed(query))

    def text(self, name: str) -> str:
        """The field without space around it; "" when there is none."""
        return self._last.get(name, "").strip()

    def secret(self, name: str) -> str:
        """The field exactly as typed."""
        return self._last.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self._last


def _parsed(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAXIMUM_FIELDS)
    except ValueError as error:  # of which a wrong character encoding is one
        raise CentralError(400, "bad_form", "The form cannot be read.") from error
