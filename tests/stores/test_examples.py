"""The sample programs run and print what they promise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from store_samples import contents

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def run(name, *arguments, **variables):
    program = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    done = subprocess.run(
        program, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **variables}
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_quickstart_takes_a_session_from_create_to_remove():
    assert run("quickstart.py").splitlines() == [
        "waits at: ask-order-number",
        "moved to: confirm",
        "afterwards: None",
    ]


def test_the_sqlite_store_has_a_test_file_that_passes(tmp_path):
    # What it claims is judged in whole by tests/odd; here the file runs as its author runs it.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "ROUTE or CONC-04 or DUR-01"]
    options = ["--session-effort", "quick", "--session-report", str(tmp_path)]
    done = subprocess.run(
        [*command, *options, "test_sqlite_store.py"],
        cwd=EXAMPLES / "sqlite",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "DUR-01" in (tmp_path / "junit.xml").read_text("utf-8")


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_flow_is_resumed_by_another_process(redis_server, client, namespace, by):
    if by == "argument":
        printed = run("resume.py", redis_server, NAMESPACE=namespace)
    else:
        printed = run("resume.py", REDIS_URL=redis_server, NAMESPACE=namespace)
    pids = re.findall(r"process (\d+)", printed)
    assert len(pids) == 3
    assert pids[0] != pids[1] == pids[2]
    assert "resumes at ask-order-number" in printed
    assert contents(client, namespace) == {}


@pytest.mark.parametrize("place", ["memory", "redis"])
def test_an_event_that_is_delivered_twice_has_one_session(redis_server, client, namespace, place):
    url = redis_server if place == "redis" else "memory:"
    assert run("webhook.py", url, NAMESPACE=namespace).splitlines() == [
        "delivered first: create the session",
        "delivered again: get the session that has the key",
        "the same session: True",
    ]
    assert contents(client, namespace) == {}
