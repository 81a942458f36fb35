"""Programs of others from the npm registry that judge ours; installed once into the user's cache."""

import shutil
import subprocess
from pathlib import Path

import pytest
from platformdirs import user_cache_path


def node_modules(package: str) -> Path:
    """The node_modules folder that has this package (name@version); the test is skipped where it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(f"Node.js is not installed: {package} cannot judge us")
    name = package.rpartition("@")[0]
    folder = user_cache_path("pos-terminal") / "test-tools"
    if not (folder / "node_modules" / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), package]
        try:
            installed = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            pytest.skip(f"the npm registry does not answer: {package} cannot judge us")
        if installed.returncode:
            pytest.skip(f"{package} cannot be installed: {installed.stderr.strip()[-200:]}")
    return folder / "node_modules"
