"""The code blocks of a Markdown page."""

import ast
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent.parent

#: Modules that a page makes up.
IMAGINED = {"mypkg"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the page at which it begins."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"

    @property
    def file(self):
        """The name in a first line such as ``# my_store.py``; None for a block that is no file."""
        named = re.match(r"# (\w+\.py)\n", self.text)
        return named and named[1]

    @property
    def is_program(self):
        """Whether it runs by itself: it begins with an import, and imports nothing imagined."""
        if self.language != "python" or self.file:
            return False
        statements = ast.parse(self.text).body
        imported = [name for statement in ast.walk(ast.Module(statements, [])) for name in _imported(statement)]
        return isinstance(statements[0], ast.Import | ast.ImportFrom) and not IMAGINED & set(imported)

    @property
    def commands(self):
        """Of a console block: each command's words, the exit status that it states, and the output shown."""
        found = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                words = shlex.split(line[2:], comments=True)
                stated = re.search(r"  # exit status (\d+)$", line)
                found.append((words, int(stated[1]) if stated else 0, []))
            elif line.strip():
                found[-1][2].append(line.rstrip())
        return found


def _imported(statement):
    if isinstance(statement, ast.Import):
        return [alias.name.partition(".")[0] for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [(statement.module or "").partition(".")[0]]
    return []


@cache
def blocks(path):
    """Every fenced block of a page."""
    tokens = MarkdownIt("commonmark").parse(path.read_text("utf-8"))
    page = path.relative_to(ROOT).as_posix()
    return [
        Block(page, token.map[0] + 1, token.info.strip(), token.content) for token in tokens if token.type == "fence"
    ]
