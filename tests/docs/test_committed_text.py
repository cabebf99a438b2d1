"""What is committed belongs to the project, not to the machine that it was written on."""

import re
import subprocess

import pytest
from markdown_blocks import ROOT

#: Folders that only some machine has.
OF_A_MACHINE = re.compile(r"(?<![\w.*$}])/(?:work|root|home/\w+|Users/\w+|tmp/wt)\b")
#: Every host that may be named: the project's own, those of the texts and crates that it refers to, this machine, and hosts that are none.
HOSTS = {"greentic-ai.github.io", "json-schema.org", "docs.rs", "127.0.0.1"}
OF_NOBODY = re.compile(r"[a-z]|cache|host|localhost|([\w.-]+\.)?example(\.\w+)?")
ADDRESS = re.compile(r"\bhttps?://(?:[^\s/@\"'`]*@)?([A-Za-z0-9.-]+)")
#: A reason is at least two words behind a colon.
WITHOUT_REASON = re.compile(r"\bTO[D]O\b(?!: \w+ \w+)")


def tracked():
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout: what is tracked can't be told")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture(scope="module")
def lines():
    """Every line of every text file that is tracked, under its place."""
    texts = {name: text.decode(errors="replace") for name, text in tracked().items() if b"\0" not in text}
    assert "README.md" in texts
    return {
        f"{name}:{number}": line for name, text in texts.items() for number, line in enumerate(text.splitlines(), 1)
    }


def test_no_folder_of_some_machine_is_named(lines):
    assert {place: line for place, line in lines.items() if OF_A_MACHINE.search(line)} == {}


def test_no_host_is_named_but_the_known_ones(lines):
    named = {place: host for place, line in lines.items() for host in ADDRESS.findall(line)}
    assert named
    strange = {place: host for place, host in named.items() if host not in HOSTS and not OF_NOBODY.fullmatch(host)}
    assert strange == {}


def test_nothing_is_left_to_do_without_a_reason(lines):
    assert {place: line for place, line in lines.items() if WITHOUT_REASON.search(line)} == {}


# Written with a `|`, so that the test above doesn't find them here.
@pytest.mark.parametrize("text", ["|work/x", 'open("|root/y")', "file://|home/someone/z", "cd |tmp/wt/x", "PATH=|work"])
def test_a_folder_of_some_machine_is_seen(text):
    assert OF_A_MACHINE.search(text.replace("|", "/"))


@pytest.mark.parametrize("text", ["a|work/x", "https://example.org/a|root/b", "|workers/x", "{base}|root/x"])
def test_a_folder_of_the_project_is_none_of_a_machine(text):
    assert not OF_A_MACHINE.search(text.replace("|", "/"))
