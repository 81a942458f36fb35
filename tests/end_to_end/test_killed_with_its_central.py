"""However the till of a demo store ends, the central service that it started ends too and leaves no address taken."""

import http.client
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TILL = """
import sys, time
from pathlib import Path
from pos_app.embedded_central import EmbeddedCentral

central = EmbeddedCentral(Path(sys.argv[1]), store_id="001", workstation_id="01")
central.start()
print(central.url, flush=True)
time.sleep(600)
"""
ENDINGS = [signal.SIGTERM, signal.SIGINT]
if hasattr(signal, "SIGKILL"):
    ENDINGS.append(signal.SIGKILL)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
def test_the_central_service_ends_with_its_till(ending: signal.Signals, tmp_path: Path) -> None:
    till = subprocess.Popen([sys.executable, "-c", TILL, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert till.stdout is not None
    with till.stdout:
        host = till.stdout.readline().strip().removeprefix("http://")
    assert answers(host)
    till.send_signal(ending)
    till.wait()
    deadline = time.monotonic() + 20
    while answers(host) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(host)


def answers(host: str) -> bool:
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True
