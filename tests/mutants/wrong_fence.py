"""Stores whose fence has a hole, or is too high."""

from base import Base


class CreatesInOtherEnvs(Base):
    """FENCE-01: the create compares tenant and team but forgets the env."""

    rule = "FENCE-01"
    fault = "env thought of as a matter of deployment: one database for each, until there is one for both"
    also = frozenset({"FENCE-19"})
    compared_at_create = ("tenant", "team")


class CreatesForOtherTenants(Base):
    """FENCE-02: the create compares env and team but forgets the tenant."""

    rule = "FENCE-02"
    fault = "a tenant that is taken from the document, whatever the login says"
    also = frozenset({"FENCE-14", "FENCE-19"})
    compared_at_create = ("env", "team")


class CreatesForOtherTeams(Base):
    """FENCE-03: the create compares env and tenant but forgets the team."""

    rule = "FENCE-03"
    fault = "teams that came after tenants, in a check that was written before"
    also = frozenset({"FENCE-13", "FENCE-19"})
    compared_at_create = ("env", "tenant")


class CreatesForAnyoneFromAService(Base):
    """FENCE-04: a caller without a user may create for every user."""

    rule = "FENCE-04"
    fault = "a service account without a user, which is trusted with all"
    also = frozenset({"FENCE-13", "FENCE-19"})

    def fence_create(self, ctx, data):
        user = self.user(data.tenant_ctx)
        super().fence_create(ctx.replace(user=user, user_id=user) if self.user(ctx) is None else ctx, data)


class MovesTeams(Base):
    """FENCE-05: the update compares env and tenant but forgets the team."""

    rule = "FENCE-05"
    fault = "an update whose check compares the tenant and the user, and thinks that settles it"
    also = frozenset({"FENCE-13", "FENCE-19"})
    compared_at_update = ("env", "tenant", "user")


class MovesEnvs(Base):
    """FENCE-06: the update compares tenant and team but forgets the env."""

    rule = "FENCE-06"
    fault = "a promotion from staging to production, done by writing the document with another env"
    also = frozenset({"FENCE-19"})
    compared_at_update = ("tenant", "team", "user")


class MovesTenants(Base):
    """FENCE-07: the update compares env and team but forgets the tenant."""

    rule = "FENCE-07"
    fault = "an update by key alone, which takes whatever context the document brings"
    also = frozenset({"FENCE-14", "FENCE-19"})
    compared_at_update = ("env", "team", "user")


class LetsTheUserVanish(Base):
    """FENCE-08: the update compares users only where both name one."""

    rule = "FENCE-08"
    fault = "`if old.user and new.user and old.user != new.user`"
    also = frozenset({"FENCE-13", "FENCE-19"})

    def fence_update(self, stored, data):
        users = self.user(stored.tenant_ctx), self.user(data.tenant_ctx)
        if None in users:
            ctx = data.tenant_ctx.replace(user=users[0], user_id=users[0])
            data = data.replace(tenant_ctx=ctx)
        super().fence_update(stored, data)


class FindsInOtherEnvs(Base):
    """FENCE-09: neither the entry's name nor the check has the env."""

    rule = "FENCE-09"
    fault = "an index from before there were two envs"
    also = frozenset({"FENCE-19", "ROUTE-11"})
    routed_by = compared_at_find = ("tenant", "team")


class FindsForOtherTenants(Base):
    """FENCE-10: neither the entry's name nor the check has the tenant."""

    rule = "FENCE-10"
    fault = "a user id thought to be unique over all tenants"
    also = frozenset({"FENCE-14", "FENCE-19", "ROUTE-11"})
    routed_by = compared_at_find = ("env", "team")


class FindsForOtherTeams(Base):
    """FENCE-11: neither the entry's name nor the check has the team."""

    rule = "FENCE-11"
    fault = "an index on (env, tenant, user), to which team came later"
    also = frozenset({"FENCE-13", "FENCE-19", "FENCE-22", "ROUTE-11", "ROUTE-13"})
    routed_by = compared_at_find = ("env", "tenant")


class FindsForCallersWithoutATeam(Base):
    """FENCE-11: a caller without a team is taken for one of every team."""

    rule = "FENCE-11"
    fault = "no team in the query taken for no condition on the team"
    also = frozenset({"FENCE-13", "FENCE-22", "ROUTE-11", "ROUTE-13"})

    def find_by_user(self, ctx, user):
        if self.team(ctx) is None:
            for env, tenant, team, name in list(self.entries):
                if (env, tenant, name) == (ctx.env, ctx.tenant_id, user):
                    ctx = ctx.with_team(team)
        return super().find_by_user(ctx, user)


class FindsForOtherUsers(Base):
    """FENCE-12: neither the entry's name nor the check has the user."""

    rule = "FENCE-12"
    fault = "the session of the browser, or of the shared device, whoever asks"
    also = frozenset(
        {"CONC-08", "ERR-08", "FENCE-13", "FENCE-18", "FENCE-19", "ROUTE-03", "ROUTE-10", "ROUTE-11", "ROUTE-20"}
    )

    def scope(self, ctx, user):
        return super().scope(ctx, None)

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx.replace(user=None, user_id=None), self.user(stored), stored)


class PrefersTheOlderTeam(Base):
    """FENCE-13: team decides where team_id is there too."""

    rule = "FENCE-13"
    fault = "`ctx.team or ctx.team_id`, in the order in which the schema lists them"
    also = frozenset({"FENCE-03", "FENCE-05", "FENCE-11", "FENCE-15", "FENCE-16", "FENCE-21", "ROUTE-11"})

    def team(self, ctx):
        return ctx.team if ctx.team is not None else ctx.team_id


class PrefersTheOlderUser(Base):
    """FENCE-13: user decides where user_id is there too."""

    rule = "FENCE-13"
    fault = "`ctx.user or ctx.user_id`, in the order in which the schema lists them"
    also = frozenset({"FENCE-04", "FENCE-08", "FENCE-12", "FENCE-15", "FENCE-16", "FENCE-18", "FENCE-21", "ROUTE-11"})

    def user(self, ctx):
        return ctx.user if ctx.user is not None else ctx.user_id


class KnowsOnlyTeamId(Base):
    """FENCE-13: a document that has only the older name is taken for one without a team."""

    rule = "FENCE-13"
    fault = "a port that reads the newer names only, against writers of the older ones"
    also = frozenset({"FENCE-03", "FENCE-05", "FENCE-15", "FENCE-16", "FENCE-21"})

    def team(self, ctx):
        return ctx.team_id


class ComparesTheLegacyTenant(Base):
    """FENCE-14: the fence compares tenant, and disregards tenant_id."""

    rule = "FENCE-14"
    fault = "a store written before tenant_id came"
    also = frozenset({"FENCE-02", "FENCE-07", "FENCE-10", "FENCE-15", "FENCE-16", "FENCE-21", "ROUTE-11"})

    def part(self, dimension, ctx):
        return ctx.tenant if dimension == "tenant" else super().part(dimension, ctx)


class RefusesDataWithoutAUser(Base):
    """FENCE-15: a caller who is somebody may not create for nobody."""

    rule = "FENCE-15"
    fault = "one comparison of all four dimensions, with `==`"
    also = frozenset({"FENCE-13"})

    def fence_create(self, ctx, data):
        if self.user(ctx) != self.user(data.tenant_ctx):
            raise self.refusal("invalid_input", "another env, tenant, team or user")
        super().fence_create(ctx, data)


class FreezesTheFlow(Base):
    """FENCE-16: an update may not go on to another flow."""

    rule = "FENCE-16"
    fault = "flow and tenant taken for parts of the session's identity"
    also = frozenset({"FENCE-14"})

    def fence_update(self, stored, data):
        super().fence_update(stored, data)
        if stored.flow_id != data.flow_id or stored.tenant_ctx.tenant != data.tenant_ctx.tenant:
            raise self.refusal("invalid_input", "another flow")


class RefusedFindUnroutes(Base):
    """FENCE-17: a find that the fence refuses deletes the entry that it met, as the original does."""

    rule = "FENCE-17"
    fault = "greentic-session 0.4.4, which clears an entry that fails its check"
    also = frozenset({"ROUTE-13"})

    def scope(self, ctx, user):
        env, tenant, team, user = super().scope(ctx, user)
        return env, tenant, team or "-", user

    def find_by_user(self, ctx, user):
        with self.lock:
            found = super().find_by_user(ctx, user)
            met = self.read(self.entries.get(self.scope(ctx, user)))
            if found is None and met is not None and self.unroutes(met):
                del self.entries[self.scope(ctx, user)]
            return found

    def unroutes(self, met):
        return True


class RefusedFindUnroutesAnonymous(RefusedFindUnroutes):
    """FENCE-17: a find that the fence refuses deletes the entry of a session without a user."""

    rule = "FENCE-17"
    fault = "an entry that can't be worked out from the session, taken for somebody else's"

    def unroutes(self, met):
        return self.user(met.tenant_ctx) is None


class AnswersOneUserAboutAnother(Base):
    """FENCE-18: the original doesn't ask who the caller is, only who is asked for."""

    rule = "FENCE-18"
    fault = "greentic-session 0.4.4, which asks only for whom, never who"

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx.replace(user=None, user_id=None), user, stored)


class FoldsIds(Base):
    """FENCE-19: ids are compared as a case-folding column does."""

    rule = "FENCE-19"
    fault = "a case-insensitive collation, the default of MySQL and SQL Server"
    also = frozenset({"ROUTE-11"})

    def part(self, dimension, ctx):
        value = super().part(dimension, ctx)
        return value if value is None else value.lower()


class CutsIds(Base):
    """FENCE-19: ids are compared by their first 64 characters."""

    rule = "FENCE-19"
    fault = "an index on the first 64 characters of a column"
    also = frozenset({"ROUTE-11"})

    def part(self, dimension, ctx):
        value = super().part(dimension, ctx)
        return value if value is None else value[:64]


class WantsTheSameContext(Base):
    """FENCE-21: find compares the legacy tenant and the attempt, too."""

    rule = "FENCE-21"
    fault = "contexts compared whole, with `==`"

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx, user, stored) and ctx.attempt == stored.attempt


class TakesNoTeamForDash(Base):
    """FENCE-22: no team is kept as a dash, and compared so."""

    rule = "FENCE-22"
    fault = "Redis' spelling of `no team`, used for comparing too"
    also = frozenset({"FENCE-03", "FENCE-05", "ROUTE-13"})

    def team(self, ctx):
        return super().team(ctx) or "-"
