"""Versions and addresses: each written once."""

import json
import re
from pathlib import Path

import pytest
from greentic_session_conformance.servers import PrivateServer

import greentic_session
from greentic_session.resources import folder

ROOT = Path(__file__).parents[2]


@pytest.mark.rule("VER-05")
def test_the_version_is_written_in_one_place():
    written = re.compile(rf'["\']{re.escape(greentic_session.__version__)}["\']')
    sources = [
        ROOT / "pyproject.toml",
        *(ROOT / "greentic_session").rglob("*.py"),
        *(ROOT / "conformance").rglob("*.py"),
    ]
    holders = [path.name for path in sources if written.search(path.read_text(encoding="utf-8"))]
    assert holders == ["_version.py"]


@pytest.mark.rule("VER-04")
@pytest.mark.parametrize("path", sorted((folder("schemas") / "v1").glob("*.json")), ids=lambda path: path.name)
def test_a_schema_has_its_address(path):
    base = "https://greentic-ai.github.io/greentic-session"
    assert json.loads(path.read_text(encoding="utf-8"))["$id"] == f"{base}/schemas/v1/{path.name}"


@pytest.mark.rule("VERD-16")
def test_a_run_leaves_the_keys_of_a_shared_server_as_they_were(running_server, tmp_path, run_suite):
    with running_server() as server:
        server.client.set("greentic:session:session:theirs", "theirs")
        server.client.rpush("theirs", "item")
        before = {key: server.client.dump(key) for key in server.client.scan_iter()}
        done = run_suite("conformance", server.url, "--effort", "quick", "--report", str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
        assert {key: server.client.dump(key) for key in server.client.scan_iter()} == before


def test_a_private_server_ends_when_it_is_told():
    with PrivateServer() as server:
        pid = server.pid
    assert not Path(f"/proc/{pid}").exists()
