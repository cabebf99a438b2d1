"""ROUTE: from a user to the session that waits for them."""

from itertools import product

from greentic_session import Impersonation, SessionData, TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.checks.scopes import SCOPES
from greentic_session_conformance.checks.tables import decide
from greentic_session_conformance.samples import (
    USER,
    beyond_the_sizes,
    context,
    easily_passed_over,
    everything,
    full,
    session,
)

Found = tuple[str, SessionData] | None

#: Two sessions of one user that differ in all but their scope.
_OLDER_AND_NEWER = everything("older", "older"), everything("newer", "newer")


def _expect_found(case: Case, found: Found, key: str, what: str) -> None:
    got = "nothing" if found is None else "another session"
    case.expect(found is not None and found[0] == key, what, got)


def _expect_nothing(case: Case, found: Found, what: str) -> None:
    case.expect(found is None, what, "a session")


def _anonymous(user: str = USER, team: str | None = None) -> tuple[TenantCtx, SessionData]:
    """A caller who names a user, and data that names none."""
    return context(team=team, user=user), session(context(team=team, user=None))


@check("ROUTE-01")
def a_users_session_is_found(case: Case) -> None:
    """A session that names a user is found for that user, with and without a team, by either name of the pair."""
    store = case.store()
    for ctx in (
        context(),
        context(team="red"),
        TenantCtx("dev", "t", "t", user="legacy"),
        TenantCtx("dev", "t", "t", user_id="new"),
    ):
        user = ctx.effective_user or USER
        with case.given():
            _expect_nothing(case, store.find(ctx, user), "nothing before")
        data = session(ctx)
        with case.given():
            key = store.create(ctx, data)
        found = store.find(ctx, user)
        _expect_found(case, found, key, "the session that was created for the user")
        case.expect_data(found[1] if found else None, data, "find_by_user", "DATA-01")


@check("ROUTE-02")
def a_session_without_a_user_is_found_by_its_creators(case: Case) -> None:
    """Data without a user is routed by the caller's user, and comes back without one."""
    store = case.store()
    for team in (None, "red"):
        caller, data = _anonymous(team=team)
        with case.given():
            key = store.create(caller, data)
        found = store.find(caller, USER)
        _expect_found(case, found, key, "the session that the user's context created")
        case.expect_data(found[1] if found else None, data, "find_by_user")
        case.expect_data(store.get(key), data, "get_session after a find")


#: What may stand for nobody where a store writes a text.
_NOBODY = (
    "anonymous", "anon", "nobody", "guest", "system", "service", "unknown", "undefined", "default", "none", "None", "null", "root", "_", "-", "0", "-1",
    "__anonymous__", "__none__", "bot", "public",
)  # fmt: skip


@check("ROUTE-03")
def a_session_for_nobody_routes_nobody(case: Case) -> None:
    """Where neither data nor caller names a user, every routing stays as it was."""
    store = case.store()
    nobody = context(user=None)
    with case.given():
        key = store.create(context(), session(context()))
        store.create(nobody, session(nobody))
    _expect_found(case, store.find(context(), USER), key, "the user's own session after one for nobody was created")
    for user in ("user-8", *_NOBODY):
        _expect_nothing(case, store.find(context(user=None), user), f"nothing for {user}, for whom nothing was created")


@check("ROUTE-04")
def the_newest_session_is_found(case: Case) -> None:
    """Of two sessions created for a user the later one is found, whichever names the user."""
    store = case.store()
    caller, anonymous = _anonymous()
    named = session(context())
    for first, second in ((named, named), (named, anonymous), (anonymous, named), (anonymous, anonymous)):
        with case.given():
            older, newer = store.create(caller, first), store.create(caller, second)
        _expect_found(case, store.find(caller, USER), newer, "the later of two sessions")
        with case.given():
            store.remove(newer)
            store.remove(older)


@check("ROUTE-04")
def who_asks_decides_nothing_but_the_scope(case: Case) -> None:
    """Of two sessions the later one is found also by a caller whose context holds what the older one does."""
    store = case.store()
    older, newer = _OLDER_AND_NEWER
    with case.given():
        key = store.create(newer.tenant_ctx, newer)
        found = store.find(older.tenant_ctx, USER)
        _expect_found(case, found, key, "the session by a context that differs in all but its scope")
        store.remove(key)
        store.create(older.tenant_ctx, older)
        key = store.create(newer.tenant_ctx, newer)
    _expect_found(
        case, store.find(older.tenant_ctx, USER), key, "the later of two sessions, by a caller like the older"
    )


@check("ROUTE-01", "ROUTE-04")
def a_created_session_is_found_whatever_it_holds(case: Case) -> None:
    """The newest session is found whatever of it is empty, large or past."""
    ctx = context()
    store, key = _with_a_plain_session(case, ctx)
    issued = {key}
    for what, data in (*easily_passed_over(ctx), *beyond_the_sizes(ctx)):
        answer = store.try_create(ctx, data)
        if not answer.ok:  # what every store has to take is for the DATA family to say
            continue
        case.expect(answer.value not in issued, "a key of its own", "the key of an earlier session", "OPS-04")
        issued.add(answer.value)
        found = store.find(data.tenant_ctx, USER)
        case.expect(found is not None, f"the session with {what}, after its create", "nothing", "ROUTE-01")
        same = found is not None and found[0] == answer.value
        case.expect(same, f"the newest session, with {what}", "an older one", "ROUTE-04")


@check("ROUTE-05")
def an_updated_session_is_found_whatever_it_holds(case: Case) -> None:
    """A session is found after its update, whatever of it is empty, large or past; and when it has lost all of that."""
    ctx = context()
    store, _ = _with_a_plain_session(case, ctx)
    plain = session(ctx)
    for what, data in (*easily_passed_over(ctx), *beyond_the_sizes(ctx)):
        answer = store.try_create(ctx, data)
        if not answer.ok:
            continue
        for changed, held in ((plain, f"no more {what}"), (data, what)):
            with case.given():
                store.create(ctx, plain)
            if store.try_update(answer.value, changed).ok:
                found = store.find(changed.tenant_ctx, USER)
                _expect_found(case, found, answer.value, f"the session with {held}, after its update")


def _with_a_plain_session(case: Case, ctx: TenantCtx) -> tuple[Handle, str]:
    """A store, and the key of a session in it that is found after its create and after its update."""
    store = case.store()
    with case.given():
        key = store.create(ctx, session(ctx))
        _expect_found(case, store.find(ctx, USER), key, "a plain session to be found")
        store.update(key, session(ctx, node="node.changed"))
        _expect_found(case, store.find(ctx, USER), key, "a plain session to be found after its update")
    return store, key


@check("ROUTE-11")
def an_older_name_takes_no_entry(case: Case) -> None:
    """A session whose pairs differ takes no entry from who is called what its older names say."""
    store = case.store()
    own = context("dev", "older-tenant", "older-team", "older-user")
    others = (
        TenantCtx("dev", "older-tenant", "newer-tenant", "older-team", "older-team", "older-user", "older-user"),
        TenantCtx("dev", "older-tenant", "older-tenant", "older-team", "newer-team", "older-user", "older-user"),
        TenantCtx("dev", "older-tenant", "older-tenant", "older-team", "older-team", "older-user", "newer-user"),
        TenantCtx("dev", "older-tenant", "newer-tenant", "older-team", "newer-team", "older-user", "newer-user"),
    )
    elsewhere = context("dev", "newer-tenant", "older-team", "older-user")
    with case.given():
        key = store.create(own, session(own))
        theirs = store.create(elsewhere, session(elsewhere))
        store.update(theirs, session(elsewhere, node="node.changed"))
        store.remove(theirs)
        for _ in range(4):
            _expect_found(case, store.find(own, "older-user"), key, "the own session, after one of another tenant")
    for other in others:
        with case.given():
            theirs = store.create(other, session(other))
        _expect_found(case, store.find(own, "older-user"), key, "the own session, after one whose pairs differ")
        with case.given():
            store.update(theirs, session(other, node="node.changed"))
        _expect_found(case, store.find(own, "older-user"), key, "the own session, after an update of one like that")
        with case.given():
            store.remove(theirs)
        _expect_found(case, store.find(own, "older-user"), key, "the own session, after a remove of one like that")


@check("ROUTE-05")
def an_update_routes_its_user_again(case: Case) -> None:
    """After an update of the older of two sessions that one is found."""
    store = case.store()
    ctx = context()
    with case.given():
        older, newer = store.create(ctx, session(ctx)), store.create(ctx, session(ctx))
    store.update(older, session(ctx, node="node.resumed"))
    found = store.find(ctx, USER)
    _expect_found(case, found, older, "the session that was updated last")
    case.expect_data(found[1] if found else None, session(ctx, node="node.resumed"), "find_by_user", "ROUTE-14")
    with case.given():
        caller, data = _anonymous()
        store.create(caller, data)
    store.update(newer, session(ctx, node="node.resumed"))
    _expect_found(case, store.find(ctx, USER), newer, "the session that was updated last, after one without a user")
    with case.given():
        store.remove(newer)
        case.expect(store.get(older) is not None, "the older session to be there", "nothing")
    store.update(older, session(ctx, node="node.resumed again"))
    _expect_found(case, store.find(ctx, USER), older, "the session that was updated, after a newer one was removed")
    whole = full()
    with case.given():
        older = store.create(whole.tenant_ctx, whole)
        store.create(whole.tenant_ctx, whole)
    for text in ('"changed"', '"changed again"'):
        store.update(older, whole.replace(context_json=text))
        _expect_found(
            case, store.find(whole.tenant_ctx, USER), older, "the session that was updated last, with every member"
        )
        with case.given():
            store.create(whole.tenant_ctx, whole)


@check("ROUTE-06")
def an_update_without_a_user_changes_no_routing(case: Case) -> None:
    """Updating a session without a user keeps its own entry and takes nobody else's."""
    store = case.store()
    caller, data = _anonymous()
    with case.given():
        key = store.create(caller, data)
    store.update(key, data.replace(context_json='"changed"'))
    _expect_found(case, store.find(caller, USER), key, "the session, still found after its update")
    with case.given():
        newer = store.create(caller, session(caller))
    store.update(key, data)
    _expect_found(
        case,
        store.find(caller, USER),
        newer,
        "the newer session, after an older one without a user was updated",
    )
    with case.given():
        nobody = context(user=None)
        unrouted = store.create(nobody, session(nobody))
    store.update(unrouted, session(nobody, node="node.changed"))
    _expect_found(case, store.find(caller, USER), newer, "the newer session, after one for nobody was updated")


@check("ROUTE-07")
def a_removed_session_is_not_found(case: Case) -> None:
    """After remove the user finds nothing."""
    store = case.store()
    ctx = context(team="red")
    with case.given():
        key = store.create(ctx, session(ctx))
        _expect_found(case, store.find(ctx, USER), key, "the session to be found")
        store.remove(key)
    for _ in range(2):
        _expect_nothing(case, store.find(ctx, USER), "nothing after remove_session")


@check("ROUTE-07")
def a_removed_session_without_a_user_is_not_found(case: Case) -> None:
    """After remove of a session without a user its creator's user finds nothing."""
    store = case.store()
    caller, data = _anonymous()
    with case.given():
        key = store.create(caller, data)
        store.remove(key)
    for _ in range(2):
        _expect_nothing(case, store.find(caller, USER), "nothing after remove_session")


@check("ROUTE-08")
def removing_an_older_session_leaves_the_newer_ones_routing(case: Case) -> None:
    """Removing a session that its user is no longer routed to unroutes nobody."""
    store = case.store()
    caller, anonymous = _anonymous()
    named = session(caller)
    for first, second in (*product((named, anonymous), repeat=2), _OLDER_AND_NEWER):
        with case.given():
            older, newer = store.create(caller, first), store.create(caller, second)
        store.remove(older)
        _expect_found(case, store.find(caller, USER), newer, "the newer session, after the older one was removed")
        with case.given():
            store.remove(newer)


@check("ROUTE-09")
def no_older_session_takes_the_place_of_a_removed_one(case: Case) -> None:
    """Removing the newest session leaves the user with nothing to find, though an older one is there."""
    store = case.store()
    caller, anonymous = _anonymous()
    named = session(caller)
    for first, second in (*product((named, anonymous), repeat=2), _OLDER_AND_NEWER):
        with case.given():
            older, newer = store.create(caller, first), store.create(caller, second)
            _expect_found(case, store.find(caller, USER), newer, "the newer session to be found")
            store.remove(newer)
        _expect_nothing(case, store.find(caller, USER), "nothing, although an older session is there")
        with case.given():
            case.expect(store.get(older) is not None, "the older session to be there", "nothing")
            store.remove(older)


@check("ROUTE-10")
def who_has_no_session_finds_none(case: Case) -> None:
    """A user for whom nothing was created finds nothing, in an empty store and in one with sessions of others."""
    store = case.store()
    for _ in range(2):
        for user in (
            "nobody",
            "user-70",
            "user-",
            "USER-7",
            "ser-7",
            "*",
            "-",
            "None",
            "null",
            "constructor",
            "__proto__",
        ):
            answer = store.try_find(context(user=None), user)
            if answer.ok or user != "*":
                case.expect(answer.ok, "nothing", answer.describe())
                _expect_nothing(case, answer.value, f"nothing for the user {user!a}")
        with case.given():
            store.create(context(), session(context()))
            store.create(context(user=None), session(context(user=None)))
    acting = context(user=None).replace(impersonation=Impersonation(USER, "support"))
    _expect_nothing(case, store.find(acting, "nobody"), "nothing for nobody, whoever asks for them")
    acted = session(context(user="user-9").replace(impersonation=Impersonation("actor.1", "support")))
    with case.given():
        store.create(acted.tenant_ctx, acted)
    _expect_nothing(case, store.find(context(user=None), "actor.1"), "nothing for who acted as somebody else")
    decide(case, "ROUTE-10", store)


@check("ROUTE-11")
def scopes_do_not_share_an_entry(case: Case) -> None:
    """Sessions of many scopes, whose ids run together when joined, are each found by their own user and by nobody else's."""
    store = case.store()
    made = []
    for env, tenant, team, user in SCOPES:
        ctx = context(env, tenant, team, user)
        with case.given():
            made.append((ctx, store.create(ctx, session(ctx))))
    for ctx, key in made:
        _expect_found(case, store.find(ctx, ctx.effective_user or USER), key, f"the session of {_scope(ctx)}")
    for ctx, key in made[::2]:
        with case.given():
            store.remove(key)
        _expect_nothing(
            case,
            store.find(ctx, ctx.effective_user or USER),
            f"nothing for {_scope(ctx)} after its session was removed",
        )
    for ctx, key in made[1::2]:
        _expect_found(
            case,
            store.find(ctx, ctx.effective_user or USER),
            key,
            f"the session of {_scope(ctx)}, after others were removed",
        )


def _scope(ctx: TenantCtx) -> str:
    return f"{ctx.env} / {ctx.tenant_id} / {ctx.effective_team or 'no team'} / {ctx.effective_user}"


@check("ROUTE-13")
def the_team_dash_and_no_team_are_both_findable(case: Case) -> None:
    """A session of the team `-` and one without a team, of one user, are both found at the same time."""
    store = case.store()
    for first, second in ((None, "-"), ("-", None)):
        with case.given():
            made = [
                (context(team=team), store.create(context(team=team), session(context(team=team))))
                for team in (first, second)
            ]
        for ctx, key in made:
            _expect_found(case, store.find(ctx, USER), key, f"the session of {_scope(ctx)}")
        with case.given():
            for _, key in made:
                store.remove(key)


@check("ROUTE-14")
def key_and_data_belong_together(case: Case) -> None:
    """The data that find answers is what get answers for its key, after creates and updates of several sessions."""
    store = case.store()
    ctx = context()
    with case.given():
        first, second = (
            store.create(ctx, session(ctx, node="first")),
            store.create(ctx, session(ctx, node="second")),
        )
    _belong_together(case, store, ctx)
    for key, node in (
        (first, "first, changed"),
        (second, "second, changed"),
        (first, "first, changed again"),
        (first, "first, changed for the third time"),
    ):
        with case.given():
            store.update(key, session(ctx, node=node))
        _belong_together(case, store, ctx)


@check("ROUTE-14")
def nothing_of_the_caller_is_in_what_is_found(case: Case) -> None:
    """What find answers is the session as it was stored, whatever the context of who asks for it holds."""
    store = case.store()
    whole, asks = _OLDER_AND_NEWER
    for stored in (session(context()), whole, session(context(user=None))):
        for caller in (context(), asks.tenant_ctx):
            with case.given():
                key = store.create(context(), stored)
                case.expect_data(store.get(key), stored, "get_session")
                found = store.find(caller, USER)
                _expect_found(case, found, key, "the session to be found")
            case.expect_data(found[1] if found else None, stored, "find_by_user")
            with case.given():
                store.remove(key)


def _belong_together(case: Case, store: Handle, ctx: TenantCtx) -> None:
    found = store.find(ctx, USER)
    if found is not None:
        case.expect_data(found[1], store.get(found[0]) or found[1], "find_by_user")


@check("ROUTE-15")
def find_is_repeatable(case: Case) -> None:
    """Find answers the same again and again, also after finds that answered nothing."""
    store = case.store()
    caller, anonymous = _anonymous()
    for data in (session(caller), anonymous):
        with case.given():
            key = store.create(caller, data)
            _expect_found(case, store.find(caller, USER), key, "the session to be found once")
        for _ in range(case.rounds(65)):
            store.find(caller, "nobody")
            _expect_found(case, store.find(caller, USER), key, "the same session again")
            case.steps.forget_calls()


@check("ROUTE-15")
def a_get_takes_no_routing(case: Case) -> None:
    """The newest session is found as before when it, or an older one, was read by its key."""
    store = case.store()
    ctx = context()
    data = session(ctx)
    with case.given():
        older, newest = store.create(ctx, data), store.create(ctx, data)
        for _ in range(4):
            case.expect(store.find(ctx, USER) == (newest, data), "the newest session to be found", "something else")
    for key in (newest, older):
        case.expect_data(store.get(key), data, "get_session")
        found = store.find(ctx, USER)
        got = "nothing" if found is None else "something else"
        case.expect(found == (newest, data), "the newest session, found after a get_session", got)
