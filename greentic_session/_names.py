"""Names for plain strings, so that a signature says which string it means; any `str` is taken for each."""

from typing import TypeAlias

EnvId: TypeAlias = str
"""The id of an environment. Ids are ASCII letters, digits, ``.``, ``_`` and ``-``, at least one (DATA-20)."""
TenantId: TypeAlias = str
"""The id of a tenant."""
TeamId: TypeAlias = str
"""The id of a team."""
UserId: TypeAlias = str
"""The id of a user."""
FlowId: TypeAlias = str
"""The id of a flow."""
PackId: TypeAlias = str
"""The id of a pack."""
SessionKey: TypeAlias = str
"""The key of a session: any non-empty string that a store issued or was given."""
