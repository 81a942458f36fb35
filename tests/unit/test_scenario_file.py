"""The scenario command: a wrong file is named with its place, a right one is played and answered as JSON."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from pos_app.commands import find
from pos_app.scenario import ScenarioError, document, play, read_scenario

PEN = {"code": "pen", "price": "1.00"}
OFFER = {"id": "o", "from": "2014-11-01T00:00:00Z", "to": "2014-12-01T00:00:00Z", "multiplier": 2}
JOINING = {"id": "j", "points": 1, "cap": 1, "from": "2014-11-01T00:00:00Z", "to": "2014-12-01T00:00:00Z"}
SCAN = {"do": "scan", "code": "pen"}


def shop(**more: Any) -> dict[str, Any]:
    return {"items": [dict(PEN)], "transactions": [{"id": "t1", "steps": [dict(SCAN)]}], **more}


def steps(*more: dict[str, Any]) -> dict[str, Any]:
    return {"transactions": [{"id": "t1", "steps": [dict(SCAN), *more]}]}


def later(transaction: dict[str, Any]) -> dict[str, Any]:
    """A sale, and what comes after it."""
    sale = {"id": "t1", "steps": [dict(SCAN), {"do": "tender", "type": "cash"}]}
    return {"transactions": [sale, transaction]}


def problem(file: Any) -> str:
    with pytest.raises(ScenarioError) as refusal:
        play(read_scenario(json.dumps(file).encode()))
    return str(refusal.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"colour": 1}, "colour: unknown key"),
        (steps({**SCAN, "colour": "red"}), "transactions[0].steps[1].colour: unknown key"),
        (steps({"do": "fly"}), "transactions[0].steps[1].do: unknown value 'fly'"),
        (steps({"code": "pen"}), "transactions[0].steps[1].do: this key is missing"),
        (steps({"do": "scan"}), "transactions[0].steps[1].code: this key is missing"),
        (steps({**SCAN, "quantity": 1}), "transactions[0].steps[1].quantity: expected text in quotes"),
        (steps({**SCAN, "quantity": "many"}), "transactions[0].steps[1].quantity: 'many' is no number"),
        (steps({**SCAN, "quantity": "-1"}), "transactions[0].steps[1].quantity: '-1' is below zero"),
        (steps({**SCAN, "quantity": "1.0005"}), "transactions[0].steps[1].quantity: '1.0005' has more digits"),
        (steps({"do": "void_line", "line": 0}), "transactions[0].steps[1].line: expected a whole number >= 1"),
        (steps({"do": "price", "line": 1, "price": "-1"}), "transactions[0].steps[1].price: '-1' is below zero"),
        (steps({"do": "discount_line", "line": 1}), "transactions[0].steps[1]: A discount is either"),
        (steps({"do": "discount_line", "line": 1, "percent": "0"}), "transactions[0].steps[1]: A discount is either"),
        (steps({"do": "discount_transaction", "percent": "101"}), "transactions[0].steps[1]: A discount cannot be"),
        (
            steps({"do": "discount_line", "line": 1, "percent": "5", "amount": "1"}),
            "transactions[0].steps[1]: A discount is either",
        ),
        (steps({"do": "tender", "type": "cheque"}), "transactions[0].steps[1].type: unknown value 'cheque'"),
        (steps({"do": "tender", "type": "points"}), "transactions[0].steps[1].points: a tender of type points"),
        (steps({"do": "tender", "type": "gift_card"}), "transactions[0].steps[1].number: a tender of type gift_card"),
        (steps({"do": "tender", "type": "cash", "points": 1}), "transactions[0].steps[1].points: a tender of type"),
        (steps({"do": "tender", "type": "card", "amount": "1.005"}), "transactions[0].steps[1].amount: '1.005' has"),
        (
            steps({"do": "tender", "type": "card", "amount": "all"}),
            "transactions[0].steps[1].amount: 'all' is no",
        ),
        ({"transactions": [{"id": "x", "at": "tomorrow"}]}, "transactions[0].at: 'tomorrow' is no time"),
        ({"transactions": [{"at": "2014-11-28T10:00:00"}]}, "transactions[0].at: '2014-11-28T10:00:00' needs its"),
        ({"transactions": [{"kind": "party"}]}, "transactions[0].kind: unknown value 'party'"),
        ({"transactions": [{"kind": "enrol"}]}, "transactions[0].email: this key is missing"),
        ({"transactions": [{"kind": "enrol", "steps": []}]}, "transactions[0].steps: unknown key"),
        ({"transactions": [{"kind": "paid_out", "amount": 20}]}, "transactions[0].amount: expected text in quotes"),
        ({"transactions": {}}, "transactions: expected a list, got an object"),
        ({"items": [{"code": "pen"}]}, "items[0].price: this key is missing"),
        ({"items": [{**PEN, "price": 1.5}]}, "items[0].price: expected text in quotes, got a number with a decimal"),
        ({"items": [{**PEN, "price": "1.005"}]}, "items[0].price: '1.005' has more digits than USD has (2)"),
        ({"items": [{**PEN, "price": "-1.00"}]}, "items[0].price: '-1.00' is below zero"),
        ({"items": [{**PEN, "tax": ["moon"]}]}, "items[0].tax[0]: there is no tax 'moon' in taxes"),
        ({"items": [{**PEN, "kind": "food"}]}, "items[0].kind: unknown value 'food'"),
        ({"items": [PEN, PEN]}, "items[1].code: there is another item of this code"),
        (
            {"items": [{**PEN, "code": "036000291452"}, {**PEN, "code": "0036000291452"}]},
            "items[1].code: it is the same barcode as that of items[0]",
        ),
        (
            {"items": [{**PEN, "fees": [{"id": "f", "amount": "1", "tax": ["moon"]}]}]},
            "items[0].fees[0].tax[0]: there is no tax 'moon'",
        ),
        ({"taxes": [{"id": "a", "rate": "7.25"}]}, "taxes[0].rate: a rate is a part of 1"),
        ({"taxes": [{"id": "a", "rate": "NaN"}]}, "taxes[0].rate: 'NaN' is no number"),
        ({"taxes": [{"id": "a", "rate": "0"}, {"id": "a", "rate": "0"}]}, "taxes[1].id: there is a tax 'a' already"),
        ({"store": {"id": "a b"}}, "store.id: expected text in quotes of letters, digits"),
        ({"store": {"currency": "dollars"}}, "store.currency: 'dollars' is no currency code"),
        ({"store": {"time_zone": "Mars"}}, "store.time_zone: 'Mars' is no time zone"),
        ({"store": {"time_zone": "../etc/passwd"}}, "store.time_zone: '../etc/passwd' is no time zone"),
        ({"store": {"cash_step": "0.00"}}, "store.cash_step: the smallest coin"),
        ({"store": {"rounding": "down"}}, "store.rounding: unknown value 'down'"),
        ({"clock": "1066-10-14T09:00:00+00:00"}, "clock: the year must be between"),
        ({"members": [{"email": "nobody"}]}, "members[0].email: 'nobody' is no e-mail address"),
        ({"members": [{"email": "a@b.cd"}, {"email": "A@B.CD"}]}, "members[1].email: there is another member"),
        ({"members": [{"email": "a@b.cd", "balance_points": -1}]}, "members[0].balance_points: expected a whole"),
        (
            {"members": [{"email": "a@b.cd", "balance_points": 1, "lots": [{"points": 1}]}]},
            "members[0]: a member has either balance_points or lots",
        ),
        (
            {"members": [{"email": "a@b.cd", "lots": [{"points": 1, "earned_on": "2014-13-01"}]}]},
            "members[0].lots[0].earned_on: '2014-13-01' is no day",
        ),
        (
            {"members": [{"email": "a@b.cd", "lots": [{"points": 1, "earned_on": "soon"}]}]},
            "members[0].lots[0].earned_on: expected text in quotes like 2015-03-31",
        ),
        ({"gift_cards": [{"number": "1234", "balance": "-5"}]}, "gift_cards[0].balance: '-5' is below zero"),
        (
            {"gift_cards": [{"number": "1234", "balance": "5"}, {"number": "1234", "balance": "5"}]},
            "gift_cards[1].number: there is another gift card",
        ),
        ({"programme": {"redeem_value": "0.00"}}, "programme: points must be worth something"),
        ({"programme": {"redeem_step_points": 1, "redeem_value": "0.50"}}, "programme: a redemption step must be"),
        (
            {"programme": {"offers": [{**OFFER, "to": "2014-10-01T00:00:00Z"}]}},
            "programme.offers[0].to: the offer ends before it begins",
        ),
        (
            {"programme": {"enrolment_offers": [{"id": "j"}]}},
            "programme.enrolment_offers[0].points: this key is missing",
        ),
        (
            {"programme": {"enrolment_offers": [{**JOINING, "to": "2014-10-01T00:00:00Z"}]}},
            "programme.enrolment_offers[0].to: the offer ends before it begins",
        ),
        (
            {"programme": {"enrolment_offers": [JOINING, JOINING]}},
            "programme.enrolment_offers[1].id: there is an enrolment offer 'j' already",
        ),
        (
            {"programme": {"enrolment_offers": [{**JOINING, "cap": -1}]}},
            "programme.enrolment_offers[0].cap: expected a whole number >= 0",
        ),
        ({"members": [{"email": "a@b.cd", "left_on": "2014-02-30"}]}, "members[0].left_on: '2014-02-30' is no day"),
        (
            {"members": [{"email": "a@b.cd", "left_on": "2014-11-29"}]},
            "members[0].left_on: a former member left before",
        ),
        (
            {"members": [{"email": "a@b.cd", "left_on": "1066-10-14"}]},
            "members[0].left_on: a former member left before",
        ),
        (later({"kind": "return"}), "transactions[1].of: this key is missing"),
        (later({"kind": "return", "of": "t3"}), "transactions[1].of: no transaction before this one has the id 't3'"),
        (later({"kind": "return", "of": "t2"}), "transactions[1].of: no transaction before this one has the id 't2'"),
        (later({"kind": "post_void", "of": "x"}), "transactions[1].of: no transaction before this one has the id 'x'"),
        (later({"kind": "ship", "of": "x", "line": 1}), "transactions[1].of: no transaction before this one has"),
        (later({"kind": "ship", "of": "t1"}), "transactions[1].line: this key is missing"),
        (
            later({"kind": "return", "of": "t1", "lines": [{"line": 1, "quantity": "some"}]}),
            "transactions[1].lines[0].quantity: 'some' is no number",
        ),
        (
            later({"kind": "return", "of": "t1", "lines": [{"line": 0}]}),
            "transactions[1].lines[0].line: expected a whole number >= 1",
        ),
        (
            {"transactions": [{"id": "x"}, {"id": "x"}, {"kind": "return", "of": "x"}]},
            "transactions[2].of: more than one transaction before this one has the id 'x'",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], sentence: str) -> None:
    found = problem(shop(**change))
    assert found.startswith(sentence)
    assert "`" not in found
    assert "\n" not in found


TEN = {"id": "ten", "kind": "percent", "percent": "10"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"promotions": [{**TEN, "kind": "gift"}]}, "promotions[0].kind: unknown value"),
        ({"promotions": [{**TEN, "amount": "1.00"}]}, "promotions[0].amount: unknown key"),
        ({"promotions": [{"id": "ten", "kind": "percent"}]}, "promotions[0].percent: this key is missing"),
        ({"promotions": [{**TEN, "percent": "101"}]}, "promotions[0]: a percentage is above 0 and at most 100"),
        ({"promotions": [{**TEN, "percent": "0"}]}, "promotions[0]: a percentage is above 0"),
        ({"promotions": [TEN, TEN]}, "promotions[1].id: there is a promotion 'ten' already"),
        (
            {"promotions": [{**TEN, "scope": {"all": True, "brands": ["Sono"]}}]},
            "promotions[0].scope: a promotion for all has no other condition",
        ),
        ({"promotions": [{**TEN, "from": "2014-11-28T10:00:00"}]}, "promotions[0].from: '2014-11-28T10:00:00' needs"),
        (
            {"promotions": [{**TEN, "from": "2014-11-28T10:00:00Z", "to": "2014-11-27T10:00:00Z"}]},
            "promotions[0]: the promotion ends before it begins",
        ),
        ({"promotions": [{"id": "t", "kind": "threshold"}]}, "promotions[0].minimum: this key is missing"),
        (
            {"promotions": [{"id": "t", "kind": "threshold", "minimum": "5", "percent": "1", "amount": "1"}]},
            "promotions[0]: a threshold gives either a percentage or an amount",
        ),
        ({"promotions": [{"id": "b", "kind": "buy_get", "buy": 0, "get": 1}]}, "promotions[0].buy: expected a whole"),
        (
            {"promotions": [{"id": "b", "kind": "buy_get", "buy": 100, "get": 1}]},
            "promotions[0]: a set has 100 pieces at most",
        ),
        ({"promo_codes": [{"code": "SAVE5"}]}, "promo_codes[0].promotion: this key is missing"),
        ({"promo_codes": [{"code": "A", "promotion": "x"}]}, "promo_codes[0].promotion: there is no promotion 'x'"),
        (
            {"promotions": [TEN], "promo_codes": [{"code": n, "promotion": "ten"} for n in ("a", "A ")]},
            "promo_codes[1].code: there is another promo code like this",
        ),
        (steps({"do": "promo_code"}), "transactions[0].steps[1].code: this key is missing"),
        (steps({"do": "tax_exempt"}), "transactions[0].steps[1].certificate: this key is missing"),
    ],
)
def test_a_promotion_that_makes_no_sense_is_named_with_its_place(change: dict[str, Any], sentence: str) -> None:
    assert problem(shop(**change)).startswith(sentence)


def test_a_default_written_out_is_no_demand() -> None:
    file = shop(promotions=[], promo_codes=[], members=[{"email": "a@b.cd", "left_on": None}], programme={})
    assert play(read_scenario(json.dumps(file).encode()))["members"] == [
        {"email": "a@b.cd", "balance_points": 0, "pending_points": 0}
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"items": "\\ud800"}'])
def test_what_is_no_scenario_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(ScenarioError):
        read_scenario(body)


def test_everything_but_items_and_transactions_has_its_default() -> None:
    answer = play(
        read_scenario(json.dumps({"items": [], "transactions": [{}, {"kind": "sale", "steps": []}]}).encode())
    )
    assert [(t["id"], t["status"], t["error"]["code"]) for t in answer["transactions"]] == [
        ("t1", "refused", "nothing_to_pay"),
        ("t2", "refused", "nothing_to_pay"),
    ]
    assert answer["till"] == {"expected_cash_minor": 20_000}
    assert (answer["members"], answer["gift_cards"]) == ([], [])


def test_the_manual_shows_what_the_program_says() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
    file, shown = re.findall(r"```json\n(.*?)```", manual, re.DOTALL)
    answer, expected = play(read_scenario(file.encode())), json.loads(shown)
    assert answer["transactions"][:2] == expected["transactions"]
    assert answer["members"] == expected["members"]
    assert answer["gift_cards"] == expected["gift_cards"]
    assert answer["till"] == expected["till"]
    keys = re.findall(r'"do": "(\w+)"', manual) + re.findall(r"^\| `(\w+)` \|", manual, re.MULTILINE)
    kinds = (*get_args(document.SaleStep), *get_args(document.AnyTransaction))
    assert {kind.__struct_config__.tag for kind in kinds} <= set(keys)


def test_a_return_of_no_line_is_refused_and_one_without_lines_takes_everything() -> None:
    nothing, everything = {"kind": "return", "of": "t1", "lines": []}, {"kind": "return", "of": "t1"}
    file = shop(**later(nothing))
    file["transactions"].append(everything)
    answers = play(read_scenario(json.dumps(file).encode()))["transactions"]
    assert [(one["status"], one["total_minor"]) for one in answers] == [
        ("completed", 100),
        ("refused", 0),
        ("completed", -100),
    ]


def explanations(**file: Any) -> list[dict[str, Any] | None]:
    answer = play(read_scenario(json.dumps(shop(explain=True, **file)).encode()))
    return [one.get("explanation") for one in answer["transactions"]]


def test_explain_says_how_a_sale_and_its_return_came_to_their_points() -> None:
    sale = {
        "steps": [
            {"do": "scan", "code": "pen", "quantity": "3"},
            {"do": "discount_line", "line": 1, "amount": "0.50"},
            {"do": "member", "email": "a@b.cd"},
            {"do": "tender", "type": "points", "points": 100},
            {"do": "tender", "type": "cash"},
        ]
    }
    back = {"kind": "return", "of": "t1", "lines": [{"line": 1, "quantity": "2"}]}
    sold, returned = explanations(
        members=[{"email": "a@b.cd", "balance_points": 100}],
        programme={"offers": [{**OFFER, "multiplier": 5}]},
        transactions=[sale, back],
    )
    assert sold is not None
    assert returned is not None
    # 3.00 less 0.50 less 1.00 paid with points: 1.50, one whole dollar, five times.
    assert (sold["points"], sold["lines"][0]["points"]) == (5, 5)
    values = [(step["what"], step.get("minor", step.get("points"))) for step in sold["lines"][0]["steps"]]
    assert values[:4] == [
        ("Price", 300),
        ("Discounts", -50),
        ("Paid with points", -100),
        ("Product price that earns", 150),
    ]
    assert all(step["rule"] for step in sold["steps"])
    # Two of three pieces: 3 of the 5 points go, 66 of the 100 that paid come back.
    assert returned["points"] == 66 - 3
    assert [(line["line"], line["points"]) for line in returned["lines"]] == [(1, -3)]
    assert returned["lines"][0]["steps"][1]["what"] == "Came back now: 2 of 3"


def test_explain_says_why_joining_brought_points_or_none() -> None:
    joining = [{"kind": "enrol", "email": email} for email in ("a@b.cd", "A@B.cd", "e@f.gh")]
    granted, again, late = explanations(
        programme={"enrolment_offers": [{**JOINING, "points": 250}]}, transactions=joining
    )
    (without,) = explanations(transactions=joining[:1])
    told = [(one["points"], one["steps"][0]["what"]) for one in (granted, again, late, without) if one is not None]
    assert told[0] == (250, "Points for joining")
    assert told[1] == (0, "Is a member already")
    assert told[2][0] == 0
    assert "have joined already" in told[2][1]
    assert told[3] == (0, "No enrolment offer is on")


def test_what_earned_and_moved_no_points_has_no_explanation() -> None:
    out = {"kind": "paid_out", "amount": "1.00"}
    back = {"kind": "return", "of": "t1", "lines": [{"line": 7}]}
    left_open: dict[str, Any] = {"steps": [dict(SCAN)]}
    assert explanations(transactions=[left_open, out, back]) == [None, None, None]


def test_the_same_file_is_answered_the_same() -> None:
    file = read_scenario(json.dumps(shop(members=[{"email": "a@b.cd", "balance_points": 7}])).encode())
    assert play(file) == play(file)


def test_the_command_prints_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, file = find("scenario"), tmp_path / "shop.json"
    assert command is not None
    file.write_text(json.dumps(shop(**steps({"do": "tender", "type": "cash", "amount": "5.00"}))))
    assert command.run([str(file)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out)["transactions"][0]["change_minor"] == 400


def test_the_command_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command = find("scenario")
    assert command is not None
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(shop()).encode())))
    assert command.run(["-"]) == 0
    assert json.loads(capsys.readouterr().out)["transactions"][0]["status"] == "open"


@pytest.mark.parametrize("content", [None, "{", json.dumps(shop(colour=1))])
def test_a_wrong_file_ends_with_2_and_one_sentence(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, file = find("scenario"), tmp_path / "shop.json"
    assert command is not None
    if content is not None:
        file.write_text(content)
    assert command.run([str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
