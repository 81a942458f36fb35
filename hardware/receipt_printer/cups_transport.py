"""A printer behind a CUPS queue, for where the print system holds it and nothing else reaches it.

A fallback: what was handed over may be printed now, much later or never, and no queue says which. So a job is handed
over in one piece or not at all, and is never called printed. Raw queues go away with CUPS 3.
"""

import shutil
import subprocess

from hardware.receipt_printer.transports import Fault, TransportError

_HAND_OVER_S = 10.0
_ASK_S = 5.0


class CupsTransport:
    """The queue of a name, fed by `lp -o raw`; address is the queue's name."""

    reads = False

    def __init__(self, address: str) -> None:
        if not address or address.startswith("-") or any(character.isspace() for character in address):
            raise ValueError(f"not the name of a print queue: {address!r}; `lpstat -e` lists them")
        self.address = address
        self._job = b""
        self.bytes_written = 0

    def open(self) -> None:
        """See that there is a print system and that it knows the queue."""
        self.bytes_written, self._job = 0, b""
        if shutil.which("lp") is None or shutil.which("lpstat") is None:
            raise self._error(Fault.OFF, "cannot be reached: there is no print system (lp) on this machine")
        known = self._run(["lpstat", "-p", self.address], b"", _ASK_S)
        if known.returncode:
            raise self._error(Fault.OFF, f"is not known: {_words(known.stderr)}")

    def write(self, data: bytes) -> None:
        """Keep it until the job is complete."""
        self._job += data

    def complete(self) -> None:
        """Hand the job over in one piece. Raises TransportError."""
        job, self._job = self._job, b""
        if not job:
            return
        try:
            handed = self._run(["lp", "-d", self.address, "-o", "raw", "-t", "receipt", "-s"], job, _HAND_OVER_S)
        except TransportError:
            self.bytes_written = len(job)  # it may have been taken all the same
            raise
        if handed.returncode:
            raise self._error(Fault.OFF, f"refused the job: {_words(handed.stderr)}")
        self.bytes_written = len(job)

    def read(self, timeout_s: float) -> bytes:
        """Nothing: there is no way back."""
        return b""

    def close(self) -> None:
        """Forget a job that was not complete."""
        self._job = b""

    def _run(self, command: list[str], data: bytes, timeout_s: float) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(command, input=data, capture_output=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired:
            raise self._error(Fault.STALLED, f"did not answer within {timeout_s:.0f} seconds") from None
        except OSError as error:
            raise self._error(Fault.OFF, f"cannot be reached: {error.strerror}") from None

    def _error(self, fault: Fault, cause: str) -> TransportError:
        return TransportError(fault, f"The print queue {self.address} {cause}.")


def _words(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:200].rstrip(".") or "it gave no reason"
