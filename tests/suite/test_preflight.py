"""The target itself is checked first: its storages are empty, share nothing and leave nothing behind."""

import pytest
from greentic_session_conformance import Target
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.ordinary import HOME, PROFILE_HOME
from greentic_session_conformance.run.plan import select
from greentic_session_conformance.run.preflight import NotRunnableError, preflight
from greentic_session_conformance.targets.target import CallableTarget

from greentic_session import ErrorCode, GreenticError, InMemorySessionStore, SessionCursor, SessionData, TenantCtx


class InMemory(Target):
    """A correct target, but for what a subclass does to it."""

    def open_storage(self):
        return InMemorySessionStore()

    def open_store(self, storage):
        return storage

    def close_store(self, store):
        pass


class LeftFromEarlier(InMemory):
    """Its storages hold a session of an earlier run."""

    def open_storage(self):
        store = InMemorySessionStore()
        ctx = TenantCtx.new("dev", "tenant-42").with_user("user-7")
        store.create_session(ctx, SessionData(ctx, "flow", SessionCursor("node"), "{}"))
        return store


class NotCleanedUp(InMemory):
    """Its one storage is opened again and again, and never emptied."""

    isolated = False

    def __init__(self):
        self.place = InMemorySessionStore()

    def open_storage(self):
        return self.place


class Reused(InMemory):
    """Its two storages are taken in turn, and never emptied."""

    def __init__(self):
        self.places = [InMemorySessionStore(), InMemorySessionStore()]
        self.opened = 0

    def open_storage(self):
        self.opened += 1
        return self.places[self.opened % 2]


class Linked(InMemorySessionStore):
    """A store that reaches into others."""

    every = ()

    def __init__(self):
        super().__init__()
        Linked.every = (*Linked.every, self)

    def others(self):
        return [store for store in Linked.every if store is not self]


class RemovesEverywhere(Linked):
    def remove_session(self, key):
        for store in self.others():
            if store.get_session(key) is not None:
                InMemorySessionStore.remove_session(store, key)
        super().remove_session(key)


class FindsEverywhere(Linked):
    def find_by_user(self, ctx, user):
        for store in (self, *self.others()):
            found = InMemorySessionStore.find_by_user(store, ctx, user)
            if found is not None:
                return found
        return None


class GetsEverywhere(Linked):
    def get_session(self, key):
        for store in (self, *self.others()):
            found = InMemorySessionStore.get_session(store, key)
            if found is not None:
                return found
        return None


class OneSetOfKeys(Linked):
    def create_session(self, ctx, data, key=None):
        if key is not None and any(store.get_session(key) for store in self.others()):
            raise GreenticError(ErrorCode.CONFLICT, "taken")
        return super().create_session(ctx, data, key)


def look(target):
    conditions = Conditions(operation_timeout=5, broken={})
    return preflight(target, conditions), conditions


@pytest.fixture(autouse=True)
def _no_links():
    Linked.every = ()


@pytest.mark.rule("VERD-21")
@pytest.mark.parametrize(
    ("target", "words"),
    [
        (LeftFromEarlier(), "holds a session already, perhaps from an earlier run"),
        (NotCleanedUp(), "holds the session that was put into the one closed before"),
        (Reused(), "holds the session that was put into the one closed before"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_storage_that_is_not_fresh_is_no_storage(target, words):
    with pytest.raises(NotRunnableError, match=words) as caught:
        look(target)
    assert "close_storage must clean up" in str(caught.value)


@pytest.mark.rule("VERD-21")
@pytest.mark.parametrize(
    ("store", "words"),
    [
        (RemovesEverywhere, "a remove in one storage reaches a session in another"),
        (FindsEverywhere, "see each other's sessions"),
        (GetsEverywhere, "see each other's sessions"),
        (OneSetOfKeys, "a key that is given in one storage is taken in another"),
    ],
)
def test_storages_that_share_anything_are_no_storages(store, words):
    with pytest.raises(NotRunnableError, match=words) as caught:
        look(CallableTarget(store, "store"))
    assert "fresh, empty place" in str(caught.value)


class CallsRequestsKeys(InMemorySessionStore):
    """Its ``key`` is that of a request, which no store of the service takes twice, and no session's."""

    requests = set()  # noqa: RUF012 - of all stores

    def create_session(self, ctx, data, key=None):
        if key is not None and key in self.requests:
            raise GreenticError(ErrorCode.CONFLICT, "this request was made before")
        self.requests.add(key)
        return super().create_session(ctx, data)


@pytest.mark.rule("VERD-14")
def test_what_is_called_key_and_is_no_sessions_key_is_not_judged():
    look(CallableTarget(CallsRequestsKeys, "store"))


class ReadsOnce(InMemorySessionStore):
    def get_session(self, key):
        found = super().get_session(key)
        if found is not None:
            self.remove_session(key)
        return found


@pytest.mark.rule("VERD-21")
def test_what_a_store_does_by_itself_is_no_fault_of_its_storages():
    assert look(CallableTarget(ReadsOnce, "store"))[0] == ("keyed-create",)


class Forgets(InMemorySessionStore):
    def get_session(self, key):
        return None


class CannotCreate(InMemorySessionStore):
    def create_session(self, ctx, data, key=None):
        raise RuntimeError


class CannotFind(InMemorySessionStore):
    def find_by_user(self, ctx, user):
        raise RuntimeError


class HasNoFind(InMemorySessionStore):
    find_by_user = None


class CannotUpdate(InMemorySessionStore):
    def update_session(self, key, data):
        raise RuntimeError


class CannotRemove(InMemorySessionStore):
    def remove_session(self, key):
        raise RuntimeError


class UpdateHasNoEffect(InMemorySessionStore):
    def update_session(self, key, data):
        pass


class RemoveHasNoEffect(InMemorySessionStore):
    def remove_session(self, key):
        pass


class CannotCreateWithATeam(InMemorySessionStore):
    def create_session(self, ctx, data, key=None):
        if ctx.effective_team is not None:
            raise RuntimeError
        return super().create_session(ctx, data, key)


NEVER_WORK = [
    (Forgets, "OPS-02"),
    (CannotCreate, "OPS-01"),
    (CannotFind, "ROUTE-01"),
    (HasNoFind, "ROUTE-01"),
    (CannotUpdate, "OPS-08"),
    (CannotRemove, "OPS-10"),
    (UpdateHasNoEffect, "OPS-08"),
    (RemoveHasNoEffect, "OPS-10"),
]


@pytest.mark.rule("VERD-08", "VERD-21")
@pytest.mark.parametrize(("store", "rule"), NEVER_WORK)
def test_an_operation_that_never_works_is_told_by_one_rule(store, rule):
    target = CallableTarget(store, "store")
    _, conditions = look(target)
    results = [judge(check, target, conditions) for check in select(["core"]).checks()]
    assert {result.rule for result in results if result.outcome == "failed"} == {rule}
    assert any("never works" in result.reason for result in results if result.outcome == "not-judged")


@pytest.mark.rule("VERD-02")
def test_an_operation_that_works_at_times_is_blamed_on_the_rule_that_it_breaks():
    target = CallableTarget(CannotCreateWithATeam, "store")
    _, conditions = look(target)
    results = [judge(check, target, conditions) for check in checks() if check.rule.id == "FENCE-13"]
    assert {(result.outcome, result.rule) for result in results} == {("failed", "FENCE-13")}


def test_a_right_target_is_run_and_left_empty():
    opened = []

    class Watched(InMemory):
        def open_storage(self):
            opened.append(InMemorySessionStore())
            return opened[-1]

    look(Watched())
    assert len(opened) == 3


class WithoutInstances:
    """A store that is a class."""

    made = InMemorySessionStore()
    create_session = made.create_session
    get_session = made.get_session
    update_session = made.update_session
    remove_session = made.remove_session
    find_by_user = made.find_by_user


class TellsNothing:
    """Whoever asks for an operation gets an error."""

    def __getattr__(self, name):
        raise RuntimeError(name)


@pytest.mark.rule("VERD-06")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "the target gave None"),
        ({}, "the target gave a dict, which has none of the five operations"),
        ((InMemorySessionStore(), None), "the target gave a tuple"),
        ((store for store in ()), "the target gave a generator"),
        (InMemorySessionStore, "the target gave the class InMemorySessionStore, not a store"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_be_no_store_is_named(given, words):
    with pytest.raises(NotRunnableError, match=words) as caught:
        look(CallableTarget(lambda: given, "store"))
    assert "does its function" in str(caught.value)


@pytest.mark.rule("VERD-06")
@pytest.mark.parametrize("given", [WithoutInstances, TellsNothing()], ids=["a class", "a store that raises"])
def test_what_may_be_a_store_is_left_to_the_rules(given):
    class OneAtATime(InMemory):
        isolated = False

        def open_store(self, storage):
            return given

        def close_storage(self, storage):
            WithoutInstances.made.__init__()

    look(OneAtATime())


@pytest.mark.rule("VERD-06")
def test_who_claims_documents_alone_needs_no_store():
    class Decoder(Target):
        profiles = frozenset({"codec"})

        def decode(self, text):
            return SessionData.from_json(text).to_json()

        def derive(self, function, a, b, c):
            return f"{function}:{a}:{b}:{c}"

    assert look(Decoder())[0] == ("mapping",)


@pytest.mark.rule("VERD-15")
def test_a_method_that_only_this_target_has_counts_as_defined():
    target = InMemory()
    target.decode = lambda _: b""
    assert look(target)[0] == ("keyed-create", "codec")


class TakesNoKey(InMemorySessionStore):
    def create_session(self, ctx, data):
        return super().create_session(ctx, data)


@pytest.mark.rule("VERD-15")
def test_a_claimed_profile_without_its_operations_is_one_broken_rule():
    target = CallableTarget(TakesNoKey, "store", ("core", "keyed-create", "concurrent"))
    offers, conditions = look(target)
    assert offers == ()
    planned = [check for check in select(target.profiles).checks() if "keyed-create" in check.profiles]
    results = [judge(check, target, conditions) for check in planned]
    (failed,) = [result for result in results if result.outcome == "failed"]
    assert (failed.rule, failed.got) == ("KEY-05", "no parameter key of create_session")
    assert {result.outcome for result in results} == {"failed", "not-judged"}


def test_the_rule_of_a_missing_profile_is_one_of_it_and_has_a_check():
    judged = {rule: check.rule.profile for check in checks() for rule in check.rules}
    assert {profile: judged[rule] for profile, rule in PROFILE_HOME.items()} == {name: name for name in PROFILE_HOME}
    assert {judged[rule] for rule in HOME.values()} == {"core"}
