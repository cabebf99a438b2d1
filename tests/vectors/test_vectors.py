"""The vectors are complete, agree with one another and with the original, and match their manifest."""

import base64
import hashlib
import itertools
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from tools.make_vectors import FILES
from tools.vector_tables.fence import (
    EVERYTHING,
    MATCHING,
    Names,
    create_verdict,
    find_verdict,
    pairs_of,
    update_verdict,
)

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "spec" / "vectors"
GOLDEN = ROOT / "tests" / "golden"
SCHEMAS = ROOT / "schemas" / "v1"
PATHS = [file.path for file in FILES]


def lines_of(path):
    return path.read_text("utf-8").removesuffix("\n").split("\n")


def rows_of(path):
    return [json.loads(line) for line in lines_of(path)]


def vectors(path):
    return rows_of(VECTORS / path)


@pytest.fixture(scope="module")
def manifest():
    return json.loads((VECTORS / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def rule_ids():
    ids = set()
    for chapter in (ROOT / "spec").glob("*.md"):
        tokens = MarkdownIt().parse(chapter.read_text("utf-8"))
        for opening, content in itertools.pairwise(tokens):
            if opening.type == "heading_open" and opening.tag == "h3":
                ids.add(content.content.partition(" · ")[0])
    return ids


# --- manifest and form


def test_the_manifest_lists_every_file_and_no_other(manifest):
    in_folder = {path.relative_to(VECTORS).as_posix() for path in VECTORS.rglob("*.jsonl")}
    listed = [entry["path"] for entry in manifest["files"]]
    assert sorted(listed) == sorted(in_folder)


def test_the_manifest_tells_what_is_in_the_files(manifest):
    for entry in manifest["files"]:
        rows = vectors(entry["path"])
        assert entry["rows"] == len(rows)
        assert entry["rules"] == sorted({rule for row in rows for rule in row["rules"]})
        made = {row["made"] for row in rows}
        assert entry["made"] == ("both" if len(made) == 2 else next(iter(made)))


def test_the_manifest_is_valid_against_its_schema(manifest):
    schema = json.loads((SCHEMAS / "vector-manifest.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(manifest)
    assert manifest["$schema"] == schema["$id"]
    for example in schema["examples"]:
        validator.validate(example)


@pytest.mark.parametrize("verdict", ["valid", "invalid"])
def test_examples_of_manifests_are_what_their_folder_says(verdict):
    schema = json.loads((SCHEMAS / "vector-manifest.schema.json").read_text("utf-8"))
    examples = sorted((SCHEMAS / "examples" / verdict / "vector-manifest").glob("*.json"))
    assert examples
    for path in examples:
        valid = Draft202012Validator(schema).is_valid(json.loads(path.read_text("utf-8")))
        assert valid == (verdict == "valid"), path.name


@pytest.mark.parametrize("path", PATHS)
def test_every_row_is_ascii_and_compact(path):
    for line in lines_of(VECTORS / path):
        assert line.isascii()
        assert line == json.dumps(json.loads(line), separators=(",", ":"))


@pytest.mark.parametrize("path", PATHS)
def test_every_row_names_rules_that_exist(path, rule_ids):
    for row in vectors(path):
        assert row["rules"], row["id"]
        assert set(row["rules"]) <= rule_ids, row["id"]
        assert len(set(row["rules"])) == len(row["rules"]), row["id"]


def test_ids_are_unique_in_the_whole_folder():
    ids = Counter(row["id"] for path in PATHS for row in vectors(path))
    assert [name for name, times in ids.items() if times > 1] == []


def test_ids_are_readable_slugs():
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert [row["id"] for path in PATHS for row in vectors(path) if not set(row["id"]) <= allowed] == []


def test_many_rows_are_written_by_hand():
    by_hand = [row for path in PATHS for row in vectors(path) if row["made"] == "hand"]
    assert len(by_hand) >= 40


def test_the_generator_writes_what_is_committed(tmp_path):
    command = [sys.executable, "-m", "tools.make_vectors", "--output", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    for path in [*PATHS, "manifest.json"]:
        assert (tmp_path / path).read_bytes() == (VECTORS / path).read_bytes(), path


def test_the_generator_knows_nothing_of_the_library():
    program = (
        "import sys, tools.make_vectors; "
        "sys.exit(any(name.partition('.')[0].startswith('greentic') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-S", "-E", "-c", program], cwd=ROOT, check=True)


# --- ids and documents


def test_ids_are_told_from_others_by_their_characters():
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    for row in vectors("ids.jsonl"):
        assert row["valid"] == (row["text"] != "" and set(row["text"]) <= allowed), row["id"]


def document_of(row):
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()


@pytest.mark.parametrize("path", ["documents/session-data.jsonl", "documents/tenant-ctx.jsonl"])
class TestDocuments:
    def test_each_is_text_or_bytes_that_are_no_text(self, path):
        for row in vectors(path):
            assert ("text" in row) != ("base64" in row), row["id"]

    def test_only_an_accepted_one_has_a_canonical_writing(self, path):
        for row in vectors(path):
            assert ("canonical" in row) == row["accepted"], row["id"]

    def test_no_document_is_there_twice_with_two_answers(self, path):
        answers = {}
        for row in vectors(path):
            answer = (row["accepted"], row.get("canonical"))
            assert answers.setdefault(document_of(row), answer) == answer, row["id"]

    def test_every_canonical_writing_is_one_line_of_json(self, path):
        for row in vectors(path):
            if row["accepted"]:
                assert "\n" not in row["canonical"]
                json.loads(row["canonical"])

    def test_what_isnt_json_breaks_the_rule_of_json(self, path):
        """And the other way round; Python's own reader is lenient where a hook doesn't stop it, and makes no integers of 5,000 digits."""

        def refuse(constant):
            raise ValueError(constant)

        for row in vectors(path):
            try:
                text = document_of(row).decode("utf-8")
                json.loads(text, parse_constant=refuse, parse_int=float)
            except ValueError:
                assert row["rules"][0] == "DATA-13", row["id"]
                assert not row["accepted"], row["id"]
            else:
                assert row["rules"][0] != "DATA-13" or row["accepted"], row["id"]


@pytest.mark.parametrize(
    "path", ["documents/session-data.jsonl", "documents/tenant-ctx.jsonl", "documents/canonical.jsonl"]
)
def test_canonical_writings_have_the_values_of_their_documents(path):
    """Compared as values, where both are JSON and nothing is to be dropped."""
    for row in vectors(path):
        if row.get("accepted", True) and row["rules"][0] in {
            "DATA-11",
            "DATA-12",
            "DATA-23",
            "DATA-24",
            "DATA-25",
        }:
            document = row["document"] if "document" in row else json.loads(document_of(row))
            tenant_ctx = document.get("tenant_ctx", document)
            if tenant_ctx.get("attributes") == {}:
                del tenant_ctx["attributes"]
            assert json.loads(row["canonical"]) == document, row["id"]


def test_documents_get_the_answer_of_the_original():
    ours = {document_of(row): row for row in vectors("documents/session-data.jsonl")}
    compared = 0
    for golden in rows_of(GOLDEN / "session-data.jsonl"):
        row = ours.get(golden["text"].encode())
        if row is not None:
            compared += 1
            assert row["accepted"] == golden["accepted"], row["id"]
            assert row.get("canonical") == golden.get("written"), row["id"]
    assert compared >= 30


# --- the fence


def names(ctx):
    return Names(**{name: ctx.get(name) for name in Names._fields})


def operands(operation, row):
    """The session's side and the other one."""
    first, second = {"create": ("data", "caller"), "update": ("stored", "new"), "find": ("stored", "caller")}[operation]
    return names(row[first]), names(row[second])


OPERATIONS = ["create", "update", "find"]
ACCEPTED = {"create": "ok", "update": "ok", "find": "found"}
REFUSED = {"create": "refused", "update": "refused", "find": "nothing"}


@pytest.mark.parametrize("operation", OPERATIONS)
class TestFence:
    def test_only_what_differs_is_refused(self, operation):
        for row in vectors(f"fence/{operation}.jsonl"):
            expected = ACCEPTED if row["differs"] is None else REFUSED
            assert row["expect"] == expected[operation], row["id"]

    def test_rows_by_hand_agree_with_the_tables(self, operation):
        for row in vectors(f"fence/{operation}.jsonl"):
            session, other = operands(operation, row)
            if operation == "create":
                verdict = create_verdict(other, session)
            elif operation == "update":
                verdict = update_verdict(session, other)
            elif session.effective_user is None and row["user"] != "u":
                continue
            else:
                verdict = find_verdict(session, other, row["user"])
            assert row["differs"] == verdict.differs, row["id"]
            assert verdict.rule in row["rules"], row["id"]

    def test_the_base_table_is_complete(self, operation):
        """Every combination of effective values, counted from the rows, not from the generator."""
        seen = Counter()
        for row in vectors(f"fence/{operation}.jsonl"):
            if row["id"].startswith(f"{operation}-env-"):
                session, other = operands(operation, row)
                assert (session.env, session.tenant_id) == ("e", "t")
                for side in (session, other):
                    assert side.tenant == side.tenant_id
                    assert side.team == side.team_id
                    assert side.user == side.user_id
                seen[
                    other.env,
                    other.tenant_id,
                    session.team,
                    other.team,
                    session.user,
                    other.user,
                    row.get("user"),
                ] += 1
        teams = itertools.product("ef", "to", ["a", "b", None], ["a", "b", None])
        users = (
            itertools.product(["u", None], ["u", "v", None], ["u", "v"])
            if operation == "find"
            else itertools.product(["u", "v", None], ["u", "v", None], [None])
        )
        assert seen == Counter(first + second for first, second in itertools.product(teams, users))

    @pytest.mark.parametrize(
        ("pair", "values"),
        [
            (("team", "team_id"), ("a", "b", None)),
            (("user", "user_id"), ("u", "v", None)),
            (("tenant", "tenant_id"), ("t", "o")),
        ],
    )
    def test_the_table_of_a_pair_is_complete(self, operation, pair, values):
        seen = Counter()
        for row in vectors(f"fence/{operation}.jsonl"):
            if row["id"].startswith(f"{operation}-legacy-{pair[0]}-"):
                sides = operands(operation, row)
                seen[tuple(getattr(side, name) for side in sides for name in pair)] += 1
                rest = [{name: value for name, value in side._asdict().items() if name not in pair} for side in sides]
                assert rest[0] == rest[1], row["id"]
        assert seen == Counter(itertools.product(values, repeat=4))

    @pytest.mark.parametrize(("table", "factors"), [("everything", EVERYTHING), ("matching", MATCHING)])
    def test_all_pairs_are_covered(self, operation, table, factors):
        factors = {**factors, **({"asked": ("u", "v")} if operation == "find" else {})}
        covered = set()
        for row in vectors(f"fence/{operation}.jsonl"):
            if row["id"].startswith(f"{operation}-pairs-{table}-"):
                session, other = operands(operation, row)
                case = {f"session.{name}": value for name, value in session._asdict().items()}
                case |= {f"other.{name}": value for name, value in other._asdict().items()}
                case |= {"asked": row.get("user")}
                covered |= pairs_of({name: value for name, value in case.items() if name in factors})
        wanted = {
            pair
            for a, b in itertools.combinations(sorted(factors), 2)
            for pair in itertools.product([(a, x) for x in factors[a]], [(b, y) for y in factors[b]])
        }
        assert wanted <= covered


def test_the_creator_of_a_session_to_be_found_may_create_it():
    for row in vectors("fence/find.jsonl"):
        creator, stored = names(row["creator"]), names(row["stored"])
        assert create_verdict(creator, stored).differs is None, row["id"]
        if stored.effective_user is not None:
            assert row["creator"] == row["stored"], row["id"]
        else:
            assert row["creator"] == {**row["creator"], **row["stored"]}, row["id"]


def test_a_recommendation_is_never_behind_a_rule():
    for row in vectors("fence/find.jsonl"):
        assert "FENCE-18" not in row["rules"][1:], row["id"]


def table_key(stored, caller):
    """A pair of golden contexts in the letters of our tables: relations stay, names don't."""
    letters = {"env": "ef", "tenant": "to", "tenant_id": "to"}
    teams = {"x": "a", "y": "b", None: None}
    pair = []
    for ctx in (stored, caller):
        renamed = {name: letters[name][ctx[name] != stored[name]] for name in letters}
        pair.append(
            Names(
                **renamed,
                **{name: teams[ctx.get(name)] for name in ("team", "team_id")},
                **{name: ctx.get(name) for name in ("user", "user_id")},
            )
        )
    return tuple(pair)


def test_the_tables_answer_as_the_original_does():
    golden = rows_of(GOLDEN / "fence.jsonl")
    tables = {
        operation: {
            operands(operation, row): row for row in vectors(f"fence/{operation}.jsonl") if "-env-" in row["id"]
        }
        for operation in ("create", "update")
    }
    answers = {"ok": "ok", "invalid_input": "refused"}
    for line in golden:
        key = table_key(line["stored"], line["caller"])
        for operation, table in tables.items():
            assert table[key]["expect"] == answers[line[operation]], table[key]["id"]
    assert len(golden) == 324


def test_find_answers_as_the_original_does_but_for_a_caller_who_is_another():
    swapped = {"u": "v", "v": "u", None: None}
    table = {(*operands("find", row), row["user"]): row for row in vectors("fence/find.jsonl") if "-env-" in row["id"]}
    compared = Counter()
    for line in rows_of(GOLDEN / "fence.jsonl"):
        if "find u" not in line:
            continue
        stored, caller = table_key(line["stored"], line["caller"])
        asked = "u"
        if stored.user == "v":  # our tables store user u and ask for another; the original's ask for u
            stored, caller = (
                side._replace(user=swapped[side.user], user_id=swapped[side.user_id]) for side in (stored, caller)
            )
            asked = "v"
        row = table[stored, caller, asked]
        if row["rules"][0] == "FENCE-18":
            assert (row["expect"], line["find u"]) == ("nothing", "found"), row["id"]
        else:
            assert row["expect"] == line["find u"], row["id"]
        compared[row["rules"][0]] += 1
    assert set(compared) == {"FENCE-09", "FENCE-10", "FENCE-11", "FENCE-12", "FENCE-18", "FENCE-21"}


# --- session keys and Redis


def test_derived_keys_are_the_digests_of_their_parts():
    prefixes = {"telegram": "tg", "webhook": "wh"}
    for row in vectors("keys/derivation.jsonl"):
        joined = ":".join([prefixes[row["function"]], *row["arguments"]])
        assert row["key"] == hashlib.sha256(joined.encode()).hexdigest(), row["id"]


def test_derived_keys_are_the_originals():
    ours = {(row["function"], *row["arguments"]): row["key"] for row in vectors("keys/derivation.jsonl")}
    golden = rows_of(GOLDEN / "session-keys.jsonl")
    assert golden
    for line in golden:
        assert ours[line["function"], *line["arguments"]] == line["key"]


def test_some_derived_keys_are_the_same():
    keys = Counter(row["key"] for row in vectors("keys/derivation.jsonl"))
    assert keys.most_common(1)[0][1] > 1


def test_redis_names_hold_every_name_of_the_original():
    ours = {row["name"] for row in vectors("redis/names.jsonl")}
    golden = {
        name for line in rows_of(GOLDEN / "redis-layout.jsonl") for step in line["steps"] for name in step["redis"]
    }
    assert golden
    assert golden <= ours


def test_redis_names_are_joined_from_their_parts():
    for row in vectors("redis/names.jsonl"):
        if row["kind"] == "user":
            ctx = names(row["tenant_ctx"])
            user = ctx.effective_user or row["user"]
            assert (ctx.effective_user is None) == (row["user"] is not None), row["id"]
            rest = ["user", ctx.env, ctx.tenant_id, ctx.effective_team or "-", user]
        else:
            rest = [row["kind"], row["key"]]
        assert row["name"] == ":".join([row["namespace"], *rest]), row["id"]
