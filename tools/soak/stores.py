"""Which stores are soaked, and what each claims."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Soaked:
    """A correct store.

    Attributes:
        name: what the summary calls it.
        target: how door 3 is told of it.
        adds: the profiles that a plain callable claims beside ``core``; a Target states its own.
        warned: recommendations that it is known not to keep.
        sleeps: whether it spends its time waiting, so that many runs at once fit a core.
        races: whether it claims ``concurrent``.
    """

    name: str
    target: str
    adds: tuple[str, ...] = ()
    warned: frozenset[str] = frozenset()
    sleeps: bool = False
    races: bool = True


def _odd(module: str, *names: str, sleeps: bool = False) -> tuple[Soaked, ...]:
    return tuple(
        Soaked(name, f"tests/odd/{module}.py:{name}", ("keyed-create", "concurrent"), sleeps=sleeps) for name in names
    )


STORES: tuple[Soaked, ...] = (
    Soaked("memory", "memory"),
    # The layout can't keep the team "-" and no team apart (rule ROUTE-13, a recommendation).
    Soaked("redis", "embedded-redis", warned=frozenset({"ROUTE-13"})),
    Soaked("SqliteSessionStore", "examples/sqlite/sqlite_target.py:SqliteTarget"),
    *_odd("plain_store", "Plain"),
    *_odd(
        "odd_keys",
        "Ulids",
        "UuidsOfVersion7",
        "Tokens",
        "LongKeys",
        "Numbers",
        "PicturesOfATypeOfItsOwn",
        "Signs",
        "FewCharacters",
        "AllotsShards",
    ),
    *_odd("odd_values", "ThroughJson", "ThroughJsonText", "ThroughPickle", "AnswersLists", "HoldsNoMoreThanItMust"),
    *_odd("odd_errors", "OwnSubclasses", "OnlyCodes", "CodesOfAnEnumOfItsOwn", "AlsoRefusesWhatIsNoId"),
    *_odd("odd_routing", "CleansUpLater", "LooksThroughAll", "SharesAPlace"),
    *_odd("odd_calls", "OnAThreadOfItsOwn", "GivesUpWhenBusy", "LateWhenBusy"),
    *_odd("odd_calls", "FarAway", sleeps=True),
    *_odd("odd_async", "Async", "RunsALoop", "ReadsAsync", "WritesAsync", "CreatesAsync"),
    Soaked("OpenedOnALoop", "tests/odd/odd_async.py:OpenedOnALoop"),
    Soaked("OneAtATime", "tests/odd/odd_places.py:OneAtATime"),
    Soaked("LocksItsFolder", "tests/odd/odd_places.py:LocksItsFolder", races=False),
    Soaked("SharesItsOnlyHandle", "tests/odd/odd_places.py:SharesItsOnlyHandle"),
    Soaked("LocksAtTheFirstCall", "tests/odd/odd_places.py:LocksAtTheFirstCall"),
)
