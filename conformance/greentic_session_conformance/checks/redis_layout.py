"""redis-layout: the keys and values that programs share in one Redis."""

from greentic_session import GreenticError, SessionData, TenantCtx
from greentic_session.schema import validate
from greentic_session_conformance.case import Answer, Case, Handle, describe
from greentic_session_conformance.checks.layout import RECORDS_OF_A_USER, Layout, fresh_key, laid_out
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import CHARACTERS, LARGEST, NO_KEY, USER, context, full, session
from greentic_session_conformance.vectors import context as read_context
from greentic_session_conformance.vectors import rows

_MIXED = TenantCtx("dev", "legacy", "tenant-42", "old-team", "new-team", "old-user", "new-user")
_LARGE = session(context(), context_json=LARGEST)


def _create(case: Case, store: Handle, ctx: TenantCtx, data: SessionData) -> str:
    with case.given():
        return store.create(ctx, data)


@check("REDIS-01")
def where_a_session_lies(case: Case) -> None:
    """A session's record is a string under namespace:session:key, after create and after update."""
    with laid_out(case) as (store, layout):
        for data in (session(context()), session(context(user=None)), full()):
            key = _create(case, store, data.tenant_ctx, data)
            for _ in range(2):
                kind = layout.client.type(layout.session(key))
                case.expect(
                    kind == "string",
                    "a string under {namespace}:session:{key}",
                    "nothing" if kind == "none" else f"a {kind}",
                )
                with case.given():
                    store.update(key, data)
        for row in (row for row in rows("redis/names.jsonl") if row["kind"] == "session"):
            created = store.try_create(context(), session(context()), row["key"])
            if created.ok and created.value == row["key"]:  # whether a key can be given is for another profile
                with case.vector(row["id"]):
                    name = f"{layout.namespace}{row['name'].removeprefix(row['namespace'])}"
                    held = layout.client.type(name) == "string"
                    case.expect(held, "a string under {namespace}:session:{key}", "nothing, or another type")


@check("REDIS-02")
def what_a_sessions_record_holds(case: Case) -> None:
    """A record is a document, valid against the schema, that reads as what was stored."""
    with laid_out(case) as (store, layout):
        for data in (session(context()), full(), full(text=CHARACTERS), session(_MIXED), _LARGE):
            key = _create(case, store, data.tenant_ctx, session(data.tenant_ctx))
            with case.given():
                store.update(key, data)
            raw = layout.client.get(layout.session(key)) or ""
            faults = validate(raw.encode("utf-8", "surrogateescape"), "session-data")
            told = "; ".join(f"{fault.pointer or '/'} {fault.message}" for fault in faults[:3])
            case.expect(not faults, "a record valid against the schema session-data", told)
            try:
                stored = SessionData.from_json(raw)
            except GreenticError as error:
                case.expect(False, "a record that reads as a SessionData", str(error.code))
            case.expect(stored == data, "a record that reads as what was stored", describe.difference(stored, data))


@check("REDIS-21")
def records_are_written_canonically(case: Case) -> None:
    """A record is the canonical writing of what was stored, byte for byte."""
    with laid_out(case) as (store, layout):
        for data in (session(context()), full(), full(text=CHARACTERS), session(_MIXED), _LARGE):
            key = _create(case, store, data.tenant_ctx, data)
            raw = layout.client.get(layout.session(key))
            case.expect(raw == data.to_json().decode(), "the canonical writing", "other bytes")


@check("REDIS-03")
def where_a_routing_entry_lies(case: Case) -> None:
    """A routing entry is a string under namespace:user:env:tenant:team:user that holds the key."""
    with laid_out(case) as (store, layout):
        entries = [row for row in rows("redis/names.jsonl") if row["kind"] == "user"]
        for row in entries:
            with case.vector(row["id"]):
                stored = read_context(row["tenant_ctx"])
                user = row["user"]
                caller = stored if user is None else stored.replace(user=user, user_id=user)
                key = _create(case, store, caller, session(stored))
                name = f"{layout.namespace}{row['name'].removeprefix(row['namespace'])}"
                _expect_entry(case, layout, name, key)
                with case.given():
                    store.remove(key)


def _expect_entry(case: Case, layout: Layout, name: str, key: str) -> None:
    kind = layout.client.type(name)
    shown = name.removeprefix(layout.namespace)
    case.expect(
        kind == "string",
        f"a routing entry at {{namespace}}{shown}",
        "nothing" if kind == "none" else f"a {kind}",
    )
    case.expect(layout.client.get(name) == key, "the session's key in the routing entry", "something else")


@check("REDIS-04")
def no_other_sessions_or_entries(case: Case) -> None:
    """Under session: and user: lie the sessions and their entries, and nothing else, after every operation."""
    with laid_out(case) as (store, layout):
        ctx, caller, anonymous = context(team="red"), context(user="user-8"), session(context(user=None))
        first = _create(case, store, ctx, session(ctx))
        second = _create(case, store, caller, anonymous)
        wanted = {
            layout.session(first),
            layout.session(second),
            layout.entry(ctx, USER),
            layout.entry(caller, "user-8"),
        }
        _expect_keys(case, layout, wanted, "after two creates")
        with case.given():
            store.update(first, session(ctx, node="changed"))
            store.update(second, anonymous)
            store.get(NO_KEY)
            store.find(caller, "nobody")
            store.try_update(NO_KEY, session(ctx))
            store.try_create(ctx, session(context(team="blue")))
        _expect_keys(case, layout, wanted, "after updates, reads and refusals")
        with case.given():
            store.update(first, _LARGE.replace(tenant_ctx=ctx))
        _expect_keys(case, layout, wanted, "after an update with a large snapshot")


def _expect_keys(case: Case, layout: Layout, wanted: set[str], when: str) -> None:
    got = set(layout.contents())
    more = sorted(name.removeprefix(layout.namespace) for name in got - wanted)
    missing = sorted(name.removeprefix(layout.namespace) for name in wanted - got)
    told = [f"{len(more)} more, such as {ascii(more[0])[:60]}"] if more else []
    told += [f"{len(missing)} missing, such as {ascii(missing[0])[:60]}"] if missing else []
    case.expect(not told, f"{len(wanted)} keys {when}", ", ".join(told))


@check("REDIS-05")
def nothing_expires_by_itself(case: Case) -> None:
    """No key of the namespace has a time to live, after create, update, reads and refusals, whosever the session is and whoever gave its key."""
    with laid_out(case) as (store, layout):
        plain, nobody = context(), session(context(user=None))
        made = ((plain, session(plain)), (plain, nobody), (context(user=None), nobody), (full().tenant_ctx, full()))
        for caller, data in made:
            for given in (None, fresh_key()):
                created = store.try_create(caller, data, given)
                if given is None or created.ok:  # whether a key can be given is for another profile
                    _expect_no_end(case, store, layout, created, caller, data)


def _expect_no_end(
    case: Case, store: Handle, layout: Layout, created: Answer, caller: TenantCtx, data: SessionData
) -> None:
    with case.given():
        case.expect(created.ok, "a session", created.describe())
    elsewhere = data.tenant_ctx.replace(tenant="tenant-43", tenant_id="tenant-43")
    for written in ("create_session", "update_session"):
        _expect_no_time_to_live(case, layout, f"after {written}")
        with case.given():
            store.get(created.value)
            store.find(caller, caller.effective_user or USER)
            store.try_update(created.value, data.replace(tenant_ctx=elsewhere))
            store.try_remove(fresh_key())
        _expect_no_time_to_live(case, layout, "after reads and refusals")
        with case.given():
            store.update(created.value, data)


def _expect_no_time_to_live(case: Case, layout: Layout, when: str) -> None:
    lives = {name: layout.client.pttl(name) for name in layout.contents()}
    case.expect(
        all(life == -1 for life in lives.values()),
        f"no time to live {when}",
        f"{max(lives.values(), default=0)} ms",
    )


@check("REDIS-06")
def a_removed_session_leaves_no_key(case: Case) -> None:
    """After remove neither record nor entry is left, whichever name of a pair is used, with and without a user, and whoever wrote them."""
    with laid_out(case) as (store, layout):
        nobody = session(context(user=None))
        made = (
            (context(), session(context())),
            (_MIXED, session(_MIXED)),
            (context(), nobody),
            (context(user=None), nobody),
            (full().tenant_ctx, full(text=CHARACTERS + "}")),
            (
                TenantCtx("dev", "t", "t", team="ops", user="u"),
                session(TenantCtx("dev", "t", "t", team="ops", user="u")),
            ),
        )
        for caller, data in made:
            key = _create(case, store, caller, data.replace(tenant_ctx=data.tenant_ctx))
            store.remove(key)
            _expect_keys(case, layout, set(), "after remove_session")
        for data in (session(context()), session(_MIXED), full()):
            for asked in (True, False):
                _expect_planted_goes(case, store, layout, data, asked=asked)


def _expect_planted_goes(case: Case, store: Handle, layout: Layout, data: SessionData, *, asked: bool) -> None:
    key, ctx = fresh_key(), data.tenant_ctx
    user = ctx.effective_user or USER
    layout.plant(key, data, user)
    with case.given():
        if asked:  # what doesn't find it knows no such entries
            found = store.find(ctx, user)
            case.expect(
                found is not None and found[0] == key, "the planted session, by its user", "another, or nothing"
            )
        store.remove(key)
    _expect_keys(case, layout, set(), "after remove_session of what another program wrote")


@check("REDIS-07")
def a_time_to_live_that_someone_set_survives(case: Case) -> None:
    """An update keeps the time to live that another program has put on the record."""
    with laid_out(case) as (store, layout):
        ctx = context()
        key = _create(case, store, ctx, session(ctx))
        layout.client.expire(layout.session(key), 86_400)
        with case.given():
            store.update(key, session(ctx, node="changed"))
        life = layout.client.ttl(layout.session(key))
        # What the update itself may take is left to it.
        case.expect(80_000 < life <= 86_400, "the time to live as it was set", f"{life} s" if life > 0 else "none")


@check("REDIS-08")
def sessions_that_another_program_wrote(case: Case) -> None:
    """A session that another program has written is got, found, updated and removed, with its entry or, until the update, without."""
    with laid_out(case) as (store, layout):
        nobody = session(context(user=None))
        for data, user in (
            (session(context()), USER),
            (full(), USER),
            (session(_MIXED), "new-user"),
            (nobody, USER),
        ):
            _expect_planted(case, store, layout, data, user, entered=True)
            if data.tenant_ctx.effective_user is not None:
                _expect_planted(case, store, layout, data, user, entered=False)


def _expect_planted(case: Case, store: Handle, layout: Layout, data: SessionData, user: str, *, entered: bool) -> None:
    key, ctx = fresh_key(), data.tenant_ctx
    layout.plant(key, data, user if entered else None)
    case.expect_data(store.get(key), data, "get_session of a planted record")
    found = store.find(ctx, user)
    case.expect(
        (found is not None and found[0] == key) if entered else found is None,
        "the planted session, by its user" if entered else "nothing: no entry leads there",
        "nothing" if found is None else "another" if entered else "a session",
    )
    changed = data.replace(context_json="changed")
    store.update(key, changed)
    case.expect_data(store.get(key), changed, "get_session after update_session")
    found = store.find(ctx, user)
    case.expect(
        found is not None and found[0] == key,
        "the session, still found after its update",
        "nothing" if found is None else "another",
    )
    store.remove(key)
    _expect_gone(case, store, key, ctx, user)
    key = fresh_key()
    layout.plant(key, data, user if entered else None)
    store.remove(key)  # without the update, which made it the store's own
    _expect_gone(case, store, key, ctx, user)


def _expect_gone(case: Case, store: Handle, key: str, ctx: TenantCtx, user: str) -> None:
    case.expect(store.get(key) is None, "nothing after remove_session", "the session")
    case.expect(store.find(ctx, user) is None, "nothing for its user after remove_session", "a session")


@check("REDIS-09")
def documents_that_another_program_wrote(case: Case) -> None:
    """Records in every accepted form are read, updated, found and removed, canonical or not."""
    with laid_out(case) as (store, layout):
        accepted = [row for row in rows("documents/session-data.jsonl") if row["accepted"]]
        for row in accepted:
            with case.vector(row["id"]):
                key, wanted = fresh_key(), SessionData.from_json(row["canonical"])
                layout.client.set(layout.session(key), row["text"])
                case.expect_data(store.get(key), wanted, "get_session of a planted record")
                store.update(key, wanted.replace(context_json="changed"))
                case.expect_data(
                    store.get(key), wanted.replace(context_json="changed"), "get_session after update_session"
                )
                with case.given():
                    store.remove(key)
        with case.given():
            for data in (session(context()), session(context(user=None))):
                _expect_found(case, store, layout, data.to_json().decode(), data)
        # An update would write them anew: here it is the other program's writing that is found and removed.
        for row in accepted:
            with case.vector(row["id"]):
                _expect_found(case, store, layout, row["text"], SessionData.from_json(row["canonical"]))
        for number, text in enumerate(RECORDS_OF_A_USER):
            with case.vector(f"record of a user {number + 1}"):
                _expect_found(case, store, layout, text, SessionData.from_json(text))


def _expect_found(case: Case, store: Handle, layout: Layout, text: str, wanted: SessionData) -> None:
    """A planted record is found by its entry, and removed together with it."""
    key, ctx = fresh_key(), wanted.tenant_ctx
    user = ctx.effective_user or USER
    record, entry = layout.session(key), layout.entry(ctx, user)
    layout.client.set(record, text)
    layout.client.set(entry, key)
    found = store.find(ctx, user)
    case.expect_data(None if found is None else found[1], wanted, "find_by_user of a planted record")
    store.remove(key)
    case.expect(not layout.client.exists(record), "no record after remove_session", "the record still there")
    if ctx.effective_user is None:
        layout.client.delete(entry)  # nothing tells a store where it lies: REDIS-06
    else:
        case.expect(not layout.client.exists(entry), "no routing entry after remove_session", "the entry still there")


@check("REDIS-10")
def an_entry_whose_session_is_gone(case: Case) -> None:
    """Where the record was deleted or has expired find answers nothing and clears the entry."""
    with laid_out(case) as (store, layout):
        nobody = session(context(user=None))
        for caller, data in (
            (context(), session(context())),
            (context(), nobody),
            (context(team="ops"), session(context(team="ops"))),
        ):
            for asking in (caller, caller.replace(user=None, user_id=None)):
                key = _create(case, store, caller, data)
                layout.client.delete(layout.session(key))
                case.expect(store.find(asking, USER) is None, "nothing: the session is gone", "a session")
                case.expect(
                    not layout.client.exists(layout.entry(caller, USER)),
                    "the stale entry cleared",
                    "the entry still there",
                )
        layout.client.set(layout.entry(context(), USER), "")
        case.expect(store.find(context(), USER) is None, "nothing: the entry leads nowhere", "a session")
        for data in (session(context()), nobody):
            _expect_refused_when_gone(case, store, layout, data)


def _expect_refused_when_gone(case: Case, store: Handle, layout: Layout, data: SessionData) -> None:
    """What a store keeps beside a record that is gone makes no session."""
    with case.given():
        key = store.create(context(), data)
        store.update(key, data)
    layout.client.delete(layout.session(key))
    case.expect_refusal(store.try_update(key, data), "update_session of a session that is gone", "OPS-09")
    case.expect(not layout.client.exists(layout.session(key)), "no session made by an update", "one", "OPS-09")
    case.expect_refusal(store.try_remove(key), "remove_session of a session that is gone", "OPS-11")
    case.expect(store.find(context(), USER) is None, "nothing: the session is gone", "a session")


@check("REDIS-11")
def an_entry_of_somebody_elses_session(case: Case) -> None:
    """Where the entry leads to a session of another scope find answers nothing and clears the entry, and that session's own stays."""
    with laid_out(case) as (store, layout):
        ctx = context(team="red")
        anyone = context(team="red", user=None)
        for asking, caller, other in (
            (ctx, None, context("prod", team="red")),
            (ctx, None, context(tenant="tenant-43", team="red")),
            (ctx, None, context(team="blue")),
            (ctx, None, context(team="red", user="user-8")),
            (anyone, None, context(tenant="tenant-43", team="red")),
            (anyone, None, context(team="red", user="user-8")),
            *((who, context("prod", team="red"), context("prod", team="red", user=None)) for who in (ctx, anyone)),
            *(
                (who, context(tenant="b", team="red"), context(tenant="b", team="red", user=None))
                for who in (ctx, anyone)
            ),
            *((who, context(team="blue"), context(team="blue", user=None)) for who in (ctx, anyone)),
        ):
            creator, theirs = caller or other, session(other)
            key = _create(case, store, creator, theirs)
            layout.client.set(layout.entry(ctx, USER), key)
            case.expect(store.find(asking, USER) is None, "nothing: the session is somebody else's", "the session")
            case.expect(
                not layout.client.exists(layout.entry(ctx, USER)),
                "the stale entry cleared",
                "the entry still there",
            )
            _expect_entry(case, layout, layout.entry(creator, creator.effective_user or USER), key)
            case.expect_data(store.get(key), theirs, "get_session of the other session")
            with case.given():
                own = store.create(ctx, session(ctx))
            found = store.find(asking, USER)
            case.expect(
                found is not None and found[0] == own,
                "the user's own newer session",
                "nothing" if found is None else "another",
            )
            with case.given():
                store.remove(own)
                store.remove(key)


@check("REDIS-11")
def an_entry_of_a_session_that_was_gone_when_its_key_came_back(case: Case) -> None:
    """Where a session was deleted or has expired, and its key is given again, its user isn't led into the later session."""
    with laid_out(case) as (store, layout):
        first, second, nobody = context(user="first"), context(user="second"), context(user=None)
        for data in (session(first), session(nobody)):
            for caller, later in (
                (second, session(nobody)),
                (nobody, session(nobody)),
                (second, session(second)),
                (first, session(nobody)),
                (first, session(first)),
            ):
                key = fresh_key()
                created = store.try_create(first, data, key)
                if not (created.ok and created.value == key):  # whether a key can be given is for another profile
                    return
                with case.given():
                    found = store.find(first, "first")
                    case.expect(found is not None, "the earlier session, for its user", "nothing")
                layout.client.delete(layout.session(key))
                with case.given():
                    case.expect(store.create(caller, later, key) == key, "the key that was given", "another")
                if caller is not first:
                    for asking in (first, nobody):
                        found = store.find(asking, "first")
                        case.expect(
                            found is None, "nothing for the user of the session that was gone", "the later session"
                        )
                if (user := caller.effective_user) is not None:
                    found = store.find(caller, user)
                    told = "nothing" if found is None else "another"
                    rule = "ROUTE-02" if later.tenant_ctx.effective_user is None else "ROUTE-01"
                    wanted = "the later session, for the user it was created for"
                    case.expect(found is not None and found[0] == key, wanted, told, rule)
                with case.given():
                    store.remove(key)


@check("REDIS-12")
def an_entry_of_its_own_session_stays(case: Case) -> None:
    """A find that the fence refuses leaves the entry where it is, also where team - and no team share it, with and without a user."""
    with laid_out(case) as (store, layout):
        for team, other in (("-", None), (None, "-")):
            for stored_user in (USER, None):
                ctx, name = context(team=team), layout.entry(context(team=team), USER)
                key = _create(case, store, ctx, session(context(team=team, user=stored_user)))
                with case.given():
                    _expect_entry(case, layout, name, key)
                for user in (USER, None):
                    found = store.find(context(team=other, user=user), USER)
                    case.expect(found is None, "nothing for the other team", "the session", "FENCE-22")
                    _expect_entry(case, layout, name, key)
                found = store.find(ctx, USER)
                case.expect(
                    found is not None and found[0] == key,
                    "the session, for its own team",
                    "nothing" if found is None else "another",
                )
                with case.given():
                    store.remove(key)


@check("REDIS-20")
def foreign_keys_are_left_alone(case: Case) -> None:
    """Keys outside the namespace, however alike, are neither read nor changed."""
    with laid_out(case) as (store, layout):
        ctx, key = context(), fresh_key()
        theirs = session(ctx, node="theirs").to_json().decode()
        alike = {f"{layout.namespace}x", f"x{layout.namespace}", layout.namespace.upper(), layout.namespace[:-1]}
        near = sorted(alike - {layout.namespace})  # which may have no letter that could be raised
        foreign: dict[str, str] = {}

        def plant(key: str) -> None:
            planted = {f"{name}:session:{key}": theirs for name in near}
            planted |= {f"{name}:user:dev:tenant-42:-:{USER}": key for name in near}
            foreign.update(planted)
            for name, value in planted.items():  # which are of several slots of a cluster
                layout.client.set(name, value)

        plant(key)
        try:
            case.expect(store.get(key) is None, "nothing: the key is another namespace's", "a session")
            case.expect(store.find(ctx, USER) is None, "nothing: the entry is another namespace's", "a session")
            case.expect_refusal(store.try_update(key, session(ctx)), "update_session of a key of another namespace")
            case.expect_refusal(store.try_remove(key), "remove_session of a key of another namespace")
            with case.given():
                own = store.create(ctx, session(ctx))
                plant(own)
                store.update(own, session(ctx, node="changed"))
                store.remove(own)
            now = {name: layout.client.get(name) for name in foreign}
            case.expect(now == foreign, "the other namespaces' keys as they were", "changed ones")
        finally:
            for name in foreign:
                layout.client.delete(name)
