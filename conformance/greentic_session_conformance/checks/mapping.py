"""mapping: keys derived from what a connector knows."""

from greentic_session_conformance.case import Case
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.vectors import rows_for


def _plain(case: Case) -> None:
    """The precondition: parts that nobody would change give the keys of the vectors."""
    with case.given():
        for rule in ("KEY-01", "KEY-02"):
            row = rows_for("keys/derivation.jsonl", rule)[0]
            answer = case.answer("derive", case.target.derive, row["function"], *row["arguments"])
            case.expect(answer.value == row["key"], f"the key {row['key']}", "another answer")


def _derive(case: Case, rule: str) -> None:
    for row in rows_for("keys/derivation.jsonl", rule):
        with case.vector(row["id"]):
            answer = case.answer("derive", case.target.derive, row["function"], *row["arguments"])
            case.expect(answer.ok, f"the key {row['key']}", answer.describe())
            case.expect(answer.value == row["key"], f"the key {row['key']}", ascii(answer.value)[:80])


@check("KEY-01")
def keys_of_telegram_updates(case: Case) -> None:
    """Telegram's parts give the keys of the vectors."""
    _derive(case, "KEY-01")


@check("KEY-02")
def keys_of_webhooks(case: Case) -> None:
    """A webhook's parts give the keys of the vectors."""
    _derive(case, "KEY-02")


@check("KEY-03")
def parts_are_joined_as_they_are(case: Case) -> None:
    """Empty parts, white space, colons and unicode are joined as they are."""
    _plain(case)
    _derive(case, "KEY-03")
