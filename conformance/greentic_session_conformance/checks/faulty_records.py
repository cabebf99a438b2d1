"""redis-layout: records that are no SessionData, which another program or an accident has left."""

from greentic_session_conformance.case import Answer, Case
from greentic_session_conformance.checks.layout import Layout, fresh_key, laid_out
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import USER, context, session

_CONTEXT = '{"env":"dev","tenant":"tenant-42","tenant_id":"tenant-42","user":"user-7","user_id":"user-7","attempt":0}'

_SNAPSHOT = "what was said"


def _record(ctx: str, flow: str = '"f"', cursor: str = '{"node_pointer":"n"}') -> str:
    return f'{{"tenant_ctx":{ctx},"flow_id":{flow},"cursor":{cursor},"context_json":"{_SNAPSHOT}"}}'


#: Records that are no SessionData although a string, and from which env, tenant, team or user can't be read.
_UNREADABLE: tuple[str | bytes, ...] = (
    "",
    b"\xff\xfe\x80",
    "not JSON",
    "null",
    "[]",
    "{}",
    '{"tenant_ctx":',
    _record(f"[{_CONTEXT}]"),
    _record('{"env":"dev"}'),
    _record(_CONTEXT.replace('"dev"', "5")),
    _record(_CONTEXT.replace('"tenant_id":"tenant-42"', '"tenant_id":42')),
    _record(_CONTEXT.replace('"user":', '"team":5,"user":')),
    _record(_CONTEXT.replace('"user":', '"team_id":["ops"],"user":')),
    _record(_CONTEXT.replace('"user":"user-7","user_id":"user-7"', '"user":7')),
    _record(_CONTEXT.replace('"user_id":"user-7"', '"user_id":{}')),
)
#: Those that are faulty elsewhere.
_FAULTY_ELSEWHERE = (
    _record(_CONTEXT, flow='"has space"'),
    _record(_CONTEXT, cursor='"n"'),
    _record(_CONTEXT.replace(":0", ":1.0")),
    _record(_CONTEXT.replace(',"attempt":0', "")),
)


def _plant_bad(layout: Layout, key: str, record: str | bytes | None) -> None:
    """Plant a record that is no SessionData; ``None`` is one of another Redis type."""
    if record is None:
        layout.client.rpush(layout.session(key), "an", "item")
    else:
        layout.client.set(layout.session(key), record)


#: Of which readers may think otherwise whose it is.
_OF_TWO_TENANTS = _record(_CONTEXT.replace('"tenant_id":', '"tenant_id":"tenant-43","tenant_id":'))

_BAD = (*_UNREADABLE, *_FAULTY_ELSEWHERE, _OF_TWO_TENANTS, None)


def _expect_internal(case: Case, answer: Answer, key: str, what: str) -> None:
    got = answer.describe() if not answer.ok else "nothing" if answer.value is None else "a session"
    case.expect(answer.code == "internal", f"internal from {what}", got)
    case.expect(
        any(key in text for text in answer.texts()),
        f"the key in the message of {what}",
        "a message without it",
    )
    _expect_no_snapshot(case, answer, what)


def _expect_no_snapshot(case: Case, answer: Answer, what: str) -> None:
    told = any(_SNAPSHOT in text for text in answer.texts())
    case.expect(not told, f"a message of {what} without the snapshot", "one that holds it", "ERR-05")


@check("ERR-15")
def a_record_that_cannot_be_read_is_internal(case: Case) -> None:
    """Get and find of a record that isn't a SessionData answer internal and name its key."""
    with laid_out(case) as (store, layout):
        ctx = context()
        for number, record in enumerate(_BAD):
            with case.vector(f"record {number + 1}"):
                key = fresh_key()
                _plant_bad(layout, key, record)
                _expect_internal(case, store.try_get(key), key, "get_session")
                layout.client.set(layout.entry(ctx, USER), key)
                _expect_internal(case, store.try_find(ctx, USER), key, "find_by_user")


@check("REDIS-13")
def updating_a_record_that_cannot_be_read(case: Case) -> None:
    """Update answers internal, and leaves the record, where the fence can't be read from it."""
    with laid_out(case) as (store, layout):
        for number, record in enumerate((*_UNREADABLE, None)):
            with case.vector(f"record {number + 1}"):
                key = fresh_key()
                _plant_bad(layout, key, record)
                before = layout.contents()
                answer = store.try_update(key, session(context()))
                case.expect(answer.code == "internal", "internal from update_session", answer.describe())
                _expect_no_snapshot(case, answer, "update_session")
                case.expect(layout.contents() == before, "the record as it was", "another record")


@check("REDIS-14")
def creating_over_a_record_that_cannot_be_read(case: Case) -> None:
    """Create under the key of a record that isn't a SessionData is refused with conflict."""
    with laid_out(case) as (store, layout):
        for number, record in enumerate(_BAD):
            with case.vector(f"record {number + 1}"):
                key = fresh_key()
                _plant_bad(layout, key, record)
                before = layout.contents()
                answer = store.try_create(context(), session(context()), key)
                case.expect(answer.code == "conflict", "conflict from create_session", answer.describe())
                case.expect(layout.contents() == before, "everything as it was", "another record or entry")


@check("REDIS-15")
def a_record_that_cannot_be_read_can_be_removed(case: Case) -> None:
    """Remove of a record that isn't a SessionData succeeds, and the record is gone."""
    with laid_out(case) as (store, layout):
        for number, record in enumerate(_BAD):
            with case.vector(f"record {number + 1}"):
                key = fresh_key()
                _plant_bad(layout, key, record)
                answer = store.try_remove(key)
                case.expect(answer.ok, "remove_session of a record that can't be read", answer.describe())
                case.expect(not layout.client.exists(layout.session(key)), "no record", "the record still there")


@check("REDIS-16")
def a_record_that_cannot_be_read_hides_nothing_else(case: Case) -> None:
    """Operations that meet such a record leave it, its entry and every other session as they were."""
    with laid_out(case) as (store, layout):
        ctx, other = context(), context(user="user-8")
        with case.given():
            kept = store.create(other, session(other))
        for number, record in enumerate(_BAD):
            with case.vector(f"record {number + 1}"):
                key = fresh_key()
                _plant_bad(layout, key, record)
                layout.client.set(layout.entry(ctx, USER), key)
                before = layout.contents()
                store.try_get(key)
                store.try_find(ctx, USER)
                store.try_find(context(team="-"), USER)
                store.try_find(context(tenant="tenant-43"), USER)
                case.expect(
                    layout.contents() == before,
                    "the record and its entry as they were",
                    "another record or entry",
                )
                with case.given():
                    store.try_remove(key)
        found = store.find(other, "user-8")
        case.expect(
            found is not None and found[0] == kept,
            "the other user's session",
            "nothing" if found is None else "another",
        )


@check("REDIS-16")
def a_record_that_cannot_be_read_is_fenced(case: Case) -> None:
    """An update from another scope than a record's leaves it, however faulty the record is elsewhere."""
    with laid_out(case) as (store, layout):
        for number, record in enumerate(_FAULTY_ELSEWHERE):
            for other in (
                context("prod"),
                context(tenant="tenant-43"),
                context(team="ops"),
                context(user="user-8"),
                context(user=None),
            ):
                with case.vector(f"record {number + 1}"):
                    key = fresh_key()
                    _plant_bad(layout, key, record)
                    before = layout.contents()
                    case.expect_refusal(store.try_update(key, session(other)), "update_session from another scope")
                    case.expect(layout.contents() == before, "the record as it was", "another record")
