"""The style sheet and the font: read once, changed only with the program."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from pos_app.package_data import package_folder

FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".ttf": "font/ttf"}


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """Content, kind and mark by name: what is not in it cannot be asked for."""
    paths = {path.name: path for path in FOLDER.iterdir() if path.suffix in _KINDS}
    paths["inter.ttf"] = next((package_folder("fontpkg_inter") / "files").rglob("Inter*.ttf"))
    files = {}
    for name, path in paths.items():
        content = path.read_bytes()
        files[name] = (content, _KINDS[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')
    return files


async def answer(request: Request) -> Response:
    """One file, or that the browser has it already."""
    found = _files().get(request.path_params["name"])
    if found is None:
        return Response("There is nothing at this address.", 404, media_type="text/plain")
    content, kind, mark = found
    headers = {"ETag": mark, "Cache-Control": "public, max-age=3600"}
    if request.headers.get("If-None-Match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
