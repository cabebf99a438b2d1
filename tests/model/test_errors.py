"""Errors: their codes, their words, and that they travel between processes."""

import copy
import pickle

import pytest

from greentic_session import errors
from greentic_session.errors import ErrorCode, GreenticError, MissingExtraError

KINDS = {
    errors.InvalidInputError: "invalid_input",
    errors.NotFoundError: "not_found",
    errors.ConflictError: "conflict",
    errors.StoreTimeoutError: "timeout",
    errors.UnauthenticatedError: "unauthenticated",
    errors.PermissionDeniedError: "permission_denied",
    errors.UnavailableError: "unavailable",
    errors.InternalError: "internal",
}


class ThirdPartyError(GreenticError):
    def __init__(self, host, *, port):
        super().__init__("rate_limited", f"{host} is busy")
        self.port = port


@pytest.mark.rule("ERR-09")
def test_the_codes_are_the_names_on_the_wire():
    assert [code.value for code in ErrorCode] == [
        "unknown",
        "invalid_input",
        "not_found",
        "conflict",
        "timeout",
        "unauthenticated",
        "permission_denied",
        "rate_limited",
        "unavailable",
        "internal",
    ]
    assert all(code.name == code.value.upper() for code in ErrorCode)
    assert ErrorCode.NOT_FOUND == "not_found"


@pytest.mark.parametrize("kind", KINDS)
def test_each_subclass_has_its_code(kind):
    error = kind("why")
    assert (error.code, error.message, str(error)) == (KINDS[kind], "why", f"{KINDS[kind]}: why")
    assert isinstance(error.code, ErrorCode)


@pytest.mark.parametrize(
    "error",
    [GreenticError(ErrorCode.UNKNOWN, "m"), ThirdPartyError("h", port=1), MissingExtraError("redis", "redis")]
    + [kind("m") for kind in KINDS],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_copy_and_pickle(error):
    error.add_note("a note")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


def test_a_code_by_its_name_will_do_and_an_unknown_one_will_not():
    assert GreenticError("conflict", "m").code is ErrorCode.CONFLICT
    with pytest.raises(ValueError, match="nope"):
        GreenticError("nope", "m")


def test_a_missing_extra_is_an_import_error_that_says_what_to_install():
    error = MissingExtraError("jsonschema", "schema")
    assert isinstance(error, ImportError)
    assert (error.code, error.name, error.msg) == ("invalid_input", "jsonschema", error.message)
    assert "pip install 'greentic-session[schema]'" in str(error)
