"""How the central service is set up: everything that is wrong is said at once, with its place and what it can be."""

from pathlib import Path

import pytest
from fakes.at_once import at_once

from pos_app.commands import find
from sync.central.errors import StartError
from sync.central.settings import KEYS, CentralSettings, read_settings
from sync.central.vault import Vault


def central(*arguments: str) -> int:
    command = find("central")
    assert command is not None
    return command.run(list(arguments))


def test_the_command_line_counts_more_than_the_environment_and_that_more_than_the_file(tmp_path: Path) -> None:
    file = tmp_path / "central.toml"
    file.write_text('host = "10.0.0.1"\nport = 9000\nlook_ups_per_minute = 30\ntrusted_proxies = ["10.0.0.0/8"]\n')
    settings = read_settings(file, {"POS_CENTRAL_PORT": "9001", "POS_CENTRAL_HOST": "10.0.0.2"}, {"host": "10.0.0.3"})
    assert (settings.host, settings.port, settings.look_ups_per_minute) == ("10.0.0.3", 9001, 30)
    assert settings.trusted_proxies == ("10.0.0.0/8",)
    assert [settings.source(name) for name in ("host", "port", "look_ups_per_minute", "stop_timeout_s")] == [
        "command line",
        "POS_CENTRAL_PORT",
        str(file),
        "default",
    ]


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "central.toml"
    file.write_text("port = 9000\n")
    assert read_settings(environment={"POS_CENTRAL_CONFIG": str(file)}).port == 9000


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text("postgresql://rewards:secret@db/rewards\n")
    settings = read_settings(environment={"POS_CENTRAL_DATABASE_FILE": str(file)})
    assert settings.database == "postgresql://rewards:secret@db/rewards"
    assert "secret" not in repr(settings)
    with pytest.raises(StartError, match="POS_CENTRAL_PORT_FILE: there is no such setting"):
        read_settings(environment={"POS_CENTRAL_PORT_FILE": str(file)})


def test_a_variable_that_is_empty_was_not_set() -> None:
    assert read_settings(environment={"POS_CENTRAL_PORT": "", "POS_CENTRAL_DATABASE": ""}) == CentralSettings()


def test_every_wrong_key_and_value_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "central.toml"
    file.write_text('prt = 1\nport = "many"\nmigrate = "maybe"\ntrusted_proxies = ["the proxy"]\nhost = 5\n')
    environment = {"POS_CENTRAL_LOOKUPS_AT_ONCE": "5", "POS_CENTRAL_DATABASE": "mysql://root:hush@db"}
    with pytest.raises(StartError) as refused:
        read_settings(file, environment)
    said = str(refused.value)
    for words in (
        f"{file}: there is no key 'prt'; port is one.",
        f"{file}: port cannot be 'many': it is a whole number from 0 to 65,535.",
        f"{file}: migrate cannot be 'maybe': it is at_start or by_command.",
        f"{file}: trusted_proxies cannot be ['the proxy']: it is a list of addresses or networks",
        f"{file}: host cannot be 5: it is a text in quotes.",
        "POS_CENTRAL_LOOKUPS_AT_ONCE: there is no such setting; POS_CENTRAL_LOOK_UPS_AT_ONCE is one.",
        "POS_CENTRAL_DATABASE: database cannot be the value: it is sqlite:///FILE or postgresql://USER@HOST/NAME.",
    ):
        assert words in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"POS_CENTRAL_TLS_KEY": "/etc/key.pem"}, "tls_certificate and tls_key go together"),
        ({"POS_CENTRAL_TLS_KEY": "/no/key", "POS_CENTRAL_TLS_CERTIFICATE": "/no/cert"}, "/no/cert cannot be read"),
        ({"POS_CENTRAL_CODES": "smtp"}, "smtp_from (POS_CENTRAL_SMTP_FROM) is not set"),
        ({"POS_CENTRAL_CONFIG": "/no/central.toml"}, "/no/central.toml: it cannot be read: No such file"),
    ],
    ids=["half-a-key-pair", "no-such-files", "mail-without-a-server", "no-such-file-of-settings"],
)
def test_values_that_do_not_go_together_are_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(StartError) as refused:
        read_settings(environment=environment)
    assert words in str(refused.value)


def test_what_is_no_toml_is_said_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "central.toml"
    file.write_text("port 8710\n")
    with pytest.raises(StartError, match=r"it is not TOML: .*line 1"):
        read_settings(file, {})


def test_every_setting_has_a_key_that_can_be_set() -> None:
    keys = {key.name for key in KEYS}
    assert keys == {name for name in CentralSettings.__dataclass_fields__ if name != "sources"}


def test_a_configuration_is_checked_before_it_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "central")
    monkeypatch.setenv("POS_CENTRAL_SMTP_PASSWORD", "hush")
    assert central("config", "check", "--data", folder) == 1
    assert "made at the first start" in capsys.readouterr().err
    assert not Path(folder).exists()
    assert central("config", "show", "--data", folder) == 0
    shown = capsys.readouterr().out
    assert "hush" not in shown
    assert "(set)" in shown
    assert central("verify", "--data", folder) == 0
    assert central("config", "check", "--data", folder) == 0
    assert "The configuration is right." in capsys.readouterr().out
    assert central("config", "check", "--data", folder, "--database", "postgresql://nobody@127.0.0.1:1/x") == 1
    assert "The database cannot be used" in capsys.readouterr().err


def test_every_key_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert central("config", "keys") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [key.name for key in KEYS]


def test_two_processes_that_start_at_once_have_the_same_secrets(tmp_path: Path) -> None:
    made = at_once(8, lambda number: Vault.load(tmp_path / "central-secrets.json"))
    assert len({(vault.pepper, vault.sealing_key, vault.signing_key) for vault in made}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["central-secrets.json"]
    assert (tmp_path / "central-secrets.json").stat().st_mode & 0o077 == 0
