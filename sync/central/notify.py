"""What a supervisor is told: systemd's protocol of sd_notify(3), a datagram to the socket that it names."""

import os
import socket

VARIABLE = "NOTIFY_SOCKET"


def tell_supervisor(state: str) -> None:
    """Tell it READY=1 or STOPPING=1; nothing happens where nobody listens.

    A supervisor that went away is no reason to fail: the service goes on without it.
    """
    address = os.environ.get(VARIABLE, "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        try:
            supervisor.sendto(state.encode(), address)
        except (FileNotFoundError, ConnectionRefusedError):
            return
