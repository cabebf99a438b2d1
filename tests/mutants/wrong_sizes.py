"""Stores that cut, refuse or lose what is long."""

from base import Base, ChangesTheContext


class CutsAt64Kibibytes(Base):
    """DATA-09: a snapshot is cut at 65,535 bytes."""

    rule = "DATA-09"
    fault = "MySQL's TEXT without strict mode"
    also = frozenset({"DATA-10"})

    def kept(self, data):
        return data.replace(context_json=data.context_json.encode()[:65_535].decode(errors="ignore"))


class CutsStringsAt255(ChangesTheContext):
    """DATA-09: strings of the context are cut at 255 characters."""

    rule = "DATA-09"
    fault = "VARCHAR(255), the default of many an ORM"
    also = frozenset({"DATA-10"})

    def changed(self, ctx):
        return ctx.replace(trace_id=ctx.trace_id and ctx.trace_id[:255])


class RefusesLongUsers(Base):
    """DATA-09: a user of more than 191 characters is refused."""

    rule = "DATA-09"
    fault = "an index on a utf8mb4 column: 767 bytes are 191 characters"
    also = frozenset({"FENCE-15"})

    def fence_create(self, ctx, data):
        super().fence_create(ctx, data)
        if len(self.user(data.tenant_ctx) or "") > 191:
            raise self.refusal("invalid_input", "the user is too long")


class HoldsFiftyAttributes(Base):
    """DATA-09: a session with more than fifty attributes is refused."""

    rule = "DATA-09"
    fault = "the number of tags that a cloud's API allows"
    also = frozenset({"DATA-08"})

    def kept(self, data):
        if len(data.tenant_ctx.attributes) > 50:
            raise self.refusal("invalid_input", "too many attributes")
        return data


class HoldsShortNames(Base):
    """DATA-09: an attribute whose name has more than 128 characters is refused."""

    rule = "DATA-09"
    fault = "SQL Server's sysname, or AWS's limit on the keys of tags, for the names of attributes"

    def kept(self, data):
        if any(len(name) > 128 for name in data.tenant_ctx.attributes):
            raise self.refusal("invalid_input", "the attribute's name is too long")
        return data


class CountsNamesInBytes(Base):
    """DATA-09: an attribute whose name has more than 255 bytes is refused."""

    rule = "DATA-09"
    fault = "VARCHAR2(255), which counts bytes unless CHAR is said"

    def kept(self, data):
        if any(len(name.encode()) > 255 for name in data.tenant_ctx.attributes):
            raise self.refusal("invalid_input", "the attribute's name is too long")
        return data


class HoldsAHundredAttributes(ChangesTheContext):
    """DATA-10: of more than a hundred attributes the rest is dropped."""

    rule = "DATA-10"
    fault = "a tracing library's limit on attributes, which drops and doesn't tell"

    def changed(self, ctx):
        return ctx.replace(attributes=dict(list(ctx.attributes.items())[:100]))


class CutsActors(ChangesTheContext):
    """DATA-10: the actor of an impersonation is cut at 1,024 characters."""

    rule = "DATA-10"
    fault = "one column that was forgotten when the others were made longer"

    def changed(self, ctx):
        whose = ctx.impersonation
        if whose is None:
            return ctx
        return ctx.replace(impersonation=whose.replace(actor_id=whose.actor_id[:1024]))


class CutsReasonsAt65535(Base):
    """DATA-10: a wait reason is cut at 65,535 characters."""

    rule = "DATA-10"
    fault = "a length kept in two bytes"

    def kept(self, data):
        reason = data.cursor.wait_reason
        return data.replace(cursor=data.cursor.replace(wait_reason=reason and reason[:65_535]))


class RefusesAndRoutes(Base):
    """DATA-10: what is too large is refused when its entry has been written."""

    rule = "DATA-10"
    fault = "Redis' 512 MB or a proxy's limit, met by the second of two writes"
    maybe = frozenset({"KEY-05"})

    def create_session(self, ctx, data, key=None):
        if len(data.context_json) > 1 << 20:
            super().create_session(ctx, data.replace(context_json=""), key)
            raise self.refusal("invalid_input", "too large")
        return super().create_session(ctx, data, key)


class EvictsByBytes(Base):
    """DATA-10: a large session is taken and pushes the others out."""

    rule = "DATA-10"
    fault = "memcached's slabs: the large one gets the memory, and the oldest go"

    def write(self, key, data):
        if len(data.context_json) > 1 << 20:
            self.sessions.clear()
        else:
            super().write(key, data)
