"""`central user`: people let in, given new secrets and shut out from the command line."""

from pathlib import Path

import pytest

from pos_app.commands import find
from sync.central.backoffice import totp
from sync.central.service import CentralService


def central(*arguments: str) -> int:
    command = find("central")
    assert command is not None
    return command.run(["user", *arguments])


def test_a_user_is_added_reset_listed_and_closed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ("--data", str(tmp_path))
    assert central("add", "service-1", "--role", "customer_service", *data) == 0
    told = capsys.readouterr().out.splitlines()
    password, secret = told[0].rpartition(" ")[2], told[1].rpartition(" ")[2]
    assert told[2].endswith(
        f"otpauth://totp/Rewards%20back%20office:service-1?secret={secret}&issuer=Rewards%20back%20office"
    )
    service = CentralService.open(tmp_path)
    code = totp.code_at(secret, totp.step_of(service.clock.now().timestamp()))
    assert service.office.sign_in("service-1", password, code)
    service.close()

    assert central("reset", "service-1", *data) == 0
    assert password not in capsys.readouterr().out
    assert central("close", "service-1", *data) == 0
    capsys.readouterr()
    assert central("list", *data) == 0
    assert capsys.readouterr().out.split() == ["service-1", "customer_service", "closed"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "Service 1", "--role", "auditor"), "A name has"),
        (("add", "service-1", "--role", "owner"), "A role is one of: customer_service"),
        (("add", "service-1"), "A role is one of"),
        (("reset", "nobody"), "There is no user nobody."),
        (("close", "nobody"), "There is no user nobody."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert central(*arguments, "--data", str(tmp_path)) == 1
    assert sentence in capsys.readouterr().err


def test_a_name_is_given_to_one_user_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ("--role", "auditor", "--data", str(tmp_path))
    assert central("add", "auditor-1", *data) == 0
    assert central("add", "auditor-1", *data) == 1
    assert "already" in capsys.readouterr().err
