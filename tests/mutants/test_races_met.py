"""Whether the races are met is told truly, and every racy wrong store and every correct store is on the committed page."""

import re
from pathlib import Path

import pytest
from base import Base

from tools import races
from tools.soak.stores import Soaked

PAGE = (Path(__file__).parent / "races.md").read_text("utf-8")


class KeepsTheRuleAfterAll(Base):
    rule = "CONC-02"


def test_a_racy_store_dies_and_a_correct_one_passes(capsys):
    assert races.main(["--seeds", "2", "--correct", "1", "--jobs", "1", "Resurrects", "Plain"]) == 0

    told = capsys.readouterr().out
    assert "| CONC-02 `Resurrects` | 2 of 2 |" in told
    assert "| `Plain` | 1 of 1 |" in told


def test_a_wrong_store_that_survives_is_told(monkeypatch):
    monkeypatch.setattr(races, "mutant", lambda _: KeepsTheRuleAfterAll)

    assert not races.kill("KeepsTheRuleAfterAll", "quick", 1).right


def test_a_correct_store_that_is_blamed_is_told(monkeypatch):
    wrong = Soaked("Resurrects", f"{Path(__file__).parent / 'wrong_concurrency.py'}:Resurrects", ("concurrent",))
    monkeypatch.setattr(races, "CORRECT", {"Resurrects": wrong})

    met = races.judge("Resurrects", "quick", 1)

    assert not met.right
    assert any("CONC-02" in line for line in met.told)


def test_what_there_is_not_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        races.main(["Nobody"])

    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "there is no Nobody; there are " in told
    assert "WritesInHalves" in told


def test_the_committed_page_has_every_store_and_no_miss():
    rows = dict(re.findall(r"`(\w+)` \| (\d+ of \d+) \|", PAGE))

    assert set(rows) == {*races.racy_mutants(), *races.CORRECT}
    assert all(len(set(count.split(" of "))) == 1 for count in rows.values())
    assert all(int(count.split(" of ")[1]) >= 20 for name, count in rows.items() if name in races.racy_mutants())
