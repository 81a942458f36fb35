"""The till for training: its own folder, key, devices and central service, in a process of its own.

It is handed no address, no key and no folder of the till that sells, so it cannot touch it.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app.domain.operator import Operator, Role
from pos_app.errors import WorldError
from pos_app.store_people import SignOnRules

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from pos_app.bootstrap import Register
    from pos_app.counter import Counter
    from pos_app.store_profile import StoreFile

FOLDER_NAME = "training"
STORE_ID, STORE_NAME = "900", "Training store"


class TrainingTill:
    """Starts the training till of a data folder, once at a time."""

    def __init__(self, folder: Path, operator: Operator) -> None:
        self._folder = folder
        self._operator = operator
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Open it in a window of its own. Raises WorldError when it is open already."""
        import subprocess

        from pos_app.commands import own_command_line

        if self._process is not None and self._process.poll() is None:
            raise WorldError("The till for training is open already, in a window of its own.")
        operator = self._operator
        command = own_command_line(
            "training",
            *("--data", str(self._folder)),
            *("--operator", operator.operator_id),
            *("--name", operator.display_name),
        )
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)


def training_store(operator_id: str, name: str) -> "StoreFile":
    """The demo store as a store for training, where this person is an associate, whoever they are elsewhere."""
    from pos_app.sample_store import sample_store

    store = sample_store()
    profile = replace(store.profile, store_id=STORE_ID, store_name=STORE_NAME, training=True)
    operator = Operator(operator_id, name, Role.ASSOCIATE)
    return replace(store, profile=profile, operators=(operator,), sign_on=SignOnRules(required=False))


def open_training_till(
    folder: Path, operator_id: str, name: str, schedule_save: "Callable[[Callable[[], None]], None]"
) -> "tuple[Register, Counter]":
    """The register and counter over the training folder inside a data folder. Raises WorldError."""
    from pos_app.bootstrap import open_register
    from pos_app.counter import Counter
    from pos_app.sample_store import staff, stock_shelves
    from pos_app.settings import TerminalSettings
    from pos_app.storage.keys import KeyFile

    own = folder / FOLDER_NAME
    own.mkdir(parents=True, exist_ok=True)
    store = training_store(operator_id, name)
    register = open_register(own, store, KeyFile(own / "database.key"), schedule_save=schedule_save)
    stock_shelves(register.data, register.profile.currency)
    counter = Counter(own, register, TerminalSettings(), staff(own, register.data))
    counter.services.sign_on = None
    return register, counter
