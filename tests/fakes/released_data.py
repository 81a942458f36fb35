"""What earlier versions of the program left behind: their databases, and the words they exchanged, byte for byte.

tests/upgrade/data holds one folder per schema of the till, made by this script from the project's own history: in a
checkout of each commit the demo store's till sells to a member, with a central service of the same version.

    python tests/fakes/released_data.py SCHEMA=COMMIT ...
"""

import base64
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "tests" / "upgrade" / "data"
VERSIONS = tuple(sorted(folder.name for folder in DATA.glob("schema-*"))) if DATA.is_dir() else ()
_KEPT = ("terminal.db", "database.key", "journal.witness")
_SECRETS = "central-secrets.json"

# Loaded by every Python that starts in the checkout: the service writes down each request, and its data before them.
_RECORD = """
import base64, json, os, sqlite3
try:
    import uvicorn
except ImportError:
    uvicorn = None
out = os.environ["RECORD_TO"]

def text(content):
    return base64.b64encode(content).decode()

def keep_what_was_before():
    source, copy = sqlite3.connect(out + "/central/central.db"), sqlite3.connect(out + "/central-before.db")
    source.backup(copy)
    copy.close()
    source.close()

def recorded(app):
    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            return await app(scope, receive, send)
        if not os.path.exists(out + "/central-before.db"):
            keep_what_was_before()
        heard, status, headers, said = [], [], {}, []

        async def hear():
            message = await receive()
            heard.append(message.get("body", b""))
            return message

        async def say(message):
            if message["type"] == "http.response.start":
                status.append(message["status"])
                headers.update({name.decode(): value.decode() for name, value in message["headers"]})
            else:
                said.append(message.get("body", b""))
            await send(message)

        await app(scope, hear, say)
        query = scope["query_string"].decode()
        line = {
            "method": scope["method"],
            "path": scope["path"] + ("?" + query if query else ""),
            "headers": {
                name.decode(): value.decode()
                for name, value in scope["headers"]
                if name.startswith((b"x-", b"content-"))
            },
            "body": text(b"".join(heard)),
            "status": status[0],
            "encoding": headers.get("content-encoding", ""),
            "answer": text(b"".join(said)),
        }
        with open(out + "/wire.jsonl", "a") as file:
            file.write(json.dumps(line) + "\\n")
    return wrapped

if uvicorn is not None:
    made = uvicorn.Config.__init__
    uvicorn.Config.__init__ = lambda self, app, *a, **k: made(self, recorded(app), *a, **k)
"""
_SELL = """
import json, sys
sys.path.insert(0, ".")
from pos_app.commands import find
from pos_app.domain.journal import EventKind
from sync.central import operations
out = sys.argv[1]
status = find("run").run(["--script", "--data", out])
with open(out + "/knows.json", "w") as file:
    known = {
        "kinds": sorted(kind.value for kind in EventKind),
        "paths": sorted(one.path for one in operations.OPERATIONS),
    }
    json.dump(known, file, indent=1)
sys.exit(status)
"""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they travelled."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: dict[str, Any]


def released(version: str, folder: Path) -> Path:
    """A copy of what a version left, to be worked on."""
    shutil.copytree(DATA / version, folder)
    for packed in folder.glob("*.gz"):
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    for secret in (folder / "database.key", folder / _SECRETS):
        secret.chmod(0o600)  # a checkout keeps no such thing
    return folder


def exchanges(version: str) -> list[Exchange]:
    """What terminal and service of that version said to each other."""
    lines = gzip.decompress((DATA / version / "wire.jsonl.gz").read_bytes()).decode().splitlines()
    return [_exchange(json.loads(line)) for line in lines]


def knows(version: str) -> dict[str, list[str]]:
    """The kinds of events and the paths that a version knew."""
    found: dict[str, list[str]] = json.loads((DATA / version / "knows.json").read_text())
    return found


def _exchange(found: dict[str, Any]) -> Exchange:
    answer = base64.b64decode(found["answer"])
    if found["encoding"] == "gzip":
        answer = gzip.decompress(answer)
    body = base64.b64decode(found["body"])
    return Exchange(
        found["method"], found["path"], found["headers"], body, found["status"], json.loads(answer) if answer else {}
    )


def make(version: str, commit: str) -> None:
    """Let that commit's program sell, and keep what it left."""
    with tempfile.TemporaryDirectory() as name:
        source, out = Path(name, "source"), Path(name, "data")
        source.mkdir()
        out.mkdir()
        archive = subprocess.run(["git", "archive", commit], cwd=PROJECT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive, check=True)
        (Path(name) / "sitecustomize.py").write_text(_RECORD)
        variables = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONPATH": name,
            "RECORD_TO": str(out),
        }
        subprocess.run([sys.executable, "-c", _SELL, str(out)], cwd=source, env=variables, check=True)
        kept = DATA / f"schema-{version}"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for file in (*(out / one for one in _KEPT), out / "central" / "central.db", out / "central-before.db"):
            _pack(file, kept)
        _pack(out / "wire.jsonl", kept)
        shutil.copy(out / "knows.json", kept)
        shutil.copy(out / "central" / _SECRETS, kept)


def _pack(file: Path, folder: Path) -> None:
    """Without the name and time that gzip would write."""
    if file.suffix in (".key", ".witness"):
        shutil.copy(file, folder)
    else:
        (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        make(*argument.split("=", 1))
