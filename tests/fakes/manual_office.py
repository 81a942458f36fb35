"""Pages of the back office in a real browser, as the manual shows them."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal
from fakes.closing_till import ClosingTill
from fakes.office_client import PASSWORD, SIGN_IN, add_user, code_for
from fakes.web_browser import Browser
from PySide6.QtGui import QImage

from sync import fleet
from sync.central.demo import MEMBERS, seed_demo
from sync.central.server import CentralServer

NOW = datetime(2026, 11, 27, 22, 5, tzinfo=UTC)


class Office:
    """A service with something to look at, and one person in front of it after the other."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder, self.browser = folder, browser
        self.shop = CentralShop(f"sqlite:///{folder / 'central.db'}")
        self.shop.clock.at = NOW
        for terminal_id in (TILL, SAME_STORE_TILL, OTHER_STORE_TILL):
            self.shop.let_in(terminal_id)
        seed_demo(self.shop.service)
        self.server = CentralServer(self.shop.service).start()

    def close(self) -> None:
        """The service goes home."""
        self.server.stop()
        self.shop.service.close()

    def sign_in(self, role: str) -> None:
        """Somebody of that role."""
        made = add_user(self.shop, f"{role.replace('_', '-')}-1", role)
        self.browser.go(self.server.url + SIGN_IN)
        for field, typed in (("#name", made.name), ("#password", PASSWORD), ("#code", code_for(self.shop, made))):
            self.browser.type(field, typed)
        self.browser.click("main button")

    def sign_out(self) -> None:
        """Their work is done."""
        self.browser.click("header form button")

    def open(self, path: str) -> None:
        """Type an address."""
        self.browser.go(self.server.url + path)


def _member(office: Office) -> None:
    office.sign_in("customer_service")
    office.open("/office/members")
    office.browser.type("#key", MEMBERS[0][0])
    office.browser.click("main button")


def _preview(office: Office) -> None:
    browser = office.browser
    office.sign_in("programme_manager")
    office.open("/office/terms/new")
    browser.fill("#effective_from", "2026-12-01T00:00:00")
    browser.type("#offer-0-multiplier", "3")
    browser.click("main button.primary")


def _quarantine(office: Office) -> None:
    office.sign_in("programme_manager")
    journal = Journal(TILL)
    journal.sale("t1", member_id="nobody-yet")
    office.shop.upload(journal)
    office.open("/office/quarantine")
    office.browser.click("main table a")
    member_id = office.shop.member("customer@example.com")
    change = "document.querySelector('#payload').value = arguments[0]"
    payload = office.browser.value("#payload").replace("nobody-yet", member_id)
    office.browser.run(change, payload)
    office.browser.type("#reason-correct", "Typed wrong at the till")
    office.browser.click("form:has(input[value=corrected]) button")


def _days(office: Office) -> None:
    """One till is closed, with $3.00 short; the other one is not."""
    office.sign_in("auditor")
    till = ClosingTill(office.folder / "till")
    till.ring_up("10", "11")
    till.close_day(till.expected_minor - 300)
    payload = _z_of(till)
    till.close()
    for terminal_id, number in ((TILL, 40), (SAME_STORE_TILL, 0)):
        journal = Journal(terminal_id)
        journal.append("business_day_opened", {"operator_id": "manager-1"}, business_day="2026-11-27")
        if number:
            journal.append("z_report", payload | {"z_number": number}, business_day="2026-11-27")
        office.shop.upload(journal)
    office.open("/office/days")


def _z_of(till: ClosingTill) -> dict[str, object]:
    return dict(json.loads(till.data.till_records.z_reports(1)[0].payload))


def _terminals(office: Office) -> None:
    office.sign_in("technician")
    jam = fleet.DeviceMessage(name="Receipt printer", kind="receipt_printer", state="error", reason="Paper jam")
    ready = fleet.DeviceMessage(name="Receipt printer", kind="receipt_printer", state="ready", reason="")
    for terminal_id, device in ((TILL, ready), (SAME_STORE_TILL, ready), (OTHER_STORE_TILL, jam)):
        terminal = office.shop.service.find_terminal(terminal_id)
        assert terminal is not None
        facts = fleet.TerminalReport(
            software_version="0.1.0", disk_free_bytes=50_000_000_000, data_bytes=12_000_000, devices=[device]
        )
        office.shop.service.fleet.report(terminal, facts)
    office.open("/office/terminals")


PAGES: dict[str, Callable[[Office], None]] = {
    "backoffice-member": _member,
    "backoffice-preview": _preview,
    "backoffice-quarantine": _quarantine,
    "backoffice-days": _days,
    "backoffice-terminals": _terminals,
}


def office_pictures(names: list[str], folder: Path) -> Iterator[tuple[str, QImage]]:
    """Each page at a service of its own."""
    for name in names:
        place = folder / name
        place.mkdir(parents=True)
        with Browser() as browser:
            office = Office(place, browser)
            try:
                PAGES[name](office)
                browser.resize(1280, 900)
                yield name, QImage.fromData(base64.b64decode(browser.screenshot()))
            finally:
                office.close()
