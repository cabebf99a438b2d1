"""Stores whose fence takes for the same what isn't, or for another what is the same."""

import re

from base import Base


class Respells(Base):
    """Compares ids as ``spelt`` has them."""

    def part(self, dimension, ctx):
        value = super().part(dimension, ctx)
        return value if value is None else self.spelt(value)

    def spelt(self, value):
        return value


class ReadsIdsAsNumbers(Respells):
    """FENCE-19: ids of digits are compared as numbers, so that 007 is 7."""

    rule = "FENCE-19"
    fault = "a column with numeric affinity in SQLite, or a spreadsheet somewhere on the way"
    also = frozenset({"ROUTE-11"})

    def spelt(self, value):
        return str(int(value)) if value.isdecimal() else value


class TakesDashForUnderscore(Respells):
    """FENCE-19: a hyphen and an underscore are the same to it."""

    rule = "FENCE-19"
    fault = "ids turned into host names or identifiers, where only one of the two is allowed"
    also = frozenset({"ROUTE-11"})

    def spelt(self, value):
        return value.replace("_", "-")


class DropsTheLastDot(Respells):
    """FENCE-19: a dot at the end of an id is dropped."""

    rule = "FENCE-19"
    fault = "ids used as file names on Windows, or as domain names"

    def spelt(self, value):
        return value.rstrip(".") or value


class ComparesTheBeginning(Base):
    """FENCE-19: an id that begins with the other is the same."""

    rule = "FENCE-19"
    fault = "startswith, meant for hierarchies of tenants"

    def first_difference(self, one, other, dimensions):
        pairs = [(name, self.part(name, one), self.part(name, other)) for name in dimensions]
        return next((name for name, left, right in pairs if not self.alike(left, right)), None)

    def alike(self, left, right):
        return left == right if None in {left, right} else left.startswith(right) or right.startswith(left)


class ComparesAsPatterns(ComparesTheBeginning):
    """FENCE-19: an underscore in an id stands for any character."""

    rule = "FENCE-19"
    fault = "LIKE where = was meant, with ids that hold an underscore"

    def alike(self, left, right):
        if None in {left, right}:
            return left == right
        return any(
            re.fullmatch(re.escape(one).replace("_", "."), other) for one, other in ((left, right), (right, left))
        )


class FoldsIdsAtUpdate(Base):
    """FENCE-19: create compares ids exactly, and the update without regard to case."""

    rule = "FENCE-19"
    fault = "ILIKE in one of three queries"

    def fence_update(self, stored, data):
        pairs = [
            (self.part(name, stored.tenant_ctx), self.part(name, data.tenant_ctx)) for name in self.compared_at_update
        ]
        if any((old or "").lower() != (new or "").lower() for old, new in pairs):
            super().fence_update(stored, data)


class CreatesInAnyTeamWithoutOne(Base):
    """FENCE-03: a caller without a team may create in every team."""

    rule = "FENCE-03"
    fault = "`if ctx.team and ctx.team != data.team`: who has no team passes"
    also = frozenset({"FENCE-13"})

    def fence_create(self, ctx, data):
        stored = data.tenant_ctx
        if self.team(ctx) is None:
            ctx = ctx.replace(team=stored.team, team_id=stored.team_id)
        super().fence_create(ctx, data)


class CreatesForNoTeamFromAny(Base):
    """FENCE-03: data without a team is taken from a caller of any team."""

    rule = "FENCE-03"
    fault = "a document without a team taken for one of the caller's own"
    also = frozenset({"FENCE-13", "FENCE-19"})

    def fence_create(self, ctx, data):
        if self.team(data.tenant_ctx) is None:
            ctx = ctx.replace(team=None, team_id=None)
        super().fence_create(ctx, data)


class LetsTheTeamVanish(Base):
    """FENCE-05: an update may drop the team."""

    rule = "FENCE-05"
    fault = "COALESCE(new.team, old.team) = old.team as the condition of the update"
    also = frozenset({"FENCE-13"})

    def fence_update(self, stored, data):
        old, new = stored.tenant_ctx, data.tenant_ctx
        if self.team(new) is None:
            data = data.replace(tenant_ctx=new.replace(team=old.team, team_id=old.team_id))
        super().fence_update(stored, data)


class LetsATeamAppear(Base):
    """FENCE-05: an update may put a session without a team into one."""

    rule = "FENCE-05"
    fault = "a NULL that is compared with <>, which is never true"
    also = frozenset({"FENCE-13", "FENCE-19"})

    def fence_update(self, stored, data):
        if self.team(stored.tenant_ctx) is None:
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(team=None, team_id=None))
        super().fence_update(stored, data)


class LetsAUserAppear(Base):
    """FENCE-08: an update may make a session without a user somebody's."""

    rule = "FENCE-08"
    fault = "a session that is claimed at login by writing the user into it"
    also = frozenset({"FENCE-13"})

    def fence_update(self, stored, data):
        if self.user(stored.tenant_ctx) is None:
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(user=None, user_id=None))
        super().fence_update(stored, data)


class HandsOver(Base):
    """FENCE-08: an update may change one user for another, and neither add nor drop one."""

    rule = "FENCE-08"
    fault = "a hand-over between agents, which is a change of the user"
    also = frozenset({"FENCE-13", "FENCE-19"})

    def fence_update(self, stored, data):
        old, new = stored.tenant_ctx, data.tenant_ctx
        if None not in {self.user(old), self.user(new)}:
            data = data.replace(tenant_ctx=new.replace(user=old.user, user_id=old.user_id))
        super().fence_update(stored, data)


class UpdatesNobodyForDash(Base):
    """FENCE-19: no user and the user `-` are the same to an update."""

    rule = "FENCE-19"
    fault = "a placeholder for the missing user that is a user id, too"

    def fence_update(self, stored, data):
        if {self.user(stored.tenant_ctx), self.user(data.tenant_ctx)} == {None, "-"}:
            ctx = stored.tenant_ctx
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(user=ctx.user, user_id=ctx.user_id))
        super().fence_update(stored, data)


class FindsTheDashAtLast(Base):
    """FENCE-22: where a caller without a team has no session, the team `-` is looked at."""

    rule = "FENCE-22"
    fault = "a lookup that tries the older spelling of no team when the newer finds nothing"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return found if found or self.team(ctx) is not None else super().find_by_user(ctx.with_team("-"), user)


class UnroutesWhomAStrangerAsksFor(Base):
    """FENCE-17: where one user asks for another, the entry is taken for stale and deleted."""

    rule = "FENCE-17"
    fault = "a clean-up of entries that is run wherever find has nothing to answer"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None and self.user(ctx) is not None:
            self.entries.pop(self.scope(ctx, user), None)
        return found


class WantsTheCallerNamed(Base):
    """FENCE-21: a service that names no user finds nobody's session."""

    rule = "FENCE-21"
    fault = "`ctx.user == user` as the check of who asks, which no connector passes"
    also = frozenset({"FENCE-13"})

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx, user, stored) and self.user(ctx) == user


class WantsTheLegacyTenantToo(Base):
    """FENCE-21: find compares tenant beside tenant_id."""

    rule = "FENCE-21"
    fault = "a filter on every column that is called tenant"
    also = frozenset({"FENCE-14"})

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx, user, stored) and ctx.tenant == stored.tenant


class WantsAHigherAttempt(Base):
    """FENCE-16: an update is refused where the attempt isn't as high as the stored one."""

    rule = "FENCE-16"
    fault = "optimistic locking, with the attempt taken for a version"
    also = frozenset({"OPS-08"})

    def fence_update(self, stored, data):
        super().fence_update(stored, data)
        if data.tenant_ctx.attempt < stored.tenant_ctx.attempt:
            raise self.refusal("conflict", "an older attempt")


class FreezesTheNames(Base):
    """FENCE-16: an update may not change which name of a pair is used."""

    rule = "FENCE-16"
    fault = "contexts compared member by member instead of by what they mean"
    also = frozenset({"FENCE-13", "FENCE-14"})

    def fence_update(self, stored, data):
        super().fence_update(stored, data)
        old, new = stored.tenant_ctx, data.tenant_ctx
        if (old.team, old.team_id, old.user, old.user_id) != (new.team, new.team_id, new.user, new.user_id):
            raise self.refusal("invalid_input", "another team or user")


class MissesWhatDoesNotChange(Base):
    """OPS-08: an update with what is there already is answered as if there were no session."""

    rule = "OPS-08"
    fault = "MySQL's count of affected rows, which is 0 where nothing changes"
    also = frozenset({"CONC-08"})

    def fence_update(self, stored, data):
        super().fence_update(stored, data)
        if stored == data:
            raise self.refusal("not_found", "no session")


class RefusesPairsThatDiffer(Base):
    """DATA-05: a session whose team and team_id differ is refused."""

    rule = "DATA-05"
    fault = "a validator that knows better than the documents that are there"
    also = frozenset({"FENCE-13", "FENCE-15", "FENCE-16"})

    def kept(self, data):
        ctx = data.tenant_ctx
        if None not in {ctx.team, ctx.team_id} and ctx.team != ctx.team_id:
            raise self.refusal("invalid_input", "team and team_id differ")
        return data
