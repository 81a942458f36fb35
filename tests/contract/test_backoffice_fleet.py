"""The fleet on the back office's pages: what needs a look comes first, and what is asked of a till is on record."""

import base64
import io
import zipfile

import pytest
from fakes.central_shop import OTHER_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal
from fakes.office_client import signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync import fleet
from sync.central.errors import CentralError

PAGE = f"/office/terminals/{TILL}"


def told(shop: CentralShop, terminal_id: str = TILL, **changes: object) -> list[fleet.TerminalOrder]:
    """A till's report; what it is asked to do."""
    facts = {"software_version": "0.1.0", "disk_free_bytes": 50_000_000_000, "data_bytes": 12_000_000} | changes
    terminal = shop.service.find_terminal(terminal_id)
    assert terminal is not None
    return shop.service.fleet.report(terminal, fleet.TerminalReport(**facts)).orders


def answered(shop: CentralShop, order_id: str, outcome: str, words: str = "", bundle: bytes = b"") -> None:
    terminal = shop.service.find_terminal(TILL)
    assert terminal is not None
    text = base64.b64encode(bundle).decode()
    shop.service.fleet.answer(terminal, order_id, fleet.OrderAnswer(outcome=outcome, words=words, bundle=text))


def a_bundle() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("machine.json", "{}")
    return packed.getvalue()


def test_what_needs_a_look_comes_first_and_says_why(shop: CentralShop, office_url: str) -> None:
    jammed = fleet.DeviceMessage(name="Receipt printer", kind="receipt_printer", state="error", reason="Paper jam")
    told(shop, queued=12)
    told(shop, OTHER_STORE_TILL, devices=[jammed], disk_free_bytes=900_000_000)
    journal = Journal()
    journal.append("no_sale", {})
    shop.upload(journal)
    page = signed_in(shop, office_url, "auditor").open("/office/terminals")
    assert page.text.index(OTHER_STORE_TILL) < page.text.index(f"{TILL} store")
    for words in ("Needs a look", "Receipt printer: error", "900.0 MB", "not told yet", "0.1.0 2"):
        assert words in page.text
    detail = signed_in(shop, office_url, "auditor", "auditor-2").open(f"/office/terminals/{OTHER_STORE_TILL}")
    assert "error Paper jam" in detail.text
    assert "Ask for a support bundle" not in detail.text, "an auditor asks tills for nothing"


def test_terminals_are_found_by_store_and_by_how_they_are(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    found = client.open("/office/terminals?in_store=002")
    assert OTHER_STORE_TILL in found.text
    assert f"{TILL} store" not in found.text
    assert "No terminal is like that." in client.open("/office/terminals?health=ill").text


def test_a_bundle_is_asked_for_sent_and_fetched(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    client.open(PAGE)
    assert client.send(f"{PAGE}/bundle", bundle_reason="The printer stops").goes_to == f"{PAGE}?done=order-made"
    (order,) = told(shop)
    assert (order.kind, order.asked_by, order.reason) == ("support_bundle", "technician-1", "The printer stops")
    answered(shop, order.order_id, "done", "Written at the till.", a_bundle())
    answered(shop, order.order_id, "failed", "An answer that came late changes nothing.")
    assert told(shop) == []
    page = client.open(PAGE)
    assert "Written at the till." in page.text
    assert "came late" not in page.text
    file = client.open(f"{PAGE}/orders/{order.order_id}/bundle")
    assert file.headers["Content-Type"] == "application/zip"
    assert file.headers["Content-Disposition"] == f'attachment; filename="support-{TILL}-{order.order_id[:8]}.zip"'
    acts = [entry.act for entry in shop.service.office.log()]
    assert {"bundle_asked", "bundle_fetched"} <= set(acts)
    assert client.open(f"/office/terminals/{OTHER_STORE_TILL}/orders/{order.order_id}/bundle").status == 404


def test_bundles_are_removed_after_thirty_days(shop: CentralShop, office_url: str) -> None:
    order_id = shop.service.fleet.ask_for_bundle(TILL, "technician-1", "Why not")
    answered(shop, order_id, "done", "", a_bundle())
    shop.pass_time(days=31)
    shop.service.sweep()
    client = signed_in(shop, office_url, "technician")
    assert "removed after thirty days" in client.open(f"{PAGE}/orders/{order_id}/bundle").text
    assert [order.state for order in shop.service.fleet.orders(TILL)] == ["done"]


def test_settings_are_asked_for_as_they_stand_in_the_file(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    client.open(PAGE)
    client.send(f"{PAGE}/settings", settings='theme = "dark"\r\nscanner_double_ms = 300\r\n', settings_reason="Glare")
    (order,) = told(shop)
    assert order.values == {"theme": "dark", "scanner_double_ms": 300}
    answered(shop, order.order_id, "later", "It waits until the business day is closed.")
    page = client.open(PAGE)
    assert "waiting It waits until the business day is closed." in page.text
    assert client.send(f"{PAGE}/orders/{order.order_id}/withdraw").goes_to.endswith("order-withdrawn")
    assert told(shop) == []
    assert client.send(f"{PAGE}/orders/{order.order_id}/withdraw").status == 409


@pytest.mark.parametrize(
    ("settings", "reason", "words"),
    [
        ("theme dark", "Glare", "One setting a line"),
        ("", "Glare", "Name at least one setting."),
        ("theme = true", "Glare", "a text in quotes or a whole number"),
        ("[device]\nname = 1", "Glare", "a text in quotes or a whole number"),
        ('theme = "dark"', " ", "Say why"),
    ],
    ids=["no-toml", "nothing", "a-switch", "a-table", "no-reason"],
)
def test_what_is_no_setting_is_said_and_what_was_typed_stays(
    shop: CentralShop, office_url: str, settings: str, reason: str, words: str
) -> None:
    client = signed_in(shop, office_url, "technician")
    client.open(PAGE)
    page = client.send(f"{PAGE}/settings", settings=settings, settings_reason=reason)
    assert page.status == 422
    assert words in page.text
    assert told(shop) == []


def test_a_till_answers_its_own_orders_only_and_sends_zip_files_only(shop: CentralShop) -> None:
    order_id = shop.service.fleet.ask_for_bundle(TILL, "technician-1", "Why not")
    other = shop.service.find_terminal(OTHER_STORE_TILL)
    assert other is not None
    shop.service.fleet.answer(other, order_id, fleet.OrderAnswer(outcome="done"))
    assert [order.state for order in shop.service.fleet.orders(TILL)] == ["open"]
    with pytest.raises(CentralError, match="A bundle is a zip file"):
        answered(shop, order_id, "done", "", b"<html>")


def test_names_from_tills_are_text_and_nothing_else(shop: CentralShop, office_url: str) -> None:
    told(shop, devices=[fleet.DeviceMessage(name="<script>x</script>", state="error", reason="<b>")], system="<i>")
    page = signed_in(shop, office_url, "technician").open(PAGE)
    assert "<script>x" not in page.source
    assert "<i>" not in page.source
