"""Where an installed package keeps its files, found without running the package."""

from importlib.util import find_spec
from pathlib import Path


def package_folder(name: str) -> Path:
    """The folder of a package; its data may be there without its code, as in a frozen program.

    Raises FileNotFoundError when it is not installed.
    """
    spec = find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise FileNotFoundError(f"the package {name} is not installed")
    return Path(places[0])
