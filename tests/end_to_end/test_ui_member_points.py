"""Using points at the checkout window: the proof that is asked for, and what can be used while offline."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.ui_shop import ACCOUNT, EMAIL, SHELF
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.domain.offline_redemption import OfflineAllowance, OfflinePolicy
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import NO_PROOF, OfflineExposure, Proof, RedeemProofs
from ui.services_bundle import UiSettings
from ui.theme.tokens import Height
from ui.widgets.control import Control

HEADPHONES, CAMERA, CABLE = list(SHELF)[:3]


@pytest.fixture
def proving(shop):
    """The terms ask for a proof above 300 points; the member's PIN is 1470, their code 135790."""
    shop.terms.proofs = RedeemProofs(("pin", "code", "id_seen"), 300)
    shop.gateway.accounts[EMAIL] = replace(ACCOUNT, proofs=("pin", "code", "id_seen"))
    hold, left = shop.gateway.hold_points, [4]

    def judged(hold_id, member_id, points, transaction_id, proof=NO_PROOF):
        good = proof in (Proof("pin", "1470"), Proof("code", "135790"), Proof("id_seen")) or points <= 300
        if not good:
            left[0] -= 1
            raise RefusedError("proof_wrong", f"This {proof.kind.upper()} is wrong. Tries left: {left[0]}.")
        return hold(hold_id, member_id, points, transaction_id, proof)

    shop.gateway.hold_points = judged
    return shop


@pytest.fixture
def allowed_offline(shop):
    """The member was looked up a minute ago and may use 800 points without the service, 500 at once."""
    now = shop.clock.now()
    allowance = OfflineAllowance("m-1", "001", 1240, 800, 1, now - timedelta(minutes=1), now + timedelta(hours=8))
    shop.terms.policy = OfflinePolicy(allowed=True, redemption_limit_points=500)
    shop.gateway.accounts[EMAIL] = replace(ACCOUNT, allowance=allowance)
    return shop


def ring_up(counter) -> None:
    counter.scan(HEADPHONES)
    counter.window.member.look_up(EMAIL)
    counter.until(lambda: counter.view.account is not None)


def ask_points(counter, points: str) -> None:
    counter.click(counter.window.side.member.points)
    counter.type(points)
    counter.press(Qt.Key.Key_Return)


def go_offline(counter, shop) -> None:
    shop.go_offline()
    counter.until(lambda: "Offline" in counter.window.top_bar.online.words)


def used(counter) -> int:
    return counter.view.points_used


# --- proof ------------------------------------------------------------------------------------------------------------


def test_few_points_need_no_proof(counter, proving):
    ring_up(counter)
    ask_points(counter, "300")
    counter.until(lambda: used(counter) == 300)


def test_a_pin_pays_and_is_shown_nowhere(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    kinds = counter.window.side.list_panel
    assert [row.text() for row in kinds.rows] == ["PIN", "One-time code", "ID seen"]
    counter.press(Qt.Key.Key_Return)
    counter.type("1470")
    entry = counter.window.side.entry
    assert entry.digits == "1470"
    assert "1470" not in f"{entry.accessibleName()} {entry.accessibleDescription()}"
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: used(counter) == 500)
    assert proving.gateway.proofs[-1] == Proof("pin", "1470")
    assert not counter.window.side.panel_open


def test_a_wrong_pin_says_how_many_tries_are_left_and_asks_again(counter, proving):
    proving.terms.proofs = RedeemProofs(("pin",), 300)
    ring_up(counter)
    ask_points(counter, "500")
    entry = counter.window.side.entry
    counter.type("9999")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: "Tries left: 3." in entry.accessibleDescription())
    assert entry.digits == ""
    assert used(counter) == 0
    counter.type("1470")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: used(counter) == 500)


def test_after_a_wrong_pin_another_kind_of_proof_can_be_chosen(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    counter.press(Qt.Key.Key_Return)
    counter.type("9999")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "Tries left: 3." in counter.window.sale.banner.detail
    kinds = counter.window.side.list_panel
    assert kinds.isVisible()
    counter.click(kinds.rows[2])
    counter.click(counter.window.side.list_panel.rows[0])
    counter.until(lambda: used(counter) == 500)


def test_a_one_time_code_is_sent_and_typed(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    counter.click(counter.window.side.list_panel.rows[1])
    counter.until(lambda: counter.window.side.panel_open and counter.window.side.entry.isVisible())
    entry = counter.window.side.entry
    assert ("Sent to", "j••••@example.com") in entry._entry.facts()
    counter.type("135790")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: used(counter) == 500)
    assert proving.gateway.proofs[-1] == Proof("code", "135790")


def test_a_code_that_cannot_be_sent_is_said(counter, proving):
    def unreachable(member_id):
        raise OfflineError("The rewards service cannot be reached.")

    proving.gateway.send_code = unreachable
    ring_up(counter)
    ask_points(counter, "500")
    counter.click(counter.window.side.list_panel.rows[1])
    counter.until(lambda: counter.window.sale.banner is not None)
    assert counter.window.sale.banner.title == "No code was sent"


def test_an_id_is_confirmed_and_stands_on_the_sale(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    counter.click(counter.window.side.list_panel.rows[2])
    assert [row.text() for row in counter.window.side.list_panel.rows] == ["I have seen the ID", "No ID"]
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: used(counter) == 500)
    assert counter.view.tenders[0].description.endswith("ID seen")


def test_no_id_uses_no_points(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    counter.click(counter.window.side.list_panel.rows[2])
    counter.click(counter.window.side.list_panel.rows[1])
    assert used(counter) == 0
    assert not counter.window.side.panel_open


def test_a_scan_never_types_into_a_pin_and_still_lands(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    counter.press(Qt.Key.Key_Return)
    counter.type("14")
    counter.scan(CABLE)
    entry = counter.window.side.entry
    assert entry.digits == "14"
    assert entry.isVisible()
    assert "USB-C Cable, 2 m" in counter.names()
    counter.type("70")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: used(counter) == 500)


def test_a_member_without_a_pin_is_not_asked_for_one(counter, proving):
    proving.gateway.accounts[EMAIL] = replace(ACCOUNT, proofs=("code", "id_seen"))
    ring_up(counter)
    ask_points(counter, "500")
    assert [row.text() for row in counter.window.side.list_panel.rows] == ["One-time code", "ID seen"]


def test_a_proof_of_another_member_uses_nothing(counter, proving):
    ring_up(counter)
    ask_points(counter, "500")
    counter.press(Qt.Key.Key_Return)
    counter.type("1470")
    counter.window.services.selling.attach_member(replace(ACCOUNT, member_id="m-2"))
    counter.press(Qt.Key.Key_Return)
    assert used(counter) == 0
    assert "has changed" in counter.window.sale.banner.detail


def test_a_pin_is_changed_after_a_proof(counter, proving):
    ring_up(counter)
    desk = counter.window.functions.desk
    desk.open()
    counter.click(next(row for row in desk.member_panel.rows if row.text() == "Change the PIN"))
    counter.press(Qt.Key.Key_Return)
    for pin in ("1470", "2580", "2580"):
        counter.type(pin)
        counter.press(Qt.Key.Key_Return)
    counter.until(lambda: proving.gateway.pins.get("m-1") == "2580")
    assert proving.gateway.proofs[-1] == Proof("pin", "1470")


def test_a_first_pin_needs_no_proof_and_can_be_used_at_once(counter, proving):
    proving.gateway.accounts[EMAIL] = replace(ACCOUNT, proofs=("code", "id_seen"))
    ring_up(counter)
    counter.window.functions.desk.set_pin(counter.view.account)
    for pin in ("2580", "2580"):
        counter.type(pin)
        counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account.proofs == ("pin", "code", "id_seen"))


# --- offline ----------------------------------------------------------------------------------------------------------


def test_offline_points_are_used_inside_the_allowance_and_counted(counter, allowed_offline):
    ring_up(counter)
    go_offline(counter, allowed_offline)
    assert counter.window.side.member.points.text() == "Offline: use points, up to 500 = $5.00"
    counter.click(counter.window.side.member.points)
    counter.type("600")
    assert "Offline at most 500 points" in counter.window.side.entry.accessibleDescription()
    counter.press(Qt.Key.Key_Backspace, Qt.Key.Key_Backspace, Qt.Key.Key_Backspace)
    counter.type("500")
    counter.press(Qt.Key.Key_Return)
    assert used(counter) == 500
    counter.window.tender.pay_exact_cash()
    spent = allowed_offline.storage.state.offline_redemptions
    assert [one.points for one in spent.values()] == [500]
    assert next(iter(spent)).startswith("offline-")


def test_a_second_redemption_offline_is_refused_in_words(counter, allowed_offline):
    ring_up(counter)
    go_offline(counter, allowed_offline)
    ask_points(counter, "500")
    counter.window.tender.pay_exact_cash()
    counter.scan(CAMERA)
    counter.window.member.look_up(EMAIL)
    counter.until(lambda: counter.view.account is not None)
    assert "used points offline already" in counter.window.side.member.points.text()
    assert not counter.window.side.member.points.isEnabled()


def test_offline_points_come_back_when_they_are_taken_out_again(counter, allowed_offline):
    ring_up(counter)
    go_offline(counter, allowed_offline)
    ask_points(counter, "500")
    counter.click(counter.window.side.member.points)
    assert used(counter) == 0
    assert "up to 500" in counter.window.side.member.points.text()


def test_an_old_allowance_is_refused_in_words(counter, allowed_offline):
    ring_up(counter)
    allowed_offline.clock.at += timedelta(days=2)
    go_offline(counter, allowed_offline)
    assert "too old" in counter.window.side.member.points.text()


def test_offline_only_an_id_can_be_the_proof(counter, allowed_offline):
    allowed_offline.terms.proofs = RedeemProofs(("pin", "id_seen"), 100)
    ring_up(counter)
    go_offline(counter, allowed_offline)
    ask_points(counter, "500")
    assert [row.text() for row in counter.window.side.list_panel.rows] == ["ID seen"]
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert used(counter) == 500


def test_offline_a_pin_alone_cannot_be_the_proof_and_that_is_said_before(counter, allowed_offline):
    allowed_offline.terms.proofs = RedeemProofs(("pin",), 100)
    ring_up(counter)
    go_offline(counter, allowed_offline)
    counter.click(counter.window.side.member.points)
    entry = counter.window.side.entry
    assert "when the rewards service is back" in entry.accessibleDescription()
    assert not entry.action_buttons[0].isEnabled()
    counter.type("100")
    counter.press(Qt.Key.Key_Return)
    assert used(counter) == 100


@pytest.mark.parametrize("size", [(1024, 768), (1280, 800)], ids=str)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_panel_has_names_sizes_and_room(open_counter, proving, theme, size):
    counter = open_counter(proving, UiSettings(theme=theme, sounds=False))
    counter.window.resize(*size)
    ring_up(counter)
    desk = counter.window.functions.desk
    desk.enrolment.begin("casey@gmial.com")
    shows = (
        desk.open,
        desk.show_enrolment,
        desk.explain,
        lambda: desk.set_pin(counter.view.account),
        lambda: desk.use_points(500),
    )
    for show in shows:
        show()
        QApplication.processEvents()
        shown = [control for control in counter.window.findChildren(Control) if control.isVisible()]
        for control in shown:
            assert control.accessibleName()
            assert min(control.width(), control.height()) >= Height.TOUCH
            assert control.parentWidget().rect().contains(control.geometry()), control.text()
        counter.window.step_back()


def test_the_manager_sees_what_the_store_owes_from_points_used_offline(counter, shop):
    shop.gateway.offline_exposure = OfflineExposure(4200, 300, 50_000, 300)
    counter.window.functions.exposure()
    counter.until(lambda: counter.window.side.panel_open)
    rows = [child for child in counter.window.side.findChildren(QWidget) if child.isVisible()]
    shown = " ".join(f"{row.accessibleName()} {row.accessibleDescription()}" for row in rows)
    for words in ("Used offline", "4,200", "Became a debt", "$3.00", "50,000"):
        assert words in shown


def test_offline_the_exposure_is_not_known_and_says_so(counter, shop):
    shop.gateway.online = False
    counter.window.functions.exposure()
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "cannot be reached" in counter.window.sale.banner.detail
