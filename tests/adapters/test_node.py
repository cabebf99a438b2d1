"""The Node store's own tests pass, and it is conformant behind its adapter."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ADAPTER = "conformance/adapters/node/adapter.js"
FOLDER = (ROOT / ADAPTER).parent


def do_without(what):
    """Skip for the lack of something, which a machine of the project's own has."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def run(*command, seconds, **variables):
    environment = {**os.environ, "COLUMNS": "100", **variables}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=seconds
    )


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """The packages that the store needs, installed beside it by one process at a time."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            do_without(f"{program} is not on the PATH")
    with (tmp_path_factory.getbasetemp().parent / "npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--prefer-offline", seconds=300)
    if done.returncode != 0:
        do_without(f"npm install failed: {done.stderr}")


@pytest.mark.usefixtures("packages")
def test_the_stores_own_tests_pass():
    done = run("npm", "test", "--prefix", FOLDER, seconds=120)

    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("packages")
def test_the_store_is_conformant_to_all_that_it_claims(tmp_path, private_server):
    suite = (sys.executable, "-m", "greentic_session_conformance", "conformance", "--command", f"node {ADAPTER}")
    done = run(*suite, "--effort", "quick", "--report", tmp_path, seconds=500, REDIS_URL=private_server.url)

    assert done.returncode == 0, done.stdout + done.stderr
    profiles = "core, keyed-create, concurrent, durable, redis-layout, codec, mapping"
    assert f"CONFORMANT to {profiles}" in done.stdout
    assert list(private_server.client.scan_iter()) == []
