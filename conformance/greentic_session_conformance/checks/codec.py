"""codec: reading and writing documents, text in and text out."""

import json

from greentic_session import GreenticError, SessionData
from greentic_session_conformance.case import Answer, Case, NotJudged
from greentic_session_conformance.checks.registry import Check, check
from greentic_session_conformance.vectors import rows, text


def _decode(case: Case, document: bytes) -> Answer:
    """What the target's decoder answers."""
    return case.answer("decode", case.target.decode, document)


def _read(case: Case, rule: str) -> None:
    """Try every document that shows a rule."""
    tried = [row for row in rows("documents/session-data.jsonl") if row["rules"][0] == rule]
    if not tried:
        message = f"no document shows {rule}"
        raise NotJudged(message)
    for row in tried:
        with case.vector(row["id"]):
            answer = _decode(case, text(row))
            if row["accepted"]:
                case.expect(answer.ok, "the document accepted", answer.describe())
                case.expect(
                    isinstance(answer.value, bytes),
                    "canonical bytes from decode",
                    type(answer.value).__name__,
                )
                _expect_bytes(case, answer.value, row["canonical"].encode())
            else:
                case.expect(not answer.ok, "invalid_input", "no error")
                case.expect(answer.code == "invalid_input", "invalid_input", answer.describe())


def _expect_bytes(case: Case, got: bytes, wanted: bytes) -> None:
    if got == wanted:
        return
    try:
        read = SessionData.from_json(got)
    except GreenticError:
        read = None
    # Read rightly and written otherwise is a fault of the writing alone.
    rule = "DATA-25" if read == SessionData.from_json(wanted) else None
    at = next(
        (i for i, (mine, other) in enumerate(zip(got, wanted, strict=False)) if mine != other),
        min(len(got), len(wanted)),
    )
    case.expect(False, f"{wanted[at : at + 40]!a} at byte {at} of the canonical text", ascii(got[at : at + 40]), rule)


def _reading(rule: str, name: str, title: str) -> Check:
    def run(case: Case) -> None:
        _read(case, rule)

    return Check(name, (rule,), title, run)


_READING = (
    (
        "DATA-07",
        "a_required_member_is_there",
        "Documents without a required member, or with null in its place, are refused.",
    ),
    (
        "DATA-11",
        "attempt_is_an_unsigned_32_bit_integer",
        "Attempts that aren't plain integers from 0 to 4294967295 are refused.",
    ),
    (
        "DATA-12",
        "unix_millis_is_a_signed_128_bit_integer",
        "Deadlines are read over 128 bits and refused beyond, or with a fraction.",
    ),
    (
        "DATA-13",
        "one_json_document_in_utf_8",
        "Text that isn't exactly one JSON document in UTF-8 is refused.",
    ),
    ("DATA-14", "optional_members_may_be_absent_or_null", "Optional members that are null read as absent."),
    (
        "DATA-15",
        "attributes_is_an_object_of_strings",
        "Attributes that are null, or hold anything but strings, are refused.",
    ),
    (
        "DATA-16",
        "the_last_of_a_repeated_attribute_wins",
        "Of a key repeated within attributes the last value is taken.",
    ),
    (
        "DATA-17",
        "a_known_member_repeated_is_refused",
        "A known member that is repeated is refused, however it is spelt.",
    ),
    (
        "DATA-18",
        "unknown_members_are_dropped",
        "Unknown members are accepted and dropped, whatever they hold.",
    ),
    ("DATA-19", "lone_surrogates_are_refused", "Lone surrogates in kept strings and in names are refused."),
    ("DATA-20", "the_form_of_an_id", "Ids of another form are refused."),
    ("DATA-21", "types_are_as_the_model_says", "Members of another JSON type are refused."),
    ("DATA-22", "depth", "Unknown members nested 200 levels deep are accepted."),
    (
        "DATA-23",
        "any_other_character_is_accepted",
        "Strings with every character that JSON can carry are read and written again.",
    ),
    (
        "DATA-24",
        "pairs_are_read_as_they_are",
        "Pairs that differ or are half absent are read and written again as they are.",
    ),
)


@check("DATA-25")
def the_canonical_writing(case: Case) -> None:
    """Documents are written with the members in order, compact, and with the escapes that are asked for."""
    for row in rows("documents/canonical.jsonl"):
        with case.vector(row["id"]):
            loose = json.dumps(row["document"], indent=1).encode()
            answer = _decode(case, loose)
            case.expect(answer.ok, "the document accepted", answer.describe())
            case.expect(isinstance(answer.value, bytes), "canonical bytes from decode", type(answer.value).__name__)
            _expect_bytes(case, answer.value, row["canonical"].encode())
            again = _decode(case, answer.value)
            case.expect(
                again.value == answer.value,
                "canonical text that reads as itself",
                again.describe() if not again.ok else "another text",
            )


@check("DATA-20")
def every_form_of_an_id(case: Case) -> None:
    """Ids of every form and length are accepted or refused as the vectors say."""
    for row in rows("ids.jsonl"):
        with case.vector(row["id"]):
            document = {
                "tenant_ctx": {"env": row["text"], "tenant": "t", "tenant_id": "t", "attempt": 0},
                "flow_id": "f",
                "cursor": {"node_pointer": "n"},
                "context_json": "",
            }
            answer = _decode(case, json.dumps(document).encode())
            if row["valid"]:
                case.expect(answer.ok, "the id accepted", answer.describe())
            else:
                case.expect(answer.code == "invalid_input", "invalid_input", answer.describe())


reading = tuple(_reading(rule, name, title) for rule, name, title in _READING)
