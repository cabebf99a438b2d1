"""What README.md and the site's pages show is true: their programs run, their commands end as they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_blocks import ROOT, blocks

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAMS = [block for page in PAGES for block in blocks(page) if block.is_program]
CONSOLES = [block for block in blocks(README) if block.language == "console"]
PYTHON = [sys.executable, "-B"]
COMMANDS = {
    "greentic-session": [*PYTHON, "-m", "greentic_session_conformance"],
    "pytest": [*PYTHON, "-m", "pytest", "-p", "no:cacheprovider"],
    "python": PYTHON,
}


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that the README asks its reader to write."""
    for block in blocks(README):
        if block.file:
            (tmp_path / block.file).write_text(block.text, "utf-8")
    return tmp_path


def run(command, folder, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_"))}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment, "COLUMNS": "110", "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=180,
    )


def comparable(text):
    """The lines of an output without what differs from run to run."""
    return [re.sub(r"\bseed \d+", "seed N", line).rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_a_program_on_a_page_runs(block, folder, private_server):
    program = folder / "program_of_the_page.py"
    program.write_text(block.text, "utf-8")
    done = run([*PYTHON, "-W", "error", program], folder, REDIS_URL=private_server.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(private_server.client.scan_iter()) == []


@pytest.mark.parametrize("block", CONSOLES, ids=str)
def test_the_commands_of_the_readme_end_as_it_says(block, folder):
    assert block.commands
    for (name, *arguments), status, shown in block.commands:
        done = run([*COMMANDS[name], *arguments], folder)
        assert done.returncode == status, f"{name} {arguments}: {done.stdout}{done.stderr}"
        printed = iter(comparable(done.stdout + done.stderr))
        for line in comparable("\n".join(shown)):
            assert line.strip() == "…" or line in printed, f"{name} {arguments} doesn't print {line!r} there"


def test_every_command_of_the_readme_is_tried_but_for_those_of_the_set_up():
    untried = [
        line
        for block in blocks(README)
        if block.language in {"sh", "text", ""}
        for line in block.text.splitlines()
        if not line.startswith("pip install ")
    ]
    assert untried == []
    assert {words[0] for block in CONSOLES for words, _, _ in block.commands} == set(COMMANDS)


def test_the_readme_links_to_what_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
