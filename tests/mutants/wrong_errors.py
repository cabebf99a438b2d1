"""Stores that refuse rightly, with the wrong code or a message that tells too much."""

import fnmatch

from base import Base


class DeniesPermission(Base):
    """ERR-01: the fence answers with a code of its own."""

    rule = "ERR-01"
    fault = "HTTP thinking: what isn't yours is a 403"

    def refusal(self, code, message):
        return super().refusal("permission_denied" if message.startswith("another ") else code, message)


class ChecksTheFenceFirst(Base):
    """ERR-02: an update of a key that isn't there is checked against nothing and found invalid."""

    rule = "ERR-02"
    fault = "a validation layer in front of the store, which doesn't know what is stored"

    def update_session(self, key, data):
        if key not in self.sessions and data.tenant_ctx.env != "dev":
            raise self.refusal("invalid_input", "another env")
        super().update_session(key, data)


class MissesAsInvalidInput(Base):
    """ERR-02: a key that isn't there is called invalid."""

    rule = "ERR-02"
    fault = "one exception for all that the caller did wrong"

    def refusal(self, code, message):
        return super().refusal("invalid_input" if code == "not_found" else code, message)


class NamesTheDatasUser(Base):
    """ERR-03: the refusal of a create tells whose session it would have been."""

    rule = "ERR-03"
    fault = "an f-string written while debugging"

    def fence_create(self, ctx, data):
        if self.user(data.tenant_ctx) not in {None, self.user(ctx)}:
            raise self.refusal("invalid_input", f"{self.user(data.tenant_ctx)} is another env, tenant, team or user")
        super().fence_create(ctx, data)


class NamesTheStoredUser(Base):
    """ERR-04: the refusal of an update tells whose session it is, as the original did."""

    rule = "ERR-04"
    fault = "greentic-session 0.4.4, whose refusal names the user that is stored"

    def fence_update(self, stored, data):
        if self.first_difference(stored.tenant_ctx, data.tenant_ctx, ("env", "tenant", "team")) is None:
            differs = self.first_difference(stored.tenant_ctx, data.tenant_ctx, ("user",))
            if differs is not None:
                raise self.refusal("invalid_input", f"the user is {self.user(stored.tenant_ctx)}")
        super().fence_update(stored, data)


class PrintsTheSession(Base):
    """ERR-05: the message prints the whole of what was refused."""

    rule = "ERR-05"
    fault = "a dataclass's repr in the message"

    def told(self, dimension, ctx, data):
        return f"another {dimension}: {data.context_json}"


class SaysNothing(Base):
    """ERR-06: the message of a refusal doesn't say what differs."""

    rule = "ERR-06"
    fault = "messages kept bare for fear of saying too much"

    def told(self, dimension, ctx, data):
        return "no"


class MatchesUsersByPattern(Base):
    """ERR-08: the user that is asked for is taken for a pattern."""

    rule = "ERR-08"
    fault = "KEYS or SCAN MATCH with the user in the pattern, unescaped"
    also = frozenset({"ROUTE-10"})

    def find_by_user(self, ctx, user):
        names = [scope[-1] for scope in self.entries if fnmatch.fnmatchcase(scope[-1], user)]
        return super().find_by_user(ctx, names[0] if names else user)


class RaisesKeyError(Base):
    """ERR-09: a key that isn't there is a KeyError, which has no code."""

    rule = "ERR-09"
    fault = "a dictionary's own KeyError, which nobody translates"
    also = frozenset({"ERR-02"})

    def refusal(self, code, message):
        return KeyError(message) if code == "not_found" else super().refusal(code, message)


class TakenIsInvalid(Base):
    """ERR-10: a taken key is called invalid."""

    rule = "ERR-10"
    fault = "an IntegrityError wrapped like every other ValueError"
    also = frozenset({"CONC-03"})

    def refusal(self, code, message):
        return super().refusal("invalid_input" if code == "conflict" else code, message)


class TakesAnyKey(Base):
    """ERR-11: the key isn't looked at."""

    rule = "ERR-11"
    fault = "a key that is written as it comes, empty or not"

    def given(self, key):
        return key


class LooksForTheKeyFirst(Base):
    """ERR-12: a caller of another tenant learns that a key is taken."""

    rule = "ERR-12"
    fault = "SETNX first, and the check only for those who got the key"

    def create_session(self, ctx, data, key=None):
        if key is not None and self.taken(key):
            raise self.refusal("conflict", "taken")
        return super().create_session(ctx, data, key)
