"""Terminals and events in quarantine: what came is looked at, tried, decided once, and stays as it came."""

import json
from urllib.parse import quote

import msgspec
import pytest
from fakes.central_shop import TILL, CentralShop
from fakes.central_till import Journal, enrolled_till, sale_payload
from fakes.office_client import OfficeClient, OfficePage, signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync import contract
from sync.central.backoffice import resolving

QUARANTINE = "/office/quarantine"


def first_event(client: OfficeClient) -> str:
    """The address of the oldest event that waits."""
    return client.open(QUARANTINE).source.split('<th scope="row"><a href="')[1].split('"')[0]


def confirm(client: OfficeClient, path: str, shown: OfficePage, **fields: str) -> OfficePage:
    assert "What this would do" in shown.text
    return client.send(
        path, {name: shown.field(name) for name in ("act", "reason", "kind", "email")} | fields, do="confirm"
    )


def sale_of_nobody(shop: CentralShop) -> Journal:
    journal = Journal(TILL)
    journal.sale("t1", member_id="nobody-yet")
    assert shop.upload(journal).results[0].status == "quarantined"
    return journal


def test_an_event_is_corrected_tried_and_posted_once(shop: CentralShop, office_url: str) -> None:
    journal = sale_of_nobody(shop)
    member_id = shop.member()
    client = signed_in(shop, office_url, "programme_manager")
    path = first_event(client)
    assert "unknown_member" in client.open(path).text
    corrected = json.dumps(sale_payload("t1", member_id=member_id))
    wish = {"act": "corrected", "kind": "sale", "reason": "Typed wrong at the till", "payload": corrected}
    shown = client.send(path, wish, do="try")
    assert "+100" in shown.text
    assert shop.points() == 0
    done = confirm(client, path, shown, payload=corrected)
    assert done.goes_to == f"{QUARANTINE}?done=event-corrected"
    assert shop.points() == 100
    shop.assert_proven()
    found = shop.service.find_sale(contract.FindSale(receipt_number="001-01-000001")).found
    assert found is not None
    assert json.loads(bytes(found.sale))["member"]["member_id"] == member_id
    assert (client.send(path, wish, do="confirm").status, shop.points()) == (409, 100)
    assert "Nothing waits." in client.open(QUARANTINE).text
    # The same event after a reinstall, and the same sale again, are known.
    again = Journal(TILL, "second")
    again.append("sale", sale_payload("t1", member_id="nobody-yet"), journal.entries[0].event_id)
    assert shop.upload(again).results[0].status == "duplicate"
    assert [one.act for one in shop.service.office.log()][:3] == ["event_tried", "event_tried", "event_corrected"]


def test_an_event_is_accepted_when_what_it_lacked_has_come(shop: CentralShop, office_url: str) -> None:
    journal = Journal(TILL)
    journal.joined("late@example.com")
    journal.contacts.clear()
    assert shop.upload(journal).results[0].reason.startswith("no_address")
    client = signed_in(shop, office_url, "programme_manager")
    path = first_event(client)
    refused = client.send(path, act="accepted", reason="Try again", do="try")
    assert (refused.status, "still cannot be applied" in refused.text) == (409, True)
    payload = client.open(path).source.split('<textarea id="payload"')[1].split(">\n", 1)[1].split("</textarea>")[0]
    payload = payload.replace("&#34;", '"')
    wish = {"act": "corrected", "kind": "member_enrolled", "email": "late@example.com", "reason": "Paper form found"}
    shown = client.send(path, wish | {"payload": payload}, do="try")
    assert confirm(client, path, shown, payload=payload).status == 303
    assert shop.points("late@example.com") == 0
    assert "late@example.com" not in repr(shop.service.office.log())


def test_a_broken_chain_is_accepted_with_its_effect(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member()
    journal = Journal(TILL)
    journal.append("no_sale", {})
    journal.sale("t2", member_id=member_id)
    batch = journal.batch()
    batch.events[1] = msgspec.structs.replace(batch.events[1], previous_hash="0" * 64)
    assert shop.service.upload(TILL, batch).results[1].reason.startswith("chain_broken")
    client = signed_in(shop, office_url, "programme_manager")
    path = first_event(client)
    shown = client.send(path, act="accepted", reason="Disk of the till was copied", do="try")
    assert confirm(client, path, shown).goes_to.endswith("event-accepted")
    assert shop.points() == 100
    shop.assert_proven()


def test_what_is_dismissed_posts_nothing_and_stays_to_be_seen(shop: CentralShop, office_url: str) -> None:
    sale_of_nobody(shop)
    client = signed_in(shop, office_url, "programme_manager")
    path = first_event(client)
    shown = client.send(path, act="dismissed", reason="A test <b>sale</b>", do="try")
    assert "nothing is posted" in shown.text
    assert confirm(client, path, shown).goes_to.endswith("event-dismissed")
    page = client.open(QUARANTINE)
    assert "Dismissed A test <b>sale</b>" in page.text
    assert "<b>sale" not in page.source
    assert client.open(path).status == 200
    assert "Correct it and apply" not in client.open(path).text


def test_personal_data_is_masked_and_may_not_be_typed_in(shop: CentralShop, office_url: str) -> None:
    journal = Journal(TILL)
    journal.append(
        "space_walk", {"email": "someone@example.com", "note": "call someone@example.com <script>x</script>"}
    )
    shop.upload(journal)
    client = signed_in(shop, office_url, "programme_manager")
    path = first_event(client)
    page = client.open(path)
    assert "someone@example.com" not in page.source
    assert "<script>x" not in page.source
    assert "s••••@example.com" in page.text
    wish = {"act": "corrected", "kind": "no_sale", "reason": "No event of ours"}
    assert client.send(path, wish | {"payload": '{"by": "someone@example.com"}'}, do="try").status == 422
    assert client.send(path, wish | {"payload": "{not json"}, do="try").status == 422
    assert client.send(path, wish | {"payload": "{}", "reason": "a@example.com asked"}, do="try").status == 422
    assert client.send(path, wish | {"payload": "{}", "reason": ""}, do="try").status == 422
    assert client.send(path, wish | {"payload": "{}", "kind": "space_walk"}, do="try").status == 422
    accepted = client.send(path, act="accepted", reason="Fine", do="try")
    assert (accepted.status, "correct it" in accepted.text) == (409, True)
    assert client.send(path, act="eaten", reason="x", do="try").status == 422


@pytest.mark.parametrize("place", ["001-01/first/1/" + "0" * 64, "001-01/first/x/y", "001-01/first/" + "9" * 30 + "/y"])
def test_an_event_that_is_not_there_is_not_found(shop: CentralShop, office_url: str, place: str) -> None:
    assert signed_in(shop, office_url, "technician").open(f"{QUARANTINE}/{place}").status == 404


def test_a_number_that_came_twice_is_decided_by_its_hash(shop: CentralShop, office_url: str) -> None:
    journal, forked = Journal(TILL), Journal(TILL)
    journal.append("no_sale", {})
    forked.append("paid_out", {})
    shop.upload(journal)
    assert shop.upload(forked).results[0].reason.startswith("fork")
    client = signed_in(shop, office_url, "programme_manager")
    path = first_event(client)
    assert path.endswith(forked.entries[0].entry_hash)
    shown = client.send(path, act="dismissed", reason="A till was copied", do="try")
    assert confirm(client, path, shown).status == 303
    assert shop.service.office.database.read(resolving.undecided) == []


def test_what_tills_report_of_returns_is_seen_beside(shop: CentralShop, office_url: str) -> None:
    journal = Journal(TILL)
    journal.append("shipped", {"original_transaction_id": "never-came", "line_numbers": [1]})
    assert shop.upload(journal).results[0].status == "applied"
    client = signed_in(shop, office_url, "auditor")
    assert "never-came" not in client.open(QUARANTINE).text
    shop.pass_time(hours=25)
    client = signed_in(shop, office_url, "auditor", "auditor-2")
    assert "never-came shipped 001" in client.open(QUARANTINE).text


# --- terminals --------------------------------------------------------------------------------------------------------


def test_a_code_is_shown_once_and_lets_a_terminal_in(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    client.open("/office/terminals")
    page = client.send("/office/terminals/enrol", store="003", workstation="07")
    code = page.source.split('class="secret" role="status">')[1].split("<")[0]
    assert len(code.replace("-", "")) == 24
    assert enrolled_till(office_url, code).terminal_id == "003-07"
    assert code not in client.open("/office/terminals").source
    assert "003-07" in client.open("/office/terminals").text
    entry = shop.service.office.log()[0]
    assert (entry.act, entry.subject, code in repr(shop.service.office.log())) == (
        "terminal_code_made",
        "003 07",
        False,
    )


def test_a_number_that_is_none_is_refused_and_not_written_down(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    client.open("/office/terminals")
    page = client.send("/office/terminals/enrol", store="<b>me@example.com", workstation="07")
    assert page.status == 422
    assert "<b>me" not in page.source
    assert shop.service.office.log()[0].subject == "? 07"


def test_a_terminal_is_shut_out_after_being_asked(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    assert f"Shut out terminal {TILL}" in client.open(f"/office/terminals/{TILL}/revoke").text
    terminal = shop.service.find_terminal(TILL)
    assert terminal is not None
    assert terminal.active
    assert client.send(f"/office/terminals/{TILL}/revoke").goes_to.endswith("terminal-revoked")
    terminal = shop.service.find_terminal(TILL)
    assert terminal is not None
    assert not terminal.active
    assert client.send(f"/office/terminals/{TILL}/revoke").status == 404
    assert client.open(f"/office/terminals/{quote('<b>', safe='')}/revoke").status == 404


def test_terminals_that_need_somebody_come_first(shop: CentralShop, office_url: str) -> None:
    shop.pass_time(hours=2)
    shop.service.note_seen(TILL)
    journal = Journal("001-02")
    journal.append("no_sale", {})
    shop.service.note_seen("001-02")
    shop.upload(journal)
    page = signed_in(shop, office_url, "technician").open("/office/terminals")
    order = sorted(
        ("001-01", "001-02", "002-01"), key=lambda one: page.text.index(f"store {one[:3]}, workstation {one[4:]}")
    )
    assert order == ["002-01", "001-02", "001-01"]
    for words in ("Not heard of", "Journal behind", "Well", "came in 1 h after it happened"):
        assert words in page.text
    assert contract.PATH_JOURNAL not in page.text
