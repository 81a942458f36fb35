"""The operators command, as a manager types it, and the till that opens afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.domain.rights import Action
from pos_app.services.approvals import ApprovalRequest
from pos_app.services.approving import Approving

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def command(tmp_path: Path):
    """Runs `operators ARGUMENTS` over a data folder, with what is typed on standard input."""

    def run(*arguments: str, typed: str = "", fails: bool = False) -> str:
        environment = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        folder = () if arguments[0] == "phone-code" else ("--data", str(tmp_path / "till"))
        result = subprocess.run(
            [sys.executable, "-m", "pos_app", "operators", *arguments, *folder],
            cwd=PROJECT,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == (1 if fails else 0), result.stderr
        return result.stderr if fails else result.stdout

    return run


@pytest.fixture
def associate(command):
    command(
        "add", "--id", "associate-7", "--name", "Associate", "--role", "associate", "--number", "107", typed="175319\n"
    )


def test_somebody_is_added_listed_and_removed(command, associate):
    listed = command("list")
    assert "107" in listed
    assert "associate-7" in listed
    assert "175319" not in listed
    command("remove", "--number", "107")
    assert "107" not in command("list")


def test_what_cannot_be_is_refused_in_a_sentence(command, associate):
    assert "6 digits" in command("set-pin", "--number", "107", typed="12\n", fails=True)
    assert "no operator with the number 999" in command("set-pin", "--number", "999", typed="135792\n", fails=True)


def test_pin_badge_and_telephone_work_at_the_till_that_opens_afterwards(command, associate, tmp_path):
    command("add", "--id", "manager-7", "--name", "Manager", "--role", "manager", "--number", "307", typed="864202\n")
    badge = command("new-badge", "--number", "107").strip()
    command("set-pin", "--number", "107", typed="246810\n")
    secret = tmp_path / "secret"
    command("phone-secret", "--out", str(secret))
    assert secret.stat().st_mode & 0o077 == 0

    from pos_app.bootstrap import open_register
    from pos_app.sample_store import sample_store
    from pos_app.storage.keys import KeyFile

    register = open_register(tmp_path / "till", sample_store(), KeyFile(tmp_path / "till" / "database.key"))
    try:
        assert register.operator.operator_id == ""
        operator = register.sign_on.by_pin("107", "246810")
        assert register.sign_on.by_badge(badge) == operator
        register.sign_on.begin(operator, "pin")
        approving: Approving = register.approving
        challenge = approving.challenge()
        words = f"--id manager-7 --read-out {challenge} --act no_sale --secret {secret}".split()
        code = command("phone-code", *words).strip().replace(" ", "")
        approval = approving.by_code(ApprovalRequest(Action.NO_SALE), challenge, code, "Customer care")
        assert approval.approver_id == "manager-7"
        assert not register.sign_on.locked
    finally:
        register.close()
