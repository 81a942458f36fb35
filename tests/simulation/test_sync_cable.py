"""The network cable is pulled and put back, for real, in a network namespace of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = Path(__file__).parent.parent / "fakes" / "cable_scenario.py"


def may_make_networks() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_make_networks(), reason="needs Linux and root: a network namespace whose link goes down")
def test_a_pulled_cable_shows_on_an_idle_till_and_its_return_sends_what_was_sold(tmp_path: Path) -> None:
    # The heartbeat comes every 30 s and the scenario waits 20 s at most: what is seen here is the link itself.
    done = subprocess.run(
        ["unshare", "-n", sys.executable, str(SCENARIO), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stdout.splitlines() == ["offline while idle", "online and sent", "3 events, findings ()"], done.stderr
