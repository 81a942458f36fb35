"""Where newer versions come from: a repository of The Update Framework, of which only what is signed is believed.

Each look verifies signatures, expiry and that nothing is older than what was seen before (theupdateframework.io,
specification 5): a stolen mirror, a held-back update and a rolled-back one are refused with a sentence.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tuf.api import exceptions
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from pos_app import __version__
from pos_app.errors import OfflineError, WorldError
from pos_app.package_data import package_folder
from pos_app.updates.release import (
    Release,
    UpdateRefusedError,
    is_newer,
    platform_name,
    release_from_bytes,
    ring_document,
)

_CHUNK = 1 << 20
_REFUSED: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.UnsignedMetadataError, "it is not signed with the keys that this program trusts"),
    (exceptions.BadVersionNumberError, "the server tells of older versions than it did before"),
    (
        exceptions.ExpiredMetadataError,
        "what the server tells has expired. Somebody holds newer versions back, or the clock of this till is wrong",
    ),
    (exceptions.LengthOrHashMismatchError, "the file is not the one that was signed"),
    (exceptions.DownloadLengthMismatchError, "the file is not the one that was signed"),
    (exceptions.RepositoryError, "what the server tells cannot be read"),
)

_logger = logging.getLogger(__name__)


def trusted_root() -> bytes:
    """The keys that this program was built to trust. Raises WorldError when it was built without an update channel."""
    try:
        return (package_folder("resources") / "updates" / "root.json").read_bytes()
    except FileNotFoundError as error:
        raise WorldError(
            "This program was built without an update channel: nothing can be proved to be newer."
        ) from error


class FolderFetcher(FetcherInterface):
    """A repository in a folder: a stick that was carried here, or what another process fetched already."""

    def __init__(self, place: Callable[[str], Path]) -> None:
        self._place = place

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            file = self._place(url).open("rb")
        except OSError as error:
            raise exceptions.DownloadHTTPError(f"{url} is not there", 404) from error
        return self._chunks(file)

    @staticmethod
    def _chunks(file: "object") -> Iterator[bytes]:
        with file as opened:  # type: ignore[attr-defined]
            while chunk := opened.read(_CHUNK):
                yield chunk


class Channel:
    """The repository as one ring of stores sees it. folder keeps what was verified, and what may not be undercut."""

    def __init__(self, url: str, ring: str, folder: Path, root: bytes, fetcher: FetcherInterface | None = None) -> None:
        """url is https://..., or the folder of a repository. Raises WorldError when the folder cannot be written."""
        self._ring = ring
        self.packages = folder / "packages"
        metadata = folder / "metadata"
        try:
            self.packages.mkdir(parents=True, exist_ok=True)
            metadata.mkdir(exist_ok=True)
        except OSError as error:
            raise WorldError(f"The folder for updates cannot be written: {error}") from error
        # What urllib3 warns about becomes a sentence of ours.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        if fetcher is None and "://" not in url:
            fetcher = FolderFetcher(Path)
        url = url.rstrip("/")
        with _in_words():
            self._updater = Updater(
                str(metadata),
                f"{url}/metadata/",
                str(self.packages),
                f"{url}/targets/",
                fetcher,
                UpdaterConfig(app_user_agent=f"pos-terminal/{__version__}"),
                bootstrap=root,
            )

    def newest(self) -> Release | None:
        """What is offered to this ring; None when there is nothing for it.

        Raises UpdateRefusedError for what cannot be believed, OfflineError when the server cannot be reached.
        """
        with _in_words():
            self._updater.refresh()
            target = self._updater.get_targetinfo(ring_document(self._ring, platform_name()))
            if target is None:
                return None
            path = Path(self._updater.download_target(target, str(self.packages / "ring.json")))
        return release_from_bytes(path.read_bytes())

    def fetch(self, release: Release) -> Path:
        """Its installer on disk, proved to be the signed one; what is there already is not fetched again.

        Raises UpdateRefusedError and WorldError as newest does, and for a version that is not newer than this program.
        """
        if not is_newer(release.version, __version__):
            raise UpdateRefusedError(
                f"The update was refused: {release.version} is not newer than {__version__}, which is here."
            )
        path = self.packages / release.file
        with _in_words():
            target = self._updater.get_targetinfo(release.file)
            if target is None:
                raise UpdateRefusedError(f"The update was refused: {release.file} is not among what was signed.")
            if self._updater.find_cached_target(target, str(path)) is None:
                part = path.with_name(f"{path.name}.part")
                self._updater.download_target(target, str(part))
                part.replace(path)
        for other in self.packages.iterdir():
            if other.name not in (path.name, "ring.json"):
                other.unlink()
        return path


@contextmanager
def _in_words() -> Iterator[None]:
    """The framework's errors as sentences."""
    try:
        yield
    except tuple(kind for kind, _ in _REFUSED) as error:
        words = next(words for kind, words in _REFUSED if isinstance(error, kind))
        _logger.error("an update was refused: %s: %s", type(error).__name__, error)
        raise UpdateRefusedError(f"The update was refused: {words}. Nothing was changed.") from error
    except exceptions.DownloadError as error:
        _logger.warning("no update server: %s: %s", type(error).__name__, error)
        raise OfflineError("The update server cannot be reached. The till goes on as it is, and asks again.") from error
    except OSError as error:
        raise WorldError(f"The folder for updates cannot be written: {error}") from error
