"""The pages' own statements, on each engine: every page of a shop where something happened."""

from fakes.central_shop import TILL, CentralShop
from fakes.central_till import Journal
from fakes.office_client import signed_in

from sync.central.backoffice.resolving import DISMISSED, Place, Wish, decide, undecided
from sync.central.server import CentralServer


def test_every_page_shows_what_happened(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    journal = Journal(TILL)
    journal.sale("t1", member_id=member_id)
    journal.sale("t2", member_id="nobody")
    journal.sale("t3", member_id="nobody-else")
    shop.upload(journal)
    office = shop.service.office
    waiting = office.database.read(undecided)
    decide(office, waiting[0].place, Wish(DISMISSED, "Practice"), "programme-manager-1")
    shop.service.care.request_adjustment(member_id, 50, "Kindness", "customer-service-1")
    place = waiting[1].place
    server = CentralServer(shop.service).start()
    try:
        client = signed_in(shop, server.url, "programme_manager")
        words = {
            "/office": "600 worth 6.00 USD",
            f"/office/members/{member_id}": "+100",
            "/office/adjustments": "Kindness",
            "/office/terms": "standard 1",
            "/office/terminals": TILL,
            "/office/days": "No till has opened a day",
            "/office/quarantine": "Practice",
            path_of(place): "unknown_member",
            "/office/log": "Dismissed an event",
        }
        for path, text in words.items():
            page = client.open(path)
            assert (page.status, text in page.text) == (200, True), f"{path}: {page.text}"
    finally:
        server.stop()


def path_of(place: Place) -> str:
    return f"/office/quarantine/{place.terminal_id}/{place.incarnation}/{place.sequence}/{place.entry_hash}"
