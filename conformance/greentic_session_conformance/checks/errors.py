"""ERR: the codes of refusals, and what a message may not tell."""

from collections.abc import Iterator
from itertools import chain

from greentic_session import TenantCtx
from greentic_session_conformance.case import Answer, Case, Handle
from greentic_session_conformance.checks.keyed_create import MAY_BE_REFUSED
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import NO_KEY, ODD_KEYS, USER, beyond_the_sizes, context, session

_DIMENSIONS = (
    ("env", {"env": "prod"}),
    ("tenant", {"tenant": "tenant-43"}),
    ("team", {"team": "blue"}),
    ("user", {"user": "user-8"}),
)


def _token(case: Case) -> str:
    """Text that can't occur in a message by chance."""
    return f"{case.random.getrandbits(96):024x}"


def _refusals(case: Case, store: Handle) -> Iterator[tuple[str, str, Answer]]:
    """Every kind of refusal by the fence: (operation, dimension, answer)."""
    own = context(team="red")
    for dimension, change in _DIMENSIONS:
        other = context(**{"team": "red", **change})
        yield "create_session", dimension, store.try_create(own, session(other))
        with case.given():
            key = store.create(own, session(own))
        yield "update_session", dimension, store.try_update(key, session(other))
        with case.given():
            store.remove(key)
    for user in (None, "user-8"):
        yield "create_session", "user", store.try_create(context(team="red", user=user), session(own))
    with case.given():
        named, anonymous = (
            store.create(own, session(own)),
            store.create(own, session(context(team="red", user=None))),
        )
    yield "update_session", "user", store.try_update(named, session(context(team="red", user=None)))
    yield "update_session", "user", store.try_update(anonymous, session(own))
    yield "create_session", "team", store.try_create(context(), session(own))
    yield "update_session", "team", store.try_update(named, session(context()))


@check("ERR-01")
def the_fence_refuses_with_invalid_input(case: Case) -> None:
    """Refusals of create and update in each dimension, and in several, carry invalid_input."""
    store = case.store()
    for operation, dimension, answer in chain(_refusals(case, store), _refusals_in_several(case, store)):
        # That it is refused at all is for the FENCE family to say.
        if not answer.ok:
            case.expect(
                answer.code == "invalid_input",
                f"invalid_input from {operation} of another {dimension}",
                answer.describe(),
            )


@check("ERR-02")
def a_missing_key_is_not_found(case: Case) -> None:
    """Update and remove of a key that isn't there carry not_found, whatever the data holds."""
    store = case.store()
    ctx = context()
    with case.given():
        removed = store.create(ctx, session(ctx))
        store.remove(removed)
    for key in (NO_KEY, removed):
        large = [data for _, data in beyond_the_sizes(ctx)]
        for data in (session(ctx), session(context("prod", "other", "blue", None)), *large):
            answer = store.try_update(key, data)
            if not answer.ok:
                case.expect(answer.code == "not_found", "not_found from update_session", answer.describe())
        answer = store.try_remove(key)
        if not answer.ok:
            case.expect(answer.code == "not_found", "not_found from remove_session", answer.describe())
    for key in ODD_KEYS:
        for operation, answer in (
            ("update_session", store.try_update(key, session(ctx))),
            ("remove_session", store.try_remove(key)),
        ):
            if not answer.ok:
                told = f"not_found from {operation} of the unknown key {key[:40]!a}"
                case.expect(answer.code == "not_found", told, answer.describe())


@check("ERR-03")
def a_refused_create_does_not_name_the_datas_user(case: Case) -> None:
    """No message of a refused create holds the user id of the data."""
    store = case.store()
    user = f"user-{_token(case)}"
    data = session(TenantCtx("dev", "t", "t", "red", "red", user=user, user_id=user))
    callers = (
        context(user="other"),
        context("prod"),
        context(tenant="u"),
        context("dev", "t", "blue"),
        context("dev", "t", "red", None),
        context("dev", "t", "red"),
        # Who is refused elsewhere may be that user: to name the caller is to name the data's user.
        context("prod", "t", "red", user),
        context("dev", "u", "red", user),
        context("dev", "t", "blue", user),
        context("dev", "t", None, user),
    )
    for caller in callers:
        answer = store.try_create(caller, data)
        case.expect(not _tells(answer, user), "a message without the user id of the data", "one that holds it")
    # Where a store refuses what is large, that is a refusal, too.
    for what, large in (
        *beyond_the_sizes(data.tenant_ctx),
        ("a user id of 2,000 characters", session(context(user=user + "u" * 1_980))),
    ):
        answer = store.try_create(large.tenant_ctx, large)
        told = f"a message without the user id of the data, which has {what}"
        case.expect(answer.ok or not _tells(answer, user), told, "one that holds it")


def _tells(answer: Answer, secret: str) -> bool:
    return any(secret in text for text in answer.texts())


@check("ERR-04")
def a_refused_update_does_not_name_the_stored_user(case: Case) -> None:
    """No message of a refused update holds the user id of the stored session."""
    store = case.store()
    for ctx, user in _with_users(case):
        with case.given():
            key = store.create(ctx, session(ctx))
        others = (
            context("dev", "t", "red", "other"),
            context("dev", "t", "red", None),
            context("prod", "t", "red", "other"),
            context("dev", "u", "red", "other"),
            context("dev", "t", "blue", "other"),
            # The new data may name that user, too.
            context("prod", "t", "red", user),
            context("dev", "u", "red", user),
            context("dev", "t", "blue", user),
            context("dev", "t", None, user),
        )
        for other in others:
            answer = store.try_update(key, session(other))
            case.expect(not _tells(answer, user), "a message without the user id that is stored", "one that holds it")
        for what, large in beyond_the_sizes(ctx):
            answer = store.try_update(key, large)
            told = f"a message without the user id that is stored, about {what}"
            case.expect(answer.ok or not _tells(answer, user), told, "one that holds it")


def _with_users(case: Case) -> Iterator[tuple[TenantCtx, str]]:
    for names in (("user",), ("user_id",), ("user", "user_id")):
        user = f"user-{_token(case)}"
        yield TenantCtx("dev", "t", "t", "red", "red").replace(**dict.fromkeys(names, user)), user


@check("ERR-05")
def no_message_holds_the_snapshot(case: Case) -> None:
    """No message of a refusal holds the context_json that was passed in or stored."""
    store = case.store()
    stored, passed = _token(case), _token(case)
    ctx = context(team="red")

    def expect_none(answer: Answer) -> None:
        untold = answer.ok or not (_tells(answer, stored) or _tells(answer, passed))
        case.expect(untold, "a message without the snapshot", "one that holds it")

    def kept() -> str:
        """The key of a session that holds the secret, whatever became of the one before."""
        with case.given():
            return store.create(ctx, session(ctx, context_json=f'{{"secret":"{stored}"}}'))

    differing = [context(**{"team": "red", **change}) for _, change in _DIMENSIONS]
    for other in (*differing, context(team="red", user=None)):
        new = session(other, context_json=f'{{"secret":"{passed}"}}')
        expect_none(store.try_update(kept(), new))
        if other.effective_user is not None:
            expect_none(store.try_create(ctx, new))
        expect_none(store.try_update(NO_KEY, new))
    largest = ("5 MB", session(ctx, context_json=passed + "x" * 5_000_000))
    for _, large in (*beyond_the_sizes(ctx, passed), largest):
        expect_none(store.try_create(ctx, large))
        expect_none(store.try_update(kept(), large))
    expect_none(store.try_remove(NO_KEY))


@check("ERR-06")
def a_refusal_names_what_differs(case: Case) -> None:
    """The message of a refusal names env, tenant, team or user, the first that differs."""
    store = case.store()
    with case.given():
        own = context(team="red")
        store.update(store.create(own, session(own)), session(own))
    refusals = list(_refusals(case, store))
    # What isn't refused alone can't be the first that is named: that it isn't refused is for the FENCE family to say.
    accepted = {(operation, dimension) for operation, dimension, answer in refusals if answer.ok}
    for operation, dimension, answer in (*refusals, *_refusals_in_several(case, store)):
        if not answer.ok and (operation, dimension) not in accepted:
            told = any(dimension in text.lower() for text in answer.texts())
            case.expect(told, f"the word {dimension} in the message of {operation}", "a message without it")


def _refusals_in_several(case: Case, store: Handle) -> Iterator[tuple[str, str, Answer]]:
    """Refusals where a dimension and all that come after it differ."""
    own, changes = context(team="red"), [change for _, change in _DIMENSIONS]
    for number, (dimension, _) in enumerate(_DIMENSIONS):
        differing = {name: value for change in changes[number:] for name, value in change.items()}
        other = context(**{"team": "red", **differing})
        yield "create_session", dimension, store.try_create(own, session(other))
        with case.given():
            key = store.create(own, session(own))
        yield "update_session", dimension, store.try_update(key, session(other))
        with case.given():
            store.remove(key)


#: No ids, though something may read them as user-7, or stumble over them.
_RESPELT_USERS = (
    "'", '"', "\\", "user-7'", "' OR '1'='1", "user-7' --", '"user-7"', "'user-7'", "user-7\x00x", "user-7\x00", "user%2D7", "user&#45;7", "user\\-7",
    "./user-7", "x/../user-7", "x/user-7", "user-7/", "x:user-7", "user-7:x", "user-7@x", "@user-7", "user-7,x", "x,user-7", "user-7;x", "user-7?x", "user-7#x",
    "us\u200ber-7", "\ufeffuser-7", "user-\u0667", "user-\u2077", "u\u017fer-7", "{user-7}", "<user-7>", "user-7|x", "user-7\\", "(user-7)", "user-7+", "$user-7",
)  # fmt: skip


@check("ERR-08")
def finding_for_what_is_no_id_answers_nothing_or_invalid_input(case: Case) -> None:
    """A user that is no id finds nothing, or is refused with invalid_input."""
    store = case.store()
    ctx = context()
    with case.given():
        store.create(ctx, session(ctx))
    for user in (
        "",
        " ",
        "*",
        "?",
        "user-?",
        "user*",
        "[a-z]*",
        "%",
        "a:b",
        "user-7\n",
        " user-7",
        "user-7 ",
        "user\u2010" + "7",
        "us\u0435r-7",
        "user\uff0d7",
        "\uff55ser-7",
        "\x00",
        "😀",
        *_RESPELT_USERS,
    ):
        for caller in (context(user=None), ctx):
            answer = store.try_find(caller, user)
            told = "a session" if answer.ok else answer.describe()
            fulfilled = answer.value is None if answer.ok else answer.code == "invalid_input"
            case.expect(fulfilled, f"nothing, or invalid_input, for {user!a}", told)


@check("ERR-09")
def codes_are_the_wire_names(case: Case) -> None:
    """Every refusal that a test can bring about carries one of the ten codes."""
    store = case.store()
    ctx = context()
    for operation, _, answer in _refusals(case, store):
        if not answer.ok:
            case.expect(answer.has_wire_code, f"one of the ten codes from {operation}", answer.describe())
    for key in MAY_BE_REFUSED if "keyed-create" in case.target.profiles else ():
        answer = store.try_create(ctx, session(ctx), key)
        told = f"one of the ten codes from create_session under {key[:40]!a}"
        case.expect(answer.ok or answer.has_wire_code, told, answer.describe())
    for operation, answer in (
        ("update_session", store.try_update(NO_KEY, session(ctx))),
        ("remove_session", store.try_remove(NO_KEY)),
        ("find_by_user", store.try_find(ctx, "no id")),
        ("find_by_user", store.try_find(context(user=None), "u" * 2_000)),
        *(
            ("find_by_user", store.try_find(context(**{name: "i" * 2_000}, user=None), USER))
            for name in ("env", "tenant", "team")
        ),
    ):
        if not answer.ok:
            case.expect(answer.has_wire_code, f"one of the ten codes from {operation}", answer.describe())
