"""Doors 1 and 2: the suite inside somebody else's pytest."""

import json

import pytest

STORES = '''
import asyncio, os, threading, time
from greentic_session import InMemorySessionStore, SessionCursor, SessionData, TenantCtx

class Right(InMemorySessionStore):
    pass

class MovesTeams(InMemorySessionStore):
    """FENCE-05: an update to another team is done."""
    def update_session(self, key, data):
        old = self.get_session(key)
        if old is not None and old.tenant_ctx.effective_team != data.tenant_ctx.effective_team:
            self.remove_session(key)
            self.create_session(data.tenant_ctx, data, key=key)
        else:
            super().update_session(key, data)

class Leaks(InMemorySessionStore):
    """ERR-04: a refusal names the stored user."""
    def update_session(self, key, data):
        try:
            super().update_session(key, data)
        except Exception as error:
            old = self.get_session(key)
            if old is not None:
                error.message = f"{error.message} {old.tenant_ctx.effective_user}"
            raise

class ReadsOnce(InMemorySessionStore):
    """OPS-14: a session is handed out once."""
    def get_session(self, key):
        found = super().get_session(key)
        if found is not None:
            self.remove_session(key)
        return found

class Blocks(InMemorySessionStore):
    def remove_session(self, key):
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()

class Exits(InMemorySessionStore):
    def remove_session(self, key):
        os._exit(7)

class Swallows(InMemorySessionStore):
    def remove_session(self, key):
        while True:
            try:
                time.sleep(1)
            except BaseException:
                pass

class Async:
    def __init__(self):
        self.store = InMemorySessionStore()
    async def create_session(self, ctx, data):
        return self.store.create_session(ctx, data)
    async def get_session(self, key):
        return self.store.get_session(key)
    async def update_session(self, key, data):
        self.store.update_session(key, data)
    async def remove_session(self, key):
        self.store.remove_session(key)
    async def find_by_user(self, ctx, user):
        return self.store.find_by_user(ctx, user)

class Client:
    """Connects at its first call, and is of no use on another loop, or on one that has been closed."""
    loop = None
    async def call(self, operation, *arguments):
        if self.loop is None:
            self.loop = asyncio.get_running_loop()
        assert self.loop is asyncio.get_running_loop(), "the client is connected on another loop"
        return operation(*arguments)

class Connects(Async):
    def __init__(self, client=None):
        super().__init__()
        self.client = client or Client()
    async def create_session(self, ctx, data):
        return await self.client.call(self.store.create_session, ctx, data)
    async def get_session(self, key):
        return await self.client.call(self.store.get_session, key)
    async def find_by_user(self, ctx, user):
        return await self.client.call(self.store.find_by_user, ctx, user)

CLIENT = Client()
def connected():
    return Connects(CLIENT)

class NeverEnds(Async):
    async def remove_session(self, key):
        while True:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                pass

SHARED = InMemorySessionStore()
def shared():
    return SHARED

def one_place():
    handle = Async()
    handle.store = SHARED
    return handle

GIVEN = []
def again():
    GIVEN.append(InMemorySessionStore() if len(GIVEN) < 3 else GIVEN[2])
    return GIVEN[-1]

def held():
    store, ctx = Right(), TenantCtx.new("dev", "tenant-42").with_user("user-7")
    store.create_session(ctx, SessionData(ctx, "flow", SessionCursor("node"), "{}"))
    return store

class HoldsAThousand(InMemorySessionStore):
    held = 0
    def create_session(self, ctx, data, key=None):
        if self.held == 1000:
            raise MemoryError("full")
        key = super().create_session(ctx, data, key)
        self.held += 1
        return key
    def remove_session(self, key):
        super().remove_session(key)
        self.held -= 1

class BlocksAtCreate(InMemorySessionStore):
    def create_session(self, ctx, data, key=None):
        Blocks.remove_session(self, key)
'''
DOOR_1 = """
import pytest
import stores
from greentic_session_conformance import SessionStoreConformance

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def store(self):
        return stores.{store}()
"""


def report_of(tmp_path, folder="reports"):
    return json.loads((tmp_path / folder / "report.json").read_text())


def broken(report):
    return {item["id"] for item in report["requirements"] if item["status"] == "failed"}


@pytest.mark.parametrize("store", ["Right", "Async", "connected"])
def test_a_right_store_conforms_at_door_1(run_pytest, tmp_path, store):
    done = run_pytest(stores=STORES, test_mine=DOOR_1.format(store=store))
    assert done.returncode == 0, done.stdout
    assert report_of(tmp_path)["verdict"] == "conformant"
    assert "FENCE-05  passed" in done.stdout
    assert "verdict CONFORMANT" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"stores.py", "test_mine.py", "reports"}


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize(("store", "rule"), [("MovesTeams", "FENCE-05"), ("Leaks", "ERR-04"), ("ReadsOnce", "OPS-14")])
def test_a_wrong_store_is_told_the_same_at_every_door(run_pytest, run_suite, tmp_path, store, rule):
    files = {"stores": STORES, "test_mine": DOOR_1.format(store=store)}
    first = run_pytest("test_mine.py", "--session-seed", "1", **files)
    second = run_pytest(
        "--pyargs",
        "greentic_session_conformance",
        "--session-store",
        f"stores:{store}",
        "--session-seed",
        "1",
        "--session-report",
        "two",
        **files,
    )
    third = run_suite("conformance", f"stores:{store}", "--report", "three", "--seed", "1")
    assert [first.returncode, second.returncode, third.returncode] == [1, 1, 1], second.stdout
    found = [broken(report_of(tmp_path, folder)) for folder in ("reports", "two", "three")]
    assert rule in found[0]
    assert found[0] - {"OPS-06"} == found[1] - {"OPS-06"} == found[2] - {"OPS-06"}
    assert rule in first.stdout
    assert "put the store of your fixture here" in (tmp_path / "reports" / "repro" / f"{rule}.py").read_text()


@pytest.mark.rule("VERD-14")
@pytest.mark.parametrize(("store", "offers"), [("Right", ["keyed-create"]), ("Async", [])])
def test_what_a_lent_store_offers_beyond_its_claims_is_named(run_pytest, tmp_path, store, offers):
    done = run_pytest("-k", "OPS_01", stores=STORES, test_mine=DOOR_1.format(store=store))
    assert report_of(tmp_path)["target"]["offers"] == offers
    assert ("seems to offer it: keyed-create" in done.stdout) is bool(offers)


@pytest.mark.parametrize("selection", [["-k", "FENCE"], ["--session-rule", "FENCE-05"]])
def test_a_selection_is_partial(run_pytest, tmp_path, selection):
    done = run_pytest(*selection, stores=STORES, test_mine=DOOR_1.format(store="Right"))
    assert done.returncode == 0, done.stdout
    assert report_of(tmp_path)["verdict"] == "partial"


@pytest.mark.rule("VERD-21")
@pytest.mark.parametrize(
    ("maker", "words"),
    [
        ("shared", "that an earlier test has had"),
        ("one_place", "see each other's sessions"),
        ("again", "that an earlier test has had"),
        ("held", "holds a session already"),
        ("print", "gives None"),
        ("dict", "gives a dict, which has none of the five operations"),
        ("Right.mro", "gives a list"),
    ],
)
def test_a_fixture_that_gives_no_fresh_store_is_not_run(run_pytest, tmp_path, maker, words):
    text = DOOR_1.format(store=maker).replace("stores.print", "print").replace("stores.dict", "dict")
    done = run_pytest("-k", "OPS_01 or OPS_02 or FENCE_05", stores=STORES, test_mine=text)
    assert done.returncode == 1
    assert "the target can't be run" in done.stdout
    assert words in report_of(tmp_path)["reason"]
    assert (
        "fresh, empty one" in report_of(tmp_path)["reason"]
        or "does its function return" in report_of(tmp_path)["reason"]
    )
    assert broken(report_of(tmp_path)) == set()


@pytest.mark.rule("VERD-21")
def test_nothing_is_put_into_a_store_before_it_is_judged(run_pytest, tmp_path):
    done = run_pytest("-k", "OPS_13", stores=STORES, test_mine=DOOR_1.format(store="HoldsAThousand"))
    assert done.returncode == 0, done.stdout
    assert {item["id"]: item["status"] for item in report_of(tmp_path)["requirements"]}["OPS-13"] == "passed"


@pytest.mark.rule("VERD-09")
def test_a_store_whose_create_hangs_is_judged_for_it(run_pytest, tmp_path):
    arguments = ("--session-operation-timeout", "0.3", "-k", "OPS")
    done = run_pytest(*arguments, stores=STORES, test_mine=DOOR_1.format(store="BlocksAtCreate"))
    assert done.returncode == 1
    report = report_of(tmp_path)
    assert report["verdict"] == "non-conformant"
    hung = [failure["hung"] for item in report["requirements"] for failure in item["failures"]]
    assert hung == ["create_session", "create_session"]


@pytest.mark.rule("VERD-09")
@pytest.mark.parametrize("store", ["Blocks", "NeverEnds"])
def test_a_hang_that_can_be_interrupted_is_named_and_the_run_goes_on(run_pytest, tmp_path, store):
    arguments = ("--session-operation-timeout", "0.3", "-k", "OPS")
    done = run_pytest(*arguments, stores=STORES, test_mine=DOOR_1.format(store=store))
    assert done.returncode == 1
    report = report_of(tmp_path)
    assert report["verdict"] == "non-conformant"
    hung = [failure["hung"] for item in report["requirements"] for failure in item["failures"]]
    assert hung == ["remove_session", "remove_session"]
    assert "2 times in this run and isn't called again" in done.stdout


@pytest.mark.rule("VERD-10")
@pytest.mark.parametrize("store", ["Exits", "Swallows"])
def test_a_store_that_takes_its_process_down_is_named_in_a_report(run_pytest, tmp_path, store):
    arguments = ("--session-operation-timeout", "0.3", "-k", "OPS_10")
    done = run_pytest(*arguments, stores=STORES, test_mine=DOOR_1.format(store=store))
    assert done.returncode != 0
    assert "OPS-10 a_removed_session_is_gone was running" in done.stdout
    assert broken(report_of(tmp_path)) == {"OPS-10"}


def test_workers_make_one_report_of_the_whole(run_pytest, tmp_path):
    done = run_pytest("-n", "2", stores=STORES, test_mine=DOOR_1.format(store="Right"))
    assert done.returncode == 0, done.stdout
    report = report_of(tmp_path)
    assert (report["verdict"], len(report["requirements"])) == ("conformant", 70)


@pytest.mark.rule("VERD-06")
def test_of_a_target_that_has_one_storage_at_a_time_no_two_workers_want_one(run_pytest, tmp_path):
    text = """
from greentic_session import InMemorySessionStore
from greentic_session_conformance import SessionStoreConformance, Target
import pytest

class OneAtATime(Target):
    isolated = False

    def open_storage(self):
        return InMemorySessionStore()

    def open_store(self, storage):
        return storage

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def target(self):
        return OneAtATime
"""
    done = run_pytest("-n", "2", "-k", "OPS", test_mine=text)
    assert done.returncode == 1
    assert report_of(tmp_path)["verdict"] == "not-run"
    assert "2 workers run: give -n 0" in done.stdout
    done = run_pytest("-n", "1", "-k", "OPS", test_mine=text)
    assert done.returncode == 0, done.stdout


def test_a_claim_that_a_fixture_cannot_show_is_incomplete(run_pytest, tmp_path):
    text = DOOR_1.format(store="Right").replace("    @pytest", '    profiles = {"core", "durable"}\n\n    @pytest')
    done = run_pytest(stores=STORES, test_mine=text)
    assert done.returncode == 1
    assert report_of(tmp_path)["verdict"] == "incomplete"


def test_a_pytest_without_conformance_tests_never_imports_the_suite(run_pytest):
    text = """
def test_nothing_is_loaded():
    import sys
    loaded = {name for name in sys.modules if name.startswith("greentic_session")}
    assert loaded <= {"greentic_session_conformance", "greentic_session_conformance.pytest_plugin"}, loaded
"""
    done = run_pytest("test_plain.py", test_plain=text)
    assert done.returncode == 0, done.stdout
