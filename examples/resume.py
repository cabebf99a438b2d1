"""A flow pauses in one process and is resumed in another, through Redis.

``python resume.py redis://127.0.0.1/`` or with the URL in ``REDIS_URL``; ``NAMESPACE`` names another
namespace.
"""

import os
import subprocess
import sys

from greentic_session import RedisConfig, SessionCursor, SessionData, TenantCtx, create_session_store

USER = "user-7"
CTX = TenantCtx.new("dev", "tenant-42").with_team("support").with_user(USER)


def pause(config: RedisConfig) -> None:
    """The flow asks its user something and ends its process with that."""
    data = SessionData(CTX, "support.flow", SessionCursor("ask-order-number", wait_reason="user"), "{}")
    with create_session_store(config) as store:
        store.create_session(CTX, data)
    print(f"process {os.getpid()} paused at ask-order-number", flush=True)


def resume(config: RedisConfig) -> None:
    """The user answers; whichever process hears it finds the flow and goes on."""
    with create_session_store(config) as store:
        found = store.find_by_user(CTX, USER)
        if found is None:
            sys.exit("no flow waits for this user")
        key, data = found
        print(f"process {os.getpid()} resumes at {data.cursor.node_pointer}", flush=True)
        store.update_session(key, data.replace(cursor=SessionCursor("done"), context_json='{"order": 1234}'))
        store.remove_session(key)
    print(f"process {os.getpid()} is done", flush=True)


def main() -> None:
    """Pause here, resume in a process of its own; that one has the URL from the environment."""
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("REDIS_URL", "redis://127.0.0.1/")
    namespace = os.environ.get("NAMESPACE", "greentic:session")
    config = RedisConfig(url, namespace)
    if "RESUME" in os.environ:
        resume(config)
        return
    pause(config)
    there = {**os.environ, "RESUME": "1", "REDIS_URL": url}
    subprocess.run([sys.executable, __file__], check=True, env=there)


if __name__ == "__main__":
    main()
