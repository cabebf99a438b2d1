"""Stores whose index of users is named, filled or emptied wrongly."""

import time

from base import Base


class RoutesWithinASecond(Base):
    """ROUTE-04: of two sessions of one second the first is taken for the newer."""

    rule = "ROUTE-04"
    fault = "ORDER BY created_at DESC on a column without fractions of a second"
    also = frozenset({"ROUTE-06", "ROUTE-08"})

    def __init__(self):
        super().__init__()
        self.seconds = {}

    def route(self, scope, key):
        now = int(time.time()) // 60
        if self.seconds.get(self.entries.get(scope)) != now or key in self.seconds:
            super().route(scope, key)
        self.seconds[key] = now


class RoutesAtTheFirstUpdate(Base):
    """ROUTE-01: the entry is written when the session is updated for the first time."""

    rule = "ROUTE-01"
    fault = "an index kept by a hook after save, which a bulk insert doesn't call"
    also = frozenset(
        {"CONC-04", "CONC-08", "ROUTE-02", "ROUTE-03", "ROUTE-04", "ROUTE-06", "ROUTE-08", "ROUTE-11", "ROUTE-13"}
    )

    def route(self, scope, key):
        if key in self.updated:
            super().route(scope, key)

    def __init__(self):
        super().__init__()
        self.updated = set()

    def route_at_update(self, key, data):
        self.updated.add(key)
        super().route_at_update(key, data)


class UpdateRoutesOnlyWhereNothingIs(Base):
    """ROUTE-05: an update writes its user's entry only where there is none."""

    rule = "ROUTE-05"
    fault = "SETNX for the index, so that an update never takes it from a newer session"
    also = frozenset({"CONC-08"})

    def route_at_update(self, key, data):
        if self.scopes[key] not in self.entries:
            super().route_at_update(key, data)


class RemembersNothing(Base):
    """ROUTE-01: that a user had no session is remembered, and believed when one is created."""

    rule = "ROUTE-01"
    fault = "negative caching, without a thought for the first create"
    maybe = frozenset({"ROUTE-02"})
    also = frozenset({"CONC-04", "CONC-08", "FENCE-17", "KEY-09"})

    def __init__(self):
        super().__init__()
        self.nobody = set()

    def find_by_user(self, ctx, user):
        scope = self.scope(ctx, user)
        found = None if scope in self.nobody else super().find_by_user(ctx, user)
        if found is None:
            self.nobody.add(scope)
        return found


class RemembersWhomItFound(Base):
    """ROUTE-14: what find has answered is answered again until another session is created."""

    rule = "ROUTE-14"
    fault = "a cache of finds that is invalidated at create and remove, but not at update"
    also = frozenset({"CONC-04"})

    def __init__(self):
        super().__init__()
        self.found = {}

    def find_by_user(self, ctx, user):
        scope = self.scope(ctx, user)
        answer = super().find_by_user(ctx, user)
        if answer is None:
            return None
        kept = self.found.setdefault(scope, answer)
        self.found[scope] = kept if kept[0] == answer[0] else answer
        return self.found[scope]


class UnroutesEveryTeam(Base):
    """ROUTE-11: a remove clears its user's entries in every team."""

    rule = "ROUTE-11"
    fault = "DEL of whatever SCAN finds for user:*:{user}"
    also = frozenset({"CONC-08", "ROUTE-08"})

    def unroute(self, key):
        scope = self.scopes.get(key)
        super().unroute(key)
        if scope is not None:
            for other in [name for name in self.entries if (name[1], name[3]) == (scope[1], scope[3])]:
                del self.entries[other]


class NamesEntriesFlat(Base):
    """ROUTE-11: the entry's name is the ids one after the other."""

    rule = "ROUTE-11"
    fault = "a digest of the ids that are fed in without a separator"

    def scope(self, ctx, user):
        return "".join((ctx.env, ctx.tenant_id, self.team(ctx) or "", user))


class SaysNoneForNoTeam(Base):
    """ROUTE-11: no team is written as None in the entry's name."""

    rule = "ROUTE-11"
    fault = "an f-string with a None in it"

    def scope(self, ctx, user):
        return f"{ctx.env}:{ctx.tenant_id}:{self.team(ctx)}:{user}"


class SaysDefaultForNoTeam(Base):
    """ROUTE-11: no team is written as default in the entry's name."""

    rule = "ROUTE-11"
    fault = "a default team that nobody thought to reserve"

    def scope(self, ctx, user):
        return (ctx.env, ctx.tenant_id, self.team(ctx) or "default", user)


class CutsEntryNames(Base):
    """ROUTE-11: the entry's name is cut at 255 bytes."""

    rule = "ROUTE-11"
    fault = "one file an entry, and the file system's limit on names"
    also = frozenset({"ROUTE-13"})

    def scope(self, ctx, user):
        return ":".join((ctx.env, ctx.tenant_id, self.team(ctx) or "-", user))[:255]


class CutsWholeEntryNames(Base):
    """ROUTE-11: the name of an entry, all ids joined, is cut at 767 bytes."""

    rule = "ROUTE-11"
    fault = "InnoDB's longest index prefix of old, under a column for the whole name"

    def scope(self, ctx, user):
        return ":".join(part or "" for part in super().scope(ctx, user))[:767]


class NamesEntriesAsFiles(Base):
    """ROUTE-11: users who are called like a device share one entry."""

    rule = "ROUTE-11"
    fault = "an entry a file on Windows, where con, nul and aux.txt are no files"

    def scope(self, ctx, user):
        return super().scope(ctx, "nul" if user.lower().partition(".")[0] in {"con", "nul", "aux", "prn"} else user)


class JoinsWithUnderscores(Base):
    """ROUTE-11: the entry's name is the ids joined with an underscore."""

    rule = "ROUTE-11"
    fault = "cache keys as many frameworks build them: '_'.join(parts)"

    def scope(self, ctx, user):
        return "_".join((ctx.env, ctx.tenant_id, self.team(ctx) or "", user))


class FoldsEntryNames(Base):
    """ROUTE-11: entries that differ in case are one."""

    rule = "ROUTE-11"
    fault = "one file an entry, on a file system that folds case"

    def scope(self, ctx, user):
        env, tenant, team, user = super().scope(ctx, user)
        return env.lower(), tenant.lower(), None if team is None else team.lower(), user.lower()


class CallsNobodyNone(Base):
    """ROUTE-10: a session for nobody is routed for the user None."""

    rule = "ROUTE-10"
    fault = "str(user) in the name of the entry, where the user is None"
    maybe = frozenset({"ROUTE-03"})

    def scope_at_create(self, ctx, data):
        return super().scope_at_create(ctx, data) or self.scope(data.tenant_ctx, "None")


class AnswersTheLastOfTheTeam(Base):
    """ROUTE-10: who has no session is answered the newest one without a user."""

    rule = "ROUTE-10"
    fault = "a default conversation for users that aren't known yet"
    also = frozenset({"ROUTE-03", "ROUTE-09", "ROUTE-20"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        for key, data in self.sessions.items() if found is None else ():
            if self.may_find(ctx, user, data.tenant_ctx) and self.user(data.tenant_ctx) is None:
                found = key, data
        return found


class FindTakesHold(Base):
    """ROUTE-15: a session without a user is found once: who found it has taken hold of it."""

    rule = "ROUTE-15"
    fault = "a find that claims, as workers do with jobs"
    also = frozenset({"OPS-17"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is not None and self.user(found[1].tenant_ctx) is None:
            del self.entries[self.scope(ctx, user)]
        return found


class LeavesEntriesBehind(Base):
    """ROUTE-20: remove leaves the entry, for a find whose session is gone answers nothing anyway."""

    rule = "ROUTE-20"
    fault = "an index that is never cleaned: harmless until a key is used again"

    def unroute(self, key):
        self.scopes.pop(key, None)


class UnroutesAtNobodys(Base):
    """ROUTE-06: an update of a session for nobody clears the newest entry."""

    rule = "ROUTE-06"
    fault = "a DELETE whose condition on the user is empty where the user is NULL"

    def route_at_update(self, key, data):
        if self.scopes[key] is None and self.entries:
            del self.entries[next(reversed(self.entries))]
        super().route_at_update(key, data)


class RemoveUnroutesTheAnonymous(Base):
    """ROUTE-08: the remove of a session with a user clears the entry, also where that leads to one without a user."""

    rule = "ROUTE-08"
    fault = "a clean-up that takes a session without a user for a stale one"

    def unroute(self, key):
        scope = self.scopes.get(key)
        held = self.sessions.get(self.entries.get(scope))
        super().unroute(key)
        if held is not None and self.user(held.tenant_ctx) is None:
            self.entries.pop(scope, None)
