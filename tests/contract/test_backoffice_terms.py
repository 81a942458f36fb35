"""Offers and terms: what the form says about each field, what the preview shows, and what is published."""

from datetime import UTC, datetime

import pytest
from fakes.central_shop import CentralShop
from fakes.office_client import OfficeClient, OfficePage, signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync import contract
from sync.central.backoffice import terms_form
from sync.central.backoffice.forms import Form
from sync.central.backoffice.terms_preview import preview
from sync.central.demo import sample_terms

NEW = "/office/terms/new"
NOW = datetime(2014, 11, 28, 18, 0, tzinfo=UTC)


def sample() -> contract.Terms:
    """A version with an offer for a store's students and one for joining."""
    terms = sample_terms(2014)
    scope = contract.OfferScopeMessage(categories=["audio", "video"], stores=["001"], segments=["student"])
    terms.offers.append(
        contract.OfferMessage(
            offer_id="students",
            version=3,
            name="Students: 50 points from $25",
            starts_at="2014-09-01T00:00:00-07:00",
            ends_at="2015-06-30T23:59:59-07:00",
            multiplier=1,
            fixed_points=50,
            minimum_minor=2_500,
            scope=scope,
        )
    )
    terms.enrolment_offers.append(
        contract.EnrolmentOfferMessage(
            offer_id="welcome",
            points=250,
            cap=1_000,
            starts_at="2014-09-21T00:00:00-07:00",
            ends_at="2014-12-31T23:59:59-08:00",
        )
    )
    terms.redeem_proofs = ["pin", "id_seen"]
    terms.offline.allowed = True
    return terms


def fields(terms: contract.Terms, **changes: str) -> dict[str, str]:
    """The form as it would be sent."""
    shown = terms_form.shown(terms)
    counts = {"offers": str(shown.offers), "enrolment_offers": str(shown.enrolment_offers)}
    return shown.values | counts | {"effective_from": "2014-12-01T00:00:00"} | changes


def read(terms: contract.Terms, **changes: str) -> terms_form.TermsForm:
    """The form read back."""
    return terms_form.read(Form(list(fields(terms, **changes).items())), terms, [terms], NOW)


def test_a_form_sent_as_it_was_shown_changes_the_version_and_nothing_else() -> None:
    terms = sample()
    made = read(terms)
    assert made.errors == {}
    expected = sample()
    expected.version, expected.effective_from = 2015, "2014-12-01T00:00:00-08:00"
    assert made.document == expected


def test_an_offer_that_was_changed_gets_its_next_version() -> None:
    made = read(sample(), **{"offer-1-fixed_points": "60"})
    assert made.document is not None
    assert [(one.offer_id, one.version) for one in made.document.offers] == [("holiday-2014", 1), ("students", 4)]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("effective_from", "", "A day and a time are needed"),
        ("effective_from", "2014-11-28T09:59:59", "This is over"),
        ("effective_from", "2015-03-08T02:30:00", "The clocks skip this hour"),
        ("effective_from", "2014-12-01T00:00:00Z", "A day and a time are needed"),
        ("time_zone", "Mars/Olympus", "no such time zone"),
        ("time_zone", "../../etc/passwd", "no such time zone"),
        ("earn_points_per_unit", "-1", "Points for each whole dollar: a whole number from 0 to 1,000"),
        ("earn_points_per_unit", "1.5", "a whole number"),
        ("earn_points_per_unit", "١", "a whole number"),
        ("redeem_points", "0", "a whole number from 1"),
        ("redeem_step_points", "50x", "a whole number"),
        ("redeem_points", "300", "A step must be worth whole cents"),
        ("expiry_month_day", "02-29", "A month and a day that every year has"),
        ("expiry_month_day", "31 March", "A month and a day that every year has"),
        ("proof_above_points", "", "a whole number"),
        ("offline-age_limit_s", "for ever", "a whole number"),
        ("offer-0-offer_id", "holiday season", "Letters, digits"),
        ("offer-1-offer_id", "holiday-2014", "Another offer has this id"),
        ("offer-0-multiplier", "1", "This offer gives nothing"),
        ("offer-0-ends_at", "2014-10-01T00:00:00", "It ends before it begins"),
        ("enrolment-0-cap", "0", "Only for the first: a whole number from 1"),
        ("enrolment-0-ended_at", "soon", "A day and a time are needed"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(field: str, typed: str, sentence: str) -> None:
    made = read(sample(), **{field: typed})
    assert made.document is None
    field = "redeem_step_points" if sentence.startswith("A step") else field
    assert sentence in made.error(field)
    assert list(made.errors) == [field]


def test_an_offer_taken_out_leaves_the_others_in_their_order() -> None:
    made = read(sample(), **{"offer-0-remove": "on"})
    assert made.document is not None
    assert [one.offer_id for one in made.document.offers] == ["students"]
    assert made.value("offer-0-offer_id") == "students"


def test_the_preview_shows_what_changes_and_what_is_lost() -> None:
    current = sample_terms(2014)
    made = read(current, **{"offer-0-multiplier": "3", "redeem_value_minor": "200"})
    assert made.document is not None
    shown = preview(current, made.document)
    points = {one.words: (one.before, one.after) for one in shown.baskets}
    assert points["One item of 49.99"] == (245, 147)
    assert points["Three items of 0.50"] == (5, 3)
    assert points["One item of 265.00, 1,000 points used"] == (255 * 5, 245 * 3)
    assert (shown.payment.before_minor, shown.payment.after_minor) == (1_200, 2_400)
    made = read(current, **{"offer-0-remove": "on"})
    assert made.document is not None
    lost = [one for one in preview(current, made.document).baskets if "Holiday" in one.words]
    assert [(one.before, one.after) for one in lost] == [(500, 100)]


def test_each_offer_is_shown_with_what_it_is_for() -> None:
    current = sample()
    made = read(current, **{"offer-1-fixed_points": "60"})
    assert made.document is not None
    students = [one for one in preview(current, made.document).baskets if "Students" in one.words]
    assert [(one.before, one.after) for one in students] == [(550, 560)]
    assert students[0].words.endswith("100.00 of audio in store 001 by a customer of the segment student")


# --- the pages --------------------------------------------------------------------------------------------------------


def manager(shop: CentralShop, url: str) -> OfficeClient:
    shop.service.load_terms(sample())
    return signed_in(shop, url, "programme_manager")


def send(client: OfficeClient, do: str, page: OfficePage | None = None, **changes: str) -> OfficePage:
    seen = {"seen": page.field("seen")} if page is not None else {}
    return client.send(NEW, fields(sample(), **changes) | seen | {"do": do})


def test_only_what_was_previewed_is_published(shop: CentralShop, office_url: str) -> None:
    client = manager(shop, office_url)
    client.open(NEW)
    assert send(client, "publish").status == 200  # shows what it would do instead
    previewed = send(client, "preview", **{"offer-0-multiplier": "4"})
    assert "Publish version 2015" in previewed.text
    changed_since = send(client, "publish", previewed, **{"offer-0-multiplier": "9"})
    assert "Publish version 2015" in changed_since.text
    assert len(shop.service.terms().terms) == 2
    done = send(client, "publish", changed_since, **{"offer-0-multiplier": "9"})
    assert done.goes_to == "/office/terms?done=terms-published"
    newest = shop.service.terms().terms[-1]
    assert (newest.version, newest.offers[0].multiplier, newest.offers[0].version) == (2015, 9, 2)
    assert shop.service.office.log()[0].subject == "sample-programme:2015"
    again = send(client, "publish", changed_since, **{"offer-0-multiplier": "9"})
    assert (again.status, "begins at this very moment" in again.text) == (422, True)


def test_offers_are_added_and_taken_out_without_losing_what_was_typed(shop: CentralShop, office_url: str) -> None:
    client = manager(shop, office_url)
    client.open(NEW)
    more = send(client, "add-offer", **{"offer-0-name": "Half <typed>"})
    assert "Offer 3" in more.text
    assert 'value="Half &lt;typed&gt;"' in more.source
    assert 'class="error"' not in more.source
    assert "Points for joining 2" in send(client, "add-enrolment").text
    assert "Offer 2" not in send(client, "preview", **{"offer-1-remove": "on"}).text


def test_versions_are_listed_and_shown(shop: CentralShop, office_url: str) -> None:
    client = manager(shop, office_url)
    page = client.open("/office/terms")
    assert "sample-programme 2014 In force" in page.text
    one = client.open("/office/terms/sample-programme/2014")
    for words in (
        "Students: 50 points from $25",
        "welcome",
        "0 of 1,000",
        "PIN, ID seen",
        "30 Jun 2015, 23:59 PDT",
        "1 d",
    ):
        assert words in one.text
    assert client.open("/office/terms/sample-programme/1999").status == 404
