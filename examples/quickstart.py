"""A session from create to remove, in memory: ``python quickstart.py``."""

from greentic_session import SessionCursor, SessionData, TenantCtx, create_session_store


def main() -> None:
    """Pause a flow, find it by its user, move it on, end it."""
    ctx = TenantCtx.new("dev", "tenant-42").with_team("support").with_user("user-7")
    asked = SessionData(ctx, "support.flow", SessionCursor("ask-order-number"), '{"order": null}')
    with create_session_store("memory:") as store:
        key = store.create_session(ctx, asked)

        found = store.find_by_user(ctx, "user-7")
        print("waits at:", found[1].cursor.node_pointer if found else "nowhere")

        store.update_session(key, asked.replace(cursor=SessionCursor("confirm"), context_json='{"order": 1234}'))
        now = store.get_session(key)
        print("moved to:", now.cursor.node_pointer if now else "nowhere")

        store.remove_session(key)
        print("afterwards:", store.find_by_user(ctx, "user-7"))


if __name__ == "__main__":
    main()
