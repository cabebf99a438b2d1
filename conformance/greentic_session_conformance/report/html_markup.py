"""HTML, built so that text can't become markup: a plain string is always escaped."""

import html
from typing import Final

from greentic_session_conformance.report.text import visible

#: Elements that have no content and no closing tag.
_VOID: Final = frozenset({"input", "meta"})


class Markup(str):
    """A string that is HTML already; only this module and the files of ``assets/`` bring such strings about."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | bool) -> Markup:
    """An element with its children one after another; a child that isn't :class:`Markup` is text.

    Args:
        name: its name.
        children: what is in it; ``None`` is nothing.
        attributes: ``class_`` is ``class`` and ``data_status`` is ``data-status``; ``True`` is an attribute without a value,
            ``False`` none.

    >>> element("p", "a < b", element("b", "c"), class_="x", hidden=True)
    '<p class="x" hidden>a &lt; b<b>c</b></p>'
    """
    opened = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False)
    if name in _VOID:
        return Markup(f"<{name}{opened}>")
    return Markup(f"<{name}{opened}>{joined(*children)}</{name}>")


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escaped(str(value))}"'


def joined(*children: str | None) -> Markup:
    """Children one after another, text escaped."""
    return Markup("".join(child if isinstance(child, Markup) else escaped(child) for child in children if child))


def escaped(text: str) -> Markup:
    """Text as HTML shows it: no markup, and nothing that doesn't show."""
    return Markup(html.escape(visible(text)))
