"""The door: what turns a pytest session into runs of the suite and their reports."""

import json
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from greentic_session_conformance.case import Conditions, TargetFault
from greentic_session_conformance.case.limit import Limit
from greentic_session_conformance.case.loop import Loop
from greentic_session_conformance.checks import Check, checks
from greentic_session_conformance.deviations import Deviation, DeviationsError, read_deviations
from greentic_session_conformance.door.book import Book, Event
from greentic_session_conformance.door.explain import failure_text
from greentic_session_conformance.door.guard import kept_from_running, left_out, place_of
from greentic_session_conformance.door.lent import LentStores
from greentic_session_conformance.door.watchdog import Watchdog
from greentic_session_conformance.pytest_plugin import MARK
from greentic_session_conformance.report.wording import notices, summary_of, unclaimed
from greentic_session_conformance.rules import rules
from greentic_session_conformance.run.judge import Result, judge
from greentic_session_conformance.run.plan import Selection, SelectionError, select_for
from greentic_session_conformance.run.preflight import NotRunnableError, offered, preflight
from greentic_session_conformance.run.record import info_of, name_of, today
from greentic_session_conformance.suite import test_name
from greentic_session_conformance.targets.named import TargetLoadError, TargetNameError, load_target
from greentic_session_conformance.targets.target import CallableTarget, LentTarget, Target

if TYPE_CHECKING:
    from greentic_session_conformance.report.model import Report

_DOOR_2 = "greentic_session_conformance.test_session_store"


class _Suite:
    """One class of conformance tests: its target as far as it is known, and what its checks have in common."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.selection: Selection | None = None
        self.fatal = ""
        self.kind = ""
        self.lent = LentStores()
        self.told: list[Event] = []

    def refuse_if_fatal(self) -> None:
        """Don't try again what can't be run."""
        if self.fatal:
            raise NotRunnableError(self.fatal)


class Door:
    """The part of the plugin that works once there is something to judge.

    Args:
        config: pytest's configuration.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        option = config.getoption
        workers = getattr(config, "workerinput", None)
        seed = option("--session-seed")
        if seed is None:
            seed = int(workers["testrunuid"], 16) % 2**32 if workers else random.SystemRandom().getrandbits(32)
        self._seed: int = seed
        self._effort: str = option("--session-effort")
        self._timeout: float = option("--session-operation-timeout")
        self._folder = Path(option("--session-report")).absolute()
        self._is_worker = workers is not None
        self._workers = int(workers["workercount"]) if workers else 1
        self._deviations = self._declared(option("--session-deviations"))
        self._book = Book(self._seed, self._effort, self._deviations)
        self._suites: dict[str, _Suite] = {}
        self._named: Target | None = None
        #: Where the stores that fixtures give are called if they are async, as their clients may be shared by all tests.
        self._loop = Loop()
        self._watchdog: Watchdog | None = None
        self._reports: list[tuple[Report, Path]] = []

    @staticmethod
    def _declared(path: str | None) -> tuple[Deviation, ...]:
        try:
            return () if path is None else read_deviations(Path(path))
        except DeviationsError as error:
            raise pytest.UsageError(str(error)) from None

    # -- which tests

    def select(self, items: list[pytest.Item]) -> None:
        """Leave out the tests whose profiles or rules aren't claimed or were not asked for.

        Raises:
            pytest.UsageError: the target's name, a profile or a rule is wrong.
        """
        kept: list[pytest.Item] = []
        left: list[pytest.Item] = []
        by_name = {test_name(check): check for check in checks()}
        selections: dict[type, Selection | None] = {}
        absent: dict[type, dict[str, str]] = {}
        for item in items:
            cls = getattr(item, "cls", None)
            if cls is None or not hasattr(cls, MARK):
                kept.append(item)
                continue
            if cls not in selections:
                selections[cls] = self._known_selection(cls)
                absent[cls] = left_out(cls)
            check = by_name.get(getattr(item, "originalname", item.name))
            selection = selections[cls]
            if check is not None:
                item.extra_keyword_matches.update(check.rules, [rules()[rule].profile for rule in check.rules])
            chosen = check is None or selection is None or any(selection.judges(rules()[rule]) for rule in check.rules)
            (kept if chosen else left).append(item)
            if chosen and check is not None:
                # Whatever becomes of the test, its report carries what was planned (rule VERD-20).
                planned = _planned(item, check, selection, absent[cls])
                item.user_properties.append((MARK, [planned]))
        if left:
            self._config.hook.pytest_deselected(items=left)
            items[:] = kept

    def _known_selection(self, cls: type) -> Selection | None:
        """What a class judges, where that can be told without its fixture: of a store that a fixture gives, and at door 2."""
        if cls.__module__ == _DOOR_2:
            return self._selection(self.named_target())
        if hasattr(cls, "store") and not hasattr(cls, "target"):
            return self._selection(LentTarget(cls.__name__, tuple(getattr(cls, "profiles", ())) or ("core",)))
        return None

    def _selection(self, target: Target, also: tuple[str, ...] = ()) -> Selection:
        profiles = [*self._config.getoption("--session-profile"), *also]
        single = self._config.getoption("--session-rule")
        try:
            return select_for(target, profiles=profiles, rule_ids=single)
        except SelectionError as error:
            raise pytest.UsageError(str(error)) from None

    def named_target(self) -> Target:
        """The target that ``--session-store`` names.

        Raises:
            pytest.UsageError: the option is missing, or names nothing that can be had.
        """
        name = self._config.getoption("--session-store")
        if name is None:
            message = "--session-store is missing: pytest --pyargs greentic_session_conformance --session-store package.module:name"
            raise pytest.UsageError(message)
        if self._named is None:
            try:
                self._named = load_target(name)
            except (TargetNameError, TargetLoadError) as error:
                raise pytest.UsageError(str(error)) from None
        return self._named

    # -- judging

    def judge_for(self, request: pytest.FixtureRequest) -> Callable[[Check], None]:
        """What a test of a conformance class calls with its check."""
        cls = request.cls
        key, _ = place_of(request.node.nodeid)
        suite = self._suites.setdefault(key, _Suite(Conditions(self._seed, self._effort, self._timeout, broken={})))
        events: list[Event] = []

        def take(event: Event) -> None:
            events.append({"suite": key, **event})
            if self._watchdog is not None:
                self._watchdog.journal.take(events[-1])

        request.node.user_properties.append((MARK, events))
        self._watch(suite)
        for told in suite.told:
            take(told)
        try:
            suite.refuse_if_fatal()
            target, store = self._open(request, cls, suite)
            self._prepare(suite, target, store, cls, take)
        except NotRunnableError as error:
            suite.fatal = str(error)
            take({"fatal": str(error), "name": cls.__name__})
            pytest.fail(f"the target can't be run: {error}", pytrace=False)

        def run(check: Check) -> None:
            if check not in checks():
                pytest.fail(f"{check.name} is no check of the suite", pytrace=False)
            self._judge(check, request, suite, target, store, take)

        return run

    def _watch(self, suite: _Suite) -> None:
        if self._watchdog is None:
            self._watchdog = Watchdog(
                self._config,
                self._folder,
                self._seed,
                self._effort,
                self._timeout,
                deviations=self._config.getoption("--session-deviations"),
                write=not self._is_worker,
            )
        suite.conditions.pulse = self._watchdog.pulse

    def _open(self, request: pytest.FixtureRequest, cls: type, suite: _Suite) -> tuple[Target, Any]:
        """The target and, where the fixture gives a store, that store."""
        name = self._fixture(request, cls)
        suite.conditions.pulse.clear()
        try:
            given = request.getfixturevalue(name)
        except pytest.FixtureLookupError:
            message = f"{cls.__name__} has neither a fixture `store`, which gives a fresh store, nor `target`, which gives a Target"
            raise NotRunnableError(message) from None
        except Exception as error:
            message = f"the fixture `{name}` of {cls.__name__} raised {type(error).__name__}: {error}"
            raise NotRunnableError(message) from error
        if name == "target":
            target = given() if isinstance(given, type) else given
            if not isinstance(target, Target):
                message = (
                    f"the fixture `target` gives a {type(given).__name__}, not a greentic_session_conformance.Target"
                )
                raise NotRunnableError(message)
            return target, None
        claims = tuple(getattr(cls, "profiles", ())) or ("core",)
        kind = f"{type(given).__module__}.{type(given).__qualname__}"
        suite.kind = suite.kind or kind
        return LentTarget(kind, claims, self._loop), given

    @staticmethod
    def _fixture(request: pytest.FixtureRequest, cls: type) -> str:
        for name in ("target", "store"):
            if hasattr(cls, name):
                return name
        try:
            request.getfixturevalue("store")
        except pytest.FixtureLookupError:
            return "target"
        return "store"

    def _prepare(self, suite: _Suite, target: Target, store: Any, cls: type, take: Callable[[Event], None]) -> None:
        """Before the first check: what is judged, and can the target be run at all?"""
        named = self._config.getoption("--session-store") if cls.__module__ == _DOOR_2 else None
        suite.conditions.target_name = named
        if isinstance(target, LentTarget):
            suite.lent.accept(target, store, suite.conditions)
        if suite.selection is not None:
            return
        if not target.isolated and self._workers > 1:
            message = f"only one storage of it can be open at a time, and {self._workers} workers run: give -n 0"
            raise NotRunnableError(message)
        also = () if isinstance(target, CallableTarget) else tuple(getattr(cls, "profiles", ()))
        suite.selection = self._selection(target, also)
        offers = () if store is None else offered(target, store)
        told: Event = {
            "target": asdict(info_of(target, named or "", suite.selection.claims, offers)),
            "selection": _told(suite.selection),
            "seed": self._seed,
        }
        suite.told.append(told)
        take(told)
        if store is None:
            offers = preflight(target, suite.conditions)
            suite.told[0] = {
                **told,
                "target": asdict(info_of(target, named or "", suite.selection.claims, offers)),
            }
            take(suite.told[0])

    def _judge(
        self,
        check: Check,
        request: pytest.FixtureRequest,
        suite: _Suite,
        target: Target,
        store: Any,
        take: Callable[[Event], None],
    ) -> None:
        assert suite.selection is not None
        if not any(suite.selection.judges(rules()[rule]) for rule in check.rules):
            pytest.skip(f"not claimed: {', '.join(sorted(check.profiles - suite.selection.profiles))}")
        suite.conditions.command = (
            f"pytest '{request.node.nodeid}'" if store is not None or suite.conditions.target_name is None else ""
        )
        if store is not None and target.name != suite.kind:
            reason = (
                f"the fixture `store` gave a {target.name} here and a {suite.kind} before: a verdict is about one store"
            )
            take({"left_out": {check.name: reason}})
            pytest.skip(reason)
        take({"start": check.name})
        try:
            result = judge(check, target, suite.conditions, store)
        except TargetFault as error:
            suite.fatal = str(error)
        if suite.fatal:
            take({"fault": suite.fatal})
            pytest.fail(f"the target can't be run: {suite.fatal}", pytrace=False)
        take({"result": result.as_dict()})
        if isinstance(target, LentTarget) and not result.hung:
            suite.lent.leave_trace(target, store, suite.conditions)
        self._conclude(result, target)

    def _conclude(self, result: Result, target: Target) -> None:
        if result.outcome == "not-judged":
            pytest.skip(f"not judged: {result.reason}")
        if result.outcome == "failed":
            text = failure_text(result, self._folder)
            excuse = self._excuse(result.rule, name_of(target))
            if excuse is not None:
                pytest.xfail(f"a deviation until {excuse.expires} ({excuse.reason}): {text}")
            if rules()[result.rule].level != "MUST":
                pytest.xfail(f"recommended and not kept: {text}")
            pytest.fail(text, pytrace=False)

    def _excuse(self, rule: str, target: str) -> Deviation | None:
        """The deviation that excuses a breach, if there is one."""
        about = (item for item in self._deviations if item.rule == rule and item.target in {"", target})
        return next((item for item in about if not item.has_expired(today())), None)

    # -- reporting

    def take(self, report: pytest.TestReport) -> None:
        """Take the events of a test, once, when it is over, and before that why it was kept from running."""
        suite, check = place_of(report.nodeid)
        if report.when != "teardown" and check is not None and (reason := kept_from_running(report)):
            self._book.take({"suite": suite, "left_out": {check.name: reason}})
        if report.when == "teardown":
            for name, events in report.user_properties:
                if name == MARK:
                    for event in events if isinstance(events, list) else json.loads(str(events)):
                        self._book.take(event)

    def take_crash(self, report: pytest.TestReport) -> None:
        """Take what xdist reports of a test during which its worker process died."""
        suite, check = place_of(report.nodeid)
        if check is not None:
            expected = "every operation returns, and leaves its process alive"
            result = Result(check.name, "failed", check.rules[0], expected=expected, got="the store's process ended")
            self._book.take({"suite": suite, "result": result.as_dict()})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports, and fail the session where a verdict asks for it."""
        if self._watchdog is not None:
            with Limit(self._timeout, self._watchdog.pulse) as limit:
                limit.close(self._loop)
            self._watchdog.stop()
        if self._is_worker:
            return
        interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        for record in self._book.records.values():
            record.interrupted = interrupted
        selected = self._user_selected()
        if selected:
            planned = self._book.planned
            self._book.choose(rule for check in checks() if check.name in planned for rule in check.rules)
        self._reports = self._book.reports(self._folder)
        wrong = any(report.verdict in {"non-conformant", "not-run"} for report, _ in self._reports)
        unfinished = any(
            report.verdict == "incomplete" and (not selected or not report.has_judged) for report, _ in self._reports
        )
        if (wrong or unfinished) and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _user_selected(self) -> bool:
        """Whether the user has selected tests by pytest's own means."""
        option = self._config.option
        chosen = (
            option.keyword,
            option.markexpr,
            getattr(option, "deselect", None),
            getattr(option, "lf", False),
        )
        return any(chosen) or any("::test_" in argument for argument in self._config.args)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print a line a rule and the verdict."""
        for report, folder in self._reports:
            terminalreporter.section(f"conformance of {report.target.name}")
            if self._config.get_verbosity() >= 0:
                for item in report.requirements:
                    terminalreporter.write_line(
                        f"{item.id:9} {item.status:11} {item.title}" + (f" ({item.reason})" if item.reason else "")
                    )
            for line in filter(None, (*notices(report), unclaimed(report))):
                terminalreporter.write_line(line)
            profiles = ", ".join(f"{name} {verdict}" for name, verdict in report.profiles.items())
            terminalreporter.write_line(
                f"verdict {report.verdict.upper()}{summary_of(report)}   {profiles}   seed {report.seed}   {folder / 'report.html'}"
            )


def _told(selection: Selection) -> dict[str, list[str]]:
    return {name: sorted(getattr(selection, name)) for name in ("claims", "profiles", "rules")}


def _planned(item: pytest.Item, check: Check, selection: Selection | None, absent: dict[str, str]) -> Event:
    suite, _ = place_of(item.nodeid)
    event: Event = {"suite": suite, "planned": check.name}
    if absent:
        event["left_out"] = absent
    if selection is not None:
        event["selection"] = _told(selection)
    return event
