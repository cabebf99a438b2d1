"""From the text that names a target on the command line to the target itself."""

import difflib
import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from greentic_session_conformance.targets.target import CallableTarget, Target

#: What the name of a target begins with that is a command which starts an adapter.
COMMAND = "command:"
_URL_SCHEMES = ("redis://", "rediss://", "unix://")
FORMS = "memory, embedded-redis, redis://… (also rediss://, unix://), package.module:name or path/to/file.py:name"


class TargetNameError(ValueError):
    """The text names no target: wrong usage (status 2). The message says what is allowed and what is nearest."""


class TargetLoadError(Exception):
    """The target is there but can't be had: its module raises (status 4)."""


def load_target(name: str) -> Target:
    """The target that a text names.

    Args:
        name: ``memory``, ``embedded-redis``, a Redis URL, ``package.module:name``, ``path/to/file.py:name``, or ``command:`` and the
            command that starts an adapter.

    Raises:
        TargetNameError: the text names nothing, or something that is neither a Target nor callable.
        TargetLoadError: the module that it names raises on import, or the Target's constructor does.
    """
    if name.startswith(COMMAND):
        return _command(name.removeprefix(COMMAND))
    if name in {"memory", "embedded-redis"} or name.startswith(_URL_SCHEMES):
        return _reference(name)
    place, separator, attribute = name.rpartition(":")
    if not separator or not place or not attribute:
        nearest = difflib.get_close_matches(name, ["memory", "embedded-redis"], 1)
        hint = f"; did you mean `{nearest[0]}`?" if nearest else "."
        message = f"`{name}` names no target{hint} A target is {FORMS}"
        raise TargetNameError(message)
    module = _file_module(place, name) if place.endswith(".py") else _module(place, name)
    return _as_target(_attribute(module, attribute, name, place), name)


def _reference(name: str) -> Target:
    from greentic_session_conformance.targets import reference  # noqa: PLC0415 - the library's stores need extras that a third party's target doesn't

    if name == "memory":
        return reference.MemoryTarget()
    if name == "embedded-redis":
        return reference.EmbeddedRedisTarget()
    return reference.RedisTarget(name)


def _command(command: str) -> Target:
    # An adapter's messages need jsonschema, which other targets don't.
    from greentic_session_conformance.adapter.process import AdapterStartError  # noqa: PLC0415
    from greentic_session_conformance.targets.command import CommandTarget  # noqa: PLC0415

    try:
        return CommandTarget(command)
    except AdapterStartError as error:
        raise TargetLoadError(str(error)) from error


def _module(place: str, name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return import_module(place)
    except ModuleNotFoundError as error:
        if error.name is not None and (place == error.name or place.startswith(f"{error.name}.")):
            message = f"no module `{error.name}` for the target `{name}`{_nearest_module(place)}; it is looked for in this folder and where Python imports from"
            raise TargetNameError(message) from None
        raise _broken(place, error) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _broken(place, error) from error


def _file_module(place: str, name: str) -> ModuleType:
    path = Path(place)
    if not path.is_file():
        folder = path.parent if path.parent.is_dir() else Path()
        nearest = difflib.get_close_matches(path.name, [found.name for found in folder.glob("*.py")], 1)
        hint = f"; did you mean `{path.parent / nearest[0]}`?" if nearest else ""
        message = f"no file `{place}` for the target `{name}`{hint}"
        raise TargetNameError(message)
    folder_name = str(path.resolve().parent)
    if folder_name not in sys.path:
        sys.path.insert(0, folder_name)
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    if spec is None or spec.loader is None:
        message = f"`{place}` can't be loaded as a Python module"
        raise TargetNameError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        sys.modules.pop(path.stem, None)
        raise _broken(place, error) from error
    return module


def _broken(place: str, error: BaseException) -> TargetLoadError:
    return TargetLoadError(f"importing {place} raised {type(error).__name__}: {error}")


def _nearest_module(place: str) -> str:
    names = [found.stem for found in Path().glob("*.py")] + [
        found.parent.name for found in Path().glob("*/__init__.py")
    ]
    head, _, _ = place.partition(".")
    nearest = difflib.get_close_matches(head, names, 1)
    return f" (did you mean `{nearest[0]}`?)" if nearest and nearest[0] != head else ""


def _attribute(module: ModuleType, attribute: str, name: str, place: str) -> Any:
    value: Any = module
    for part in attribute.split("."):
        if not hasattr(value, part):
            public = [found for found in vars(value) if not found.startswith("_")]
            nearest = difflib.get_close_matches(part, public, 1)
            hint = f"; did you mean `{place}:{nearest[0]}`?" if nearest else ""
            message = f"no store `{name}`: {place} has no `{part}`{hint}"
            raise TargetNameError(message)
        value = getattr(value, part)
    return value


def _as_target(value: Any, name: str) -> Target:
    if isinstance(value, type) and hasattr(value, "open_storage") and hasattr(value, "open_store"):
        try:
            value = value()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"making the target {name} raised {type(error).__name__}: {error}"
            raise TargetLoadError(message) from error
    if hasattr(value, "open_storage") and hasattr(value, "open_store"):
        target: Target = value
        if not isinstance(target, Target):
            message = (
                f"`{name}` has open_storage and open_store but is no greentic_session_conformance.Target: subclass it"
            )
            raise TargetNameError(message)
        target.name = target.name or name
        return target
    if callable(value):
        return CallableTarget(value, name)
    message = f"`{name}` is a {type(value).__name__}; it must be a Target, or a callable that returns a store"
    raise TargetNameError(message)
