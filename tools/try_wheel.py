"""Install a wheel into clean environments, one an extra, and see that what it promises is there."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

IMPORTS = """
import sys
import greentic_session
assert "redis" not in sys.modules, "import greentic_session imported redis"
from greentic_session.resources import folder
assert (folder("spec") / "vectors" / "manifest.json").is_file()
assert (folder("schemas") / "v1" / "session-data.schema.json").is_file()
store = greentic_session.create_session_store("memory:")
ctx = greentic_session.TenantCtx.new("dev", "tenant-42").with_user("user-7")
data = greentic_session.SessionData(ctx, "flow", greentic_session.SessionCursor("node"), "{}")
assert store.find_by_user(ctx, "user-7") is None
key = store.create_session(ctx, data)
assert store.get_session(key) == data
"""

MISSING_REDIS = """
import greentic_session
try:
    greentic_session.create_session_store("redis://127.0.0.1/")
except greentic_session.GreenticError as error:
    assert "greentic-session[redis]" in str(error), error
else:
    raise AssertionError("a Redis store without redis")
"""

WITH_REDIS = """
import greentic_session
store = greentic_session.create_session_store("redis://127.0.0.1:1/")
try:
    store.get_session("key")
except greentic_session.GreenticError as error:
    assert error.code == "unavailable", error
else:
    raise AssertionError("an answer from nowhere")
"""

MISSING_SCHEMA = """
import greentic_session, greentic_session.schema
try:
    greentic_session.schema.validate(b"{}")
except greentic_session.GreenticError as error:
    assert "greentic-session[schema]" in str(error), error
else:
    raise AssertionError("validation without jsonschema")
"""

WITH_SCHEMA = """
import greentic_session.schema
assert greentic_session.schema.validate(b"{}")
"""

#: For each extra: programs that must run, and the status of `greentic-session explain FENCE-05`.
TRIALS = {
    "": ([IMPORTS, MISSING_REDIS, MISSING_SCHEMA], 2),
    "[redis]": ([IMPORTS, WITH_REDIS], 2),
    "[schema]": ([IMPORTS, WITH_SCHEMA], 2),
    "[conformance]": ([IMPORTS, MISSING_REDIS, WITH_SCHEMA], 0),
    "[all]": ([IMPORTS, WITH_REDIS, WITH_SCHEMA], 0),
}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tool(name: str) -> Path:
    """A tool of the environment that runs this."""
    return Path(sys.executable).with_name(name)


def _run(*command: str | Path, status: int = 0, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != status:
        _say(done.stdout + done.stderr)
        message = f"{' '.join(map(str, command))[:120]} ended with {done.returncode}, not {status}"
        raise SystemExit(message)
    return done.stdout + done.stderr


def _verify_types(place: Path) -> None:
    """Every public name of the installed library has a known type, for those who import it."""
    environment = os.environ | {"VIRTUAL_ENV": str(place), "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    _run(
        _tool("basedpyright"),
        "--verifytypes",
        "greentic_session",
        "--ignoreexternal",
        cwd=place,
        environment=environment,
    )


def try_extra(wheel: Path, extra: str, place: Path) -> None:
    """Install the wheel with an extra and try what it brings."""
    python, script = place / "bin" / "python", place / "bin" / "greentic-session"
    _run(_tool("uv"), "venv", "--quiet", "--python", sys.executable, place, cwd=place)
    _run(
        _tool("uv"),
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        f"greentic-session{extra} @ {wheel.as_uri()}",
        cwd=place,
    )
    programs, status = TRIALS[extra]
    quick = "--effort", "quick", "--report", place / "reports"
    for program in programs:
        _run(python, "-c", program, cwd=place)
    told = _run(script, "explain", "FENCE-05", status=status, cwd=place)
    assert ("greentic-session[conformance]" in told) == (status == 2), told
    if status == 0:
        _run(script, "conformance", "memory", *quick, cwd=place)
        _run(script, "schema", "session-data", cwd=place)
        page = (place / "reports" / "report.html").read_text("utf-8")
        assert "prefers-color-scheme" in page, "the report's page lacks its style"
        assert "beforeprint" in page, "the report's page lacks its script"
        _run(script, "compare", place / "reports", place / "reports", cwd=place)
    if extra == "[redis]":
        _verify_types(place)
    if extra == "[all]":
        _run(script, "conformance", "embedded-redis", "--profile", "core", *quick, cwd=place)
    _say(f"greentic-session{extra}: installed and tried")


def main() -> None:
    """Try every extra of the wheel that the command line names."""
    wheel = Path(sys.argv[1]).resolve()
    for extra in TRIALS:
        with tempfile.TemporaryDirectory(prefix="try-wheel-") as folder:
            try_extra(wheel, extra, Path(folder))


if __name__ == "__main__":
    main()
