"""Reports as a run makes them, and some that no run of ours would make: every status, every verdict, hostile text."""

from dataclasses import replace

from greentic_session_conformance.checks import checks
from greentic_session_conformance.report.model import build
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.plan import select
from greentic_session_conformance.run.record import Record, TargetInfo

#: What a store's author, or somebody who talks to the store, might put into a name or a value.
HOSTILE = '</script><script>document.title="run"</script><img src=x onerror="document.title=1">&lt;]]>\0\x1b[31m\ud800\u202e`|\n# x'
DECLARED = {"reason": "the server can't do better", "link": "https://example.org/7", "expires": "2027-01-31"}


def check_of(rule):
    return next(check for check in checks() if check.rules[0] == rule)


def failure(rule, **told):
    told = {"expected": "this", "got": "that", "operations": ["create_session(e / t) → k1"], "script": "pass\n"} | told
    return Result(check_of(rule).name, "failed", rule, **told)


def undecided(rule, reason="its precondition failed"):
    return Result(check_of(rule).name, "not-judged", reason=reason)


def report(*changes, claims=("core",), rules=(), fatal="", ended_early="", interrupted=False, only=None, target=None):
    """The report of a run in which all passed but for what is given."""
    selection = select(claims, rule_ids=rules)
    changed = {result.check: result for result in changes}
    results = [changed.get(check.name, Result(check.name, "passed")) for check in selection.checks()]
    made = Record(target or TargetInfo("mypkg.MyStore", "2.1", "mypkg:MyStore"), selection, 7, results=results[:only])
    made.fatal, made.ended_early, made.interrupted = fatal, ended_early, interrupted
    return build(made)


def changed(made, rule, **members):
    """The report with another status, reason or deviation of one rule."""
    requirements = tuple(replace(item, **members) if item.id == rule else item for item in made.requirements)
    return replace(made, requirements=requirements)


def deviating(made, rule="FENCE-05", **declared):
    """The report with one broken rule declared beforehand."""
    made = changed(made, rule, status="deviation", deviation=DECLARED | declared)
    if not made.broken:
        made = replace(made, verdict="conformant", profiles=dict.fromkeys(made.profiles, "conformant"))
    return made


VERDICTS = {
    "conformant": report(claims=("core", "concurrent")),
    "conformant with 1 deviation": deviating(report(failure("FENCE-05"))),
    "non-conformant": report(failure("FENCE-05"), failure("ROUTE-13"), undecided("OPS-10")),
    "incomplete": report(undecided("FENCE-05")),
    "interrupted": report(interrupted=True, only=5),
    "ended early": report(ended_early="the store's process can't be started again", only=5),
    "partial": report(rules=["FENCE-05"]),
    "not run": report(fatal="its import raised ImportError: no module named mypkg"),
}


def of_every_status():
    """A report in which each status occurs."""
    made = report(
        failure("FENCE-05"),
        failure("FENCE-04"),
        failure("ROUTE-13"),
        undecided("OPS-10"),
        claims=("core", "redis-layout"),
    )
    made = changed(made, "OPS-02", status="not-covered", tests=())
    return deviating(made, "FENCE-04")


def hostile():
    """A report in which all that a store or its author can influence is hostile text."""
    told = dict.fromkeys(("expected", "got", "vector", "script", "hung"), HOSTILE) | {"operations": [HOSTILE] * 20}
    made = report(
        failure("FENCE-05", **told),
        failure("FENCE-04", **told),
        undecided("OPS-10", HOSTILE),
        target=TargetInfo(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,)),
        ended_early=HOSTILE,
    )
    return deviating(made, "FENCE-04", reason=HOSTILE, link="javascript:document.title=1", expires=HOSTILE)
