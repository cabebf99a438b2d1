"""The Node store's own tests pass, and it is conformant behind its adapter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.usefixtures("node_packages")


def run(*command, seconds, **variables):
    environment = {**os.environ, "COLUMNS": "100", **variables}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=seconds
    )


def test_the_stores_own_tests_pass():
    done = run("npm", "test", "--prefix", "conformance/adapters/node", seconds=120)

    assert done.returncode == 0, done.stdout


def test_the_store_is_conformant_to_all_that_it_claims(tmp_path, private_server):
    command = "node conformance/adapters/node/adapter.js"
    suite = (sys.executable, "-m", "greentic_session_conformance", "conformance", "--command", command)
    done = run(*suite, "--effort", "quick", "--report", tmp_path, seconds=500, REDIS_URL=private_server.url)

    assert done.returncode == 0, done.stdout + done.stderr
    profiles = "core, keyed-create, concurrent, durable, redis-layout, codec, mapping"
    assert f"CONFORMANT to {profiles}" in done.stdout
    assert list(private_server.client.scan_iter()) == []
