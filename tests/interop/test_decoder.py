"""The original's decoder and encoder and ours give the same answer to every text, but for the differences that are listed."""

import json
import random
from collections import Counter
from typing import NamedTuple

import pytest

from greentic_session import SessionData
from greentic_session.errors import InvalidInputError
from tools.original.cases import cases
from tools.original.documents import canonical, loosely, session
from tools.original.tree import Writer

SEED = "the original, 2026"


def ours(text):
    """What our decoder and encoder make of a text; None where it refuses it."""
    try:
        return SessionData.from_json(text).to_json()
    except InvalidInputError:
        return None


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
    """Texts that the original accepts and we refuse, on purpose."""

    heading: str
    applies: object


#: Each is told, with its reason, in the chapter "Data model".
DIFFERENCES = (
    Difference("Depth", nested_beyond_our_bound),
    Difference("An object written as an array", an_object_is_an_array),
)


@pytest.mark.rule("DATA-25")
def test_encodings_are_byte_identical(original):
    documents = canonical(SEED, 2500)
    written = original.decode_all(documents)
    assert None not in written
    assert [SessionData.from_json(document).to_json() for document in documents] == written


@pytest.mark.rule("DATA-14")
@pytest.mark.rule("DATA-18")
def test_a_careless_writers_documents_are_read_alike(original):
    generator = random.Random(SEED)
    documents = []
    for _ in range(1500):
        document = loosely(generator, session(generator))
        documents.append(Writer(generator, odd=0.3)(document).encode())
    written = original.decode_all(documents)
    assert None not in written
    assert [ours(document) for document in documents] == written


@pytest.fixture(scope="module")
def texts():
    return list(cases(SEED, 24_000))


@pytest.fixture(scope="module")
def answers(original, texts):
    return original.decode_all([text for _, text in texts])


@pytest.mark.rule("DATA-13")
@pytest.mark.rule("DATA-21")
def test_every_text_gets_the_same_answer(texts, answers):
    seen, unlike = Counter(), []
    for (kind, text), theirs in zip(texts, answers, strict=True):
        if (mine := ours(text)) == theirs:
            continue
        listed = (one for one in DIFFERENCES if theirs is not None and mine is None and one.applies(text))
        if (difference := next(listed, None)) is None:
            unlike.append((kind, text, theirs, mine))
        else:
            seen[difference.heading] += 1
            assert ours(theirs) == theirs, "what the original makes of it is read by both"
    assert unlike == []
    assert set(seen) == {one.heading for one in DIFFERENCES}, "each difference is met"


def test_the_texts_are_of_every_kind_with_both_answers(texts, answers):
    assert len({text for _, text in texts}) > 20_000
    met = Counter((kind, answer is not None) for (kind, _), answer in zip(texts, answers, strict=True))
    kinds = {kind for kind, _ in met}
    assert {kind for kind in kinds if not met[kind, True]} == set()
    assert {kind for kind in kinds if not met[kind, False]} == {"nothing changed"}
    assert min(sum(met[kind, accepted] for kind in kinds) for accepted in (True, False)) > 6000
