"""Contexts and sessions that the checks are written with."""

from collections.abc import Iterator
from typing import Final

from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx

ENV: Final = "dev"
TENANT: Final = "tenant-42"
USER: Final = "user-7"

#: The members of a context that are free text.
TEXTS: Final = (
    "session_id",
    "flow_id",
    "node_id",
    "provider_id",
    "trace_id",
    "i18n_id",
    "correlation_id",
    "idempotency_key",
)

#: A snapshot that any parsing and writing again would change: white space, order, number forms, escapes, repeated members.
SNAPSHOT: Final = '{ "ticket":123,"b":1.0, "a":"\\u00e9","e":1e2,"a":null }'

#: A snapshot of as many bytes as every store holds.
LARGEST: Final = "x" * 262_144

#: Snapshots as large as that of characters that need more room: those that JSON escapes, and astral ones.
LARGEST_SNAPSHOTS: Final = (LARGEST, "\x00" * 262_144, "\U0001f600" * 65_536)

#: Every kind of character that JSON can carry, those that stores have lost before all the others.
CHARACTERS: Final = (
    "\x00\x01\x02\x03\x04\x05\x06\x07\b\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
    " \x7f\x80\x81\x85\x90\x93\x9b\x9f\xa0\xad\xff"
    "\u0130\u0131\u017f\u212a\u200b\u200d\u200e\u2028\u2029\u202e\ufeff\ufffd\uffff"
    "e\u0301\u00e9\u1e9b\u0323\u0041\u030a\u00c5\u212b"
    "\U00010000\U0001f600\U0001f468\u200d\U0001f469\U0010ffff"
    "\"'\\/%_*?[]{}:;|&<>$`~#\\u0000\\n"
)

#: A key under which nothing is.
NO_KEY: Final = "no-such-key"

#: The same, of every odd form.
ODD_KEYS: Final = (
    "", " ", "-", ".", "..", "*", "?", "[a-z]", "{}", "%", "_", "'", '"', "\\", "/", "../x", ":", "a:b", "session:x", "user:x",
    "\x00", "\n", "0", "-1", "null", "None", "true", "é", "e\u0301", "😀", "k" * 10_000, "00000000-0000-0000-0000-000000000000",
    "constructor", "__proto__", "toString", "hasOwnProperty",  # what every object of JavaScript has
)  # fmt: skip

#: Names that the routing entry of a user without a team may have where entries lie among the sessions.
ENTRY_NAMES: Final = tuple(
    sep.join((*start, ENV, TENANT, *team, USER))
    for sep in ":/|.#"
    for start in ((), ("user",), ("idx",), ("index",))
    for team in ((), ("-",), ("",))
)

#: Texts that something on the way reads as another (a query string, a reader of CSV or YAML, a weakly typed language, a collation,
#: a file system), each with what it is read as.
MISREAD: Final = (
    ("a+b", "a b"), ("a%41", "aA"), ("100%25", "100%"), ("&amp;", "&"), ("&#65;", "A"), ("<b>a</b>", "a"), ("<![CDATA[a]]>", "a"),
    ("it''s", "it's"), ('a""b', 'a"b'), ("'a", "a"), ('"a"', "a"), ("[a]", "a"), ("a\\\\b", "a\\b"), ("a\\nb", "a\nb"), ("\\u0041", "A"), ("a\\u0000b", "ab"), ("a\\'b", "a'b"),
    ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n", "a"), ("a\tb", "a b"), ("a  b", "a b"), ("a{{b}}c", "ac"), ("${a}b", "b"), ("$$", "$"), ("%%s", "%s"), ("=1+1", "2"),
    ("1.0", "1"), ("1e3", "1000"), ("007", "7"), ("+1", "1"), ("-0", "0"), ("0x10", "16"), ("1,000", "1000"), ("9007199254740993", "9007199254740992"),
    ("True", "true"), ("yes", "true"), ("on", "1"), ("no", "false"), ("off", "0"), ("~", "null"), ("NaN", "nan"), ("NULL", "null"), ("N/A", "nan"),
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"), ("2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z"), ("2026-01-02", "2026-01-02T00:00:00"),
    ("3F2504E0-4F89-11D3-9A0C-0305E82C3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"), ("3f2504e0-4f89-11d3-9a0c-0305e82c3302", "3f2504e04f8911d39a0c0305e82c3302"),
    ("en_US", "en-US"), ("\uff41", "a"), ("\ufb01", "fi"), ("stra\u00dfe", "strasse"), ("\u03c2", "\u03c3"), ("caf\u00e9", "cafe"), ("\u0130", "i"),
    ("a\u00adb", "ab"), ("a\u200bb", "ab"), ("\ufeffa", "a"), ("\U0001f363", "\U0001f37a"), ("\u2019", "'"), ("\u2013", "-"), ("\u2026", "..."),
    ("a//b", "a/b"), ("a/./b", "a/b"), ("b/../a", "a"), ("a.", "a"), ("a;b", "a"), ("a#b", "a"), ("a?b", "a"), ("a,b", "a"), ("a@b", "a"), ("a--b", "a"),
    ("/Date(5)/", "1970-01-01T00:00:00.005Z"), ('{"b":1.0, "a":"\\u00e9"}', '{"a":"\u00e9","b":1}'), ("[]", "Array"),
    ("a\ufe0f", "a"), ("plumless", "buckeroo"),  # the last two have one CRC-32
)  # fmt: skip

#: The texts of MISREAD as attributes, in pages: together they are more than a store must hold.
MISREAD_ATTRIBUTES: Final = tuple(
    {text: text for pair in MISREAD[at : at + 20] for text in pair} for at in range(0, len(MISREAD), 20)
)
#: As many attributes as every store holds, of 1 KiB each, with names as long as every store holds them.
MOST_ATTRIBUTES: Final = {f"{i:02d}" + "k" * 253: "v" * 769 for i in range(64)}

#: Texts that stand for nothing somewhere: in a file of CSV or COPY, in what a language prints.
READ_AS_NOTHING: Final = ("\\N", "<nil>", "(null)", "nil", "NULL", "nan", "NaN", "<null>", "N/A")

#: Snapshots that look as if something had encoded them, or end too early for something that reads them: text to a store, and nothing else.
LOOKS_ENCODED: Final = (
    "a\n\\.\nb", "{}\n{}", '"{}"', "5", "\\x7b7d", "e30=", "H4sIAAAAAAACA6uuBQBDv6ajAgAAAA==", "eJyrrgUAAXUA+Q==",
    "\x1f\x8b\b\x00\x00\x00\x00\x00\x02\x03\xab\xae\x05\x00C\xbf\xa6\xa3\x02\x00\x00\x00", "x\x9c\xab\xae\x05\x00\x01u\x00\xf9", "\x80\x04}.", "N.",
    "i:5;", 's:1:"a";', "a:0:{}", "data:application/json;base64,e30=", "enc:v1:e30=", "ENC(e30=)", "v1:{}", "%7B%22a%22%3A1%7D",
    '{"__type":"Session"}', '{"$type":"System.Object"}', '{"$id":"1","a":{"$ref":"1"}}', '{"$date":"2026-01-02T03:04:05Z"}',
)  # fmt: skip

#: Attributes that, alone, some library takes for a value of another type: a date, a scalar, a list.
LOOKS_TYPED: Final = (
    {"$date": "2026-01-02T03:04:05Z"}, {"$oid": "507f1f77bcf86cd799439011"}, {"$numberLong": "5"}, {"$ref": "1"}, {"$id": "1"}, {"S": "x"}, {"N": "1"},
    {"0": "a"}, {"0": "a", "1": "b"}, {"1": "a"}, {"length": "3"}, {"nil": "true"}, {"#text": "a"}, {"__proto__": "a"},
)  # fmt: skip

#: Attributes that could mean that a session waits no longer.
SAY_THAT_IT_IS_OVER: Final = {
    "deleted": "true",
    "archived": "true",
    "hidden": "true",
    "enabled": "false",
    "status": "closed",
    "state": "done",
}


def context(env: str = ENV, tenant: str = TENANT, team: str | None = None, user: str | None = USER) -> TenantCtx:
    """A context as a careful writer makes it: both names of each pair are set."""
    return TenantCtx(env, tenant, tenant, team=team, team_id=team, user=user, user_id=user)


def session(ctx: TenantCtx, node: str = "node.wait_input", context_json: str = '{"ticket":123}') -> SessionData:
    """A session of a context."""
    return SessionData(tenant_ctx=ctx, flow_id="support.flow", cursor=SessionCursor(node), context_json=context_json)


def everything(text: str, ident: str) -> SessionData:
    """A session of which every free text is the one given, and every id that no fence compares another text."""
    ctx = context().replace(
        **dict.fromkeys(TEXTS, text), attributes={text: text}, impersonation=Impersonation(ident, text)
    )
    return SessionData(ctx, ident, SessionCursor(text, wait_reason=text, outbox_marker=text), text, ident)


def easily_passed_over(ctx: TenantCtx) -> Iterator[tuple[str, SessionData]]:
    """Sessions of a context, each with something that a store may take for a reason to pass them over."""
    plain = session(ctx)
    for text in ("", "null", "{}", "[]", '""', "0", "false", LARGEST):
        yield f"the context_json {text[:8]!a}", plain.replace(context_json=text)
    for text in ("", "done", "t" * 4_096):
        texts = ctx.replace(**dict.fromkeys(TEXTS, text))
        yield f"texts that are {text[:8]!a}", everything(text, "done").replace(tenant_ctx=texts)
    yield "64 attributes", plain.replace(tenant_ctx=ctx.replace(attributes=MOST_ATTRIBUTES))
    yield "attributes that say that it is over", plain.replace(tenant_ctx=ctx.replace(attributes=SAY_THAT_IT_IS_OVER))
    for attempt in (1, 3, 5, 10, 100, 2**32 - 1):
        yield f"attempt {attempt}", plain.replace(tenant_ctx=ctx.replace(attempt=attempt))
    for millis in (-1, 0, 1, 4_102_444_800_000):
        yield f"a deadline of {millis}", plain.replace(tenant_ctx=ctx.replace(deadline=InvocationDeadline(millis)))
    whose = Impersonation("actor.1", "a reason")
    yield "an impersonation", plain.replace(tenant_ctx=ctx.replace(impersonation=whose))


def beyond_the_sizes(ctx: TenantCtx, text: str = "") -> tuple[tuple[str, SessionData], ...]:
    """Sessions of a context that no store has to hold, each with what is large in it; the snapshot begins with a text."""
    plain = session(ctx, context_json=text)
    actor = ctx.replace(impersonation=Impersonation("a" * 1_999 + "e"))
    return (
        ("a context_json of 600,000 characters", session(ctx, context_json=text + "x" * 600_000)),
        ("ids of 2,000 characters", plain.replace(tenant_ctx=actor, flow_id="f" * 1_999 + "e", pack_id="p" * 1_999 + "e")),
        ("a string of 100,000 characters", plain.replace(cursor=SessionCursor("n" * 99_997 + "end"))),
        ("1,000 attributes", plain.replace(tenant_ctx=ctx.replace(attributes={f"key {i}": f"value {i}" for i in range(1_000)}))),
        (
            "strings of 100,000 characters",
            plain.replace(
                tenant_ctx=ctx.replace(trace_id="t" * 99_997 + "end", attributes={"a": "v" * 99_997 + "end"}),
                cursor=SessionCursor("n", "r" * 99_997 + "end", "m" * 99_997 + "end"),
            ),
        ),
        ("attributes with names of 2,000 characters", plain.replace(tenant_ctx=ctx.replace(attributes={"n" * 1_999 + end: end for end in "abc"}))),
    )  # fmt: skip


def full(user: str | None = USER, text: str = "text") -> SessionData:
    """A session with every member there is."""
    ctx = TenantCtx(
        env=ENV,
        tenant=TENANT,
        tenant_id=TENANT,
        team="ops",
        team_id="ops",
        user=user,
        user_id=user,
        session_id=f"s {text}",
        flow_id=f"ctx flow {text}",
        node_id=f"n {text}",
        provider_id=f"p {text}",
        trace_id=f"t {text}",
        i18n_id=f"i {text}",
        correlation_id=f"c {text}",
        attributes={"b": f"2 {text}", "a": f"1 {text}", "": "empty key", "empty value": ""},
        deadline=InvocationDeadline(1_763_800_000_123),
        attempt=3,
        idempotency_key=f"k {text}",
        impersonation=Impersonation("actor.1", f"r {text}"),
    )
    cursor = SessionCursor(f"node {text}", wait_reason=f"w {text}", outbox_marker=f"o {text}")
    return SessionData(tenant_ctx=ctx, flow_id="flow_1", cursor=cursor, context_json=SNAPSHOT, pack_id="pack-1.0")
