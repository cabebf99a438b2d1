"""Where the files that the distribution carries besides its code are: the specification and the schemas."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def folder(name: Literal["spec", "schemas"]) -> Path:
    """The folder of the specification (with its test vectors) or of the JSON Schemas.

    An installed wheel carries both inside this package; in a checkout, editable installs included,
    they are the ones beside it, so that an edit is seen at once.

    Args:
        name: ``"spec"`` or ``"schemas"``, as the folders are called in the repository.

    Raises:
        FileNotFoundError: neither place has it: the installation is damaged.
    """
    for place in (_PACKAGE / "data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    message = f"greentic-session has no folder {name!r} in its package nor beside it; reinstall greentic-session"
    raise FileNotFoundError(message)
