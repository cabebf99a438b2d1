"""Stores that refuse with another code, or say too much or too little where nobody looked."""

import re
import unicodedata

from base import Base

from greentic_session import GreenticError


class Talkative(GreenticError):  # noqa: N818 - what it is, not that it is one
    """An error whose ``message`` isn't what ``str`` says."""

    def __init__(self, code, message, shown):
        super().__init__(code, message)
        self.shown = shown

    def __str__(self):
        return self.shown


class HidesBehindNotFound(Base):
    """ERR-01: what the fence refuses is answered as if it weren't there."""

    rule = "ERR-01"
    fault = "404 in place of 403, so that nobody learns what there is"

    def fence_update(self, stored, data):
        try:
            super().fence_update(stored, data)
        except GreenticError:
            raise self.refusal("not_found", "no such session for this env, tenant, team and user") from None


class ConflictsWithTheStored(Base):
    """ERR-01: an update that the fence refuses is called a conflict."""

    rule = "ERR-01"
    fault = "409 for an update whose condition doesn't hold"

    def fence_update(self, stored, data):
        try:
            super().fence_update(stored, data)
        except GreenticError as error:
            raise self.refusal("conflict", str(error)) from None


class RemovesWithInternal(Base):
    """ERR-02: a remove of what isn't there is an internal error."""

    rule = "ERR-02"
    fault = "an assertion on the number of rows deleted, wrapped like every other surprise"

    def remove_session(self, key):
        if self.read(key) is None:
            raise self.refusal("internal", "0 rows")
        super().remove_session(key)


class LogsTheUser(Base):
    """ERR-03: what is printed says little, and the error's message names the data's user."""

    rule = "ERR-03"
    fault = "an error with a long message for the log and a short one for the screen"

    def fence_create(self, ctx, data):
        try:
            super().fence_create(ctx, data)
        except GreenticError as error:
            long = f"{error}: {self.user(data.tenant_ctx)} isn't {self.user(ctx)}"
            raise Talkative("invalid_input", long, str(error)) from None


class NamesTheOlderUser(Base):
    """ERR-03: the message names who the data's older member says it is."""

    rule = "ERR-03"
    fault = "a message that masks user_id, from before there was a second member"
    also = frozenset({"ERR-04"})

    def told(self, dimension, ctx, data):
        return f"another {dimension} than that of {data.tenant_ctx.user}"


class NamesTheCaller(Base):
    """ERR-03: the refusal of a create for another team tells who asked, who is the data's user."""

    rule = "ERR-03"
    fault = "a message that tells the caller who they are, logged in because they know it anyway"

    def fence_create(self, ctx, data):
        differs = self.first_difference(ctx, data.tenant_ctx, self.compared_at_create)
        if differs is not None:
            raise self.refusal("invalid_input", f"{self.user(ctx)} is of another {differs}")
        super().fence_create(ctx, data)


class NamesTheNewUser(Base):
    """ERR-04: the refusal of an update to another team tells the new data's user, who is the stored one."""

    rule = "ERR-04"
    fault = "a message that repeats what was sent, of which the sender knows everything"

    def fence_update(self, stored, data):
        differs = self.first_difference(stored.tenant_ctx, data.tenant_ctx, self.compared_at_update)
        if differs is not None:
            raise self.refusal("invalid_input", f"another {differs}, in what {self.user(data.tenant_ctx)} sent")


class ForbidsInSeveral(Base):
    """ERR-01: what differs in more than one of env, tenant, team and user is answered with a code of its own."""

    rule = "ERR-01"
    fault = "a guess that an honest mistake is one mistake, and everything else an attack"

    def fence_update(self, stored, data):
        one, other = stored.tenant_ctx, data.tenant_ctx
        if sum(self.part(name, one) != self.part(name, other) for name in self.compared_at_update) > 1:
            raise self.refusal("permission_denied", "another env, tenant, team and user")
        super().fence_update(stored, data)


class PrintsTheStoredContext(Base):
    """ERR-04: a refused update prints the context that is stored."""

    rule = "ERR-04"
    fault = "`expected {stored}, got {new}`, for whoever looks into the log"

    def fence_update(self, stored, data):
        differs = self.first_difference(stored.tenant_ctx, data.tenant_ctx, self.compared_at_update)
        if differs is not None:
            raise self.refusal("invalid_input", f"another {differs}: expected {stored.tenant_ctx}")


class ShowsTheStoredUser(Base):
    """ERR-04: the error's message is careful, and printed it names the stored user."""

    rule = "ERR-04"
    fault = "a __str__ that adds the fields that the error carries"

    def fence_update(self, stored, data):
        try:
            super().fence_update(stored, data)
        except GreenticError as error:
            raise Talkative("invalid_input", error.message, f"{error} ({self.user(stored.tenant_ctx)})") from None


class PrintsWhatItMisses(Base):
    """ERR-05: an update of a key that isn't there prints the data that it couldn't write."""

    rule = "ERR-05"
    fault = "a dead letter: the message keeps what would be lost"

    def update_session(self, key, data):
        if self.read(key) is None:
            raise self.refusal("not_found", f"no session {key} for {data.context_json}")
        super().update_session(key, data)


class PrintsWhatIsStored(Base):
    """ERR-05: a refused update prints the stored session."""

    rule = "ERR-05"
    fault = "PostgreSQL's DETAIL: Failing row contains (…), passed on"

    def fence_update(self, stored, data):
        try:
            super().fence_update(stored, data)
        except GreenticError as error:
            raise self.refusal("invalid_input", f"{error}; failing row contains ({stored.context_json})") from None


class NamesTheLastDifference(Base):
    """ERR-06: of several dimensions that differ the last one is named."""

    rule = "ERR-06"
    fault = "a chain of ifs without elif, in which the last message wins"

    def first_difference(self, one, other, dimensions):
        differing = [name for name in dimensions if self.part(name, one) != self.part(name, other)]
        return differing[-1] if differing else None


class AsksForWhoAsks(Base):
    """ERR-08: where the user asked for is empty the caller's own is taken."""

    rule = "ERR-08"
    fault = "`user or ctx.user`, a default that was meant well"

    def find_by_user(self, ctx, user):
        return super().find_by_user(ctx, user or self.user(ctx) or "")


class TrimsUsers(Base):
    """ERR-08: white space around the user is dropped."""

    rule = "ERR-08"
    fault = "strip() in the form that the user's name comes from"

    def find_by_user(self, ctx, user):
        return super().find_by_user(ctx, user.strip())


class ComposesUsers(Base):
    """ERR-08: the user is normalised before it is looked for, so that full-width letters are plain ones."""

    rule = "ERR-08"
    fault = "NFKC on login names, as the PRECIS profiles want it"

    def find_by_user(self, ctx, user):
        return super().find_by_user(ctx, unicodedata.normalize("NFKC", user))


class ComplainsOfUsers(Base):
    """ERR-08: what is no id raises whatever the check of ids raises."""

    rule = "ERR-08"
    fault = "a regular expression and a ValueError at the front door"
    also = frozenset({"ERR-09"})

    def find_by_user(self, ctx, user):
        if not re.fullmatch("[A-Za-z0-9._-]+", user):
            message = "not an id"
            raise ValueError(message)
        return super().find_by_user(ctx, user)


class ShoutsCodes(Base):
    """ERR-09: codes are the names of an enumeration's members."""

    rule = "ERR-09"
    fault = "error.code.name where error.code.value was meant"
    also = frozenset({"ERR-01", "ERR-02", "ERR-10", "ERR-11"})

    def refusal(self, code, message):
        error = super().refusal(code, message)
        error.code = code.upper()
        return error


class CountsCodes(Base):
    """ERR-09: codes are HTTP's numbers."""

    rule = "ERR-09"
    fault = "a store behind an HTTP API that hands the status on"
    also = frozenset({"ERR-01", "ERR-02", "ERR-10", "ERR-11"})

    def refusal(self, code, message):
        error = super().refusal(code, message)
        error.code = {"invalid_input": 400, "not_found": 404, "conflict": 409}[code]
        return error


class TakesEmptyForNoKey(Base):
    """ERR-11: an empty key is taken for none, and one is issued."""

    rule = "ERR-11"
    fault = "`key or uuid4()`"

    def create_session(self, ctx, data, key=None):
        return super().create_session(ctx, data, key or None)


class CannotEncode(Base):
    """ERR-11: a key that UTF-8 can't encode raises Python's own error."""

    rule = "ERR-11"
    fault = "key.encode() without a thought of lone surrogates"

    def given(self, key):
        key.encode()
        return super().given(key)
