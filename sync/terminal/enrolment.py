"""Letting this terminal in: a one-time code from the manager against a device key that never leaves the till."""

import base64

from pos_app.clock import SystemClock
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import Clock, Enrolment, IdentityStore
from sync import contract
from sync.terminal.client import CentralClient

ATTEMPTS = 3


def enrol(
    central_url: str,
    code: str,
    identity_store: IdentityStore,
    software_version: str = "",
    *,
    clock: Clock | None = None,
    ca_file: str = "",
) -> Enrolment:
    """Make the device key, exchange the code for this terminal's standing, and keep both.

    An answer that was lost is asked for again with the same key, which the service answers as the first time
    while the code is valid. Raises OfflineError, RefusedError with the service's reason (or "other_terminal"
    when the code belongs to another till), AddressError for an address that may not be used.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    client = CentralClient(central_url, None, clock or SystemClock(), ca_file=ca_file)
    try:
        answer = _exchange_code(
            client,
            contract.EnrolTerminal(
                code=code.strip(),
                public_key=base64.b64encode(key.public_key().public_bytes_raw()).decode(),
                incarnation=identity_store.incarnation(),
                software_version=software_version,
            ),
        )
    finally:
        client.close()
    ours = identity_store.terminal_id()
    if answer.terminal_id != ours:
        raise RefusedError(
            "other_terminal",
            f"This code lets in terminal {answer.terminal_id}, but this is {ours}. Ask for a code for {ours}.",
        )
    enrolment = Enrolment(
        terminal_id=answer.terminal_id,
        store_id=answer.store_id,
        workstation_id=answer.workstation_id,
        central_url=client.central_url,
        private_key=key.private_bytes_raw(),
    )
    identity_store.save_enrolment(enrolment)
    return enrolment


def _exchange_code(client: CentralClient, request: contract.EnrolTerminal) -> contract.TerminalEnrolled:
    for _ in range(ATTEMPTS - 1):
        try:
            return client.post(contract.PATH_ENROL_TERMINAL, request, contract.TerminalEnrolled)
        except OfflineError:
            continue
    return client.post(contract.PATH_ENROL_TERMINAL, request, contract.TerminalEnrolled)
