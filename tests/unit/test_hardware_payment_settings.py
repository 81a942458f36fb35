"""Which card terminal a counter gets by its settings, where its key comes from, and what a mistake says."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from fakes import adyen_terminal as adyen
from fakes.adyen_terminal import AdyenTerminalStub, Authority
from fakes.card_rigs import Associate
from fakes.memory_print_queue import MemoryPrintQueue
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from hardware.payment_terminal.settings import CardTerminalSettings
from hardware.peripherals import Peripherals, PeripheralsSettings
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, DeviceState, DeviceStatus
from pos_app.settings import load_settings
from pos_app.storage.named_secrets import read_secret


def counter_with(folder: Path, card_terminal: CardTerminalSettings) -> Peripherals:
    settings = PeripheralsSettings(scanners=(), data_folder=folder, card_terminal=card_terminal)
    return Peripherals(settings, MemoryPrintQueue())


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[AdyenTerminalStub]:
    made = AdyenTerminalStub(Authority(tmp_path / "authority"))
    yield made
    made.stop()


def card_status(peripherals: Peripherals) -> DeviceStatus:
    return next(status for status in peripherals.statuses() if status.name == "card terminal")


def test_a_counter_with_a_terminal_on_the_network_takes_cards_with_it(stub: AdyenTerminalStub, tmp_path: Path) -> None:
    settings = CardTerminalSettings(
        driver="adyen_local",
        address=stub.address,
        sale_id=adyen.SALE_ID,
        poi_id=adyen.POI_ID,
        certificate_name=adyen.CERTIFICATE_NAME,
        ca_file=tmp_path / "authority" / "ca.pem",
        key_name=adyen.KEY_IDENTIFIER,
        passphrase=lambda: adyen.PASSPHRASE,
    )
    assert adyen.PASSPHRASE not in repr(settings)
    peripherals = counter_with(tmp_path, settings)
    ready = threading.Event()
    peripherals.on_status = lambda status: ready.set() if status.kind == "payment_terminal" else None
    peripherals.start()
    assert ready.wait(30)
    assert peripherals.payment_terminal is not None
    assert peripherals.simulated_terminal is None
    assert peripherals.payment_terminal.authorise("payment-1", 500, "USD").outcome is CardOutcome.APPROVED
    assert card_status(peripherals).state is DeviceState.READY
    peripherals.stop()
    assert "payment-1" in (tmp_path / "card-payments.jsonl").read_text()


def test_a_counter_with_a_terminal_that_stands_alone_asks_the_associate(tmp_path: Path) -> None:
    peripherals = counter_with(tmp_path, CardTerminalSettings(driver="manual"))
    peripherals.card_prompt = Associate(tmp_path / "slips.jsonl")
    peripherals.start()
    assert peripherals.payment_terminal is not None
    assert peripherals.payment_terminal.authorise("payment-1", 500, "USD").authorisation == "R00001"
    peripherals.stop()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (CardTerminalSettings(driver="telepathy"), "unknown card terminal driver 'telepathy': simulator, adyen_local"),
        (CardTerminalSettings(driver="manual"), "needs a screen that asks about it"),
        (CardTerminalSettings(driver="adyen_local"), "needs the certificate authority"),
        (CardTerminalSettings(driver="adyen_local", ca_file=Path("nowhere.pem")), "shared key is not set"),
        (
            CardTerminalSettings(
                driver="adyen_local", ca_file=Path("x"), passphrase=lambda: read_secret("env:NO_SUCH_SECRET")
            ),
            "There is no secret at env:NO_SUCH_SECRET",
        ),
    ],
)
def test_a_terminal_that_is_set_up_wrongly_is_a_row_and_the_till_runs_without(
    tmp_path: Path, settings: CardTerminalSettings, words: str, expect_log: Callable[[str], None]
) -> None:
    expect_log("device card terminal cannot be started")
    peripherals = counter_with(tmp_path, settings)
    peripherals.start()
    assert peripherals.payment_terminal is None
    assert card_status(peripherals).state is DeviceState.ERROR
    assert words in card_status(peripherals).reason
    peripherals.stop()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('card_terminal_driver = "pigeon"', "card_terminal_driver must be one of simulator, adyen_local, manual"),
        ('card_terminal_key = "hunter2 is my key"', "card_terminal_key says where the key is"),
    ],
)
def test_a_mistake_in_the_settings_is_named_and_a_key_is_not_repeated(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(WorldError, match=message) as raised:
        load_settings(tmp_path)
    assert "hunter2" not in str(raised.value)


def test_the_settings_of_a_terminal_are_taken(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        'card_terminal_driver = "adyen_local"\ncard_terminal_address = "10.0.0.7:8443"\n'
        'card_terminal_key = "keystore:card-terminal"\ncard_terminal_key_version = 2\n'
    )
    settings = load_settings(tmp_path)
    assert (settings.card_terminal_driver, settings.card_terminal_key_version) == ("adyen_local", 2)


# --- where a secret is ----------------------------------------------------------------------------------------------


class OneSecret(KeyringBackend):
    """A keystore service with one secret in it."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        if username == "locked":
            raise KeyringLocked("the keystore is locked")
        return "from the keystore" if (service, username) == ("pos-terminal", "card-terminal") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def keystore() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(OneSecret())
    yield
    keyring.set_keyring(before)


def test_a_secret_comes_from_the_keystore_the_environment_or_a_protected_file(
    keystore: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_secret("keystore:card-terminal") == "from the keystore"
    monkeypatch.setenv("CARD_KEY", "from outside")
    assert read_secret("env:CARD_KEY") == "from outside"
    path = tmp_path / "card.key"
    path.touch(0o600)
    path.write_text("from a file \n")
    assert read_secret(f"file:{path}") == "from a file "


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("keystore:other", "no secret at keystore:other"),
        ("keystore:locked", "does not give keystore:locked"),
        ("file:/no/such/file", "cannot be read: FileNotFoundError"),
        ("the key itself", "never written into settings"),
    ],
)
def test_a_secret_that_is_not_there_is_named_by_its_place(keystore: None, reference: str, words: str) -> None:
    with pytest.raises(WorldError, match=words) as raised:
        read_secret(reference)
    assert "the key itself" not in str(raised.value)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_file_that_others_may_read_keeps_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "card.key"
    path.write_text("open to all")
    path.chmod(0o644)
    with pytest.raises(WorldError, match="may be read by others"):
        read_secret(f"file:{path}")
