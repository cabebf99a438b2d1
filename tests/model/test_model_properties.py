"""Of any value: its text reads as the same value, and is the same text again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greentic_session.model import (
    Impersonation,
    InvocationDeadline,
    SessionCursor,
    SessionData,
    TenantCtx,
)

IDS = st.text("abcXYZ019._-", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CONTEXTS = st.builds(
    TenantCtx,
    env=IDS,
    tenant=IDS,
    tenant_id=IDS,
    team=st.none() | IDS,
    team_id=st.none() | IDS,
    user=st.none() | IDS,
    user_id=st.none() | IDS,
    session_id=st.none() | TEXTS,
    flow_id=st.none() | TEXTS,
    node_id=st.none() | TEXTS,
    provider_id=st.none() | TEXTS,
    trace_id=st.none() | TEXTS,
    i18n_id=st.none() | TEXTS,
    correlation_id=st.none() | TEXTS,
    attributes=st.dictionaries(TEXTS, TEXTS, max_size=4),
    deadline=st.none() | st.builds(InvocationDeadline, st.integers(-(2**127), 2**127 - 1)),
    attempt=st.integers(0, 2**32 - 1),
    idempotency_key=st.none() | TEXTS,
    impersonation=st.none() | st.builds(Impersonation, IDS, st.none() | TEXTS),
)
SESSIONS = st.builds(
    SessionData,
    tenant_ctx=CONTEXTS,
    flow_id=IDS,
    cursor=st.builds(SessionCursor, TEXTS, st.none() | TEXTS, st.none() | TEXTS),
    context_json=TEXTS,
    pack_id=st.none() | IDS,
)


@pytest.mark.rule("DATA-25")
@given(SESSIONS)
def test_a_session_reads_back_as_it_was_written(data):
    written = data.to_json()
    assert SessionData.from_json(written) == data
    assert SessionData.from_json(written.decode()).to_json() == written
    assert TenantCtx.from_json(data.tenant_ctx.to_json()) == data.tenant_ctx


@pytest.mark.rule("DATA-13")
@given(SESSIONS, st.booleans(), st.sampled_from([None, 1, "\t"]), st.randoms(use_true_random=False))
def test_the_same_session_in_other_words_reads_the_same(data, ascii_only, indent, order):
    def shuffled(value):
        if not isinstance(value, dict):
            return value
        members = [(name, shuffled(held)) for name, held in value.items()]
        order.shuffle(members)
        return dict(members)

    tree = shuffled(json.loads(data.to_json()))
    assert SessionData.from_json(json.dumps(tree, ensure_ascii=ascii_only, indent=indent)) == data


@pytest.mark.rule("DATA-25")
@given(SESSIONS)
def test_the_text_is_what_another_writer_writes(data):
    other = json.dumps(json.loads(data.to_json()), ensure_ascii=False, separators=(",", ":"))
    assert data.to_json().decode() == other
