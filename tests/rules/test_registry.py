"""The registry of rules: read from the text, and refused where the text breaks its form."""

import pytest
from greentic_session_conformance.rules import SpecError, read_rules, rules

RULE = """# A chapter

### TEST-01 · A title

`core`

A store **MUST** do `this`.

**Why.** The fault.
"""


def read(folder, text):
    (folder / "01-chapter.md").write_text(text, encoding="utf-8")
    return read_rules(folder)


def test_a_rule_is_read_with_all_that_it_says(tmp_path):
    text = RULE.replace("`core`", "`concurrent` · requires `keyed-create`") + "\n**Example.** An `example`.\n"
    rule = read(tmp_path, text)["TEST-01"]
    assert (rule.title, rule.level, rule.profile, rule.requires) == ("A title", "MUST", "concurrent", {"keyed-create"})
    assert (rule.text, rule.why, rule.example) == ("A store MUST do this.", "The fault.", "An example.")
    assert (rule.chapter, rule.chapter_title, rule.profiles) == (
        "01-chapter",
        "A chapter",
        {"concurrent", "keyed-create"},
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULE + RULE.removeprefix("# A chapter\n"), "is there already"),
        (RULE.replace("**MUST**", "must"), "exactly one"),
        (RULE.replace("do `this`", "do and **SHOULD** do `this`"), "exactly one"),
        (RULE.replace("**MUST**", "**REQUIRED**"), "exactly one"),
        (RULE.replace("`core`", "`cor`"), "names the profile cor"),
        (RULE.replace("`core`\n\n", ""), "names the profile"),
        (RULE.replace("A store **MUST** do `this`.\n\n**Why.** The fault.\n", ""), "wants a line with its profile"),
        (RULE.replace("TEST-01 ·", "TEST-1 -"), "not of the form"),
        (RULE.replace("The fault.", "It MUST not."), "only the normative sentence binds"),
        ("# A chapter\n", "no rule"),
    ],
)
def test_a_text_that_breaks_the_form_is_refused_with_the_place(tmp_path, text, told):
    with pytest.raises(SpecError, match=told):
        read(tmp_path, text)


def test_the_negative_is_of_the_same_level(tmp_path):
    assert read(tmp_path, RULE.replace("**MUST** do", "**MUST NOT** do"))["TEST-01"].level == "MUST"


def test_the_rule_that_everything_began_with():
    rule = rules()["FENCE-05"]
    assert (rule.level, rule.profile, rule.chapter) == ("MUST", "core", "03-tenant-fence")
    assert rule.title == "An update can't move a session to another team"
