"""Session keys that follow from what a connector already knows (KEY-01, KEY-02).

The same arguments always give the same key, here and in every other implementation. The parts are joined
with ``:`` and hashed as they are, so parts that hold ``:`` themselves can meet (``a:b``, ``c`` and ``a``,
``b:c``), and the hash is unsalted: who can guess the ids can compute the key. It hides nothing.
"""

from hashlib import sha256

from greentic_session._limits import text_flaw
from greentic_session.errors import InvalidInputError
from greentic_session.model import SessionKey


def telegram_update_to_session_key(bot_id: str | int, chat_id: str | int, user_id: str | int) -> SessionKey:
    """The key of a user's session with a bot in a Telegram chat (KEY-01).

    Args:
        bot_id: The bot; an integer counts as its decimal digits.
        chat_id: The chat; a group's is negative.
        user_id: The user.

    Returns:
        The SHA-256 of ``tg:{bot_id}:{chat_id}:{user_id}`` in UTF-8, 64 lower-case hexadecimal digits.

    Raises:
        InvalidInputError: An argument is neither a string nor an integer, or UTF-8 can't encode it.

    >>> telegram_update_to_session_key("bot", "chat", "user")
    'cd049376205f9b558a9efca590634fdbeb5330a2693405251e8ebe96dbea2fe8'
    """
    return _key("tg", {"bot_id": bot_id, "chat_id": chat_id, "user_id": user_id})


def webhook_to_session_key(source: str | int, subject: str | int, id_hint: str | int) -> SessionKey:
    """The key of the session that a webhook's event belongs to (KEY-02).

    Args:
        source: Who sends the events; an integer counts as its decimal digits.
        subject: What they are about.
        id_hint: What tells one conversation about it from another.

    Returns:
        The SHA-256 of ``wh:{source}:{subject}:{id_hint}`` in UTF-8, 64 lower-case hexadecimal digits.

    Raises:
        InvalidInputError: An argument is neither a string nor an integer, or UTF-8 can't encode it.
    >>> webhook_to_session_key("shop", "order.paid", 1234) == webhook_to_session_key("shop", "order.paid", "1234")
    True
    """
    return _key("wh", {"source": source, "subject": subject, "id_hint": id_hint})


def _key(prefix: str, parts: dict[str, str | int]) -> SessionKey:
    joined = ":".join([prefix, *(_plain(name, value) for name, value in parts.items())])
    return sha256(joined.encode()).hexdigest()


def _plain(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidInputError(f"{name}: got {type(value).__name__}, must be str or int")
    if isinstance(value, str):
        if flaw := text_flaw(value):
            raise InvalidInputError(f"{name}: got {flaw.got}, must be {flaw.wanted}")
        return str.__str__(value)
    try:
        return int.__repr__(value)
    except ValueError:  # Python writes no integer of more than some thousand digits
        size = value.bit_length()
        raise InvalidInputError(f"{name}: got an integer of {size} bits, which is no connector's id") from None
