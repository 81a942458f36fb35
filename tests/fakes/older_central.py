"""A central service as an earlier version was: what it did not know is not there, and it says no more than it did.

The present service stands behind it, so that what an earlier version did is really done.
"""

import gzip
import http.client
import json
import re
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from fakes.released_data import exchanges, knows
from fakes.stub_central import problem

from sync import contract


class OlderCentral:
    """In front of a real service at url."""

    def __init__(self, version: str, url: str) -> None:
        known = knows(version)
        self._kinds = set(known["kinds"])
        self._paths = [re.compile(re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(path))) for path in known["paths"]]
        self._said = {one.path.partition("?")[0]: one.answer for one in exchanges(version)}
        self._behind = url.removeprefix("http://")
        self.not_known: set[str] = set()
        older = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = older.answer(self.command, self.path, dict(self.headers), body)
                self.send_response_only(status)
                self.send_header("Date", self.date_time_string())
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        plain_path = path.partition("?")[0]
        if plain_path != contract.PATH_HEALTH and not any(one.fullmatch(plain_path) for one in self._paths):
            self.not_known.add(plain_path)
            return 404, problem(404, "not_found").body
        connection = http.client.HTTPConnection(self._behind, timeout=10)
        try:
            connection.request(method, path, body, {k: v for k, v in headers.items() if k.lower() != "host"})
            got = connection.getresponse()
            content, status = got.read(), got.status
        finally:
            connection.close()
        if got.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if status != 200 or not content:
            return status, content
        said = json.loads(content)
        if plain_path == contract.PATH_JOURNAL:
            self._knows_no_other_kinds(said, headers, body)
        return status, json.dumps(_no_more_than(self._said.get(plain_path), said)).encode()

    def _knows_no_other_kinds(self, said: dict[str, Any], headers: Mapping[str, str], body: bytes) -> None:
        """Events of kinds that came later were set aside, and their numbers used."""
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        kinds = {event["sequence"]: event["kind"] for event in json.loads(body)["events"]}
        for result in said["results"]:
            if kinds.get(result["sequence"]) not in self._kinds:
                result |= {"status": "quarantined", "reason": "unknown_kind"}


def _no_more_than(older: Any, said: Any) -> Any:
    """Only the fields that the earlier version was heard to say; a path that was not heard is left as it is."""
    if isinstance(older, dict) and isinstance(said, dict):
        return {key: _no_more_than(older[key], value) for key, value in said.items() if key in older}
    if isinstance(older, list) and isinstance(said, list):
        return [_no_more_than(older[0], one) for one in said] if older else said
    return said
