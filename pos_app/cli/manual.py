"""`manual`: the documents as pages that can be searched, in a folder or to be read at once."""

import argparse
import os
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from pos_app.environment import PROJECT_FOLDER

BUILD = ("-m", "mkdocs", "build", "--strict", "--config-file", "resources/manual/mkdocs.yml", "--site-dir")
"""Arguments of Python; the folder follows. A link that leads nowhere fails it, and a page without a place."""
DEFAULT_PORT = 8720
INSTALLED = "manual"
"""The folder of the built pages beside an installed program."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the pages go, or where they are read."""
    parser.add_argument("folder", type=Path, nargs="?", help="put the pages here and stop; replaces an earlier manual")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=f"read them here, on this machine only ({DEFAULT_PORT})"
    )


def main(args: argparse.Namespace) -> int:
    """Build the pages; 1 when a link leads nowhere or a page has no place. Without a folder, serve them till Ctrl+C.

    An installed program serves the pages that came with it.
    """
    if getattr(sys, "frozen", False):
        return _installed(Path(sys.executable).parent / INSTALLED, args)
    if args.folder is not None:
        return _build(args.folder.resolve())
    with TemporaryDirectory(prefix="pos-manual-") as folder:
        status = _build(Path(folder))
        if status == 0:
            _serve(folder, args.port)
    return status


def _installed(pages: Path, args: argparse.Namespace) -> int:
    """An installed program has its pages and nothing to build them with."""
    if args.folder is not None or not (pages / "index.html").exists():
        wanted = "Pages are built" if args.folder is not None else "The pages are not there: they are built"
        print(f"{wanted} from the sources, by python3 -m pos_app manual FOLDER.", file=sys.stderr)
        return 1
    _serve(str(pages), args.port)
    return 0


def _build(folder: Path) -> int:
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # what the theme says of other projects
    return subprocess.call([sys.executable, *BUILD, str(folder)], cwd=PROJECT_FOLDER, env=quiet)


def _serve(folder: str, port: int) -> None:
    # Browsers give a page the index it searches only from a server, never from a folder.
    with ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        print(f"read it at http://127.0.0.1:{server.server_port} (Ctrl+C ends)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
