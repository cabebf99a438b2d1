"""Two runs with one seed give one report; a report holds all that it takes to make the second run."""

import json

import pytest
from greentic_session_conformance.rules import SPEC_VERSION, spec_hash

import greentic_session

STORES = '''
from greentic_session import InMemorySessionStore
from greentic_session_conformance import Target

class Loses(InMemorySessionStore):
    """DATA-02: white space at the end of a snapshot is lost; FENCE-05: an update to another team is done."""
    def update_session(self, key, data):
        old = self.get_session(key)
        if old is not None and old.tenant_ctx.effective_team != data.tenant_ctx.effective_team:
            self.remove_session(key)
            self.create_session(data.tenant_ctx, data, key)
        else:
            super().update_session(key, data)
    def create_session(self, ctx, data, key=None):
        return super().create_session(ctx, data.replace(context_json=data.context_json.rstrip()), key)

class LosesTarget(Target):
    name, version, profiles = "stores.Loses", "1.2", {"core", "keyed-create", "codec"}
    def open_storage(self):
        return Loses()
    def open_store(self, storage):
        return storage
    def close_store(self, store):
        pass
    def decode(self, text):
        return text
'''
DOOR_1 = """
import pytest
import stores
from greentic_session_conformance import SessionStoreConformance

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def target(self):
        return stores.LosesTarget()
"""
PYTEST = {
    "door 1": (),
    "door 1, two workers": ("-n", "2"),
    "door 2": ("--pyargs", "greentic_session_conformance", "--session-store", "stores:LosesTarget"),
}


def without_times(path):
    report = json.loads(path.read_text())
    assert report.pop("seconds") > 0
    return report


def scripts(folder):
    return {path.name: path.read_text() for path in sorted((folder / "repro").iterdir())}


@pytest.mark.rule("VERD-22")
def test_the_command_repeats_a_run(run_suite, tmp_path):
    (tmp_path / "stores.py").write_text(STORES)
    for folder in ("one", "two"):
        run_suite("conformance", "stores:LosesTarget", "--seed", "7", "--effort", "quick", "--report", folder)
    one, two = (without_times(tmp_path / folder / "report.json") for folder in ("one", "two"))
    assert one["verdict"] == "non-conformant"
    assert one == two
    assert scripts(tmp_path / "one") == scripts(tmp_path / "two") != {}


@pytest.mark.rule("VERD-22")
@pytest.mark.parametrize("options", PYTEST.values(), ids=PYTEST)
def test_pytest_repeats_a_run(run_pytest, tmp_path, options):
    files = {"stores": STORES, "test_mine": DOOR_1}
    for folder in ("one", "two"):
        # The order of the tests doesn't matter, nor which worker runs which.
        run_pytest(*options, "--session-seed", "7", "--session-report", folder, **files)
    one, two = (without_times(tmp_path / folder / "report.json") for folder in ("one", "two"))
    assert one["verdict"] == "non-conformant"
    assert one == two


@pytest.mark.rule("VER-03", "VERD-22")
def test_a_report_holds_what_a_second_run_needs(run_suite, tmp_path):
    (tmp_path / "stores.py").write_text(STORES)
    run_suite("conformance", "stores:LosesTarget", "--effort", "quick", "--rule", "OPS-02")
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert report["seed"] >= 0
    assert (report["effort"], report["suite_version"]) == ("quick", greentic_session.__version__)
    assert (report["spec_version"], report["spec_hash"]) == (SPEC_VERSION, spec_hash())
    target = {name: report["target"][name] for name in ("name", "version", "spec", "claims")}
    assert target == {
        "name": "stores.Loses",
        "version": "1.2",
        "spec": "stores:LosesTarget",
        "claims": ["codec", "core", "keyed-create"],
    }
