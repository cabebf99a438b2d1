"""Making a sequence that goes wrong as short and plain as it can be."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Final

from greentic_session import TenantCtx
from greentic_session_conformance.samples import session
from greentic_session_conformance.search.moves import Move
from greentic_session_conformance.search.player import Played
from greentic_session_conformance.search.values import bare, respelt

#: For how many seconds a sequence is reduced; a slow store's stays longer than it could be.
SECONDS: Final = 10.0

_PLAIN: Final = (
    ("env", ("dev", "prod")),
    ("tenant", ("tenant-1", "tenant-2")),
    ("team", ("red", "blue")),
    ("user", ("user-1", "user-2", "user-3")),
)

Moves = tuple[Move, ...]


def reduced(played: Played, again: Callable[[Moves], Played | None]) -> Played:
    """The shortest and plainest sequence that was found to go wrong.

    Args:
        played: the sequence as it was met.
        again: plays moves, and answers how they went wrong, if they did.
    """
    until = monotonic() + SECONDS
    best = again(played.moves) or played
    if best is played:
        return played  # it doesn't happen every time: what was seen is what is told

    changed = True
    while changed:
        changed = False
        for moves in _candidates(best):
            if monotonic() > until:
                return best
            found = again(moves)
            if found is not None:
                best, changed = found, True
                break
    return best


def _candidates(best: Played) -> Iterator[Moves]:
    yield from _shorter(best.moves)
    yield from _plainer(best.moves)


def _shorter(moves: Moves) -> Iterator[Moves]:
    """The moves without a run of them, the longest runs first."""
    size = len(moves) // 2
    while size:
        for start in range(len(moves) - size, -1, -size):
            yield moves[:start] + moves[start + size :]
        size //= 2


def _plainer(moves: Moves) -> Iterator[Moves]:
    """The moves with plainer ids, contexts and documents."""
    for names in (_PLAIN, *((name,) for name in _PLAIN)):
        renamed = moves
        for dimension, plain in names:
            renamed = _renamed(renamed, dimension, plain)
        if renamed != moves:
            yield renamed
    for places in (range(len(moves)), *((place,) for place in range(len(moves)))):
        for change in (_spelt, _documented, _keyless):
            plainer = tuple(change(move) if place in places else move for place, move in enumerate(moves))
            if plainer != moves:
                yield plainer


def _spelt(move: Move) -> Move:
    def spelt(ctx: TenantCtx) -> TenantCtx:
        plain = TenantCtx.new(ctx.env, ctx.tenant_id).with_team(ctx.effective_team).with_user(ctx.effective_user)
        return respelt(plain, "both")

    ctx = None if move.ctx is None else spelt(move.ctx)
    if move.data is None:
        return move.with_contexts(ctx, None, move.user)
    stored = move.data.tenant_ctx
    plain = spelt(stored)
    pairs = {name: getattr(plain, name) for name in ("tenant", "team", "team_id", "user", "user_id")}
    return move.with_contexts(ctx, stored.replace(**pairs), move.user)


def _documented(move: Move) -> Move:
    if move.data is None:
        return move
    return replace(move, data=session(bare(move.data.tenant_ctx), node=move.data.cursor.node_pointer))


def _keyless(move: Move) -> Move:
    return move if move.key is None else replace(move, key=None)


def _renamed(moves: Moves, dimension: str, plain: tuple[str, ...]) -> Moves:
    """The moves with the ids of one dimension replaced, each by another plain one."""
    names = (dimension, f"{dimension}_id") if dimension != "env" else (dimension,)
    found = dict.fromkeys(
        value
        for move in moves
        for ctx in move.contexts()
        for name in names
        if (value := getattr(ctx, name)) is not None
    )
    if dimension == "user":
        found |= dict.fromkeys(move.user for move in moves if move.user)
    if len(found) > len(plain):
        return moves
    new = dict(zip(found, plain, strict=False))

    def renamed(ctx: TenantCtx) -> TenantCtx:
        return ctx.replace(**{name: new[getattr(ctx, name)] for name in names if getattr(ctx, name) is not None})

    return tuple(
        move.with_contexts(
            None if move.ctx is None else renamed(move.ctx),
            None if move.data is None else renamed(move.data.tenant_ctx),
            new.get(move.user, move.user) if dimension == "user" else move.user,
        )
        for move in moves
    )
