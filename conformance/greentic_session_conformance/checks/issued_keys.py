"""OPS-05, OPS-06, OPS-16, FENCE-12: keys that a store issues can't be guessed, and are taken for nothing but themselves."""

import base64
import hashlib
import math
import re
import string
from collections import Counter
from itertools import pairwise, takewhile
from statistics import median

from greentic_session import SessionData
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import USER, context, everything, session

#: So many characters tell a user from others; shorter ones may be a number that the store has drawn.
TELLING = 4
#: So many keys show a counter, the clock or a constant step; that more don't repeat is seen where there are more.
KEYS = 250
#: A key of which fewer bits than these change from one create to the next follows from the one before. The UUIDs of version 7 of
#: Python 3.14 renew 32 bits, beside a counter.
BITS_THAT_CHANGE = 34
#: So many users don't all have a shard or a region of their own.
USERS = 24


def _spellings(text: str) -> set[str]:
    raw = text.encode()
    # The beginning of a digest gives as much away as the whole.
    digests = [hashlib.new(name, raw).hexdigest()[:16] for name in ("md5", "sha1", "sha256", "sha512")]
    # Where in a key the text begins decides how it looks in Base64, and its last bytes run into what follows.
    shifted = [
        base64.b64encode(b"\x00" * shift + raw).decode()[4 * bool(shift) :].rstrip("=")[:-2] for shift in range(3)
    ]
    return {text, raw.hex(), *digests, *(encoded.lower() for encoded in shifted)}


@check("OPS-05")
def keys_are_not_derived_from_the_arguments(case: Case) -> None:
    """An issued key holds neither an id of the session nor a digest of it."""
    store = case.store()
    token = f"{case.random.getrandbits(64):016x}"
    ctx = context(f"env-{token}", f"tenant-{token}", f"team-{token}", f"user-{token}")
    data = session(ctx, context_json=f'{{"token":"{token}"}}')
    _expect_own(case, store.create(ctx, data), token, data)
    # The same where everything else holds it, too.
    pairs = ("env", "tenant", "tenant_id", "team", "team_id", "user", "user_id")
    named = everything(token, token)
    named = named.replace(tenant_ctx=named.tenant_ctx.replace(**{name: getattr(ctx, name) for name in pairs}))
    with case.given():
        key = store.create(named.tenant_ctx, named)
    _expect_own(case, key, token, named)


@check("OPS-05")
def no_part_of_a_key_tells_the_user(case: Case) -> None:
    """In two storages the keys of one user have no beginning and no end in common that is the user's own.

    What several users share, such as the name of a region, tells none of them from the others.
    """
    if not case.storages_end:
        case.remark = "two storages can't be compared: the fixture lends one store"
        return
    of_each: dict[str, list[str]] = {f"user-{number}": [] for number in range(USERS)}
    # What is allotted to users as they come, such as a shard's number, is another one where they come in another order.
    for users in (list(of_each), list(reversed(of_each))):
        with case.place() as (_, store):
            for user in users * 2:
                ctx = context("dev", f"tenant-{user}", f"team-{user}", user)
                of_each[user].append(store.create(ctx, session(ctx)))
        case.steps.forget_calls()
    everybodys = [key for keys in of_each.values() for key in keys]
    for end, turned in (("beginning", slice(None)), ("end", slice(None, None, -1))):
        of_all = len(_in_common(everybodys, turned))
        own = {_in_common(keys, turned)[of_all:] for keys in of_each.values()}
        longer = min(map(len, own)) if len(own) == USERS else 0
        got = f"keys with one {end} for each user, of {longer} characters or more"
        case.expect(longer < TELLING, "keys of which no part is the user's own", got)


def _in_common(keys: list[str], turned: slice) -> str:
    """What all the keys begin with, or end with where they are turned round."""
    places = zip(*(key[turned] for key in keys), strict=False)
    return "".join(characters[0] for characters in takewhile(lambda characters: len(set(characters)) == 1, places))


def _expect_own(case: Case, key: str, token: str, data: SessionData) -> None:
    """A key that holds nothing of the session that it is of."""
    ctx = data.tenant_ctx
    whole = data.to_json().decode()
    parts = [
        token,
        ctx.env,
        ctx.tenant_id,
        ctx.env + ctx.tenant_id,
        f"user-{token}",
        f"team-{token}",
        data.context_json,
        whole,
    ]
    joined = [
        sep.join((ctx.env, ctx.tenant_id, f"team-{token}", f"user-{token}")) for sep in (":", "/", "|", "-", ".", "")
    ]
    found = [text for text in (*parts, *joined) for spelling in _spellings(text) if spelling in key.lower()]
    case.expect(
        not found,
        "a key that the arguments don't give away",
        "a key that holds an argument, or a digest of one",
    )


@check("OPS-06")
def keys_do_not_follow_from_one_another(case: Case) -> None:
    """Among many keys none repeats, and none follows from the one before by a counter, the clock or a constant step."""
    store = case.store()
    ctx = context()
    data = session(ctx)
    keys = [store.create(ctx, data) for _ in range(KEYS)]
    case.steps.forget_calls()
    differ(case, keys)
    if case.opens_storages:
        # A counter, hashed or not, and a generator with a fixed seed begin anew in a fresh storage.
        other = case.store()
        again = {other.create(ctx, data) for _ in range(5)} & set(keys)
        case.expect(not again, "other keys in another storage", "keys that the first storage has issued, too")
    often = max(_the_commonest_step([number(key) for key in keys]) for number in (_number, _from_base64))
    case.expect(often <= KEYS // 20, "keys without a constant step", f"the same step between {often} of {KEYS} keys")
    bits = _bits_a_change(keys) * median(_characters_changed(before, after) for before, after in pairwise(keys))
    case.expect(
        bits >= BITS_THAT_CHANGE,
        "keys that can't be guessed from one another",
        f"keys of which about {bits:.0f} bits change from one to the next, like those of a counter or the clock",
    )


def _the_commonest_step(numbers: list[int]) -> int:
    # The keys differ. Numbers that don't are no reading of them: what varies isn't in it.
    steps = Counter(after - before for before, after in pairwise(numbers) if after != before)
    return max(steps.values(), default=0)


def _bits_a_change(keys: list[str]) -> float:
    """How many bits a character that has changed stands for, by how many characters there are to choose from."""
    seen = Counter(Counter("".join(keys)).values())
    # Of many characters not all have been seen: the estimate is Chao's, from those that were met once, and twice.
    choice = max(seen.total() + seen[1] * (seen[1] - 1) / (2 * (seen[2] + 1)), 2)
    # One drawn anew is the same as before now and then.
    return math.log2(choice) / (1 - 1 / choice)


def _from_base64(key: str) -> int:
    """A key as the number that it is the Base64 of; one that is none as its characters."""
    plain = key.replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raw = key.encode("utf-8", "surrogatepass")
    return int.from_bytes(raw)


def differ(case: Case, keys: list[str]) -> None:
    """Fail where a key repeats."""
    repeated = len(keys) - len(set(keys))
    case.expect(not repeated, f"{len(keys)} different keys", f"{repeated} that repeat", "OPS-06")


def _number(key: str) -> int:
    """A key as a number, so that a step shows as a difference: hexadecimal and decimal keys by value, others by their characters."""
    plain = key.translate(_NO_SEPARATORS)
    for base in (10, 16, 36):
        try:
            return int(plain, base)
        except ValueError:
            continue
    return int.from_bytes(key.encode("utf-8", "surrogatepass"))


#: What stands between the parts of a number, or around it.
_NO_SEPARATORS = {ord(character): None for character in string.punctuation + string.whitespace}


def _characters_changed(before: str, after: str) -> int:
    length = max(len(before), len(after))
    return sum(mine != other for mine, other in zip(before.rjust(length, "0"), after.rjust(length, "0"), strict=True))


@check("OPS-16")
def keys_are_taken_literally(case: Case) -> None:
    """A key in another case, with white space around, cut, extended or spelt otherwise is another key."""
    store = case.store()
    ctx = context()
    data = session(ctx)
    with case.given():
        key = store.create(ctx, data)
    others = {
        *_respelt(key),
        key.swapcase(),
        f" {key}",
        f"{key} ",
        f"{key}\n",
        key[:-1],
        key[1:],
        key[: len(key) // 2],
        f"{key}x",
        f"{key}\x00",
        f"{key[:-1]}*",
    }
    for other in sorted(others - {key, ""}):
        case.expect(store.get(other) is None, "nothing for a key that is only similar", "the session")
        case.expect_refusal(store.try_remove(other), "remove_session of a key that is only similar")
        case.expect_refusal(store.try_update(other, data), "update_session of a key that is only similar")
    case.expect_data(store.get(key), data, "get_session of the key itself")


def _respelt(key: str) -> set[str]:
    """What something may read as the key: a path, an address, a quotation, a list, a pattern, a text that is cleaned, or its beginning."""
    encoded = "".join(f"%{byte:02X}" for byte in key[:1].encode("utf-8", "surrogatepass")) + key[1:]
    around = {
        f"{before}{key}{after}"
        for before, after in (("{", "}"), ('"', '"'), ("'", "'"), ("(", ")"), ("<", ">"), ("[", "]"))
    }
    before = {
        f"{text}{key}"
        for text in (
            "./",
            "/",
            "x/",
            "x/../",
            "urn:uuid:",
            "x:",
            "session:",
            "session/",
            "x,",
            "\ufeff",
            "\\",
            "@",
            "0x",
        )
    }
    after = {
        f"{key}{text}" for text in ("/", "/.", "?x", "#x", ",x", ";x", ":x", "@x", "\\", ".json", "\u200b", "%00", "'")
    }
    middle = len(key) // 2
    inside = {f"{key[:middle]}{text}{key[middle:]}" for text in ("\u200b", "\u00ad", "-", " ", "/", "%", "_")}
    cut = {key[:length] for length in (1, 4, 8, 12, 16, 20, 24, 30)} | {key[-12:], key[-8:]}
    letters = {
        # Base64 and Base32 have several spellings of the same bytes.
        f"{key}=",
        f"{key}==",
        key.replace("-", "+").replace("_", "/"),
        key[:-1] + _BASE64[_BASE64.find(key[-1]) ^ 1],
        key.replace("1", "I"),
        key.replace("1", "L"),
        key.replace("0", "O"),
        key.replace("-", ""),
        key.replace("-", "_"),
        f"_{key[1:]}",
        f"?{key[1:]}",
        key.translate(_WIDE),
        key.translate(_ARABIC),
    }
    return around | before | after | inside | cut | letters | {encoded, key[::-1]}


_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
#: Digits as other scripts write them.
_WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
_ARABIC = {ord("0") + digit: 0x0660 + digit for digit in range(10)}


def _naming(case: Case, store: Handle) -> tuple[str, SessionData, SessionData]:
    """A session of somebody, and one of somebody else, still to be made, that names its key wherever a context can."""
    theirs = session(context())
    plain = everything("text", "flow.1")
    with case.given():
        key = store.create(theirs.tenant_ctx, theirs)
        other = store.create(plain.tenant_ctx, plain)
        case.expect(other != key, "another key", "the same")
        store.update(other, plain.replace(context_json="other"))
        case.expect_data(store.get(other), plain.replace(context_json="other"), "get_session")
        found = store.find(plain.tenant_ctx, USER)
        case.expect(found is not None and found[0] == other, "the session to be found", "another, or nothing")
    is_id = re.fullmatch(r"[A-Za-z0-9._-]{1,255}", key) is not None
    # A store need not hold texts of any length, nor has every key a text that can be stored.
    is_text = len(key) <= 255 and key.encode("utf-8", "replace").decode() == key
    naming = everything(key if is_text else "no text", key if is_id else "flow.1")
    return key, theirs, naming.replace(tenant_ctx=naming.tenant_ctx.replace(user="user-8", user_id="user-8"))


@check("OPS-16")
def what_a_context_names_is_not_the_key(case: Case) -> None:
    """The key of a session, written into a text or an id of somebody else's, is no key of theirs: their updates and removals are of their own."""
    store = case.store()
    key, theirs, mine = _naming(case, store)
    own = store.create(mine.tenant_ctx, mine)
    case.expect(own != key, "a key of its own", "the key that the context names", "OPS-04")
    store.update(own, mine.replace(context_json="mine"))
    case.expect_data(store.get(own), mine.replace(context_json="mine"), "get_session of the session that was updated")
    case.expect_data(store.get(key), theirs, "get_session of the session whose key others name")
    store.remove(own)
    case.expect_data(store.get(key), theirs, "get_session of the session whose key others named")


@check("FENCE-12")
def who_names_a_key_is_not_led_there(case: Case) -> None:
    """A caller whose context names the key of somebody else's session finds the own one, or nothing."""
    store = case.store()
    _, _, mine = _naming(case, store)
    case.expect(store.find(mine.tenant_ctx, "user-8") is None, "nothing for somebody without a session", "a session")
    with case.given():
        own = store.create(mine.tenant_ctx, mine)
    found = store.find(mine.tenant_ctx, "user-8")
    with case.given():
        case.expect(found is not None, "one's own session to be found", "nothing")
    case.expect(found is None or found[0] == own, "one's own session", "another one")
