"""The tutorial builds the store in examples/sqlite: what it shows is that store's own text, and what the suite prints."""

import shutil
import textwrap
from pathlib import Path

import pytest
from markdown_blocks import ROOT, blocks
from test_readme import COMMANDS, comparable, run

from tools.soak.runs import IN_MEMORY

PAGE = ROOT / "docs" / "start" / "build-a-store.md"
STORE = ROOT / "examples" / "sqlite"
EXCERPTS = [block for block in blocks(PAGE) if block.language in {"python", "sql"} and not block.file]
COMMANDS_SHOWN = [command for block in blocks(PAGE) if block.language == "console" for command in block.commands]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the finished store and the drafts that the page asks its reader to write."""
    place = tmp_path_factory.mktemp("tutorial")
    for path in STORE.glob("*.py"):
        shutil.copy(path, place)
    for block in blocks(PAGE):
        if block.file:
            (place / block.file).write_text(block.text, "utf-8")
    return place


@pytest.mark.parametrize("block", EXCERPTS, ids=str)
def test_an_excerpt_is_the_examples_own_text(block):
    texts = [path.read_text("utf-8") for path in STORE.glob("*.py")]

    assert any(block.text in text or textwrap.indent(block.text, "    ") in text for text in texts)


@pytest.mark.parametrize("shown", COMMANDS_SHOWN, ids=lambda shown: " ".join(shown[0]))
def test_a_command_prints_what_the_page_shows(shown, folder):
    (name, *arguments), status, lines = shown
    # The store waits for the disk at each commit; where there is a file system in memory, its files lie there.
    place = {"TMPDIR": IN_MEMORY} if Path(IN_MEMORY).is_dir() else {}
    done = run([*COMMANDS[name], *arguments], folder, **place)

    assert done.returncode == status, done.stdout + done.stderr
    printed = iter(comparable(done.stdout))
    for line in comparable("\n".join(lines)):
        assert line.strip() == "…" or line in printed, f"{line!r} isn't printed there"


def test_the_page_shows_excerpts_and_commands():
    assert len(EXCERPTS) > 5
    assert {status for _, status, _ in COMMANDS_SHOWN} == {0, 1}
