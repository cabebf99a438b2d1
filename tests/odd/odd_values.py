"""Stores that keep values in a form of their own, or answer in one that isn't judged."""

import copy
import pickle

from plain_store import Plain

from greentic_session import ErrorCode, SessionData


class ThroughJson(Plain):
    """Keeps the document and reads it at each call: no answer is ever the object that was put in, or the one before."""

    def keep(self, data):
        return data.to_json()

    def hand_out(self, kept):
        return SessionData.from_json(kept)


class ThroughJsonText(ThroughJson):
    """Keeps the document as text, as a column of that type does."""

    def keep(self, data):
        return data.to_json().decode()


class ThroughPickle(Plain):
    """Keeps a pickle and hands out a deep copy of what it unpickles."""

    def keep(self, data):
        return pickle.dumps(data)

    def hand_out(self, kept):
        return copy.deepcopy(pickle.loads(kept))


class AnswersLists(Plain):
    """Finds a list of two, and answers what it likes to update and remove: neither is judged."""

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return None if found is None else list(found)

    def update_session(self, key, data):
        super().update_session(key, data)
        return {"matched": 1, "modified": 0}

    def remove_session(self, key):
        super().remove_session(key)
        return False


#: What a store of the profile core holds at least (rule DATA-09).
ID, STRING, SNAPSHOT, ATTRIBUTES, ATTRIBUTE, NAME, KEY = 255, 4_096, 262_144, 64, 1_024, 255, 255


class HoldsNoMoreThanItMust(Plain):
    """Refuses with ``invalid_input`` whatever is larger than what every store must hold, its own long keys where they are given: it never cuts."""

    def issue(self):
        return super().issue() * 8

    def refuse_too_large(self, data):
        ctx, cursor = data.tenant_ctx, data.cursor
        ids = (
            ctx.env,
            ctx.tenant,
            ctx.tenant_id,
            ctx.team,
            ctx.team_id,
            ctx.user,
            ctx.user_id,
            data.flow_id,
            data.pack_id,
        )
        strings = (
            ctx.session_id, ctx.flow_id, ctx.node_id, ctx.provider_id, ctx.trace_id, ctx.i18n_id, ctx.correlation_id,
            ctx.idempotency_key, cursor.node_pointer, cursor.wait_reason, cursor.outbox_marker,
        )  # fmt: skip
        attributes = [name + value for name, value in ctx.attributes.items()]
        if (
            any(len(text or "") > ID for text in ids)
            or any(len((text or "").encode()) > STRING for text in strings)
            or any(len(text.encode()) > ATTRIBUTE for text in attributes)
            or any(len(name) > NAME for name in ctx.attributes)
            or len(attributes) > ATTRIBUTES
            or len(data.context_json.encode()) > SNAPSHOT
        ):
            raise self.refusal(ErrorCode.INVALID_INPUT, "larger than what is held here")

    def given(self, key):
        key = super().given(key)
        if len(key.encode()) > KEY or any(ord(character) < 32 for character in key):
            raise self.refusal(ErrorCode.INVALID_INPUT, "no key of this store")
        return key
