"""The suite of drivers as a technician runs it: against devices that are programs of their own, by TCP and by serial
port. The lines are those of docs/hardware/writing-a-driver.md."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SUITE = PROJECT / "tests" / "contract" / "test_device_drivers.py"
DRIVERS = {
    "printer": "receipt_printer={line}://{address}",
    "scale": "scale=nci://{address}",
    "display": "line_display=cd5220://{address}",
    "scanner": "barcode_scanner=serial://{address}",
    "drawer": "cash_drawer=serial://{address}",
}
ADDRESS = re.compile(r" (?:at|listens at) (\S+?)[.;] ")


@contextmanager
def simulated(device: str, *options: str, folder: Path) -> Iterator[str]:
    """`python3 -m pos_app simulate DEVICE ...` in a folder; the address that it prints."""
    program = subprocess.Popen(
        [sys.executable, "-m", "pos_app", "simulate", device, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    try:
        said = program.stdout.readline()
        found = ADDRESS.search(said)
        assert found is not None, said
        yield found[1]
    finally:
        program.terminate()
        program.wait(30)
        program.stdout.close()


@pytest.mark.parametrize("line", ["tcp", "serial"])
def test_the_suite_passes_on_devices_that_are_programs_of_their_own(line: str, tmp_path: Path) -> None:
    if line == "serial" and os.name == "nt":
        pytest.skip("pseudo-terminals are Unix's")
    options = ["--pty"] if line == "serial" else ["--port", "0"]
    with ExitStack() as programs:
        named = []
        for device, option in DRIVERS.items():
            address = programs.enter_context(simulated(device, *options, folder=tmp_path))
            named.append(("--device", option.format(line=line, address=address)))
        run = subprocess.run(
            [*(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(SUITE)), *chain(*named)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=100,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "18 passed" in run.stdout
