"""What a failure says of a session that came back otherwise than it was stored."""

from greentic_session_conformance.case import describe

from greentic_session import SessionCursor, SessionData, TenantCtx


class MySession(SessionData, frozen=True):
    """A store's own class of sessions."""


CTX = TenantCtx.new("dev", "tenant-42")


def data(cls=SessionData, flow="flow"):
    return cls(tenant_ctx=CTX, flow_id=flow, cursor=SessionCursor("node"), context_json="{}")


def test_a_member_that_differs_is_named_with_both_values():
    assert describe.difference(data(flow="other"), data()) == "flow_id 'other' instead of 'flow'"


def test_a_subclass_is_named_with_what_to_hand_out():
    assert data(MySession) != data()
    told = describe.difference(data(MySession), data())
    assert told.endswith("MySession, which never equals a SessionData: hand out a SessionData itself")
