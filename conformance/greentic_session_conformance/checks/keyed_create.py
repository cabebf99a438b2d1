"""keyed-create: creating under a given key, and what its reuse brings into routing, fence and errors."""

import hashlib

from greentic_session import TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import (
    ENTRY_NAMES,
    LARGEST,
    MISREAD,
    USER,
    beyond_the_sizes,
    context,
    everything,
    full,
    session,
)
from greentic_session_conformance.targets.target import carries

#: Keys of at most 255 bytes that a store may be tempted to fold, cut, split or match.
_ODD_KEYS = (
    "key", "KEY", "Key", " key", "key ", "ke", "key2", "key:", ":key", "a:b", "a", "b", "session:key", "user:key", "*", "?", "k*", "[k]", "{key}", "%", "_",
    "\u00e9", "e\u0301", "\u212b", "\u00c5", "A\u030a", "\u017f", "s", "😀", "\u200b", "-", ".", "..", "/", "../key", "key/", "./key", "null", "None", "0", "00", "'", '"', "\\", " ", "\u3000",
    "k" * 254, "k" * 255, "k" * 254 + "l", "😀" * 63, "cd049376205f9b558a9efca590634fdbeb5330a2693405251e8ebe96dbea2fe8",
    "con", "nul", "NUL.txt", "aux", "prn", "com1",  # devices, where a key is a file's name on Windows
    "constructor", "__proto__", "toString", "__key__",  # what objects of JavaScript have, and documents of Firestore
)  # fmt: skip
#: What a store may write beside a key, under a name that could be another key.
_BESIDE = (
    ":owner", ":user", ":meta", ":data", ":lock", ":ttl", ":0", ":1", ":chunk:0", ":v1", ".json", ".tmp", ".lock", ".bak", ".part", ".meta", ".0", "~", "-0", "-lock",
    "/0", "/meta", "#0", "#meta", "@1", "|0", "_meta", "_lock",
)  # fmt: skip
#: These, and what something reads as another beside what it is read as; no store has to hold a key with a control character.
KEYS_APART = tuple(dict.fromkeys([*_ODD_KEYS, *(text for pair in MISREAD for text in pair if min(text) >= " ")]))

#: Keys that no store has to hold, each with one that it has to, to which they are cut or cleaned.
_KEYS_BEYOND = (
    ("a\x00b", "a"), ("c\x00d", "cd"), ("\x01e", "e"), ("f\x1b", "f"), ("g\x7f", "g"), ("h\ti", "h i"), ("j\nk", "j"), ("l\r", "l"), ("m\x85", "m"),
    ("n" * 256, "n" * 255), ("o" * 255 + "\u00e9", "o" * 255), ("\U0001f600" * 64, "\U0001f600" * 63), ("p" * 2_000, "p" * 250),
)  # fmt: skip
#: Two keys each that no store has to hold.
_BOTH_BEYOND = (("q" * 255 + "a", "q" * 255 + "b"), ("r" * 1_999 + "a", "r" * 1_999 + "b"), ("s\x00a", "s\x00b"))
#: Every key of these that a store may refuse, and the empty one, which it has to.
MAY_BE_REFUSED = ("", *(beyond for beyond, _ in _KEYS_BEYOND), *(key for both in _BOTH_BEYOND for key in both))


def _found_by_its_user(case: Case, store: Handle, ctx: TenantCtx) -> str:
    """The key of a new session that its user finds."""
    key = store.create(ctx, session(ctx))
    found = store.find(ctx, ctx.effective_user or USER)
    case.expect(found is not None and found[0] == key, "the session, found by its user", "nothing, or another")
    return key


def _expect_routing(case: Case, store: Handle, ctx: TenantCtx, key: str | None) -> None:
    """The user is led where a refused create found them led: to the session of a key, or nowhere."""
    found = store.find(ctx, ctx.effective_user or USER)
    got = "nothing" if found is None else "another session"
    if key is None:
        case.expect(found is None, "no routing made by a refused create_session", "a session", "OPS-17")
    else:
        case.expect(found is not None and found[0] == key, "the routing as it was", got, "OPS-17")


@check("KEY-05")
def a_session_is_created_under_the_key_given(case: Case) -> None:
    """Create with a key answers that key and stores the session under it, whatever it holds."""
    store = case.store()
    ctx = context()
    key = "cd049376205f9b558a9efca590634fdbeb5330a2693405251e8ebe96dbea2fe8"
    with case.given():
        case.expect(store.get(key) is None, "nothing under the key before", "a session")
    issued = store.create(ctx, session(ctx), key)
    case.expect(issued == key, "the key that was given", "another key")
    case.expect_data(store.get(key), session(ctx), "get_session of the given key")
    for number, data in enumerate((everything("whole", "whole"), full(user=None))):
        with case.given():
            made = store.create(data.tenant_ctx, data)
            case.expect_data(store.get(made), data, "get_session of the same under a key that was issued")
            store.remove(made)
        store.create(data.tenant_ctx, data, f"whole-{number}")
        case.expect_data(store.get(f"whole-{number}"), data, "get_session of the given key, with every member")


@check("KEY-05")
def a_key_is_free_after_a_create_that_was_too_large(case: Case) -> None:
    """Where a create under a key is refused for its size, a smaller one under that key is not."""
    store = case.store()
    ctx = context()
    small = session(ctx)
    with case.given():
        store.create(ctx, small, "small")
        case.expect_data(store.get("small"), small, "get_session")
    largest = ("5 MB of context_json", session(ctx, context_json="x" * 5_000_000))
    for number, (what, data) in enumerate((*beyond_the_sizes(ctx), largest)):
        key = f"event-{number}"
        if store.try_create(ctx, data, key).code != "invalid_input":
            continue  # with what else a large value may be answered is for the DATA family to say
        answer = store.try_create(ctx, small, key)
        told = f"create_session under a key that only a refused one, with {what}, was given"
        case.expect(answer.ok, told, answer.describe())
        case.expect_data(store.get(key), small, "get_session of the given key")


@check("KEY-06")
def a_taken_key_is_refused(case: Case) -> None:
    """Create under a key that a session has is refused, whoever asks, and the session stays as it was."""
    store = case.store()
    ctx = context()
    data = session(ctx)
    with case.given():
        issued, given = store.create(ctx, data), store.create(ctx, data, "taken")
        for key in (given, issued):
            case.expect_data(store.get(key), data, "get_session")
        found = store.find(ctx, USER)
        case.expect(found is not None and found[0] == given, "the newer session to be found", "another, or nothing")
    for key in (given, issued):
        for other in (ctx, context(user=None), context("prod", "tenant-43", "blue", "user-8")):
            # The same data again is no exception: who retries is told that the session is there.
            for second in (session(other, node="node.second"), session(other)):
                case.expect_refusal(store.try_create(other, second, key), "create_session under a taken key")
                case.expect_data(store.get(key), data, "get_session after a refused create_session")
    found = store.find(ctx, USER)
    case.expect(found is not None and found[0] == given, "the routing as it was", "another routing", "OPS-17")
    stranger = context("prod", "tenant-43", "blue", "user-8")
    case.expect(
        store.find(stranger, "user-8") is None,
        "no routing made by a refused create_session",
        "a session",
        "OPS-17",
    )


@check("KEY-06")
def a_large_sessions_key_is_refused(case: Case) -> None:
    """Create under the key of a large session is refused, and of what was passed in nothing shows in it, however large that is."""
    store = case.store()
    ctx = context()
    data = session(ctx, context_json=LARGEST)
    with case.given():
        held = [store.create(ctx, data), store.create(ctx, data, "taken")]
        for key in held:
            case.expect_data(store.get(key), data, "get_session")
    for key in held:
        for other in (ctx, context("prod", "tenant-43", "blue", "user-8")):
            for text in ("y" * len(LARGEST), "y"):
                answer = store.try_create(other, session(other, context_json=text), key)
                case.expect_refusal(answer, "create_session under a large session's key")
                case.expect_data(store.get(key), data, "get_session after a refused create_session")


@check("KEY-07")
def a_removed_key_is_free_again(case: Case) -> None:
    """A key can be used again and again, by another tenant too, once its session was removed, whatever that held."""
    store = case.store()
    contexts = (context(), context("prod", "tenant-43", "blue", "user-8"), context(user=None), context())
    whole = everything("whole", "whole")
    with case.given():
        key = store.create(whole.tenant_ctx, whole)
        case.expect_data(store.get(key), whole, "get_session of one with every member")
        store.remove(key)
    for data in (*(session(ctx) for ctx in contexts * 5), whole, session(context())):
        answer = store.try_create(data.tenant_ctx, data, "again")
        case.expect(answer.ok, "create_session under a key whose session was removed", answer.describe())
        case.expect_data(store.get("again"), data, "get_session")
        with case.given():
            store.remove("again")


@check("KEY-07")
def a_removed_large_sessions_key_is_free_again(case: Case) -> None:
    """Under the key of a large session that was removed another tenant's small one holds nothing of it."""
    store = case.store()
    ctx, other = context(), context("prod", "tenant-43", "blue", "user-8")
    large, small = session(ctx, context_json=LARGEST), session(other, context_json="y")
    with case.given():
        store.create(ctx, large, "again")
        case.expect_data(store.get("again"), large, "get_session")
        store.remove("again")
    answer = store.try_create(other, small, "again")
    case.expect(answer.ok, "create_session under a key whose large session was removed", answer.describe())
    case.expect_data(store.get("again"), small, "get_session")


@check("KEY-08", "KEY-09")
def given_keys_are_taken_literally(case: Case) -> None:
    """Keys that differ in case, normalization, white space, an end, a separator or an escape are different keys, and each leads its user to its own session."""
    store = case.store()
    with case.given():
        store.remove(_found_by_its_user(case, store, context()))
    led_to = {}
    kept = {key: session(context(user=f"user-{i}"), node=f"node.{i}") for i, key in enumerate(KEYS_APART)}
    for key, data in kept.items():
        issued = store.create(data.tenant_ctx, data, key)
        case.expect(issued == key, f"the key {key[:40]!a}", "another key")
        led_to[key] = store.try_find(data.tenant_ctx, data.tenant_ctx.effective_user or USER)
    for key, data in kept.items():
        case.expect_data(store.get(key), data, f"get_session of {key[:40]!a}")
    for key, answer in led_to.items():
        # Asked right after its create, told only now: where keys run together, it is that rule that is broken.
        led = answer.ok and answer.value is not None and answer.value[0] == key
        came = answer.describe() if not answer.ok else "nothing" if answer.value is None else "another session"
        case.expect(led, f"the session under {key[:40]!a}, found by its user right after its create", came, "KEY-09")
    removed = set(KEYS_APART[::2])
    for key in KEYS_APART[::2]:
        store.remove(key)
    for key, data in kept.items():
        got = store.get(key)
        if key in removed:
            case.expect(got is None, f"nothing under {key[:40]!a}, which was removed", "a session")
        else:
            case.expect_data(got, data, f"get_session of {key[:40]!a} after others were removed")


@check("KEY-08")
def a_key_is_not_what_is_written_beside_another(case: Case) -> None:
    """What a store may use as the name of another session's lock, part, owner or routing entry is a key like any other, whichever comes first."""
    store = case.store()
    ctx = context()
    with case.given():
        one, other = (store.create(ctx, session(ctx), key) for key in ("one", "other"))
        store.update(one, session(ctx, node="node.changed"))
        store.remove(one)
        case.expect_data(store.get(other), session(ctx), "get_session of another key")
    for main, names, first in (("K", (*_BESIDE, *ENTRY_NAMES), True), ("L", _BESIDE, False)):
        beside = [f"{main}{name}" if name in _BESIDE else name for name in names]
        kept = {key: session(ctx, node=f"node.{number}") for number, key in enumerate(beside)}
        for key in (main, *beside) if first else (*beside, main):
            answer = store.try_create(ctx, kept.get(key, session(ctx)), key)
            case.expect(answer.ok, f"create_session under {key!a}, which no session has", answer.describe())
        with case.given():
            store.update(main, session(ctx, node="node.changed"))
            store.remove(main)
        for key, data in kept.items():
            case.expect_data(store.get(key), data, f"get_session of {key!a} after {main!a} was updated and removed")


@check("KEY-08")
def a_key_beyond_those_is_apart_or_refused(case: Case) -> None:
    """A key that is longer, or has a control character, is refused, or held apart from those that it would be cut or cleaned to."""
    store = case.store()
    for keys in (*_KEYS_BEYOND, *_BOTH_BEYOND):
        held = {}
        for number, key in enumerate(keys):
            data = session(context(user=f"user-{number}"), node=f"node.{number}")
            with case.given():
                own = _found_by_its_user(case, store, data.tenant_ctx)
            answer = store.try_create(data.tenant_ctx, data, key)
            if not answer.ok and (keys in _BOTH_BEYOND or key == keys[0]):
                told = f"one of the ten codes where {key[:40]!a} is refused"
                case.expect(answer.has_wire_code, told, answer.describe(), "ERR-09")
                if answer.code == "invalid_input":
                    _expect_routing(case, store, data.tenant_ctx, own)
                continue
            case.expect(answer.ok, f"create_session under {key[:40]!a}, which no session has", answer.describe())
            case.expect(answer.value == key, f"the key {key[:40]!a}", "another key")
            held[key] = data
        for key, data in held.items():
            case.expect_data(store.get(key), data, f"get_session of {key[:40]!a}")


@check("KEY-09")
def a_session_under_a_given_key_is_an_ordinary_one(case: Case) -> None:
    """It is fenced at create and update, found by its user, and gone after remove."""
    store = case.store()
    ctx, other = context(team="red"), context(team="blue")
    with case.given():  # like any other: what those do is for the other families to say
        case.expect_refusal(store.try_create(other, session(ctx)), "create_session of another team")
        issued = store.create(ctx, session(ctx))
        case.expect_refusal(store.try_update(issued, session(other)), "update_session to another team")
        found = store.find(ctx, USER)
        case.expect(found is not None and found[0] == issued, "the session, found by its user", "nothing, or another")
        case.expect(store.find(other, USER) is None, "nothing for another team", "the session")
        store.remove(issued)
        case.expect(store.find(ctx, USER) is None, "nothing after remove_session", "a session")
    for key in ("ordinary", hashlib.sha256(b"ordinary").hexdigest(), "a:b|c d", "k" * 255):
        _expect_ordinary(case, store, ctx, other, key)


def _expect_ordinary(case: Case, store: Handle, ctx: TenantCtx, other: TenantCtx, key: str) -> None:
    with case.given():
        for _ in range(2):  # free again once its session is removed
            case.expect(store.create(ctx, session(ctx), key) == key, "the key that was given", "another key")
            case.expect_data(store.get(key), session(ctx), "get_session")
            store.remove(key)
            case.expect(store.get(key) is None, "nothing after remove_session", "the session")
    case.expect_refusal(store.try_create(other, session(ctx), key), "create_session of another team under a given key")
    case.expect(store.get(key) is None, "no session made by a refused create_session", "a session")
    answer = store.try_create(ctx, session(ctx), key)
    case.expect(answer.ok, "create_session under a key that only a refused one was given", answer.describe())
    case.expect_refusal(store.try_update(key, session(other)), "update_session to another team")
    found = store.find(ctx, USER)
    case.expect(
        found is not None and found[0] == key,
        "the session, found by its user",
        "nothing" if found is None else "another",
    )
    case.expect(store.find(other, USER) is None, "nothing for another team", "the session")
    store.remove(key)
    case.expect(store.find(ctx, USER) is None, "nothing after remove_session", "a session")


@check("ROUTE-20")
def a_key_used_again_does_not_inherit_a_routing(case: Case) -> None:
    """A user who was routed to the earlier session under a key isn't led into the later one."""
    store = case.store()
    first, second = context(user="first"), context(user="second")
    nobody = context(user=None)
    anonymous = session(nobody)
    earlier = (
        ("a session of the user", first, session(first)),
        ("a session without a user", first, anonymous),
    )
    later = (
        ("one for nobody", nobody, anonymous),
        ("one without a user, for another", second, anonymous),
        ("one of another user", second, session(second)),
    )
    for was, caller, data in earlier:
        for comes, new_caller, new_data in later:
            with case.given():
                store.create(caller, data, "used again")
                found = store.find(first, "first")
                case.expect(found is not None, "the earlier session to be found", "nothing")
                store.remove("used again")
                store.create(new_caller, new_data, "used again")
            case.expect(
                store.find(first, "first") is None,
                f"nothing for the user of {was} after {comes} took its key",
                "the later session",
            )
            asked_without = store.find(nobody, "first")
            case.expect(
                asked_without is None,
                f"nothing for the user of {was} after {comes} took its key",
                "the later session",
            )
            if new_caller is second:
                own = store.find(second, "second")
                case.expect(own is not None, "the later session, for the user it was created for", "nothing")
            with case.given():
                store.remove("used again")


@check("ERR-10")
def a_taken_key_is_a_conflict(case: Case) -> None:
    """Create under a taken key carries conflict, whoever has it."""
    store = case.store()
    ctx = context()
    stored, passed = (f"{case.random.getrandbits(96):024x}" for _ in range(2))
    user = f"user-{passed}"
    stranger, holder = context("prod", "tenant-43", "blue", user), context(user=user)
    with case.given():
        store.create(ctx, session(ctx, context_json=stored), "taken")
        # Who delivers an event for the second time is the user whose session has the key.
        store.create(holder, session(holder, context_json=stored), "held")
    for other, key in ((ctx, "taken"), (stranger, "taken"), (context(user=None), "taken"), (holder, "held")):
        answer = store.try_create(other, session(other, context_json=passed), key)
        if not answer.ok:
            case.expect(answer.code == "conflict", "conflict", answer.describe())
            told = answer.texts()
            case.expect(
                not any(user in text for text in told),
                "a message without the user id of the data",
                "one that holds it",
                "ERR-03",
            )
            case.expect(
                not any(secret in text for secret in (stored, passed) for text in told),
                "a message without the snapshot",
                "one that holds it",
                "ERR-05",
            )


@check("ERR-11")
def a_key_that_cannot_be_one_is_invalid_input(case: Case) -> None:
    """Create under an empty key, or one that UTF-8 can't encode, is refused with invalid_input."""
    store = case.store()
    passed = f"{case.random.getrandbits(96):024x}"
    free, waiting = context(), context(user="user-8")
    for key in ("", "\ud800", "key \udfff"):
        if not carries(case.target, key):
            continue
        with case.given():
            own = _found_by_its_user(case, store, waiting)
            case.expect(store.find(free, USER) is None, "nothing for another user", "a session")
        for ctx, led_to in ((free, None), (waiting, own)):
            answer = store.try_create(ctx, session(ctx, context_json=passed), key)
            case.expect(answer.code == "invalid_input", f"invalid_input for the key {key!a}", answer.describe())
            told = any(str(ctx.user) in text for text in answer.texts())
            case.expect(not told, "a message without the user id of the data", "one that holds it", "ERR-03")
            told = any(passed in text for text in answer.texts())
            case.expect(not told, "a message without the snapshot", "one that holds it", "ERR-05")
            _expect_routing(case, store, ctx, led_to)


@check("ERR-12")
def the_fence_speaks_before_the_conflict(case: Case) -> None:
    """Where a create is refused both by the fence and because the key is taken, the code is invalid_input."""
    store = case.store()
    ctx = context()
    with case.given():
        store.create(ctx, session(ctx), "taken")
    for caller in (context("prod"), context(tenant="tenant-43"), context(team="red"), context(user="user-8")):
        with case.given():
            fenced = store.try_create(caller, session(ctx))
            case.expect(fenced.code == "invalid_input", "invalid_input where no key is given", fenced.describe())
        answer = store.try_create(caller, session(ctx), "taken")
        if not answer.ok:
            case.expect(answer.code == "invalid_input", "invalid_input, before any conflict", answer.describe())
