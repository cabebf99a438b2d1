"""Stores that read more into a name than an id, or take what a context holds besides for a permit."""

from base import Base
from wrong_comparisons import Respells

NAMES = {"env": ["env"], "tenant": ["tenant", "tenant_id"], "team": ["team", "team_id"], "user": ["user", "user_id"]}


def alike(ctx, other, dimension):
    return ctx.replace(**{name: getattr(other, name) for name in NAMES[dimension]})


class Opens(Base):
    """Leaves out one dimension for the two contexts that ``opens`` names, each once the caller's and the session's."""

    dimension = ""

    def opens(self, ctx, session):
        return False

    def opened(self, ctx, session):
        return alike(ctx, session, self.dimension) if self.opens(ctx, session) else ctx


class OpensAtCreate(Opens):
    def fence_create(self, ctx, data):
        super().fence_create(self.opened(ctx, data.tenant_ctx), data)


class OpensAtUpdate(Opens):
    def fence_update(self, stored, data):
        super().fence_update(stored, data.replace(tenant_ctx=self.opened(data.tenant_ctx, stored.tenant_ctx)))


class OpensAtFind(Opens):
    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        for session in [data.tenant_ctx for data in self.sessions.values()]:
            if found is None and self.opens(ctx, session):
                asked = self.user(session) if self.dimension == "user" else user
                found = super().find_by_user(self.opened(ctx, session), asked)
        return found


class SystemTenantCreates(OpensAtCreate):
    """FENCE-02: a caller of the tenant `system` may create for every tenant."""

    rule = "FENCE-02"
    fault = "jobs of the platform that run as a tenant of their own, and are let through everywhere"
    dimension = "tenant"

    def opens(self, ctx, session):
        return ctx.tenant_id == "system"


class PublicTenantTakesAll(OpensAtCreate):
    """FENCE-02: everybody may create in the tenant `public`."""

    rule = "FENCE-02"
    fault = "a demo tenant that visitors write to without a login of its own"
    dimension = "tenant"

    def opens(self, ctx, session):
        return session.tenant_id == "public"


class DefaultTenantIsClaimed(OpensAtUpdate):
    """FENCE-07: a session of the tenant `default` may be moved to another one."""

    rule = "FENCE-07"
    fault = "documents from before there were tenants, which whoever comes first takes over"
    dimension = "tenant"

    def opens(self, ctx, session):
        return session.tenant_id == "default"


class SystemTenantFinds(OpensAtFind):
    """FENCE-10: a caller of the tenant `system`, or of one like it, finds the sessions of every tenant."""

    rule = "FENCE-10"
    fault = "a console for operators, whose tenant is exempt from row-level security"
    dimension = "tenant"

    def opens(self, ctx, session):
        return ctx.tenant_id in {"system", "admin", "root"}


class LocalHasNoTenants(OpensAtFind):
    """FENCE-10: in the env `local` every tenant's sessions are found."""

    rule = "FENCE-10"
    fault = "`if settings.env != 'local':` around the check, for the sake of whoever develops"
    dimension = "tenant"

    def opens(self, ctx, session):
        return ctx.env == "local"


class GlobalEnvCreates(OpensAtCreate):
    """FENCE-01: a caller of the env `global` may create in every env."""

    rule = "FENCE-01"
    fault = "a control plane above the environments, which rolls sessions out to them"
    dimension = "env"

    def opens(self, ctx, session):
        return ctx.env == "global"


class StagingIsPromoted(OpensAtUpdate):
    """FENCE-06: a session of the env `staging` may be moved to another one."""

    rule = "FENCE-06"
    fault = "a promotion to production that one env was made for"
    dimension = "env"

    def opens(self, ctx, session):
        return session.env == "staging"


class DefaultEnvIsFoundAnywhere(OpensAtFind):
    """FENCE-09: a session of the env `default` is found from every env."""

    rule = "FENCE-09"
    fault = "configuration that falls back to the default environment, and sessions kept like it"
    dimension = "env"

    def opens(self, ctx, session):
        return session.env == "default"


class AdminTeamCreates(OpensAtCreate):
    """FENCE-03: a caller of the team `admin` may create for every team."""

    rule = "FENCE-03"
    fault = "a team that was made for the people who set up the others"
    dimension = "team"

    def opens(self, ctx, session):
        return ctx.effective_team == "admin"


class RoleOpensTeams(OpensAtCreate):
    """FENCE-03: a caller whose attributes say that its role is `admin` may create for every team."""

    rule = "FENCE-03"
    fault = "a role read from attributes that the caller fills in"
    dimension = "team"

    def opens(self, ctx, session):
        return (ctx.attributes or {}).get("role") == "admin"


class DefaultTeamIsLeft(OpensAtUpdate):
    """FENCE-05: a session of the team `default` may be moved to another one."""

    rule = "FENCE-05"
    fault = "sessions that wait in a common team until one of the teams takes them"
    dimension = "team"

    def opens(self, ctx, session):
        return session.effective_team == "default"


class AdminTeamFinds(OpensAtFind):
    """FENCE-11: a caller of the team `admin`, or of one like it, finds the sessions of every team."""

    rule = "FENCE-11"
    fault = "supervisors who look over their agents' shoulders, by the name of their team"
    dimension = "team"

    def opens(self, ctx, session):
        return ctx.effective_team in {"admin", "admins", "owners"}


class TeamAllFindsAll(OpensAtFind):
    """FENCE-11: a caller of the team `all` finds the sessions of every team."""

    rule = "FENCE-11"
    fault = "an entry of the menu that filters by team, taken for the name of one"
    also = frozenset({"FENCE-19", "ROUTE-11"})
    dimension = "team"

    def opens(self, ctx, session):
        return ctx.effective_team == "all"


class PublicTeamIsOpen(OpensAtFind):
    """FENCE-11: a session of the team `public` or `shared` is found by every team."""

    rule = "FENCE-11"
    fault = "visibility that was put into the name of the team"
    also = frozenset({"ROUTE-11"})
    dimension = "team"

    def opens(self, ctx, session):
        return session.effective_team in {"public", "shared"}


class DefaultsTheCallersTeam(Base):
    """FENCE-11: a caller without a team who has no session is looked up in the team `default`."""

    rule = "FENCE-11"
    fault = "`team or 'default'`, when the caller is read and not when a session is written"
    also = frozenset({"ROUTE-11"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return found if found or self.team(ctx) is not None else super().find_by_user(ctx.with_team("default"), user)


class RootSeesEveryTeam(OpensAtFind):
    """FENCE-11: the user `root` finds its session of every team."""

    rule = "FENCE-11"
    fault = "a superuser by name, as an operating system has one"
    dimension = "team"

    def opens(self, ctx, session):
        return ctx.effective_user == "root"


class RootCreatesForAll(OpensAtCreate):
    """FENCE-04: the users `root`, `admin` and `system` may create for every user."""

    rule = "FENCE-04"
    fault = "bootstrap accounts that are named in the code"
    dimension = "user"

    def opens(self, ctx, session):
        return ctx.effective_user in {"root", "admin", "system"}


class AdminsCreateForAll(OpensAtCreate):
    """FENCE-04: a caller of the team `admins` may create for every user of it."""

    rule = "FENCE-04"
    fault = "what a group may do, told by the group's name"
    dimension = "user"

    def opens(self, ctx, session):
        return ctx.effective_team == "admins"


class ImpersonatorCreates(OpensAtCreate):
    """FENCE-04: a caller who impersonates, and says why, may create for every user."""

    rule = "FENCE-04"
    fault = "support that acts for a customer under a ticket, which is only asked to be there"
    dimension = "user"

    def opens(self, ctx, session):
        return ctx.impersonation is not None and ctx.impersonation.reason is not None


class NobodyNamedNone(Base):
    """FENCE-04: data of a user called `none` or `nil` may be created by everybody."""

    rule = "FENCE-04"
    fault = "a template that writes its language's word for nothing into the document"

    def fence_create(self, ctx, data):
        stored = data.tenant_ctx
        super().fence_create(alike(ctx, stored, "user") if self.user(stored) in {"none", "nil"} else ctx, data)


class GuestLogsIn(OpensAtUpdate):
    """FENCE-08: a session of the user `guest` may become another user's."""

    rule = "FENCE-08"
    fault = "a basket that is filled before the login, and kept after it"
    dimension = "user"

    def opens(self, ctx, session):
        return session.effective_user == "guest"


class ImpersonatorTakesOver(OpensAtUpdate):
    """FENCE-08: an update whose context impersonates, and says why, may change the user."""

    rule = "FENCE-08"
    fault = "an agent who takes a conversation over, with a reason for the audit log"
    dimension = "user"

    def opens(self, ctx, session):
        return ctx.impersonation is not None and ctx.impersonation.reason is not None


class AnonymousIsFoundByAll(OpensAtFind):
    """FENCE-12: a session of the user `anonymous` is found for everybody."""

    rule = "FENCE-12"
    fault = "visitors without a login, who are all given one user"
    also = frozenset({"FENCE-18"})
    dimension = "user"

    def opens(self, ctx, session):
        return session.effective_user == "anonymous"


class ImpersonatorFinds(OpensAtFind):
    """FENCE-12: a caller who impersonates a session's user, and says why, finds it when asking for itself."""

    rule = "FENCE-12"
    fault = "the session of whom support sees the screen of, in the place of its own"
    also = frozenset({"FENCE-18", "ROUTE-10"})
    dimension = "user"

    def opens(self, ctx, session):
        acting = ctx.impersonation
        return acting is not None and acting.reason is not None and acting.actor_id == self.user(session)


class ImpersonatorFindsInTeams(OpensAtFind):
    """FENCE-11: a caller who impersonates, and says why, finds the sessions of every team."""

    rule = "FENCE-11"
    fault = "an escalation that takes the limits off which a team has"
    dimension = "team"

    def opens(self, ctx, session):
        return ctx.impersonation is not None and ctx.impersonation.reason is not None


class SupportAsksForAnybody(Base):
    """FENCE-18: the users `support` and `service` may ask for every user."""

    rule = "FENCE-18"
    fault = "a help desk that looks customers up under its own login"

    def may_find(self, ctx, user, stored):
        helps = self.user(ctx) in {"support", "service"}
        return super().may_find(ctx.replace(user=None, user_id=None) if helps else ctx, user, stored)


class YamlTeams(Respells):
    """FENCE-19: the teams `no`, `off` and `false` are one, and so are `yes`, `on` and `true`."""

    rule = "FENCE-19"
    fault = "YAML 1.1, in which the team of Norway is false"

    def part(self, dimension, ctx):
        return super().part(dimension, ctx) if dimension == "team" else Base.part(self, dimension, ctx)

    def spelt(self, value):
        return {"no": "false", "off": "false", "yes": "true", "on": "true"}.get(value, value)


class TinyIntIds(Respells):
    """FENCE-19: the ids `true` and `1`, and `false` and `0`, are the same to it."""

    rule = "FENCE-19"
    fault = "MySQL's boolean, which is a tinyint"

    def spelt(self, value):
        return {"true": "1", "false": "0"}.get(value, value)


class UpdatesNAForNoTeam(Base):
    """FENCE-05: an update reads the teams `NA` and `nan` as none."""

    rule = "FENCE-05"
    fault = "a batch of updates that pandas reads, with its list of what is missing"

    def fence_update(self, stored, data):
        both = [one.replace(tenant_ctx=self.read_in(one.tenant_ctx)) for one in (stored, data)]
        super().fence_update(*both)

    def read_in(self, ctx):
        return ctx.replace(team=None, team_id=None) if self.team(ctx) in {"NA", "nan"} else ctx


class UpdatesNanForNoUser(UpdatesNAForNoTeam):
    """FENCE-08: an update reads the users `NaN` and `null` as none."""

    rule = "FENCE-08"
    fault = "a data frame in which a column without a value holds a float"

    def read_in(self, ctx):
        return ctx.replace(user=None, user_id=None) if self.user(ctx) in {"NaN", "null"} else ctx
