"""A machine on which the Rust original can't be built is told from one on which its build fails."""

import pytest

from tools.original.crate import CrateError, build, cargo


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The only folder on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put_cargo(path, script):
    program = path / "cargo"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return program


@pytest.mark.usefixtures("path")
def test_a_machine_without_cargo_is_told():
    with pytest.raises(CrateError, match="there is no cargo on the PATH"):
        cargo()


def test_a_cargo_without_a_toolchain_is_told_with_what_it_said(path):
    put_cargo(path, "echo 'error: no default is configured' >&2; echo 'Stack backtrace:' >&2; exit 1")

    with pytest.raises(CrateError, match=r"doesn't run: error: no default is configured$"):
        cargo()


def test_a_cargo_that_runs_is_there_even_where_it_can_not_build(path):
    program = put_cargo(path, '[ "$1" = --version ] || { echo "error: of the build" >&2; exit 101; }')

    assert cargo() == str(program)
    with pytest.raises(CrateError, match="cargo build failed in rust/:\nerror: of the build"):
        build()
