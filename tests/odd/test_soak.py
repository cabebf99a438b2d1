"""The soak goes on where it was, forgets what other code did, and tells of each store that was called wrong."""

import pytest

from tools.soak.runs import Results, Run, run
from tools.soak.stores import Soaked
from tools.soak.summary import summary

RIGHT = Run("memory", "quick", 7, "code", 0, "conformant", 0.5, [])
WRONG = Run(
    "memory", "normal", 8, "code", 1, "non-conformant", 1.5, [{"rule": "OPS-02", "status": "failed", "told": "x"}]
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "soak" / "results.jsonl"


def test_what_has_been_run_is_known_to_a_later_soak(path):
    Results(path, "code").add(RIGHT)

    later = Results(path, "code")

    assert later.runs == [RIGHT]
    assert later.has("memory", "quick", 7)
    assert not later.has("memory", "quick", 8)
    assert not Results(path, "other code").has("memory", "quick", 7)


def test_a_run_whose_line_was_cut_short_is_run_again(path):
    results = Results(path, "code")
    results.add(RIGHT)
    results.add(WRONG)
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")

    assert Results(path, "code").runs == [RIGHT]


def test_the_summary_tells_of_every_run_that_was_not_conformant():
    page = summary([RIGHT, WRONG], 2)

    assert "| `memory` | 1 of 1, 0.5 s | 0 of 1, 1.5 s |  |" in page
    assert "1 of 2 runs: conformant." in page
    assert "memory, normal, seed 8: non-conformant, status 1" in page
    assert "OPS-02 failed" in page


def test_a_warning_counts_unless_it_is_known():
    assert not Run("redis", "quick", 1, "code", 0, "conformant", 0.1, [{"rule": "ROUTE-13"}]).conformant


@pytest.mark.parametrize(
    ("target", "adds", "verdict", "told"),
    [
        ("tests/odd/plain_store.py:Plain", ("durable",), "incomplete", "durable needs a Target"),
        ("tests/suite/raises_on_import.py:Store", (), "not-run", "raised"),
    ],
)
def test_a_run_that_is_not_conformant_tells_why(target, adds, verdict, told):
    ended = run(Soaked("wrong", target, adds), "quick", 1, "code")

    assert (ended.verdict, ended.conformant) == (verdict, False)
    assert told in str(ended.faults)
