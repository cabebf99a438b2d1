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
