"""Stores that read the older name of a pair, or only one of the two, in one operation and not in the others."""

from base import Base


def older_team_first(ctx):
    return ctx if ctx.team is None else ctx.replace(team_id=ctx.team)


def older_user_first(ctx):
    return ctx if ctx.user is None else ctx.replace(user_id=ctx.user)


def older_tenant(ctx):
    return ctx.replace(tenant_id=ctx.tenant)


def newer_team_only(ctx):
    return ctx.replace(team=None)


def newer_user_only(ctx):
    return ctx.replace(user=None)


class Misreads(Base):
    """Reads contexts as ``misread`` says in one operation: create, update, find, or the routing of a create."""

    at = ""
    misread = staticmethod(lambda ctx: ctx)

    def _read(self, at, ctx):
        return self.misread(ctx) if at == self.at else ctx

    def fence_create(self, ctx, data):
        stored = data.replace(tenant_ctx=self._read("create", data.tenant_ctx))
        super().fence_create(self._read("create", ctx), stored)

    def fence_update(self, stored, data):
        old, new = (self._read("update", one.tenant_ctx) for one in (stored, data))
        super().fence_update(stored.replace(tenant_ctx=old), data.replace(tenant_ctx=new))

    def find_by_user(self, ctx, user):
        return super().find_by_user(self._read("find", ctx), user)

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx, user, self._read("find", stored))

    def scope_at_create(self, ctx, data):
        return super().scope_at_create(
            self._read("route", ctx), data.replace(tenant_ctx=self._read("route", data.tenant_ctx))
        )


class CreatesByTheOlderTeam(Misreads):
    """FENCE-13: the create compares team where team_id is there too."""

    rule = "FENCE-13"
    fault = "a create's check that nobody touched when team_id came"
    also = frozenset({"FENCE-03", "FENCE-15"})
    at, misread = "create", staticmethod(older_team_first)


class UpdatesByTheOlderTeam(Misreads):
    """FENCE-13: the update compares team where team_id is there too."""

    rule = "FENCE-13"
    fault = "a WHERE clause of the update on the column that was there first"
    also = frozenset({"FENCE-05", "FENCE-16"})
    at, misread = "update", staticmethod(older_team_first)


class FindsByTheOlderTeam(Misreads):
    """FENCE-13: find reads team where team_id is there too."""

    rule = "FENCE-13"
    fault = "a query built by a colleague from the member that is listed first"
    also = frozenset({"FENCE-11", "FENCE-21"})
    at, misread = "find", staticmethod(older_team_first)


class CreatesByTheOlderUser(Misreads):
    """FENCE-13: the create compares user where user_id is there too."""

    rule = "FENCE-13"
    fault = "an authorisation hook that knows the login's `user` only"
    also = frozenset({"FENCE-04", "FENCE-15"})
    at, misread = "create", staticmethod(older_user_first)


class UpdatesByTheOlderUser(Misreads):
    """FENCE-13: the update compares user where user_id is there too."""

    rule = "FENCE-13"
    fault = "a trigger that compares the old row's `user` column with the new one's"
    also = frozenset({"FENCE-08", "FENCE-16"})
    at, misread = "update", staticmethod(older_user_first)


class RoutesByTheOlderUser(Misreads):
    """FENCE-13: the entry is written for user where user_id is there too, and looked for by the newer name."""

    rule = "FENCE-13"
    fault = "an index that is filled by other code than the one that reads it"
    also = frozenset({"FENCE-21", "ROUTE-11"})
    at, misread = "route", staticmethod(older_user_first)


class CreatesByTeamIdOnly(Misreads):
    """FENCE-13: at create a context with only the older name counts as one without a team."""

    rule = "FENCE-13"
    fault = "a port of the fence that was tested with this library's own contexts, which set both names"
    also = frozenset({"FENCE-03", "FENCE-15"})
    at, misread = "create", staticmethod(newer_team_only)


class UpdatesByTeamIdOnly(Misreads):
    """FENCE-13: at update a context with only the older name counts as one without a team."""

    rule = "FENCE-13"
    fault = "an UPDATE … WHERE team_id IS NOT DISTINCT FROM ?, without the older column"
    also = frozenset({"FENCE-05", "FENCE-16"})
    at, misread = "update", staticmethod(newer_team_only)


class CreatesByUserIdOnly(Misreads):
    """FENCE-13: at create a context with only the older name counts as one without a user."""

    rule = "FENCE-13"
    fault = "a typed client whose struct has user_id and drops `user`"
    also = frozenset({"FENCE-15"})
    at, misread = "create", staticmethod(newer_user_only)


class UpdatesByUserIdOnly(Misreads):
    """FENCE-13: at update a context with only the older name counts as one without a user."""

    rule = "FENCE-13"
    fault = "an audit rule that watches the column user_id"
    also = frozenset({"FENCE-16"})
    at, misread = "update", staticmethod(newer_user_only)


class RoutesByUserIdOnly(Misreads):
    """ROUTE-01: a user who is named by the older name alone gets no entry."""

    rule = "ROUTE-01"
    fault = "a partial index … WHERE user_id IS NOT NULL"
    maybe = frozenset({"ROUTE-02"})
    also = frozenset({"FENCE-13", "FENCE-21"})
    at, misread = "route", staticmethod(newer_user_only)


class CreatesByTheOlderTenant(Misreads):
    """FENCE-14: the create compares tenant, update and find compare tenant_id."""

    rule = "FENCE-14"
    fault = "a gateway that checks `tenant` before the store is asked at all"
    also = frozenset({"FENCE-02", "FENCE-15"})
    at, misread = "create", staticmethod(older_tenant)


class UpdatesByTheOlderTenant(Misreads):
    """FENCE-14: the update compares tenant, create and find compare tenant_id."""

    rule = "FENCE-14"
    fault = "an update statement from before the members were doubled"
    also = frozenset({"FENCE-07", "FENCE-16"})
    at, misread = "update", staticmethod(older_tenant)


class FindsByTheOlderTenant(Misreads):
    """FENCE-14: find looks for tenant where the entry was written for tenant_id."""

    rule = "FENCE-14"
    fault = "a search service that indexes tenant_id and is asked with tenant"
    also = frozenset({"FENCE-10", "FENCE-21"})
    at, misread = "find", staticmethod(older_tenant)


class ComparesBothTenants(Base):
    """FENCE-14: a create by a caller whose legacy tenant differs is refused, to be on the safe side."""

    rule = "FENCE-14"
    fault = "a check that compares every member with tenant in its name"
    also = frozenset({"FENCE-15"})

    def fence_create(self, ctx, data):
        super().fence_create(ctx, data)
        if ctx.tenant != data.tenant_ctx.tenant:
            raise self.refusal("invalid_input", "another tenant")


class FindsByEitherUser(Base):
    """FENCE-12: a session is found for the user of either name, where the two differ."""

    rule = "FENCE-12"
    fault = "WHERE user = ? OR user_id = ?, so that old and new rows are found"
    also = frozenset({"FENCE-13"})

    def scope_at_create(self, ctx, data):
        scope = super().scope_at_create(ctx, data)
        older = data.tenant_ctx.user
        if older is not None and older != self.user(data.tenant_ctx):
            self.older = {**getattr(self, "older", {}), (*scope[:-1], older): scope}
        return scope

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        other = getattr(self, "older", {}).get(self.scope(ctx, user))
        key = self.entries.get(other)
        return found or (None if key is None else (key, self.sessions[key]))
