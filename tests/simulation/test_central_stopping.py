"""A service that is told to stop finishes what it took in, tells its supervisor, and loses nothing."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fakes.central_till import Journal, Till, enrolled_till

from sync import contract
from sync.central.service import CentralService

ROOT = Path(__file__).parent.parent.parent
TILLS, BEFORE_STOPPING = 4, 20


class Supervisor:
    """What systemd is to a service of Type=notify."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.settimeout(60)

    def hear(self) -> str:
        return self._socket.recv(4096).decode()

    def close(self) -> None:
        self._socket.close()


class Sender:
    """A till that uploads one event after the other until nobody answers any more; what was answered is safe."""

    def __init__(self, till: Till, enough: threading.Semaphore) -> None:
        self.till, self._enough = till, enough
        self.acknowledged = 0
        self.refused: list[int] = []
        self.thread = threading.Thread(target=self._send)

    def _send(self) -> None:
        journal = Journal(self.till.terminal_id)
        while True:
            journal.sale(f"{self.till.terminal_id}-{len(journal.entries)}")
            try:
                answer = self.till.post(contract.PATH_JOURNAL, journal.batch(len(journal.entries)))
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:
                self.refused.append(answer.status)
                return
            self.acknowledged = answer.json["acknowledged"]
            self._enough.release()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM and systemd are of Unix")
def test_sigterm_in_the_middle_of_uploads_loses_nothing_that_was_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "central"
    service = CentralService.open(folder)
    codes = [service.open_enrolment("001", f"{number:02}") for number in range(1, TILLS + 1)]
    service.close()
    supervisor = Supervisor(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", supervisor.address)
    command = [sys.executable, "-m", "pos_app", "central", "serve", "--port", "0", "--data", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        assert supervisor.hear() == "READY=1"
        enough = threading.Semaphore(0)
        senders = [Sender(enrolled_till(url, code), enough) for code in codes]
        for sender in senders:
            sender.thread.start()
        for _ in range(BEFORE_STOPPING):
            enough.acquire()
        process.send_signal(signal.SIGTERM)
        assert supervisor.hear() == "STOPPING=1"
        for sender in senders:
            sender.thread.join()
        assert process.wait(60) == 0
    supervisor.close()

    service = CentralService.open(folder)
    report = service.verify()
    answered = sum(sender.acknowledged for sender in senders)
    service.close()
    assert report.findings == ()
    assert answered >= BEFORE_STOPPING
    assert answered <= report.events <= answered + TILLS  # an answer may be lost on its way, an event may not
    assert {status for sender in senders for status in sender.refused} <= {503}
