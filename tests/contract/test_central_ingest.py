"""A till's journal at the central service: every event once, in any order, whatever is wrong with it."""

import random
import threading
from collections.abc import Callable

import msgspec
import pytest
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, event_of, line, sale_payload, tender

from sync import contract
from sync.central.errors import CentralError


def statuses(result: contract.UploadResult) -> list[str]:
    return [one.status for one in result.results]


def test_a_sale_earns_what_its_receipt_says(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", price_minor=4_999, points=49, member_id=member_id)
    result = shop.upload(journal)
    assert result.acknowledged == 1
    assert (result.results[0].status, result.results[0].points, result.results[0].member_id) == (
        "applied",
        49,
        member_id,
    )
    assert shop.points() == 49


def test_the_same_upload_again_changes_nothing_and_answers_alike(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    journal.append("no_sale", {"reason": "change"})
    first, second = shop.upload(journal), shop.upload(journal)
    assert statuses(first) == ["applied", "applied"]
    assert statuses(second) == ["duplicate", "duplicate"]
    assert [one.points for one in second.results] == [one.points for one in first.results]
    assert second.acknowledged == 2
    assert shop.points() == 100


def test_the_same_upload_over_eight_connections_at_once_counts_once(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    for number in range(5):
        journal.sale(f"t{number}", member_id=member_id)
    answers: list[contract.UploadResult] = []
    threads = [threading.Thread(target=lambda: answers.append(shop.upload(journal))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert {answer.acknowledged for answer in answers} == {5}
    assert sum(one.status == "applied" for answer in answers for one in answer.results) == 5
    assert shop.points() == 500


def test_many_tills_upload_sales_of_few_members_at_once(shop: CentralShop) -> None:
    emails = [f"m{number}@example.com" for number in range(3)]
    member_ids = [shop.member(email) for email in emails]
    journals = []
    for number in range(8):
        terminal_id = f"001-{number + 10}"
        shop.let_in(terminal_id)
        journal = Journal(terminal_id)
        order = member_ids * 4
        random.Random(number).shuffle(order)
        for count, member_id in enumerate(order):
            journal.sale(f"{terminal_id}-{count}", member_id=member_id)
        journals.append(journal)
    failures: list[BaseException] = []

    def upload(journal: Journal) -> None:
        try:
            for first in range(1, 13, 3):
                shop.upload(journal, first, first + 2)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=upload, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [shop.points(email) for email in emails] == [8 * 4 * 100] * 3


def test_two_uploads_of_one_commit_that_repeat_each_other_count_once(shop: CentralShop) -> None:
    from sync.central.uploads import upload_of

    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    terminal = shop.service.find_terminal(TILL)
    assert terminal is not None
    first, second = shop.service.ingest([upload_of(terminal, journal.batch()), upload_of(terminal, journal.batch())])
    assert statuses(first) == ["applied"]
    assert statuses(second) == ["duplicate"]
    assert second.results[0].points == 100
    assert shop.points() == 100


def test_after_a_gap_the_till_is_told_where_to_go_on(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    for number in range(4):
        journal.sale(f"t{number}", member_id=member_id)
    shop.upload(journal, 1, 1)
    beyond = shop.upload(journal, 3, 4)
    assert (beyond.acknowledged, beyond.results) == (1, [])
    assert shop.upload(journal, 2, 4).acknowledged == 4
    assert shop.points() == 400


def test_a_number_that_comes_twice_with_different_content_keeps_the_first(shop: CentralShop) -> None:
    member_id = shop.member()
    honest, restored = Journal(), Journal()
    honest.sale("t1", member_id=member_id)
    restored.sale("t2", price_minor=90_000, member_id=member_id)
    shop.upload(honest)
    result = shop.upload(restored)
    assert statuses(result) == ["quarantined"]
    assert result.results[0].reason.startswith("fork")
    assert shop.points() == 100
    assert shop.service.verify().quarantined == 1
    assert statuses(shop.upload(honest)) == ["duplicate"]


def test_a_till_restored_from_an_old_image_goes_on_and_what_does_not_fit_is_kept_aside(shop: CentralShop) -> None:
    member_id = shop.member()
    before, after = Journal(), Journal()
    for number in range(3):
        before.sale(f"before-{number}", member_id=member_id)
    after.sale("before-0", member_id=member_id)
    for number in range(4):
        after.sale(f"after-{number}", member_id=member_id)
    shop.upload(before)
    result = shop.upload(after)
    # 1 is the same, 2 and 3 came before with other content, 4 does not follow the 3 that stays, 5 follows 4.
    assert statuses(result) == ["duplicate", "quarantined", "quarantined", "quarantined", "applied"]
    assert result.acknowledged == 5
    assert shop.points() == 400


def test_an_amount_changed_on_the_way_is_quarantined(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    batch = journal.batch()
    batch.events[0].payload = msgspec.Raw(bytes(batch.events[0].payload).replace(b"10000", b"99900"))
    result = shop.service.upload(TILL, batch)
    assert statuses(result) == ["quarantined"]
    assert result.results[0].reason.startswith("hash_differs")
    assert shop.points() == 0


def poison_kind(journal: Journal) -> None:
    journal.append("teleport", {"to": "the moon"})


def poison_future_kind(journal: Journal) -> None:
    journal.append("account_frozen", {"of": "t1"})


def poison_payload(journal: Journal) -> None:
    journal.append("sale", {"header": "what"}, event_id="bad")


def poison_negative(journal: Journal) -> None:
    journal.sale("bad", lines=[line(1, -100, 0)])


def poison_huge(journal: Journal) -> None:
    journal.sale("bad", lines=[line(1, 10**15, 0)])


def poison_total(journal: Journal) -> None:
    payload = sale_payload("bad") | {"total_minor": 1}
    journal.append("sale", payload)


def poison_store(journal: Journal) -> None:
    journal.sale("bad", store_id="002")


def poison_terms(journal: Journal) -> None:
    journal.sale("bad", terms=("standard", 99))


def poison_member(journal: Journal) -> None:
    journal.sale("bad", member_id="nobody")


def poison_time(journal: Journal) -> None:
    journal.sale("bad", ended_at="yesterday")


def poison_points_of_nobody(journal: Journal) -> None:
    journal.sale("bad", points=99, tenders=[tender("p", "points", 100, points=100, reference="no-such-hold")])


def poison_points_worth(journal: Journal) -> None:
    journal.sale("bad", points=0, tenders=[tender("p", "points", 10_000, points=100, reference="h")])


def poison_join_without_address(journal: Journal) -> None:
    journal.append(
        "member_enrolled", {"contact_id": "c9", "marketing_consent": False, "joined_at": "2014-11-28T10:00:00Z"}
    )


@pytest.mark.parametrize(
    ("poison", "code"),
    [
        (poison_kind, "unknown_kind"),
        (poison_future_kind, "unknown_kind"),
        (poison_payload, "bad_payload"),
        (poison_negative, "bad_payload"),
        (poison_huge, "bad_payload"),
        (poison_total, "amounts_differ"),
        (poison_store, "other_store"),
        (poison_terms, "unknown_terms"),
        (poison_member, "unknown_member"),
        (poison_time, "bad_payload"),
        (poison_points_of_nobody, "points_of_nobody"),
        (poison_points_worth, "amounts_differ"),
        (poison_join_without_address, "no_address"),
    ],
)
def test_what_cannot_be_applied_takes_its_number_and_blocks_nothing(
    shop: CentralShop, poison: Callable[[Journal], None], code: str
) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    poison(journal)
    journal.sale("t3", member_id=member_id)
    result = shop.upload(journal)
    assert statuses(result) == ["applied", "quarantined", "applied"]
    assert result.results[1].reason.startswith(f"{code}: ")
    assert result.acknowledged == 3
    assert shop.points() == 200
    assert shop.service.verify().quarantined == 1
    again = shop.upload(journal)
    assert statuses(again) == ["duplicate", "quarantined", "duplicate"]
    assert again.results[1].reason == result.results[1].reason


def test_an_event_whose_envelope_is_broken_is_kept_whole(shop: CentralShop) -> None:
    from sync.central.uploads import read_upload

    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    body = msgspec.json.decode(contract.encode(journal.batch()))
    body["events"].append({"sequence": 2, "event_id": "has spaces", "kind": 7, "payload": {}})
    terminal = shop.service.find_terminal(TILL)
    assert terminal is not None
    upload = read_upload(terminal, msgspec.json.encode(body))
    result = shop.service.ingest([upload])[0]
    assert statuses(result) == ["applied", "quarantined"]
    assert result.results[1].reason.startswith("bad_event: ")
    assert result.acknowledged == 2
    assert statuses(shop.service.ingest([upload])[0]) == ["duplicate", "quarantined"]


def test_points_printed_wrong_are_put_right_by_an_entry_beside_them(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", price_minor=10_000, points=10_000, bonus=5, member_id=member_id)
    result = shop.upload(journal).results[0]
    assert (result.status, result.points, result.correction_points) == ("applied", 100, -9_905)
    assert shop.points() == 100
    assert shop.kinds(member_id) == {"earn_base": 10_000, "earn_bonus": 5, "correction": -9_905}


def test_the_holiday_offer_is_computed_from_the_terms_stamped_on_the_sale(shop: CentralShop) -> None:
    shop.service.load_terms(
        contract.Terms(
            terms_id="standard",
            version=2,
            effective_from="2014-11-01T00:00:00-07:00",
            offers=[
                contract.OfferMessage(
                    offer_id="holiday",
                    version=1,
                    starts_at="2014-11-01T00:00:00-07:00",
                    ends_at="2014-12-31T23:59:59-08:00",
                    multiplier=5,
                )
            ],
        )
    )
    member_id = shop.member()
    journal = Journal()
    journal.sale("old", price_minor=4_999, points=49, member_id=member_id)
    journal.sale("new", price_minor=4_999, points=49, bonus=196, member_id=member_id, terms=("standard", 2))
    result = shop.upload(journal)
    assert [(one.points, one.correction_points) for one in result.results] == [(49, 0), (245, 0)]
    assert shop.points() == 294


def test_an_upload_says_when_the_terms_are_to_be_asked_for_again(shop: CentralShop) -> None:
    journal = Journal()
    journal.sale("first")
    journal.sale("second")
    journal.sale("third")
    revision = shop.upload(journal, 1, 1).terms_version
    assert shop.upload(journal, 2, 2).terms_version == revision
    shop.service.load_terms(contract.Terms(terms_id="standard", version=2, effective_from="2099-01-01T00:00:00Z"))
    assert shop.upload(journal, 3, 3).terms_version != revision  # also for terms of the future


def test_a_sale_rung_up_in_the_last_minute_of_an_offer_keeps_it(shop: CentralShop) -> None:
    offer = contract.OfferMessage(
        offer_id="hour",
        version=1,
        starts_at="2014-11-28T09:00:00-08:00",
        ends_at="2014-11-28T10:00:00-08:00",
        multiplier=2,
    )
    shop.service.load_terms(
        contract.Terms(terms_id="standard", version=2, effective_from="2014-11-01T00:00:00-07:00", offers=[offer])
    )
    member_id = shop.member()
    journal = Journal()
    payload = sale_payload(
        "t1",
        price_minor=1_000,
        bonus=10,
        member_id=member_id,
        ended_at="2014-11-28T10:01:00-08:00",
        terms=("standard", 2),
    )
    payload["header"]["began_at"] = "2014-11-28T09:59:00-08:00"
    journal.append("sale", payload)
    assert shop.upload(journal).results[0].correction_points == 0
    assert shop.points() == 20


def test_training_earns_and_pays_nothing(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, training=True)
    result = shop.upload(journal).results[0]
    assert (result.status, result.reason, result.points) == ("applied", "training", 0)
    assert shop.points() == 0


def test_a_sale_without_a_member_is_kept_and_earns_nothing(shop: CentralShop) -> None:
    journal = Journal()
    journal.sale("t1")
    assert statuses(shop.upload(journal)) == ["applied"]


def test_gift_cards_sold_and_voided_lines_earn_nothing(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    voided = line(3, 0, 0, voided=True)
    journal.sale("t1", lines=[line(1, 10_000, 100), line(2, 5_000, 0, kind="gift_card"), voided], member_id=member_id)
    result = shop.upload(journal).results[0]
    assert (result.points, result.correction_points) == (100, 0)


def test_somebody_who_joins_and_buys_in_one_upload_earns(shop: CentralShop) -> None:
    journal = Journal()
    journal.joined("New@Example.com")
    journal.sale("t1", contact_id="c1")
    result = shop.upload(journal)
    assert statuses(result) == ["applied", "applied"]
    assert result.results[0].member_id == result.results[1].member_id
    assert shop.points("new@example.com") == 100


def test_the_same_person_joining_at_two_tills_is_one_member(shop: CentralShop) -> None:
    here, there = Journal(), Journal(SAME_STORE_TILL)
    here.joined("new@example.com")
    there.joined(" NEW@example.com")
    assert shop.upload(here).results[0].member_id == shop.upload(there).results[0].member_id
    assert shop.service.verify().members == 1


def test_a_sale_with_an_unknown_address_earns_nothing_and_says_so(shop: CentralShop) -> None:
    journal = Journal()
    journal.contacts["c1"] = "stranger@example.com"
    journal.sale("t1", contact_id="c1")
    result = shop.upload(journal).results[0]
    assert (result.status, result.points, result.member_id) == ("applied", 0, "")
    assert result.reason.startswith("unclaimed")


def test_orders_placed_before_joining_earn_nothing(shop: CentralShop) -> None:
    journal = Journal()
    journal.contacts["c1"] = "late@example.com"
    journal.sale("t1", contact_id="c1", ended_at="2014-11-28T10:05:00-08:00")
    shop.upload(journal)
    shop.member("late@example.com", joined_at="2014-11-28T10:06:00-08:00")
    assert shop.points("late@example.com") == 0


@pytest.mark.parametrize("sale_first", [True, False])
def test_the_news_of_an_enrolment_may_come_after_the_sale(shop: CentralShop, sale_first: bool) -> None:
    at_the_desk, at_the_till = Journal(SAME_STORE_TILL), Journal()
    at_the_desk.joined("new@example.com", joined_at="2014-11-28T09:00:00-08:00")
    at_the_till.contacts["c7"] = "new@example.com"
    at_the_till.sale("t1", contact_id="c7", ended_at="2014-11-28T10:05:00-08:00")
    order = [at_the_till, at_the_desk] if sale_first else [at_the_desk, at_the_till]
    for journal in order:
        shop.upload(journal)
    assert shop.points("new@example.com") == 100
    shop.upload(at_the_till)
    shop.service.sweep()
    assert shop.points("new@example.com") == 100


def test_an_earlier_enrolment_that_comes_in_late_still_counts(shop: CentralShop) -> None:
    shop.member("new@example.com", joined_at="2014-11-28T12:00:00-08:00")
    journal, desk = Journal(), Journal(SAME_STORE_TILL)
    journal.contacts["c1"] = "new@example.com"
    journal.sale("t1", contact_id="c1", ended_at="2014-11-28T10:05:00-08:00")
    shop.upload(journal)
    assert shop.points("new@example.com") == 0
    desk.joined("new@example.com", joined_at="2014-11-28T09:00:00-08:00")
    shop.upload(desk)
    assert shop.points("new@example.com") == 100


def test_a_till_set_up_anew_that_sends_its_old_sales_again_counts_them_once(shop: CentralShop) -> None:
    member_id = shop.member()
    old, new = Journal(incarnation="first"), Journal(incarnation="second")
    old.sale("t1", member_id=member_id)
    new.sale("t1", member_id=member_id)
    new.sale("t2", member_id=member_id)
    shop.upload(old)
    result = shop.upload(new)
    assert statuses(result) == ["duplicate", "applied"]
    assert result.acknowledged == 2
    assert shop.points() == 200


def test_an_event_id_is_never_used_for_something_else(shop: CentralShop) -> None:
    member_id = shop.member()
    old, new = Journal(incarnation="first"), Journal(incarnation="second")
    old.sale("t1", member_id=member_id)
    new.sale("t1", price_minor=50_000, member_id=member_id)
    shop.upload(old)
    result = shop.upload(new)
    assert result.results[0].reason.startswith("event_id_reused")
    assert shop.points() == 100


def test_one_sale_in_two_events_is_posted_once(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    journal.append("sale", sale_payload("t1", member_id=member_id), event_id="other-event")
    result = shop.upload(journal)
    assert result.results[1].reason.startswith("sale_repeated")
    assert shop.points() == 100


def test_a_terminal_uploads_its_own_journal_only(shop: CentralShop) -> None:
    journal = Journal(OTHER_STORE_TILL)
    journal.append("no_sale", {})
    with pytest.raises(CentralError) as refused:
        shop.service.upload(TILL, journal.batch())
    assert refused.value.status == 403


def test_a_batch_of_more_events_than_agreed_is_refused(shop: CentralShop) -> None:
    journal = Journal()
    for _ in range(contract.MAXIMUM_BATCH_EVENTS + 1):
        journal.append("no_sale", {})
    with pytest.raises(CentralError) as refused:
        shop.upload(journal)
    assert refused.value.status == 413
    assert shop.upload(journal, 1, contract.MAXIMUM_BATCH_EVENTS).acknowledged == contract.MAXIMUM_BATCH_EVENTS


def test_a_payload_beyond_the_limit_is_quarantined(shop: CentralShop) -> None:
    journal = Journal()
    journal.append("no_sale", {"reason": "x" * contract.MAXIMUM_PAYLOAD_BYTES})
    assert shop.upload(journal).results[0].reason.startswith("payload_too_large")


def test_what_the_service_does_not_read_it_keeps_byte_for_byte(shop: CentralShop) -> None:
    from sqlalchemy import select

    from sync.central import tables
    from sync.central.database import Database

    journal = Journal()
    entry = journal.append(
        "paid_out", {"amount_minor": 2_000, "reason": "window cleaner — naïve ☂", "later_field": [1]}
    )
    shop.service.upload(TILL, contract.decode(contract.encode(journal.batch()), contract.UploadBatch))
    database = Database.open(shop.url)
    kept = database.run(lambda connection: connection.execute(select(tables.event.c.payload)).scalar_one())
    database.close()
    assert bytes(kept) == entry.payload == bytes(event_of(entry).payload)
