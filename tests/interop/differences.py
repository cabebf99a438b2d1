"""The texts that the original accepts and we refuse, on purpose; each is told, with its reason, in the chapter "Data model"."""

import json
from typing import NamedTuple


def an_object_is_an_array(text):
    document = json.loads(text)
    ctx = document["tenant_ctx"] if isinstance(document, dict) else document
    places = [document, ctx] if isinstance(document, dict) else [document]
    places += [document.get("cursor")] if isinstance(document, dict) else []
    places += [ctx.get("deadline"), ctx.get("impersonation")] if isinstance(ctx, dict) else []
    return any(isinstance(place, list) for place in places)


def nested_beyond_our_bound(text):
    return text.count(b"[") + text.count(b"{") > 256


class Difference(NamedTuple):
    heading: str
    applies: object


DIFFERENCES = (
    Difference("Depth", nested_beyond_our_bound),
    Difference("An object written as an array", an_object_is_an_array),
)


def difference(text, theirs, mine):
    """The heading of the difference that explains two answers to a text; None where none does."""
    listed = (one.heading for one in DIFFERENCES if theirs is not None and mine is None and one.applies(text))
    return next(listed, None)
