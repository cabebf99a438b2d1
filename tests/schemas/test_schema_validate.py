"""What `validate` tells of a document."""

import subprocess
import sys

import pytest

from greentic_session import schema
from greentic_session.errors import InvalidInputError, MissingExtraError
from greentic_session.schema import Fault, validate


def test_every_fault_is_told_with_its_place_and_rule():
    document = (
        '{"tenant_ctx":{"env":"d v","tenant":"t","team":7,"attempt":1.0,"attributes":{"x/y~z":0},'
        '"deadline":{}},"flow_id":"f","flow_id":"f","cursor":{},"context_json":"\\ud800"}'
    )
    assert {(fault.pointer, fault.rule) for fault in validate(document)} == {
        ("/tenant_ctx/env", "DATA-20"),
        ("/tenant_ctx/team", "DATA-21"),
        ("/tenant_ctx/attempt", "DATA-11"),
        ("/tenant_ctx/attributes/x~1y~0z", "DATA-15"),
        ("/tenant_ctx/deadline", "DATA-07"),
        ("/tenant_ctx", "DATA-07"),
        ("/flow_id", "DATA-17"),
        ("/cursor", "DATA-07"),
        ("/context_json", "DATA-19"),
    }


def test_a_fault_reads_as_a_sentence():
    (fault,) = validate(b'"a b"', "identifier")
    wanted = "one or more of ASCII letters, digits, '.', '_' and '-'"
    message = f"an id of 3 characters with white space at character 2; {wanted} is wanted"
    assert fault == Fault("", message, "DATA-20")


def test_what_only_the_schema_sees_is_told_too(monkeypatch):
    monkeypatch.setattr(schema, "_FORMS", {})
    document = '{"tenant_ctx":{"env":7,"tenant":"t","team":7,"attempt":-1,"deadline":3},"cursor":null}'
    faults = {fault.pointer: fault for fault in validate(document)}
    assert faults["/tenant_ctx/env"].message == "a number; string is wanted"
    assert faults["/tenant_ctx/team"].message == "a number; string is wanted"
    assert faults["/tenant_ctx/deadline"].message == "a number; object is wanted"
    assert faults["/tenant_ctx/attempt"] == Fault(
        "/tenant_ctx/attempt", "a number that breaks the schema's minimum 0", "DATA-11"
    )
    assert [fault.message for fault in validate('{"code":"x"}', "error")][:1] == ["message is missing"]
    assert [fault.pointer for fault in validate("1" * 6000, "identifier")] == [""]


def test_there_is_no_schema_of_another_name():
    with pytest.raises(InvalidInputError, match="there is no schema 'nothing'"):
        validate("{}", "nothing")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    schema._validator.cache_clear()
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'greentic-session\[schema\]'"):
        validate("{}")
    assert schema.names()


def test_importing_the_module_imports_no_extra():
    script = "import sys, greentic_session.schema; sys.exit('jsonschema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
