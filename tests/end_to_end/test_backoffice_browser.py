"""The back office in a real browser: two people adjust points, a new offer is previewed, everybody can read it."""

from collections.abc import Iterator

import pytest
from fakes.central_shop import CentralShop
from fakes.central_shop import shop as shop
from fakes.office_client import PASSWORD, SIGN_IN, add_user, code_for
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url
from fakes.web_browser import BROWSER, DRIVER, Browser

from pos_app.domain.operator import Operator, Role
from sync.central.backoffice.users import Credentials
from sync.central.demo import sample_terms

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no browser here: install the packages chromium and chromium-driver"
)
TAB, ENTER = "\ue004", "\ue007"  # the protocol's names of the keys


class Office:
    """The service, a browser in front of it, and the people who sit there in turn."""

    def __init__(self, shop: CentralShop, url: str, browser: Browser) -> None:
        self.shop, self.url, self.browser = shop, url, browser
        self.people: dict[str, Credentials] = {}

    def sign_in(self, role: str) -> None:
        """Somebody of that role sits down; who sat there before signs out."""
        browser, name = self.browser, f"{role.replace('_', '-')}-1"
        if browser.has("header form button"):
            browser.click("header form button")
            assert "You are signed out." in browser.text()
        made = self.people.get(name)
        if made is None:
            made = self.people[name] = add_user(self.shop, name, role)
        self.shop.pass_time(seconds=30)  # a code works once
        browser.go(self.url + SIGN_IN)
        browser.type("#name", name)
        browser.type("#password", PASSWORD)
        browser.type("#code", code_for(self.shop, made))
        browser.click("main button")
        assert browser.text("h1") == "Today"

    def open(self, path: str) -> None:
        """Type an address."""
        self.browser.go(self.url + path)


@pytest.fixture
def office(shop: CentralShop, office_url: str) -> Iterator[Office]:
    shop.service.load_terms(sample_terms(2014))
    with Browser() as browser:
        yield Office(shop, office_url, browser)


def test_two_people_adjust_the_points_of_a_member(office: Office) -> None:
    browser = office.browser
    member_id = office.shop.member("customer@example.com", 734)
    office.sign_in("customer_service")
    browser.click_link("Members")
    browser.type("#key", "customer@example.com")
    browser.click("main button")
    assert browser.address.endswith(f"/office/members/{member_id}")
    assert "c••••@example.com" in browser.text("h1")
    browser.click_link("Ask for an adjustment")
    browser.type("#points", "-34")
    browser.type("#reason", "Counted <b>twice</b> at the till")
    browser.click("main button")
    assert "Somebody else must approve" in browser.text("[role=status]")

    office.sign_in("programme_manager")
    browser.click_link("Adjustments requested")
    assert "Counted <b>twice</b> at the till" in browser.text()
    browser.click("form[action$=approve] button")
    assert "The adjustment is approved" in browser.text("[role=status]")
    assert office.shop.points("customer@example.com") == 700
    browser.click_link("Log")
    assert browser.text("tbody tr").startswith("28 Nov 2014")
    assert "Approved an adjustment" in browser.text("tbody")


def test_an_offer_is_checked_previewed_and_published(office: Office) -> None:
    browser = office.browser
    office.sign_in("programme_manager")
    browser.click_link("Offers and terms")
    browser.click_link("Make a new version")
    browser.click("button[value=add-offer]")
    browser.fill("#effective_from", "2014-12-01T00:00:00")
    browser.type("#offer-1-name", "Headphones: 10 times the points")
    browser.type("#offer-1-offer_id", "headphones")
    browser.fill("#offer-1-starts_at", "2014-12-06T00:00:00")
    browser.fill("#offer-1-ends_at", "2014-12-01T00:00:00")
    browser.type("#offer-1-multiplier", "10")
    browser.type("#offer-1-fixed_points", "0")
    browser.type("#offer-1-minimum_minor", "0")
    browser.type("#offer-1-categories", "headphones")
    browser.click("main button.primary")
    assert "It ends before it begins." in browser.text("#offer-1-ends_at-error")
    browser.fill("#offer-1-ends_at", "2014-12-07T23:59:59")
    browser.click("main button.primary")
    preview = browser.text("section[aria-labelledby=preview]")
    assert "Headphones: 10 times the points: 100.00 of headphones 6 Dec 2014, 00:00 PST 500 1,000 +500" in preview
    browser.click("button[value=publish]")
    assert "The new version is published." in browser.text("[role=status]")
    newest = office.shop.service.terms().terms[-1]
    assert (newest.version, [offer.offer_id for offer in newest.offers]) == (2015, ["holiday-2014", "headphones"])
    assert newest.offers[1].starts_at == "2014-12-06T00:00:00-08:00"


def test_the_keyboard_is_enough(office: Office) -> None:
    browser = office.browser
    made = add_user(office.shop, "customer-service-1", "customer_service")
    browser.go(office.url + SIGN_IN)
    for typed in (made.name, PASSWORD, code_for(office.shop, made)):
        browser.press(TAB + typed)
    browser.press(ENTER, leaves=True)
    assert browser.text("h1") == "Today"
    names = []
    for _ in range(4):
        browser.press(TAB)
        names.append(browser.focused_name())
    assert names == ["Skip to the content", "Rewards back office Central service", "Sign out", "Today"]
    browser.press(TAB + ENTER, leaves=True)
    assert browser.text("h1") == "Members"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_everybody(office: Office, scheme: str) -> None:
    """Each field has a name, each page one heading, every text enough contrast, nothing runs out of a narrow window."""
    browser = office.browser
    member_id = office.shop.member("customer@example.com", 734)
    office.shop.service.care.request_adjustment(member_id, 5, "Kindness", "customer-service-1")
    office.shop.service.people.add(Operator("manager-7", "Manager", Role.MANAGER), "307", "864202")
    office.sign_in("programme_manager")
    browser.prefer_colours(scheme)
    browser.resize(400, 900)
    pages = ["", "/members", f"/members/{member_id}", "/adjustments", f"/members/{member_id}/adjust", "/terms"]
    for path in [
        *pages,
        "/terms/new",
        "/terms/standard/1",
        "/terminals",
        "/terminals/001-01",
        "/operators",
        "/operators/person?operator=manager-7",
        "/operators/phone",
        "/quarantine",
        "/log",
        "/password",
    ]:
        office.open(f"/office{path}")
        assert browser.run(UNNAMED) == [], path
        assert browser.run("return document.querySelectorAll('h1').length") == 1, path
        assert browser.run(PALE) == [], path
        assert browser.run("return document.documentElement.scrollWidth") <= 400, path


UNNAMED = """
return [...document.querySelectorAll('input:not([type=hidden]), select, textarea:not([hidden]), button, a')]
  .filter(one => !(one.labels && one.labels.length) && !one.textContent.trim() && !one.getAttribute('aria-label'))
  .map(one => one.outerHTML)
"""
# Texts whose contrast with the nearest painted ground is below 4.5 (WCAG 2.2, 1.4.3).
PALE = """
const channels = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = one => {
  for (let at = one; at; at = at.parentElement) {
    const colour = channels(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
return [...document.querySelectorAll('body *')]
  .filter(one => one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(one => {
    const pair = [light(channels(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
    return [(pair[0] + 0.05) / (pair[1] + 0.05), one.textContent.trim().slice(0, 40)];
  })
  .filter(([contrast]) => contrast < 4.5)
"""
