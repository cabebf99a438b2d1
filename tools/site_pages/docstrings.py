"""Docstrings as mkdocstrings wants them: what editors and doctest know is told in Markdown."""

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod|obj):`(?P<short>~)?(?P<name>[\w.]+)`")
#: A session of the interpreter, up to the next empty line.
_SESSION = re.compile(r"^(?P<indent> *)>>> .*(?:\n *\S.*)*", re.MULTILINE)


def _span(role: re.Match[str]) -> str:
    name = role["name"].rpartition(".")[2] if role["short"] else role["name"]
    return f"`{name}`"


def _block(session: re.Match[str]) -> str:
    return f"{session['indent']}```pycon\n{session[0]}\n{session['indent']}```"


class Markdown(griffe.Extension):
    """Rewrites each docstring as it is collected."""

    def on_object(self, *, obj: griffe.Object, **_kwargs: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = _SESSION.sub(_block, _ROLE.sub(_span, obj.docstring.value))
