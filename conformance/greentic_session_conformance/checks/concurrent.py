"""concurrent: several callers at once."""

import json

from greentic_session import SessionData
from greentic_session_conformance.case import Answer, Case, Handle, NotJudged
from greentic_session_conformance.checks.crew import CALLERS, Call, crews
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import USER, context, session

#: How often a race is tried at quick effort, for each way of calling the store.
ROUNDS = 10


def marked(mark: str, user: str | None = USER) -> SessionData:
    """A session that carries a mark in several members, so that a mixture of two shows."""
    ctx = context(team="red", user=user).replace(session_id=mark, trace_id=mark, attributes={"mark": mark, mark: "yes"})
    return session(ctx, node=mark, context_json=json.dumps([mark] * 20))


def keeps_what_it_is_given(case: Case, store: Handle) -> None:
    """The precondition that nobody else is needed to alter, lose or unroute a session."""
    data = marked("alone")
    with case.given():
        key = store.create(data.tenant_ctx, data)
        for _ in range(2):
            case.expect_data(store.get(key), data, "get_session")
        store.update(key, marked("alone, changed"))
        case.expect_data(store.get(key), marked("alone, changed"), "get_session")
        case.expect(
            store.find(data.tenant_ctx, USER) == (key, marked("alone, changed")),
            "the session by its user",
            "something else",
        )
        store.remove(key)
        case.expect(store.get(key) is None, "nothing after remove_session", "the session")
        case.expect(store.find(data.tenant_ctx, USER) is None, "nothing for its user after remove_session", "a session")
        for answer in (store.try_remove(key), store.try_update(key, data)):
            case.expect(answer.code == "not_found", "not_found", answer.describe())


class Rounds:
    """How many rounds of a race came to nothing because their outcome is unknown: a check of mostly those is undecided."""

    def __init__(self, case: Case) -> None:
        self._left = case.rounds(ROUNDS) // 2

    def undecided(self) -> None:
        """Count one round of unknown outcome."""
        self._left -= 1
        if self._left < 0:
            message = "more than half of the rounds had an unknown outcome (unavailable or timeout)"
            raise NotJudged(message)


def _succeeded(case: Case, answers: list[Answer], what: str) -> list[Answer]:
    """The answers that say that it happened; an answer that leaves it open is neither that nor a failure."""
    for answer in answers:
        case.expect(answer.ok or answer.outcome_unknown, f"{what} succeeds", answer.describe())
    return [answer for answer in answers if answer.ok]


@check("CONC-01")
def of_two_updates_one_stands_whole(case: Case) -> None:
    """After several updates of one session at once it is exactly what one of them gave."""
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                with case.given():
                    key = store.create(marked("first").tenant_ctx, marked("first"))
                new = [marked(f"update-{caller}") for caller in range(2 if number % 2 else CALLERS)]
                answers = crew.volley([("update_session", key, data) for data in new])
                if not _succeeded(case, answers, "update_session"):
                    decided.undecided()
                    continue
                got = store.get(key)
                case.expect(got is not None, "the session", "nothing")
                told = "the session as it was before" if got == marked("first") else "a mixture"
                case.expect(got in new, "what one of the updates gave", told)
                with case.given():
                    store.remove(key)


@check("CONC-02")
def what_was_removed_does_not_come_back(case: Case) -> None:
    """After an update and a remove at once the session is gone, by key and by user."""
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                data = marked("first")
                with case.given():
                    key = store.create(data.tenant_ctx, data)
                calls: list[Call] = [
                    ("update_session", key, marked(f"update-{caller}"))
                    for caller in range(1 if number % 2 else CALLERS - 1)
                ]
                calls.insert(number % len(calls), ("remove_session", key))
                answers = crew.volley(calls)
                removal = answers.pop(number % (len(calls) - 1))
                for answer in answers:
                    fulfilled = answer.ok or answer.outcome_unknown or answer.code == "not_found"
                    case.expect(fulfilled, "update_session done, or not_found", answer.describe())
                if removal.outcome_unknown:
                    decided.undecided()
                    continue
                case.expect(removal.ok, "remove_session succeeds: nobody else removes", removal.describe())
                case.expect(
                    store.get(key) is None,
                    "nothing: remove_session has succeeded",
                    "the session, back from the dead",
                )
                case.expect(store.find(data.tenant_ctx, USER) is None, "nothing for its user", "the session")


@check("CONC-03")
def of_two_creates_under_one_key_one_wins(case: Case) -> None:
    """Of several creates under one key exactly one succeeds, and the session is that one's."""
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                key = f"event-{case.random.getrandbits(64):016x}"
                new = [marked(f"create-{caller}") for caller in range(2 if number % 2 else CALLERS)]
                answers = crew.volley([("create_session", data.tenant_ctx, data, key) for data in new])
                winners = [data for data, answer in zip(new, answers, strict=True) if answer.ok]
                unknown = [data for data, answer in zip(new, answers, strict=True) if answer.outcome_unknown]
                case.expect(len(winners) <= 1, "one create_session that succeeds", f"{len(winners)}")
                case.expect(bool(winners or unknown), "one create_session that succeeds", "none")
                if not winners:
                    decided.undecided()
                for answer in answers:
                    fulfilled = answer.ok or answer.outcome_unknown or answer.code == "conflict"
                    case.expect(fulfilled, "conflict for those that came second", answer.describe())
                got = store.get(key)
                case.expect(
                    got in winners or (not winners and (got is None or got in unknown)),
                    "the session of the one that succeeded",
                    "nothing" if got is None else "another one's",
                )
                with case.given():
                    store.try_remove(key)


@check("CONC-04")
def handles_see_each_other(case: Case) -> None:
    """What was acknowledged to one caller is seen by every other one, also where that one has read before."""
    ctx = context(team="red")
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        data, changed = session(ctx), session(ctx, node="node.changed")
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


def _told(answer: Answer) -> str:
    return answer.describe() if not answer.ok else "nothing" if answer.value is None else "something else"


@check("CONC-05")
def concurrent_creates_are_all_kept(case: Case) -> None:
    """Creates at the same time answer different keys, each with its own data."""
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                new = [marked(f"create-{caller}", user=f"user-{caller}") for caller in range(CALLERS)]
                answers = crew.volley([("create_session", data.tenant_ctx, data) for data in new])
                if not _succeeded(case, answers, "create_session"):
                    decided.undecided()
                keys = [answer.value for answer in answers if answer.ok]
                case.expect(len(set(keys)) == len(keys), "a key for each", "one key twice")
                made = [(data, answer.value) for data, answer in zip(new, answers, strict=True) if answer.ok]
                for data, key in made:
                    case.expect_data(
                        store.get(key), data, "get_session of a session created at the same time as others"
                    )
                for _, key in made:
                    with case.given():
                        store.remove(key)


@check("CONC-06")
def of_two_removes_one_succeeds(case: Case) -> None:
    """Of several removes of one session at once exactly one succeeds."""
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                data = marked("first")
                with case.given():
                    key = store.create(data.tenant_ctx, data)
                answers = crew.volley([("remove_session", key)] * (2 if number % 2 else CALLERS))
                if any(answer.outcome_unknown for answer in answers):
                    decided.undecided()
                    continue
                done = sum(answer.ok for answer in answers)
                case.expect(done == 1, "one remove_session that succeeds", str(done))


@check("CONC-07")
def find_never_answers_a_torn_pair(case: Case) -> None:
    """While two sessions of a user are updated, find answers only data that was stored under the key that it answers."""
    ctx = context(team="red")
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        with case.given():
            keys = [store.create(ctx, session(ctx, node=f"session-{i} first")) for i in range(2)]
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                calls: list[tuple[object, ...]] = []
                for caller in range(CALLERS):
                    which = caller % 2
                    update = (
                        "update_session",
                        keys[which],
                        session(ctx, node=f"session-{which} update-{number}-{caller}"),
                    )
                    calls.append(update if caller < CALLERS // 2 else ("find_by_user", ctx, USER))
                answers = crew.volley(calls)
                if not _succeeded(case, answers, "the call"):
                    decided.undecided()
                for answer in answers[CALLERS // 2 :]:
                    if answer.ok and answer.value is not None:
                        key, data = answer.value
                        which = keys.index(key) if key in keys else -1
                        torn = not data.cursor.node_pointer.startswith(f"session-{which} ")
                        case.expect(
                            not torn,
                            "data that was stored under the key",
                            "the key of one session with the data of another",
                        )


@check("CONC-08")
def find_is_exact_once_writers_are_quiet(case: Case) -> None:
    """After creates, updates and removes at once find answers as if they had run one after another."""
    ctx = context(team="red")
    data = session(ctx)
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                # Those who look meanwhile are part of it: a find may clean up, but not what is just being written.
                calls: list[Call] = [("create_session", ctx, data), ("find_by_user", ctx, USER)] * 4
                answers = crew.volley(calls)[::2]
                keys = [answer.value for answer in _succeeded(case, answers, "create_session")]
                if len(keys) < len(answers):
                    decided.undecided()
                    continue
                found = store.find(ctx, USER)
                case.expect(
                    found is not None and found[0] in keys,
                    "one of the sessions just created",
                    "nothing" if found is None else "another",
                )
                stays = keys[number % 4]
                calls = [("update_session", key, data) if key == stays else ("remove_session", key) for key in keys]
                answers = crew.volley(calls)
                if any(answer.outcome_unknown for answer in answers):
                    decided.undecided()
                    for key in keys:
                        store.try_remove(key)
                    continue
                found = store.find(ctx, USER)
                got = "nothing" if found is None else "a removed session"
                case.expect(
                    found is not None and found[0] == stays,
                    "the one session that is left, and was updated",
                    got,
                )
                with case.given():
                    store.remove(stays)
                case.expect(store.find(ctx, USER) is None, "nothing once all are removed", "a session")


@check("CONC-08")
def find_is_exact_for_each_user_once_writers_are_quiet(case: Case) -> None:
    """After creates for several users at once each of them finds their own session, and after removes at once nothing."""
    for store, crew in crews(case):
        keeps_what_it_is_given(case, store)
        decided = Rounds(case)
        for number in range(case.rounds(ROUNDS)):
            with case.vector(f"round {number + 1}"):
                new = [marked(f"create-{caller}", user=f"user-{caller}") for caller in range(CALLERS)]
                answers = crew.volley([("create_session", data.tenant_ctx, data) for data in new])
                if len(_succeeded(case, answers, "create_session")) < len(new):
                    decided.undecided()
                    continue
                for caller, (data, answer) in enumerate(zip(new, answers, strict=True)):
                    found = store.find(data.tenant_ctx, f"user-{caller}")
                    got = "nothing" if found is None else "another session"
                    case.expect(found is not None and found[0] == answer.value, "the session of each user", got)
                removals = crew.volley([("remove_session", answer.value) for answer in answers])
                if len(_succeeded(case, removals, "remove_session")) < len(removals):
                    decided.undecided()
                    continue
                for caller, data in enumerate(new):
                    found = store.find(data.tenant_ctx, f"user-{caller}")
                    case.expect(found is None, "nothing once all are removed", "a session")
