"""The original's decoder and encoder and ours give the same answer to every text, but for the differences that are listed."""

import random
import re
from collections import Counter

import pytest
from differences import DIFFERENCES, difference

from greentic_session import SessionData
from greentic_session.errors import InvalidInputError
from greentic_session.resources import folder
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


def test_the_differences_are_those_of_the_chapter():
    chapter = (folder("spec") / "01-data-model.md").read_text(encoding="utf-8")
    table = chapter.partition("## Differences from the original")[2]
    listed = re.findall(r"^\| (?!difference)([A-Z][^|]*?) \|", table, re.MULTILINE)
    assert sorted(listed) == sorted(one.heading for one in DIFFERENCES)


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
        if (heading := difference(text, theirs, mine)) is None:
            unlike.append((kind, text, theirs, mine))
        else:
            seen[heading] += 1
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
