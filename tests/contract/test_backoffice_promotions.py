"""The back office's page of promotions: what is published, what is in force, which codes were used, who may see it."""

from fakes.central_shop import TILL, CentralShop
from fakes.office_client import signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync.promotions import Edition, PlacePromoCodeHold

PAGE = "/office/promotions"


def edition(version: int, effective_from: str) -> Edition:
    """An edition with one promotion and one code."""
    return Edition(
        document_id="autumn",
        version=version,
        effective_from=effective_from,
        currency_code="USD",
        promotions=[{"id": "five", "kind": "amount", "amount": "5.00", "name": "Five <off>"}],
        promo_codes=[{"code": "ONCE", "promotion": "five"}],
    )


def test_editions_and_codes_are_shown_and_no_name_becomes_markup(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "programme_manager")
    assert "Nothing is published" in client.open(PAGE).text
    shop.service.promotions.publish(edition(1, "2014-11-01T00:00:00-07:00"))
    shop.service.promotions.publish(edition(2, "2014-12-24T00:00:00-08:00"))
    request = PlacePromoCodeHold(hold_id="h", code="ONCE", transaction_id="t", promotions_id="autumn:1")
    shop.service.place_promo_code_hold(TILL, request)
    page = client.open(PAGE)
    assert page.status == 200
    for words in ("autumn 1", "In force", "autumn 2", "To come", "Five <off>", "ONCE"):
        assert words in page.text
    assert "Five <off>" not in page.source
