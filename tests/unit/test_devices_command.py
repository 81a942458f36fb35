"""The devices command: what the technician's console does, where there is no window."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware.receipt_printer.paper import PaperRaster
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from pos_app.commands import find
from pos_app.device_entries import DeviceEntry
from pos_app.settings import load_settings

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Run `devices` on a folder; its status, what it printed and what it complained of."""

    def run(action: str, *arguments: str) -> tuple[int, str, str]:
        command = find("devices")
        assert command is not None
        place = () if action in ("drivers", "find") else ("--data", str(tmp_path))
        status = command.run([action, *arguments, *place])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def printer() -> Iterator[tuple[SimulatedPrinter, str]]:
    machine = SimulatedPrinter()
    server = PrinterServer(machine)
    server.start()
    yield machine, server.address
    server.stop()


def test_a_network_printer_is_added_checked_and_prints_its_test_page(
    shell: Shell, printer: tuple[SimulatedPrinter, str], tmp_path: Path
) -> None:
    machine, address = printer
    status, said, _ = shell("add", "receipt_printer", "tcp", address)
    assert status == 0
    assert f"A receipt printer answers at {address}." in said
    assert (load_settings(tmp_path).printer_driver, load_settings(tmp_path).printer_address) == ("tcp", address)
    assert address in shell("list")[1]
    assert shell("health")[1].startswith("receipt printer: well\n")
    status, said, _ = shell("test")
    assert status == 0
    assert machine.receipts_cut == 1
    assert "1234567890" in machine.receipts()[0].text()
    assert "Is the test page clean" in said


def test_the_logo_is_put_into_the_printers_memory_and_remembered(
    shell: Shell, printer: tuple[SimulatedPrinter, str], expect_log: Callable[[str], None]
) -> None:
    expect_log("no keystore service on this machine")
    machine, address = printer
    shell("add", "receipt_printer", "tcp", address)
    status, said, complaint = shell("store-logo")
    assert (status, complaint) == (0, "")
    assert "The printer keeps the logo" in said
    assert "Is the logo on the paper" in said
    (slip,) = machine.receipts()
    assert any(isinstance(item, PaperRaster) for item in slip.items)


def test_a_printer_that_does_not_answer_is_not_set_up_unless_somebody_insists(shell: Shell, tmp_path: Path) -> None:
    status, said, complaint = shell("add", "receipt_printer", "tcp", "127.0.0.1:1")
    assert status == 1
    assert "refuses port 1" in said
    assert "Nothing was changed" in complaint
    assert load_settings(tmp_path).printer_driver == "simulator"
    assert shell("add", "receipt_printer", "tcp", "127.0.0.1:1", "--unchecked")[0] == 0
    status, said, _ = shell("health")
    assert status == 1
    assert "receipt printer: NOT WELL" in said
    assert "printer_driver" in (tmp_path / "settings.toml").read_text()


def test_the_simulated_printer_has_no_test_outside_of_its_till(shell: Shell) -> None:
    status, _, complaint = shell("test")
    assert status == 1
    assert "simulated, inside of the till" in complaint


def test_scanners_are_added_renamed_and_removed(shell: Shell, tmp_path: Path) -> None:
    assert shell("add", "barcode_scanner", "serial", "usb:05e0:1200", "--name", "left")[0] == 0
    assert load_settings(tmp_path).devices == (DeviceEntry("barcode_scanner", "left", "serial", "usb:05e0:1200"),)
    assert re.search(r"^left +barcode_scanner +serial +usb:05e0:1200$", shell("list")[1], re.MULTILINE)
    assert shell("remove", "left")[0] == 0
    assert load_settings(tmp_path).devices == ()
    status, _, complaint = shell("remove", "left")
    assert status == 1
    assert "no device 'left'" in complaint


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("barcode_scanner", "telepathy", "x"), "no driver 'telepathy' for barcode_scanner: serial"),
        (("scale", "nci"), "Say where it is, such as /dev/ttyUSB0"),
    ],
    ids=["driver", "address"],
)
def test_what_cannot_be_is_a_sentence(shell: Shell, arguments: tuple[str, ...], says: str) -> None:
    status, _, complaint = shell("add", *arguments)
    assert status == 1
    assert says in complaint


def test_versions_of_the_settings_are_listed_with_what_they_changed_and_brought_back(
    shell: Shell, tmp_path: Path
) -> None:
    shell("add", "scale", "nci", "COM3")
    shell("remove", "scale")
    listed = shell("history")[1]
    assert "   2  " in listed
    assert "command line: scale removed" in listed
    assert '        - address = "COM3"' in listed
    assert shell("rollback", "1")[0] == 0
    assert [device.address for device in load_settings(tmp_path).devices] == ["COM3"]
    exported = shell("export")[1].strip()
    shell("remove", "scale")
    assert shell("import", exported)[0] == 0
    assert [device.address for device in load_settings(tmp_path).devices] == ["COM3"]


def test_any_other_key_is_set_with_its_version_and_nonsense_is_refused(shell: Shell, tmp_path: Path) -> None:
    assert shell("set", "card_terminal_poi_id", "V400m-123")[0] == 0
    assert shell("set", "scale_percent", "125")[0] == 0
    settings = load_settings(tmp_path)
    assert (settings.card_terminal_poi_id, settings.scale_percent) == ("V400m-123", 125)
    assert shell("set", "scale_percent", "")[0] == 0
    assert load_settings(tmp_path).scale_percent == 100
    for key, value, says in (
        ("colour", "red", "no setting 'colour'"),
        ("scale_percent", "large", "scale_percent must be a whole number"),
        ("card_terminal_key", "hunter2", "take the key out"),
    ):
        status, _, complaint = shell("set", key, value)
        assert status == 1
        assert says in complaint
        assert "hunter2" not in complaint
    assert "hunter2" not in (tmp_path / "settings.toml").read_text()


def test_discovery_looks_into_the_network_only_when_asked(shell: Shell) -> None:
    assert "Addresses tried" not in shell("find")[1]
    assert "Addresses tried: 1" in shell("find", "--network", "127.0.0.1")[1]


def test_every_driver_is_listed(shell: Shell) -> None:
    listed = shell("drivers")[1]
    assert re.search(r"receipt_printer +tcp +Network printer", listed)
    assert re.search(r"scale +toledo_8217", listed)


def test_a_bundle_says_what_is_in_it_and_holds_no_secret(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        'smtp_sender = "shop@example.com"\nsmtp_host = "mail.example.com"\nsmtp_user = "robot@example.com"\n'
        'smtp_password = "keystore:mail"\n'
    )
    (tmp_path / "till.log").write_text(
        "2026-11-22 14:02:11,123 INFO ui member casey.jones@example.com looked up\n"
        "2026-11-22 14:02:12,123 INFO ui pin=482913 token: abcdefg badge OPB-MANAGER\n"
        "2026-11-22 14:02:13,123 INFO pay card 4111 1111 1111 1111 and 5500005555555559\n"
        "2026-11-22 14:02:14,123 INFO key Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A= done\n"
    )
    status, said, _ = shell("bundle", "--list")
    assert status == 0
    assert not (tmp_path / "support").exists()
    assert re.search(r"till\.log +[\d,]+ bytes +The end of the till's log; [5-9] taken out", said)
    status, said, _ = shell("bundle")
    path = Path(said.strip().splitlines()[-1])
    with zipfile.ZipFile(path) as bundle:
        everything = "".join(bundle.read(name).decode() for name in bundle.namelist())
        assert [name for name in bundle.namelist() if name in said] == bundle.namelist()
    for secret in (
        *("casey", "@example.com", "482913", "abcdefg", "MANAGER", "4111", "5555", "Zm9vYmFy"),
        *("shop@", "robot@"),
    ):
        assert secret not in everything, secret
    assert "keystore:mail" in everything
    assert path.stat().st_mode & 0o077 == 0
