"""DATA, as far as a store that is handed typed values can show it: what comes back."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import (
    CHARACTERS,
    ENV,
    LARGEST,
    LARGEST_SNAPSHOTS,
    LOOKS_ENCODED,
    LOOKS_TYPED,
    MISREAD,
    MISREAD_ATTRIBUTES,
    MOST_ATTRIBUTES,
    READ_AS_NOTHING,
    SNAPSHOT,
    TENANT,
    TEXTS,
    USER,
    beyond_the_sizes,
    context,
    everything,
    full,
    session,
)

#: Names of attributes that a store, or what it keeps them in, may have taken for its own; the members' names last.
_TAKEN = (
    "_id", "_rev", "_key", "id", "pk", "sk", "PK", "SK", "ttl", "TTL", "type", "version", "__v", "__type", "__proto__", "__class__", "@type", "constructor",
    "toString", "class", "data", "key", "value", "rowid", "expires_at", "created_at", "updated_at", "$id", "$ref", "$type", "$date", "$oid",
    "env", "tenant", "tenant_id", "team", "team_id", "user", "user_id", *TEXTS, "attributes", "deadline", "attempt", "impersonation",
    "tenant_ctx", "pack_id", "cursor", "node_pointer", "wait_reason", "outbox_marker", "context_json", "unix_millis", "actor_id", "reason",
)  # fmt: skip


#: Ids that could be read as a number, a word, a day, or in another case.
_IDS = (
    "Support.Flow",
    "1.10",
    "007",
    "1e3",
    "0x1F",
    "null",
    "None",
    "true",
    "No",
    "a.",
    "-",
    "a-b",
    "a_b",
    "2026-01-02",
)


def _throughout(text: str) -> SessionData:
    """A session in which every free text is the one given, alone."""
    whole = everything(text, "flow.1")
    return whole.replace(tenant_ctx=whole.tenant_ctx.replace(attributes={}), pack_id=None)


def _round(case: Case, store: Handle, data: SessionData, what: str) -> None:
    """Store a session by create and by update, and take it back by get and find."""
    ctx = data.tenant_ctx
    user = ctx.effective_user
    key = store.create(ctx, data)
    case.expect_data(store.get(key), data, f"get_session after create_session with {what}")
    if user is not None:
        _found(case, store.find(ctx, user), data, f"find_by_user after create_session with {what}")
    with case.given():
        store.update(key, session(ctx, node="node.between"))
    store.update(key, data)
    case.expect_data(store.get(key), data, f"get_session after update_session with {what}")
    if user is not None:
        _found(case, store.find(ctx, user), data, f"find_by_user after update_session with {what}")
    with case.given():
        store.remove(key)


def _in_turn(
    case: Case,
    store: Handle,
    of: Callable[[Any], SessionData],
    values: Iterable[tuple[str, Any]],
    plain: tuple[Any, Any],
) -> None:
    """Store sessions of one scope by create, and each over the one before by update; take them back by get and find.

    It costs little more than half the calls of a round each.

    Args:
        case: the case.
        store: the store.
        of: the session of a value.
        values: what each value is, and the value.
        plain: two values that are to be kept and replaced before anything is judged.
    """
    with case.given():
        one, another = map(of, plain)
        before = store.create(one.tenant_ctx, one)
        for data in (another, one):
            before = _over(case, store, before, data, "plain values")
    for what, value in values:
        before = _over(case, store, before, of(value), what)


def _over(case: Case, store: Handle, before: str, data: SessionData, what: str) -> str:
    """Store a session by create, and over another by update; the key of the former."""
    key = store.create(data.tenant_ctx, data)
    case.expect_data(store.get(key), data, f"get_session after create_session with {what}")
    store.update(before, data)
    case.expect_data(store.get(before), data, f"get_session after update_session with {what}")
    _found(case, store.find(data.tenant_ctx, USER), data, f"find_by_user after update_session with {what}")
    return key


def _found(case: Case, found: tuple[str, SessionData] | None, data: SessionData, what: str) -> None:
    # That find answers at all is for the ROUTE family to say.
    if found is not None:
        case.expect_data(found[1], data, what)


@check("DATA-01")
def what_comes_back_equals_what_was_stored(case: Case) -> None:
    """A session with every member, one with all but the user, and one with the fewest come back equal, from get and from find."""
    store = case.store()
    _round(case, store, full(), "every member")
    _round(case, store, full(user=None), "every member but the user")
    _round(case, store, session(context(user=None), node="", context_json=""), "the fewest members")
    data = full()
    caller = data.tenant_ctx.replace(tenant="legacy", attempt=0, trace_id="of the caller", attributes={}, deadline=None)
    with case.given():
        key = store.create(caller, data)
    case.expect_data(store.get(key), data, "get_session after create_session by a caller whose own context differs")


@check("DATA-02")
def the_snapshot_is_opaque(case: Case) -> None:
    """context_json comes back byte for byte: JSON that a parser would change, and text that is no JSON."""
    store = case.store()
    for text in (SNAPSHOT, "", "null"):
        _round(case, store, session(context(), context_json=text), f"the context_json {text!a}")
    texts = (
        "not JSON at all {",
        "[1.0, 1, 1e0, -0]",
        '"\\ud800"',
        "  \n",
        "{}\n",
        '{"$set":{"a.b":1}}',
        "\ufeff{}",
        *LOOKS_ENCODED,
    )
    named = ((f"the context_json {text[:60]!a}", text) for text in texts)
    _in_turn(case, store, lambda text: session(context(), context_json=text), named, ('{"a":1}', '{"b":2}'))


@check("DATA-03")
def characters_survive(case: Case) -> None:
    """Strings come back with every character: NUL, controls, astral ones, those that look alike."""
    store = case.store()
    with case.given():
        _round(case, store, full(), "every member")
    _round(case, store, full(text=CHARACTERS).replace(context_json=CHARACTERS), "all kinds of characters")
    for character in CHARACTERS:
        if character in "\x00\n\r\ufeff\uffff\U0010ffff":
            _round(
                case,
                store,
                session(context(), node=character, context_json=f"{character}a{character}"),
                f"only U+{ord(character):04X}",
            )
    misread = ((f"texts that are {text!a}, which could be read as {read_as!a}", text) for text, read_as in MISREAD)
    _in_turn(case, store, _throughout, misread, ("one", "another"))


@check("DATA-03")
def ids_survive(case: Case) -> None:
    """Ids that no fence compares come back as they were, also those that could be read as a number, a word or another case."""
    store = case.store()

    def of(text: str) -> SessionData:
        data = everything("text", text)
        return data.replace(tenant_ctx=data.tenant_ctx.replace(tenant=text, team=text, team_id="red", user=text))

    with case.given():
        _round(case, store, of("plain"), "pairs that differ")
    for text in _IDS:
        _round(case, store, of(text), f"ids that are {text!a}")


@check("DATA-04")
def empty_is_not_absent(case: Case) -> None:
    """Absent members, empty strings and the words that stand for nothing somewhere stay apart."""
    store = case.store()
    for text in ("", " ", "null", "None", "undefined", "0", "false"):
        _round(case, store, _throughout(text), f"strings that are {text!a}")
    _round(case, store, session(context()), "absent members")
    _round(case, store, session(context().replace(deadline=InvocationDeadline(0))), "a deadline of 0")
    nothing = ((f"strings that are {text!a}", text) for text in READ_AS_NOTHING)
    _in_turn(case, store, _throughout, nothing, ("one", "another"))


@check("DATA-05")
def pairs_stay_as_they_were(case: Case) -> None:
    """The two names of a pair come back each as it was, where they differ or one is absent."""
    store = case.store()
    for team, team_id in ((None, None), ("a", None), (None, "a"), ("a", "b"), ("-", None)):
        for user, user_id in ((None, None), ("u", None), (None, "u"), ("u", "v")):
            ctx = TenantCtx(ENV, "legacy-tenant", TENANT, team, team_id, user, user_id)
            _round(case, store, session(ctx), f"team {team}, team_id {team_id}, user {user}, user_id {user_id}")


@check("DATA-06")
def integers_are_exact(case: Case) -> None:
    """Attempt and deadline come back exactly over their whole range."""
    store = case.store()
    for attempt in (0, 1, 2**31 - 1, 2**31, 2**32 - 1):
        _round(case, store, session(context().replace(attempt=attempt)), f"attempt {attempt}")
    for millis in (
        0,
        -1,
        2**31,
        2**53,
        2**53 + 1,
        2**63 - 1,
        2**63,
        2**64 + 1,
        2**127 - 1,
        -(2**53) - 1,
        -(2**63) - 1,
        -(2**127),
    ):
        _round(
            case,
            store,
            session(context().replace(deadline=InvocationDeadline(millis))),
            f"a deadline of {millis}",
        )


@check("DATA-08")
def attributes_are_complete(case: Case) -> None:
    """Every attribute comes back with its own key and value."""
    store = case.store()
    alike = {
        "Key": "1",
        "key": "2",
        "KEY": "3",
        "key ": "4",
        " key": "5",
        "\u00e9": "6",
        "e\u0301": "7",
        "": "8",
        "a.b": "9",
        "$x": "10",
        "\x00": "11",
    }
    values = {
        "empty": "",
        "null": "null",
        "characters": CHARACTERS,
        CHARACTERS: "characters",
        "0": "0",
        "00": "00",
    }
    many = {f"k{i}": str(i) for i in range(64)}
    taken = {name: f"its {name}" for name in _TAKEN}
    for attributes in (alike, values, many, taken, *MISREAD_ATTRIBUTES, {}):
        _round(case, store, session(context().replace(attributes=attributes)), f"{len(attributes)} attributes")
    alone = ((f"the attributes {each}", each) for each in LOOKS_TYPED)
    _in_turn(
        case, store, lambda each: session(context().replace(attributes=each)), alone, ({"one": "1"}, {"another": "2"})
    )


@check("DATA-09")
def the_sizes_that_every_store_holds(case: Case) -> None:
    """Ids of 255 characters, 256 KiB of context_json, strings of 4 KiB and 64 attributes of 1 KiB are held."""
    store = case.store()
    long_id, text = "i" * 255, "s" * 4096
    with case.given():
        _round(case, store, full(), "every member")
    _round(
        case,
        store,
        session(context(env="e" * 255, tenant="t" * 255, team="g" * 255, user="u" * 255)),
        "ids of 255 characters",
    )
    data = session(context(user=long_id)).replace(flow_id=long_id, pack_id=long_id)
    _round(case, store, data, "ids of 255 characters")
    ctx = context().replace(**dict.fromkeys(TEXTS, text), impersonation=Impersonation(long_id, text))
    cursor = SessionCursor(text, wait_reason=text, outbox_marker=text)
    _round(case, store, session(ctx).replace(cursor=cursor), "strings of 4 KiB")
    for context_json in LARGEST_SNAPSHOTS:
        _round(case, store, session(context(), context_json=context_json), f"256 KiB of {context_json[0]!a}")
    for characters, what in (("\x00" * 4096, "NULs"), ("\U0001f600" * 1024, "astral characters")):
        with case.given():
            _round(case, store, _throughout(characters[:8]), f"eight {what}")
        _round(case, store, _throughout(characters), f"4 KiB of {what}")
    attributes = {f"{i:02d}": "v" * 1_022 for i in range(64)}
    _round(
        case,
        store,
        session(context().replace(attributes=attributes)),
        "64 attributes of 1 KiB, all of it in their values",
    )
    _round(case, store, session(context().replace(attributes=MOST_ATTRIBUTES)), "64 attributes of 1 KiB")
    with case.given():
        _round(case, store, session(context().replace(attributes={"\U0001f600": "v"})), "an astral name")
    astral = {f"{i:02d}" + "\U0001f600" * 253: "v" * 10 for i in range(64)}
    _round(case, store, session(context().replace(attributes=astral)), "64 attributes of 1 KiB with astral names")
    whole = session(ctx.replace(attributes=MOST_ATTRIBUTES), context_json=LARGEST).replace(cursor=cursor)
    _round(case, store, whole, "all of these at once")


@check("DATA-10")
def beyond_the_sizes_whole_or_refused(case: Case) -> None:
    """A larger value is held unaltered, or refused with invalid_input and no effect."""
    store = case.store()
    ctx = context()
    large = (
        *beyond_the_sizes(ctx),
        ("1 MiB of context_json", session(ctx, context_json="x" * 1_048_576 + "end")),
        ("5 MB of context_json", session(ctx, context_json="é" * 2_500_000 + "end")),
        (
            "a tenant of 2,000 characters",
            session(context(tenant="t" * 1_999 + "e", team="g" * 1_999 + "e", user="user-8")),
        ),
        ("a user of 2,000 characters", session(context(user="u" * 1_999 + "e"))),
        ("every string of 70,000 characters", full(text="x" * 70_000 + "end")),
    )
    with case.given():
        _round(case, store, full(), "every member")
        whole, fewer = full(), session(full().tenant_ctx.replace(attributes={}, deadline=None, attempt=0))
        key = store.create(whole.tenant_ctx, whole)
        store.update(key, fewer)
        case.expect_data(store.get(key), fewer, "get_session after an update with fewer members")
        store.remove(key)
    # What is written over a large session before the refusal shows. That one is held and replaced is for other rules to say.
    kept = _BEFORE if _is_held_and_replaced(store, full().replace(context_json=_BEFORE)) else SNAPSHOT
    for what, data in large:
        _whole_or_refused(case, store, data, what, kept)


#: As large as every store holds, of another character than what no store has to.
_BEFORE = "b" * len(LARGEST)


def _is_held_and_replaced(store: Handle, data: SessionData) -> bool:
    created = store.try_create(data.tenant_ctx, data)
    if not created.ok:
        return False
    key, short = created.value, data.replace(context_json="")
    held = store.try_get(key).value == data
    replaced = store.try_update(key, short).ok and store.try_get(key).value == short
    return store.try_remove(key).ok and held and replaced


def _whole_or_refused(case: Case, store: Handle, data: SessionData, what: str, before: str) -> None:
    caller, user = data.tenant_ctx, data.tenant_ctx.effective_user or USER
    # Sessions of the same scope with nothing large in them but a snapshot, also where it is the context that is large.
    ctx = full(user).tenant_ctx.replace(
        env=caller.env,
        **dict.fromkeys(("tenant", "tenant_id"), caller.tenant_id),
        **dict.fromkeys(("team", "team_id"), caller.effective_team),
    )
    small = full(user).replace(tenant_ctx=ctx)
    replaced = small.replace(context_json=before)
    alike = user == USER
    with case.given():
        kept = {store.create(ctx, each): each for each in ((replaced, small) if alike else ())}
    answer = store.try_create(caller, data)
    if answer.ok:
        case.expect_data(store.get(answer.value), data, f"get_session after create_session with {what}")
        with case.given():
            store.remove(answer.value)
    else:
        case.expect(answer.code == "invalid_input", f"{what} held, or invalid_input", answer.describe())
        _expect_no_effect(case, store, caller, user, kept, f"a refused create with {what}")
    if not alike:
        return
    older, newer = kept
    with case.given():
        store.update(newer, small)
    answer = store.try_update(older, data)
    if answer.ok:
        case.expect_data(store.get(older), data, f"get_session after update_session with {what}")
    else:
        case.expect(answer.code == "invalid_input", f"{what} held, or invalid_input", answer.describe())
        _expect_no_effect(case, store, ctx, user, kept, f"a refused update with {what}")
    with case.given():
        for key in kept:
            store.remove(key)


def _expect_no_effect(
    case: Case, store: Handle, ctx: TenantCtx, user: str, kept: Mapping[str, SessionData], after: str
) -> None:
    for key, data in kept.items():
        case.expect_data(store.get(key), data, f"get_session after {after}")
    found = store.try_find(ctx, user)
    newest = list(kept)[-1] if kept else None
    got = found.value[0] if found.ok and found.value is not None else None
    case.expect(
        got == newest,
        f"no effect of {after}: {'the newest session found' if kept else 'nothing found'}",
        "nothing" if got is None else "another session",
    )


@check("DATA-27")
def what_is_handed_out_is_a_valid_session_data(case: Case) -> None:
    """Sessions of every shape are handed out valid against the schema."""
    store = case.store()
    for data in (
        full(),
        full(text=CHARACTERS),
        session(context(user=None)),
        session(TenantCtx(ENV, "a", "b", "c", "d", "e", "f")),
    ):
        with case.given():
            key = store.create(data.tenant_ctx, data)
        # The handle holds whatever get and find answer against the schema.
        store.try_get(key)
        store.try_find(data.tenant_ctx, data.tenant_ctx.effective_user or USER)
