"""Decision tables of the tenant fence, from chapter 3 of the specification."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Row = dict[str, Any]
Ctx = dict[str, Any]
Name = str | None


class Names(NamedTuple):
    """What a context says about where it belongs, each name of a pair by itself."""

    env: str = "e"
    tenant: str = "t"
    tenant_id: str = "t"
    team: Name = None
    team_id: Name = None
    user: Name = None
    user_id: Name = None

    @property
    def effective_team(self) -> Name:
        """The newer name where it is present, else the older."""
        return self.team if self.team_id is None else self.team_id

    @property
    def effective_user(self) -> Name:
        """The newer name where it is present, else the older."""
        return self.user if self.user_id is None else self.user_id

    def ctx(self) -> Ctx:
        """The TenantCtx as JSON, in the order of the model, absent members left out."""
        present = {name: value for name, value in self._asdict().items() if value is not None}
        return {**present, "attempt": 0}


class Verdict(NamedTuple):
    """What the fence answers: the dimension that differs first, none where it lets through, and the rule."""

    differs: Name
    rule: str


def first_difference(mine: Names, theirs: Names) -> Name:
    """The first of env, tenant and team in which two contexts differ, if any."""
    if mine.env != theirs.env:
        return "env"
    if mine.tenant_id != theirs.tenant_id:
        return "tenant"
    if mine.effective_team != theirs.effective_team:
        return "team"
    return None


CREATE_RULES = {"env": "FENCE-01", "tenant": "FENCE-02", "team": "FENCE-03"}
UPDATE_RULES = {"env": "FENCE-06", "tenant": "FENCE-07", "team": "FENCE-05"}
FIND_RULES = {"env": "FENCE-09", "tenant": "FENCE-10", "team": "FENCE-11"}


def create_verdict(caller: Names, data: Names) -> Verdict:
    """Env, tenant and team must match; a user that the data names must be the caller's."""
    differs = first_difference(caller, data)
    if differs is not None:
        return Verdict(differs, CREATE_RULES[differs])
    if data.effective_user is not None and data.effective_user != caller.effective_user:
        return Verdict("user", "FENCE-04")
    return Verdict(None, "FENCE-15")


def update_verdict(stored: Names, new: Names) -> Verdict:
    """Env, tenant and team can't change; the user can't change, vanish or appear."""
    differs = first_difference(stored, new)
    if differs is not None:
        return Verdict(differs, UPDATE_RULES[differs])
    if stored.effective_user != new.effective_user:
        return Verdict("user", "FENCE-08")
    return Verdict(None, "FENCE-16")


def find_verdict(stored: Names, caller: Names, asked: str) -> Verdict:
    """Env, tenant and team must match, and the session must be of the user asked for.

    A session without a user was created by ``u``, so only ``u`` is routed to it. That the caller is not
    somebody else than the user asked for is a recommendation and stands last.
    """
    differs = first_difference(stored, caller)
    if differs is not None:
        return Verdict(differs, FIND_RULES[differs])
    if stored.effective_user is None and asked != "u":
        return Verdict("user", "ROUTE-10")
    if stored.effective_user is not None and stored.effective_user != asked:
        return Verdict("user", "FENCE-12")
    if caller.effective_user is not None and caller.effective_user != asked:
        return Verdict("user", "FENCE-18")
    return Verdict(None, "FENCE-21")


def rules_of(verdict: Verdict, shown: Name) -> list[str]:
    """The rules of a row, the primary one first; a recommendation is never hidden behind a MUST."""
    if shown is None:
        return [verdict.rule]
    return [verdict.rule, shown] if verdict.rule == "FENCE-18" else [shown, verdict.rule]


def create_row(name: str, caller: Names, data: Names, shown: Name = None) -> Row:
    """A row of ``fence/create.jsonl``."""
    verdict = create_verdict(caller, data)
    return {
        "id": f"create-{name}",
        "caller": caller.ctx(),
        "data": data.ctx(),
        "expect": "ok" if verdict.differs is None else "refused",
        "differs": verdict.differs,
        "rules": rules_of(verdict, shown),
        "made": "generated",
    }


def update_row(name: str, stored: Names, new: Names, shown: Name = None) -> Row:
    """A row of ``fence/update.jsonl``."""
    verdict = update_verdict(stored, new)
    return {
        "id": f"update-{name}",
        "stored": stored.ctx(),
        "new": new.ctx(),
        "expect": "ok" if verdict.differs is None else "refused",
        "differs": verdict.differs,
        "rules": rules_of(verdict, shown),
        "made": "generated",
    }


def find_row(name: str, stored: Names, caller: Names, asked: str, shown: Name = None) -> Row:
    """A row of ``fence/find.jsonl``; the creator of a session without a user names the user ``u``."""
    verdict = find_verdict(stored, caller, asked)
    creator = stored if stored.effective_user is not None else stored._replace(user="u", user_id="u")
    return {
        "id": f"find-{name}",
        "creator": creator.ctx(),
        "stored": stored.ctx(),
        "caller": caller.ctx(),
        "user": asked,
        "expect": "found" if verdict.differs is None else "nothing",
        "differs": verdict.differs,
        "rules": rules_of(verdict, shown),
        "made": "generated",
    }


TEAMS: tuple[Name, ...] = ("a", "b", None)
USERS: tuple[Name, ...] = ("u", "v", None)
SAME_OR_OTHER = ("same", "other")
OTHER_ENV = {"same": "e", "other": "f"}
OTHER_TENANT = {"same": "t", "other": "o"}


def paired(env: str, tenant: str, team: Name, user: Name) -> Names:
    """A context as writers of today make it: both names of each pair are equal."""
    return Names(env, tenant, tenant, team, team, user, user)


def said(value: Name) -> str:
    """A value as a part of a row's id."""
    return "absent" if value is None else value


def base_of_create_and_update() -> Iterator[tuple[str, Names, Names]]:
    """Every combination of effective values of a session's context and of the other one."""
    product = itertools.product(SAME_OR_OTHER, SAME_OR_OTHER, TEAMS, TEAMS, USERS, USERS)
    for env, tenant, team, other_team, user, other_user in product:
        teams, users = f"{said(team)}-{said(other_team)}", f"{said(user)}-{said(other_user)}"
        name = f"env-{env}-tenant-{tenant}-team-{teams}-user-{users}"
        other = paired(OTHER_ENV[env], OTHER_TENANT[tenant], other_team, other_user)
        yield name, paired("e", "t", team, user), other


def base_of_find() -> Iterator[tuple[str, Names, Names, str]]:
    """Every combination of effective values of a stored context, a caller and the user asked for."""
    product = itertools.product(
        SAME_OR_OTHER, SAME_OR_OTHER, TEAMS, TEAMS, ("u", None), ("u", "v"), ("absent", "asked", "another")
    )
    for env, tenant, team, caller_team, user, asked, own in product:
        another = "v" if asked == "u" else "u"
        own_user = {"absent": None, "asked": asked, "another": another}[own]
        name = (
            f"env-{env}-tenant-{tenant}-team-{said(team)}-{said(caller_team)}-user-{said(user)}-asked-{asked}-own-{own}"
        )
        caller = paired(OTHER_ENV[env], OTHER_TENANT[tenant], caller_team, own_user)
        yield name, paired("e", "t", team, user), caller, asked


def changed(names: Names, values: Mapping[str, Name]) -> Names:
    """A context with some of its names set to other values."""
    return Names(**{**names._asdict(), **values})


def legacy_pairs() -> Iterator[tuple[str, Names, Names, str]]:
    """For each pair of names every combination on both sides, all else equal, with the rule that it shows."""
    for pair, values, rest, rule in (
        (("team", "team_id"), TEAMS, Names(user="u", user_id="u"), "FENCE-13"),
        (("user", "user_id"), USERS, Names(team="a", team_id="a"), "FENCE-13"),
        (("tenant", "tenant_id"), ("t", "o"), Names(user="u", user_id="u"), "FENCE-14"),
    ):
        for combination in itertools.product(values, repeat=4):
            name = "-".join(("legacy", pair[0], *map(said, combination)))
            session = changed(rest, dict(zip(pair, combination[:2], strict=True)))
            other = changed(rest, dict(zip(pair, combination[2:], strict=True)))
            yield name, session, other, rule


PAIR_NAMES: dict[str, tuple[Name, ...]] = {
    "tenant": ("t", "o"),
    "team": TEAMS,
    "team_id": TEAMS,
    "user": USERS,
    "user_id": USERS,
}
MATCHING: dict[str, tuple[Name, ...]] = {
    f"{side}.{name}": values for side in ("session", "other") for name, values in PAIR_NAMES.items()
}
EVERYTHING: dict[str, tuple[Name, ...]] = {"other.env": ("e", "f"), "other.tenant_id": ("t", "o"), **MATCHING}
"""All in which two contexts can differ; env and tenant_id of the session stay ``e`` and ``t``."""

Pair = tuple[tuple[str, Name], tuple[str, Name]]


def pairs_of(case: Mapping[str, Name]) -> set[Pair]:
    """The pairs of values that a case covers, the factor that sorts first in front."""
    return set(itertools.combinations(sorted(case.items(), key=lambda item: item[0]), 2))


def all_pairs(factors: Mapping[str, Sequence[Name]]) -> Iterator[dict[str, Name]]:
    """Cases in which every two values of every two factors meet at least once.

    Greedy and deterministic: a case starts from the first pair that is still open, and each other factor
    takes the value that closes most open pairs with what is set already, the earlier where two are as good.
    """
    choices = {factor: [(factor, value) for value in factors[factor]] for factor in sorted(factors)}
    still_open: dict[Pair, None] = {
        pair: None for a, b in itertools.combinations(choices, 2) for pair in itertools.product(choices[a], choices[b])
    }
    while still_open:
        case: dict[str, Name] = dict(next(iter(still_open)))
        for factor in [name for name in choices if name not in case]:
            case[factor] = max(
                factors[factor], key=lambda value: len(pairs_of({**case, factor: value}) & still_open.keys())
            )
        for pair in pairs_of(case):
            still_open.pop(pair, None)
        yield case


def names_of(case: Mapping[str, Name], side: str) -> Names:
    """One side of a case of :func:`all_pairs`."""
    prefix = f"{side}."
    given = {factor.removeprefix(prefix): value for factor, value in case.items() if factor.startswith(prefix)}
    return changed(Names(), given)


def pairwise(more: Mapping[str, Sequence[Name]]) -> Iterator[tuple[str, Names, Names, dict[str, Name]]]:
    """All pairs of everything, then all pairs of the names behind an env and a tenant that match.

    In the first table nearly every row already differs in env or tenant; the second shows the rest.
    """
    for table, factors in (("everything", EVERYTHING), ("matching", MATCHING)):
        for index, case in enumerate(all_pairs({**factors, **more}), start=1):
            yield f"pairs-{table}-{index:02}", names_of(case, "session"), names_of(case, "other"), case


def create_rows() -> Iterator[Row]:
    """``fence/create.jsonl``, the data named before the caller."""
    for name, data, caller in base_of_create_and_update():
        yield create_row(name, caller, data)
    for name, data, caller, rule in legacy_pairs():
        yield create_row(name, caller, data, rule)
    for name, data, caller, _ in pairwise({}):
        yield create_row(name, caller, data)


def update_rows() -> Iterator[Row]:
    """``fence/update.jsonl``, the stored context named before the new one."""
    for name, stored, new in base_of_create_and_update():
        yield update_row(name, stored, new)
    for name, stored, new, rule in legacy_pairs():
        yield update_row(name, stored, new, rule)
    for name, stored, new, _ in pairwise({}):
        yield update_row(name, stored, new)


def find_rows() -> Iterator[Row]:
    """``fence/find.jsonl``, the stored context named before the caller."""
    for name, stored, caller, asked in base_of_find():
        yield find_row(name, stored, caller, asked)
    for name, stored, caller, rule in legacy_pairs():
        yield find_row(name, stored, caller, "u", rule)
    for name, stored, caller, case in pairwise({"asked": ("u", "v")}):
        yield find_row(name, stored, caller, str(case["asked"]))
