"""What is shown of adapters is true: the commands of the site's page, both conversations, and the Node store's excerpts."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_blocks import ROOT, blocks
from test_readme import COMMANDS, comparable, run

PAGE = ROOT / "docs" / "suite" / "adapters.md"
NODE = ROOT / "conformance" / "adapters" / "node"
SERVE = [sys.executable, "-m", "greentic_session_conformance", "serve", "--store", "memory", "--profile", "core"]
SHOWN = [command for block in blocks(PAGE) if block.language == "console" for command in block.commands]
EXCERPTS = [block for block in blocks(NODE / "README.md") if block.language == "js"]


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shlex.join(shown[0]))
def test_a_command_prints_what_the_page_shows(shown, tmp_path):
    (name, *arguments), status, lines = shown
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = run([*COMMANDS[name], *arguments], tmp_path, PATH=path)

    assert done.returncode == status, done.stdout + done.stderr
    printed = iter(comparable(done.stdout))
    for line in comparable("\n".join(lines)):
        assert line.strip() == "…" or line in printed, f"{line!r} isn't printed there"


def said_again(command, page, here):
    """Hold the conversation that a page shows; ``here`` says what is spelt otherwise here than there."""
    shown = next(block.text for block in blocks(page) if block.text.startswith("→ {"))
    said = [(line[0], json.loads(line[2:])) for line in shown.splitlines()]
    requests = [message for who, message in said if who == "→"]
    answers = {message["id"]: message for who, message in said if who == "←"}
    assert len(requests) == len(answers) > 5
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as adapter:
        for request in requests:
            text, answer = json.dumps(request), answers[request["id"]]
            for there, now in here.items():
                text = text.replace(there, now)
            adapter.stdin.write(text + "\n")
            adapter.stdin.flush()
            got = adapter.stdout.readline()
            if request["method"] == "create_session":
                here[answer["result"]["key"]] = json.loads(got)["result"]["key"]
            for there, now in here.items():
                got = got.replace(now, there)
            assert json.loads(got) == answer
    assert adapter.returncode == 0


def test_the_conversation_of_the_page_is_what_is_said():
    said_again(SERVE, PAGE, {})


def test_the_conversation_of_the_node_store_is_what_is_said(node_packages, private_server):
    said_again(
        ["node", str(node_packages / "adapter.js")],
        node_packages / "README.md",
        {"redis://127.0.0.1:6379/": private_server.url},
    )
    assert list(private_server.client.scan_iter()) == []


@pytest.mark.parametrize("block", EXCERPTS, ids=str)
def test_an_excerpt_of_the_node_store_is_its_own_text(block):
    assert any(block.text in path.read_text("utf-8") for path in NODE.glob("*.js"))


def test_the_node_store_shows_excerpts_and_every_file():
    readme = (NODE / "README.md").read_text("utf-8")
    assert len(EXCERPTS) > 2
    assert set(re.findall(r"^\| `(\w+\.js)`", readme, re.MULTILINE)) == {path.name for path in NODE.glob("*.js")}
