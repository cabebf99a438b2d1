"""Docstrings as mkdocstrings wants them: the roles that editors know become code spans, which Markdown knows."""

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod|obj):`(?P<short>~)?(?P<name>[\w.]+)`")


def _span(role: re.Match[str]) -> str:
    name = role["name"].rpartition(".")[2] if role["short"] else role["name"]
    return f"`{name}`"


class Roles(griffe.Extension):
    """Rewrites each docstring as it is collected."""

    def on_object(self, *, obj: griffe.Object, **_kwargs: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = _ROLE.sub(_span, obj.docstring.value)
