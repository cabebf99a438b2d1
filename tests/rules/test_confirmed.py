"""A rule whose text changes marks its tests until somebody confirms that they still test it."""

import dataclasses
import json

import pytest
from greentic_session_conformance.rules import rules

from tools import confirm_rules
from tools.confirm_rules import CONFIRMED, Confirmation, confirm, hash_of, read_confirmed, told, unconfirmed

OPEN = unconfirmed(rules(), read_confirmed())


@pytest.mark.rule("VERD-23")
@pytest.mark.parametrize("rule", sorted({*rules(), *OPEN}))
def test_the_tests_of_a_rule_are_confirmed_for_its_text(rule):
    assert rule not in OPEN, (
        f"text changed: {told(rule, OPEN[rule], read_confirmed())}\n"
        f"Read both, mend the tests, then: python -m tools.confirm_rules {rule}"
    )


@pytest.mark.rule("VERD-23")
@pytest.mark.parametrize(
    ("change", "matter"),
    [
        ({"text": "A store MUST do something else."}, "its text changed"),
        ({"level": "SHOULD"}, "its level or profile changed"),
        ({"profile": "durable"}, "its level or profile changed"),
        ({"requires": frozenset({"durable"})}, "its level or profile changed"),
    ],
)
def test_what_binds_is_what_is_confirmed(change, matter):
    changed = {"FENCE-05": dataclasses.replace(rules()["FENCE-05"], **change)}
    confirmed = {"FENCE-05": Confirmation(rules()["FENCE-05"].text, hash_of(rules()["FENCE-05"]))}
    assert unconfirmed(changed, confirmed) == {"FENCE-05": matter}


def test_a_title_and_a_why_bind_nobody():
    changed = {"FENCE-05": dataclasses.replace(rules()["FENCE-05"], title="Another", why="another")}
    confirmed = {"FENCE-05": Confirmation(rules()["FENCE-05"].text, hash_of(rules()["FENCE-05"]))}
    assert unconfirmed(changed, confirmed) == {}


@pytest.mark.rule("VERD-23")
def test_a_rule_that_is_new_or_gone_is_to_be_confirmed():
    confirmed = {"FENCE-99": Confirmation("It was.", "0")}
    assert unconfirmed({"FENCE-05": rules()["FENCE-05"]}, confirmed) == {
        "FENCE-05": "the rule is new",
        "FENCE-99": "the rule is gone",
    }


def test_who_confirms_is_shown_both_texts_and_the_tests():
    text = told("FENCE-05", "its text changed", {"FENCE-05": Confirmation("As it was.", "0")})
    assert "As it was." in text
    assert rules()["FENCE-05"].text in text
    assert "check update_cannot_move_a_session_to_another_team" in text
    assert "tests/rules/test_confirmed.py::test_a_rule_that_is_new_or_gone_is_to_be_confirmed" in told(
        "VERD-23", "", {}
    )


def test_confirming_takes_one_rule_at_a_time(tmp_path, monkeypatch, capsys):
    path = tmp_path / "confirmed.json"
    stale = json.loads(CONFIRMED.read_text(encoding="utf-8"))
    stale["FENCE-05"]["hash"] = stale["OPS-10"]["hash"] = "0"
    path.write_text(json.dumps(stale), encoding="utf-8")
    monkeypatch.setattr(confirm_rules, "read_confirmed", lambda _path=None: read_confirmed(path))
    monkeypatch.setattr(confirm_rules, "confirm", lambda asked: confirm(asked, path))

    assert confirm_rules.main([]) == 1
    assert {"FENCE-05", "OPS-10"} <= set(capsys.readouterr().out.rpartition("confirm_rules ")[2].split())
    assert confirm_rules.main(["FENCE-05"]) == 1
    assert set(unconfirmed(rules(), read_confirmed(path))) == {"OPS-10"} | set(OPEN)
    with pytest.raises(SystemExit, match="2"):
        confirm_rules.main(["FENCE-05"])


def test_the_file_is_as_the_command_writes_it(tmp_path):
    path = tmp_path / "confirmed.json"
    path.write_bytes(CONFIRMED.read_bytes())
    confirm([], path)
    assert path.read_bytes() == CONFIRMED.read_bytes()
