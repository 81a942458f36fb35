"""A till and a service in a network namespace of their own, whose link goes down and comes back.

Run as root: unshare -n python cable_scenario.py FOLDER. Prints one line per thing that was waited for.
"""

import queue
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from sync.terminal.worker import SyncWorker


def link(state: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    link("up")
    central = RealCentral(folder / "central")
    till = RealTill(folder / "till")
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    statuses: queue.Queue = queue.Queue()
    worker = SyncWorker(till.engine, till.data.outbox, till.client, till.clock, statuses.put)
    worker.start()

    def wait_for(online: bool, queued: int) -> None:
        while True:
            status = statuses.get(timeout=20)
            if (status.online, status.queued) == (online, queued):
                return

    wait_for(online=True, queued=0)
    link("down")
    wait_for(online=False, queued=0)
    say("offline while idle")
    till.ring_up("10")
    worker.nudge()
    wait_for(online=False, queued=1)
    link("up")
    wait_for(online=True, queued=0)
    say("online and sent")
    report = central.service.verify()
    say(f"{report.events} events, findings {report.findings}")
    worker.stop()
    till.close()
    central.close()


main(Path(sys.argv[1]))
