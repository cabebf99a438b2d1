"""concurrent: several callers at once."""

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Case, Handle
from greentic_session_conformance.checks.crew import CALLERS, Call, Crew, Program, for_each_crew
from greentic_session_conformance.checks.race import UNKNOWN, keeps_what_it_is_given, large, marked, race
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import USER, context, session


def _succeeded(case: Case, answers: list[Answer], what: str) -> list[Answer]:
    """The answers that say that it happened; an answer that leaves it open is neither that nor a failure."""
    for answer in answers:
        case.expect(answer.ok or answer.outcome_unknown, f"{what} succeeds", answer.describe())
    return [answer for answer in answers if answer.ok]


@check("CONC-01")
def of_two_updates_one_stands_whole(case: Case) -> None:
    """After several updates of one session at once it is exactly what one of them gave."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        with case.given():
            key = store.create(marked("first").tenant_ctx, marked("first"))
        new = [marked(f"update-{caller}") for caller in range(CALLERS if number % 2 else 2)]
        if number % 5 == 0:
            new = [large(data) for data in new]
            with case.given():
                store.update(key, new[0])
                case.expect_data(store.get(key), new[0], "get_session of a large session")
                store.update(key, marked("first"))
        answers = crew.volley([("update_session", key, data) for data in new])
        updated = bool(_succeeded(case, answers, "update_session"))
        got = store.get(key)
        case.expect(got is not None, "the session", "nothing")
        if updated or got != marked("first"):
            told = "the session as it was before" if got == marked("first") else "a mixture"
            case.expect(got in new, "what one of the updates gave", told)
        with case.given():
            store.remove(key)
        return None if updated else UNKNOWN

    race(case, once)


@check("CONC-10")
def a_large_session_is_read_whole(case: Case) -> None:
    """While a large session is updated, get and find answer versions that were given, and no mixture of two."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        user = f"user-{number}"
        versions = [large(marked(f"version-{which}", user=user)) for which in range(CALLERS // 2)]
        ctx = versions[0].tenant_ctx
        with case.given():
            key = store.create(ctx, versions[0])
            for version in versions[:2]:
                store.update(key, version)
                case.expect_data(store.get(key), version, "get_session of a large session")
                case.expect(store.find(ctx, user) == (key, version), "the large session by its user", "something else")
        writes: list[Program] = [[("update_session", key, version)] * 4 for version in versions]
        reads: list[Program] = [[("get_session", key)] * 4, [("find_by_user", ctx, user)] * 4]
        events = crew.run(writes + reads * (CALLERS // 4))
        answers = {
            operation: _succeeded(case, [event.answer for event in events if event.operation == operation], operation)
            for operation in ("update_session", "get_session", "find_by_user")
        }
        gets = answers["get_session"]
        for answer in gets:
            fulfilled = answer.value is None or answer.value in versions
            case.expect(fulfilled, "a version that was given, whole", "a mixture")
        for answer in answers["find_by_user"]:
            fulfilled = answer.value is None or answer.value[1] in versions
            case.expect(fulfilled, "a version that was given, whole", "a mixture", "CONC-07")
        with case.given():
            store.remove(key)
        return None if gets else UNKNOWN

    race(case, once)


@check("CONC-02")
def what_was_removed_does_not_come_back(case: Case) -> None:
    """After an update and a remove at once the session is gone, by key and by user."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        # A session without a user may go another way.
        named = None if number % 3 == 0 else f"user-{number}"
        data, creator = marked("first", user=named), context(team="red", user=f"user-{number}")
        with case.given():
            key = store.create(creator, data)
            case.expect_data(store.get(key), data, "get_session")
        calls: list[Call] = [
            ("update_session", key, marked(f"update-{caller}", user=named))
            for caller in range(CALLERS - 1 if number % 2 else 1)
        ]
        place = number % len(calls)
        calls.insert(place, ("remove_session", key))
        answers = crew.volley(calls)
        removal = answers.pop(place)
        for answer in answers:
            fulfilled = answer.ok or answer.outcome_unknown or answer.code == "not_found"
            case.expect(fulfilled, "update_session done, or not_found", answer.describe())
        if removal.outcome_unknown:
            store.try_remove(key)
            return UNKNOWN
        case.expect(removal.ok, "remove_session succeeds: nobody else removes", removal.describe())
        case.expect(store.get(key) is None, "nothing: remove_session has succeeded", "the session, back from the dead")
        if named is not None:
            case.expect(store.find(creator, named) is None, "nothing for its user", "the session")
        return None

    race(case, once)


@check("CONC-03")
def of_two_creates_under_one_key_one_wins(case: Case) -> None:
    """Of several creates under one key exactly one succeeds, and the session is that one's."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        key = f"event-{case.random.getrandbits(64):016x}"
        # A lock may be a tenant's.
        tenants = [f"tenant-{caller if number % 3 == 0 else 0}" for caller in range(CALLERS if number % 2 else 2)]
        new = [marked(f"create-{caller}", tenant=tenant) for caller, tenant in enumerate(tenants)]
        answers = crew.volley([("create_session", data.tenant_ctx, data, key) for data in new])
        winners = [data for data, answer in zip(new, answers, strict=True) if answer.ok]
        unknown = [data for data, answer in zip(new, answers, strict=True) if answer.outcome_unknown]
        case.expect(len(winners) <= 1, "one create_session that succeeds", f"{len(winners)}")
        case.expect(bool(winners or unknown), "one create_session that succeeds", "none")
        for answer in answers:
            fulfilled = answer.ok or answer.outcome_unknown or answer.code == "conflict"
            case.expect(fulfilled, "conflict for those that came second", answer.describe())
        got = store.get(key)
        case.expect(
            got in winners or (not winners and (got is None or got in unknown)),
            "the session of the one that succeeded",
            "nothing" if got is None else "another one's",
        )
        store.try_remove(key)
        return None if winners else UNKNOWN

    race(case, once)


@check("CONC-04")
def handles_see_each_other(case: Case) -> None:
    """What was acknowledged to one caller is seen by every other one, also where that one has read before."""
    ctx = context(team="red")
    data, changed = session(ctx), session(ctx, node="node.changed")

    def see(store: Handle, crew: Crew) -> None:
        keeps_what_it_is_given(case, store)
        with case.given():
            key = store.create(ctx, data)
        for wanted in (data, changed):
            with case.given():
                if wanted is changed:
                    store.update(key, changed)
                case.expect_data(store.get(key), wanted, "get_session")
            answer = crew.elsewhere("get_session", key)
            case.expect(answer.value == wanted, "what was acknowledged to another handle", _told(answer))
            found = crew.elsewhere("find_by_user", ctx, USER)
            case.expect(
                found.ok and found.value is not None and found.value[1] == wanted,
                "the same, by its user",
                _told(found),
            )
        answer = crew.elsewhere("update_session", key, data)
        case.expect(answer.ok, "update_session on another handle", answer.describe())
        case.expect_data(store.get(key), data, "get_session after an update on another handle")
        with case.given():
            store.remove(key)
        for operation in (("get_session", key), ("find_by_user", ctx, USER)):
            answer = crew.elsewhere(*operation)
            case.expect(
                answer.ok and answer.value is None,
                "nothing after remove_session on another handle",
                _told(answer),
            )

    for_each_crew(case, see)


def _told(answer: Answer) -> str:
    return answer.describe() if not answer.ok else "nothing" if answer.value is None else "something else"


@check("CONC-05")
def concurrent_creates_are_all_kept(case: Case) -> None:
    """Creates at the same time answer different keys, each with its own data."""

    def once(store: Handle, crew: Crew, _: int) -> str | None:
        new = [marked(f"create-{caller}", user=f"user-{caller}") for caller in range(CALLERS)]
        answers = crew.volley([("create_session", data.tenant_ctx, data) for data in new])
        keys = [answer.value for answer in _succeeded(case, answers, "create_session")]
        case.expect(len(set(keys)) == len(keys), "a key for each", "one key twice")
        for data, answer in zip(new, answers, strict=True):
            if answer.ok:
                what = "get_session of a session created at the same time as others"
                case.expect_data(store.get(answer.value), data, what)
        for key in keys:
            with case.given():
                store.remove(key)
        return None if len(keys) > CALLERS // 2 else UNKNOWN

    race(case, once)


@check("CONC-06")
def of_two_removes_one_succeeds(case: Case) -> None:
    """Of several removes of one session at once exactly one succeeds."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        with case.given():
            key = store.create(marked("first").tenant_ctx, marked("first"))
        answers = crew.volley([("remove_session", key)] * (CALLERS if number % 2 else 2))
        done, unknown = (
            sum(answer.ok for answer in answers),
            sum(answer.outcome_unknown for answer in answers),
        )
        case.expect(done <= 1, "one remove_session that succeeds", str(done))
        case.expect(done + unknown > 0, "one remove_session that succeeds", "none")
        return None if done else UNKNOWN

    race(case, once)


@check("CONC-07")
def find_never_answers_a_torn_pair(case: Case) -> None:
    """While two sessions of a user are updated, find answers only data that was stored under the key that it answers."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        # What is of unknown outcome may still happen when the next round has begun, which is another user's.
        user = f"user-{number}"
        ctx = context(team="red", user=user)
        with case.given():
            keys = [store.create(ctx, session(ctx, node=f"session-{which} first")) for which in range(2)]
        calls: list[Call] = [
            ("update_session", keys[caller % 2], session(ctx, node=f"session-{caller % 2} update-{caller}"))
            for caller in range(CALLERS // 2)
        ]
        finds: list[Call] = [("find_by_user", ctx, user)] * (CALLERS // 2)
        answers = crew.volley(calls + finds)
        _succeeded(case, answers[: CALLERS // 2], "update_session")
        found = _succeeded(case, answers[CALLERS // 2 :], "find_by_user")
        for key, data in (answer.value for answer in found if answer.value is not None):
            which = keys.index(key) if key in keys else -1
            case.expect(
                data.cursor.node_pointer.startswith(f"session-{which} "),
                "data that was stored under the key",
                "the key of one session with the data of another",
            )
        for key in keys:
            store.try_remove(key)
        return None if found else UNKNOWN

    race(case, once)


def _all_find(case: Case, crew: Crew, ctx: TenantCtx, found: tuple[str, SessionData] | None) -> None:
    """Every caller is answered the same as the one who waited for all of them; what one has kept may be its own alone."""
    for answer in _succeeded(case, crew.volley([("find_by_user", ctx, ctx.user)] * CALLERS), "find_by_user"):
        got = "nothing" if answer.value is None else "another session than somebody else, when all are done"
        case.expect(answer.value == found, "the same session for every caller", got)


@check("CONC-08")
def find_is_exact_once_writers_are_quiet(case: Case) -> None:
    """After creates, updates and removes at once find answers as if they had run one after another."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        user = f"user-{number}"
        ctx = context(team="red", user=user)
        data = session(ctx)
        # Those who look meanwhile are part of it: a find may clean up, but not what is just being written.
        calls: list[Call] = [("create_session", ctx, data), ("find_by_user", ctx, user)] * (CALLERS // 2)
        answers = crew.volley(calls)
        made = _succeeded(case, answers[::2], "create_session")
        _succeeded(case, answers[1::2], "find_by_user")
        keys = [answer.value for answer in made]
        if not keys:
            return UNKNOWN
        # A create of unknown outcome may have come last, under a key that nobody was told.
        others = len(keys) < CALLERS // 2
        found = store.find(ctx, user)
        case.expect(
            found is not None and (others or found[0] in keys),
            "one of the sessions just created",
            "nothing" if found is None else "another",
        )
        if number % 4 == 1 and not others:
            _all_find(case, crew, ctx, found)
        stays = keys[number % len(keys)]
        calls = [("update_session", key, data) if key == stays else ("remove_session", key) for key in keys]
        done = dict(zip(keys, crew.volley(calls), strict=True))
        _succeeded(case, list(done.values()), "update_session or remove_session")
        found = store.find(ctx, user)
        gone = [key for key in keys if key != stays and done[key].ok]
        case.expect(found is None or found[0] not in gone, "no session that was removed", "a removed session")
        if done[stays].ok:
            case.expect(
                found is not None and (found[0] == stays or (others and found[0] not in keys)),
                "the one session that is left, and was updated",
                "nothing" if found is None else "another session",
            )
            if number % 4 == 3 and not others:
                _all_find(case, crew, ctx, found)
        left = [store.try_remove(key) for key in keys if key not in gone]
        if not others and all(answer.ok for answer in left):
            case.expect(store.find(ctx, user) is None, "nothing once all are removed", "a session")
        return None if done[stays].ok else UNKNOWN

    race(case, once)


@check("CONC-08")
def find_is_exact_for_each_user_once_writers_are_quiet(case: Case) -> None:
    """After creates for several users at once, and while older sessions go, each of them finds their newest, and after removes at once nothing."""

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        callers = [context(team="red", user=f"user-{number}-{caller}") for caller in range(CALLERS)]
        # A session without a user may go another way.
        named = number % 3 != 0

        def create(ctx: TenantCtx) -> Call:
            return ("create_session", ctx, marked(f"create-{number}", user=ctx.user if named else None))

        def expect_found(made: dict[TenantCtx, str]) -> None:
            for ctx, key in made.items():
                found = store.find(ctx, ctx.user or "")
                got = "nothing" if found is None else "another session"
                case.expect(found is not None and found[0] == key, "the newest session of each user", got)

        answers = crew.volley([create(ctx) for ctx in callers])
        _succeeded(case, answers, "create_session")
        made = {ctx: answer.value for ctx, answer in zip(callers, answers, strict=True) if answer.ok}
        expect_found(made)
        # The older one goes while the newer one comes.
        older = list(made.items())[: CALLERS // 2]
        calls = [call for ctx, key in older for call in (("remove_session", key), create(ctx))]
        answers = crew.volley(calls) if calls else []
        _succeeded(case, answers, "remove_session or create_session")
        for (ctx, _), removal, creation in zip(older, answers[::2], answers[1::2], strict=True):
            del made[ctx]
            if removal.ok and creation.ok:
                made[ctx] = creation.value
        expect_found(made)
        removals = crew.volley([("remove_session", key) for key in made.values()])
        _succeeded(case, removals, "remove_session")
        gone = [ctx for ctx, answer in zip(made, removals, strict=True) if answer.ok]
        for ctx in gone:
            case.expect(store.find(ctx, ctx.user or "") is None, "nothing once all are removed", "a session")
        return None if len(gone) > CALLERS // 2 else UNKNOWN

    race(case, once)
