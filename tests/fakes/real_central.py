"""The real central service on loopback: in this process, or in one of its own that can be killed."""

import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Self

from pos_app.ports import Clock
from sync import contract
from sync.central.server import CentralServer
from sync.central.service import CentralService

HERE = Path(__file__).parent


class RealCentral:
    """Service and HTTP server in this process."""

    def __init__(self, folder: Path, url: str = "", *, port: int = 0, clock: Clock | None = None) -> None:
        self.service = CentralService.open(folder, url, clock=clock)
        self.server = CentralServer(self.service, port=port).start()
        self.url = self.server.url
        self.port = int(self.url.rpartition(":")[2])

    def member(self, email: str, points: int = 0) -> str:
        """A member with so many points to begin with."""
        request = contract.EnrolMember(
            event_id=f"joined-{email.partition('@')[0]}",
            email=email,
            marketing_consent=False,
            joined_at=self.service.clock.now().isoformat(),
        )
        member = self.service.enrol_member(request).member
        assert member is not None
        if points:
            self.service.grant_points(f"grant-{member.member_id}", member.member_id, points, earned_on=date.today())
        return member.member_id

    def balance(self, email: str) -> int:
        member = self.service.find_member(contract.FindMember(email=email)).member
        assert member is not None
        return member.balance_points

    def serve_again(self) -> None:
        """At the same address, after it was stopped."""
        self.server = CentralServer(self.service, port=self.port).start()

    def card(self, email: str) -> str:
        """The number on this member's card."""
        found = self.service.find_member(contract.FindMember(email=email)).member
        assert found is not None
        return found.card_number

    def close(self) -> None:
        self.server.stop()
        self.service.close()


class CentralProcess:
    """The service in a process of its own, over the same folder and port at each start."""

    def __init__(self, folder: Path, url: str = "", port: int = 0) -> None:
        self._folder, self._database_url, self.port = folder, url, port
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def start(self) -> Self:
        command = [sys.executable, str(HERE / "central_process.py"), str(self._folder), str(self.port)]
        self._process = subprocess.Popen(
            [*command, self._database_url], stdout=subprocess.PIPE, text=True, cwd=HERE.parent.parent
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line.startswith("http://"), "the central service did not start"
        self.port = int(line.rpartition(":")[2])
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_running(self) -> bool:
        with self._lock:
            return self._process is not None

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                assert self._process.stdout is not None
                self._process.stdout.close()
                self._process = None
