"""Reports of a store in the back office: the pages of a till, summed over its tills."""

import pytest
from fakes.central_shop import SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal
from fakes.office_client import signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from pos_app.domain.reports import PAGES

PAGE = "/office/reports"


def trade(shop: CentralShop) -> None:
    """Two tills of one store: 7.50 paid out at each, and a name that is no HTML."""
    for terminal_id in (TILL, SAME_STORE_TILL):
        journal = Journal(terminal_id)
        paid_out = {"operator_id": "associate-1", "amount_minor": 750, "reason": "<b>Stamps</b>"}
        journal.append("paid_out", paid_out)
        shop.upload(journal)


@pytest.mark.parametrize("report_id", PAGES)
def test_every_report_of_a_store_opens(shop: CentralShop, office_url: str, report_id: str) -> None:
    trade(shop)
    page = signed_in(shop, office_url, "auditor").open(f"{PAGE}?store=001&report={report_id}")
    assert page.status == 200
    assert PAGES[report_id][0] in page.text
    assert TILL in page.text
    assert SAME_STORE_TILL in page.text


def test_figures_are_those_of_all_tills_and_names_are_no_code(shop: CentralShop, office_url: str) -> None:
    trade(shop)
    client = signed_in(shop, office_url, "programme_manager")
    page = client.open(f"{PAGE}?store=001&report=cash&from=2014-11-28&to=2014-11-28&operator=associate-1")
    assert "15.00 USD" in page.text
    assert "<b>Stamps" not in page.source
    assert "15.00" not in client.open(f"{PAGE}?store=001&report=cash&from=2014-11-27&to=2014-11-27").text
    assert client.open(f"{PAGE}?store=001&from=2014-11-28&to=2014-11-01").status == 422
    assert client.open(f"{PAGE}?store=nowhere").status == 404


def test_customer_service_sees_no_reports(shop: CentralShop, office_url: str) -> None:
    assert signed_in(shop, office_url, "customer_service").open(PAGE).status == 403
