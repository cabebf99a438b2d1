"""FENCE: who may create, change and find what."""

from greentic_session_conformance.case import Case
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.checks.tables import decide
from greentic_session_conformance.samples import USER, context, everything, session


@check("FENCE-01")
def create_in_another_env_is_refused(case: Case) -> None:
    """A create whose data is of another env is refused, and leaves nothing."""
    decide(case, "FENCE-01")


@check("FENCE-02")
def create_for_another_tenant_is_refused(case: Case) -> None:
    """A create whose data is of another tenant is refused, and leaves nothing."""
    decide(case, "FENCE-02")


@check("FENCE-03")
def create_for_another_team_is_refused(case: Case) -> None:
    """A create whose data is of another team, or of none, is refused, and leaves nothing."""
    decide(case, "FENCE-03")


@check("FENCE-04")
def create_for_another_user_is_refused(case: Case) -> None:
    """A create whose data names a user that the caller doesn't name is refused, and leaves nothing."""
    decide(case, "FENCE-04")


@check("FENCE-05")
def update_cannot_move_a_session_to_another_team(case: Case) -> None:
    """An update to another team, or to or from none, is refused, and the session stays as it was."""
    decide(case, "FENCE-05")


@check("FENCE-06")
def update_cannot_move_a_session_to_another_env(case: Case) -> None:
    """An update to another env is refused, and the session stays as it was."""
    decide(case, "FENCE-06")


@check("FENCE-07")
def update_cannot_move_a_session_to_another_tenant(case: Case) -> None:
    """An update to another tenant is refused, and the session stays as it was."""
    decide(case, "FENCE-07")


@check("FENCE-08")
def update_cannot_change_the_user(case: Case) -> None:
    """An update that changes, adds or drops the user is refused, and the session stays as it was."""
    decide(case, "FENCE-08")


@check("FENCE-09")
def find_does_not_reach_into_another_env(case: Case) -> None:
    """A caller of another env finds nothing."""
    decide(case, "FENCE-09")


@check("FENCE-10")
def find_does_not_reach_into_another_tenant(case: Case) -> None:
    """A caller of another tenant finds nothing."""
    decide(case, "FENCE-10")


@check("FENCE-11")
def find_does_not_reach_into_another_team(case: Case) -> None:
    """A caller of another team, or of none, finds nothing."""
    decide(case, "FENCE-11")


@check("FENCE-12")
def find_does_not_answer_another_users_session(case: Case) -> None:
    """A session that names a user isn't found for another one."""
    decide(case, "FENCE-12")


@check("FENCE-13")
def the_newer_name_of_a_pair_decides(case: Case) -> None:
    """team_id counts before team and user_id before user, in create, update and find; also that of who creates a session without a user."""
    store = case.store()
    decide(case, "FENCE-13", store)
    creator = context(user="newer").replace(user="older")
    data = session(context(user=None))
    with case.given():
        key = store.create(context(user="plain"), data)
        case.expect(store.find(context(user="plain"), "plain") == (key, data), "the session to be found", "another")
        case.expect(store.find(context(user="older"), "older") is None, "nothing for others", "a session")
        store.remove(key)
        key = store.create(creator, data)
    found = store.find(context(user="older"), "older")
    case.expect(found is None, "nothing by the older name of its creator", "the session")
    found = store.find(context(user="newer"), "newer")
    got = "nothing" if found is None else "another session"
    case.expect(found is not None and found[0] == key, "the session by the newer name of its creator", got)


@check("FENCE-14")
def the_tenant_is_tenant_id(case: Case) -> None:
    """tenant_id counts and the legacy tenant doesn't, in create, update and find."""
    decide(case, "FENCE-14")


@check("FENCE-15")
def a_matching_caller_may_create(case: Case) -> None:
    """A create that matches is accepted, whatever else the two contexts hold."""
    decide(case, "FENCE-15")


@check("FENCE-16")
def an_update_may_change_all_else(case: Case) -> None:
    """An update that keeps env, tenant, team and user is accepted, whatever else it changes."""
    decide(case, "FENCE-16")


@check("FENCE-17")
def a_refused_find_leaves_the_routing_alone(case: Case) -> None:
    """After others have asked for a session in vain, its own user still finds it, whether the session names the user or not."""
    store = case.store()
    for team in (None, "red", "-"):
        for user, named in (("user-7", True), (f"user-of-{team}", False)):
            ctx = context(team=team, user=user)
            data = session(context(team=team, user=user if named else None))
            with case.given():
                key = store.create(ctx, data)
                for _ in range(2):  # a find that unroutes by itself is for ROUTE-15
                    case.expect(
                        store.find(ctx, user) == (key, data), "the session to be found by its own", "something else"
                    )
            strangers = [
                *(context(team=other, user=user) for other in (None, "red", "blue", "-") if other != team),
                context(env="prod", team=team, user=user),
                context(tenant="tenant-43", team=team, user=user),
            ]
            for stranger in strangers:
                store.try_find(stranger, user)
            store.try_find(context(team=team, user="user-8"), "user-8")
            store.try_find(context(team=team, user="user-8"), user)
            found = store.find(ctx, user)
            got = "nothing" if found is None else "another session"
            case.expect(found == (key, data), "the session, for its own user, after others asked in vain", got)
            with case.given():
                store.remove(key)


@check("FENCE-18")
def a_caller_who_is_one_user_does_not_ask_for_another(case: Case) -> None:
    """A caller whose context names another user than the one asked for finds nothing."""
    decide(case, "FENCE-18")


@check("FENCE-19")
def ids_are_compared_exactly(case: Case) -> None:
    """Ids that differ in case, in an end or in one character are different ids, also those that are longer than a store must hold."""
    store = case.store()
    decide(case, "FENCE-19", store)
    long = "i" * 1_999
    for dimension in ("env", "tenant", "team", "user"):
        ids = {"team": "red", "user": "user-7"}
        own, other = (context(**(ids | {dimension: long + end})) for end in "ab")
        created = store.try_create(own, session(own))
        if not created.ok:  # it may be refused: DATA-10
            continue
        what = f"ids of 2,000 characters, of which the last one of the {dimension} differs"
        case.expect(store.find(other, other.effective_user or "") is None, f"nothing for {what}", "the session")
        if not (answer := store.try_update(created.value, session(other))).outcome_unknown:
            case.expect(not answer.ok, f"update_session refused for {what}", "no error")
        with case.given():
            store.remove(created.value)


@check("FENCE-21")
def a_matching_caller_finds(case: Case) -> None:
    """A caller of the same env, tenant and team finds the session, whatever else its context holds."""
    decide(case, "FENCE-21")


@check("FENCE-21")
def a_caller_who_differs_in_all_but_the_scope_finds(case: Case) -> None:
    """A caller finds the session though every member of its context but env, tenant, team and user differs."""
    store = case.store()
    data, caller = everything("stored", "stored"), everything("caller", "caller").tenant_ctx
    with case.given():
        key = store.create(data.tenant_ctx, data)
        case.expect(store.find(data.tenant_ctx, USER) == (key, data), "the session to be found", "something else")
    found = store.find(caller, USER)
    got = "nothing" if found is None else "another session"
    case.expect(found is not None and found[0] == key, "the session, by a context that differs elsewhere", got)


@check("FENCE-22")
def no_team_is_not_the_team_dash(case: Case) -> None:
    """A session of the team `-` isn't answered to a caller without a team, nor the other way round."""
    store = case.store()
    decide(case, "FENCE-22", store)
    none, dash = context(team=None), context(team="-")
    for first, second in ((none, dash), (dash, none)):
        with case.given():
            made = [(ctx, store.create(ctx, session(ctx))) for ctx in (first, second)]
        for ctx, key in made:
            found = store.find(ctx, "user-7")
            case.expect(found is None or found[0] == key, "its own session or nothing", "the other's session")
        with case.given():
            for _, key in made:
                store.remove(key)
