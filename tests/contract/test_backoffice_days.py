"""The stores' days in the back office: over several tills, late ones, closed twice, and one that cannot be read."""

from pathlib import Path

from fakes.central_shop import SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal
from fakes.closing_till import ClosingTill
from fakes.office_client import signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

PAGE = "/office/days"


def z_payload(folder: Path, off_by_minor: int = 0) -> dict:
    """What a real till says when it is closed."""
    import json

    till = ClosingTill(folder)
    till.ring_up("10", "11")
    till.close_day(till.expected_minor + off_by_minor)
    payload = json.loads(till.data.till_records.z_reports(1)[0].payload)
    till.close()
    return payload


def test_a_store_is_closed_when_all_its_tills_are(shop: CentralShop, office_url: str, tmp_path: Path) -> None:
    client = signed_in(shop, office_url, "programme_manager")
    assert "No till has opened a day" in client.open(PAGE).text
    payload = z_payload(tmp_path, off_by_minor=-300)
    first, late = Journal(TILL), Journal(SAME_STORE_TILL)
    for journal in (first, late):
        journal.append("business_day_opened", {"operator_id": "manager-1"})
    first.append("z_report", payload)
    shop.upload(first)
    shop.upload(late)
    page = client.open(PAGE)
    assert page.status == 200
    assert "1 not closed" in page.text
    assert "Not closed yet" in page.text

    late.append("z_report", payload | {"z_number": 41})
    assert shop.upload(late).results[-1].status == "applied"
    text = client.open(PAGE).text
    assert "not closed" not in text
    assert "41" in text
    assert text.count("-3.00 USD") == 2
    assert "-6.00 USD" in text, "both tills together"
    sold = payload["figures"]["sales_minor"]
    assert f"{2 * sold / 100:.2f} USD" in text


def test_a_workstation_with_two_tills_is_open_until_both_are_closed(
    shop: CentralShop, office_url: str, tmp_path: Path
) -> None:
    client = signed_in(shop, office_url, "auditor")
    payload, journal = z_payload(tmp_path), Journal(TILL)
    journal.append("business_day_opened", {"operator_id": "manager-1"})
    journal.append("till_opened", {"operator_id": "manager-1", "till_id": "01-B"})
    journal.append("z_report", payload | {"till_id": "01-B", "tills_open": 1})
    shop.upload(journal)
    assert "1 not closed" in client.open(PAGE).text
    journal.append("z_report", payload | {"z_number": 2})
    shop.upload(journal)
    assert "not closed" not in client.open(PAGE).text


def test_a_till_may_close_one_date_twice_and_a_z_that_cannot_be_read_hides_no_other(
    shop: CentralShop, office_url: str, tmp_path: Path
) -> None:
    client = signed_in(shop, office_url, "auditor")
    payload = z_payload(tmp_path)
    journal, broken = Journal(TILL), Journal(SAME_STORE_TILL)
    for number in (7, 8):
        journal.append("business_day_opened", {"operator_id": "manager-1"})
        journal.append("z_report", payload | {"z_number": number})
    broken.append("z_report", {"z_number": "<b>nine</b>"})
    shop.upload(journal)
    shop.upload(broken)
    page = client.open(PAGE)
    assert page.text.count("Closed") >= 2
    assert "Cannot be read" in page.text
    assert "<b>nine" not in page.source


def test_customer_service_does_not_see_the_stores_money(shop: CentralShop, office_url: str) -> None:
    assert signed_in(shop, office_url, "customer_service").open(PAGE).status == 403
