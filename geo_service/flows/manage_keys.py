"""Keys: made, listed, revoked, and recognised."""

from collections.abc import Sequence
from datetime import datetime

from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed, NotFound, WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import keys as stored_keys
from geo_service.store.keys import Key


def add_key(
    workspace: Workspace, role: Role, expires_at: datetime | None, now: datetime, *, note: str = ""
) -> tuple[str, str]:
    """Make a key.

    Returns
    -------
    key_id, token : str
        The token is the secret itself; it is not kept and can't be shown again.

    Raises
    ------
    WrongUsage
        If the key would already have expired.
    """
    if expires_at is not None and expires_at <= now:
        raise WrongUsage(f"{expires_at:%Y-%m-%dT%H:%MZ} is in the past.", where="--expires")
    with workspace.database.writing() as connection:
        return stored_keys.add(connection, role, expires_at=expires_at, now=now, note=note)


def list_keys(workspace: Workspace) -> Sequence[Key]:
    """Return all keys, revoked and expired ones too."""
    with workspace.database.reading() as connection:
        return stored_keys.read_all(connection)


def revoke_key(workspace: Workspace, key_id: str, now: datetime) -> None:
    """End a key now.

    Raises
    ------
    NotFound
        If there is no such key.
    """
    with workspace.database.writing() as connection:
        if not stored_keys.revoke(connection, key_id, now):
            raise NotFound(f"There is no key {key_id}.", remedy="See geo-service keys list.")


def recognise_key(workspace: Workspace, token: str, now: datetime) -> Key:
    """Return the key that a token opens.

    Raises
    ------
    NoKey
        If the token is unknown, expired or revoked.
    """
    with workspace.database.reading() as connection:
        key = stored_keys.find(connection, token, now)
    if key is None:
        raise NoKey("This key is unknown, expired or revoked.", remedy="Ask the operator for one.")
    return key


def require_role(key: Key | None, *roles: Role) -> None:
    """Let only some roles go on; an administrator may do everything.

    Raises
    ------
    NoKey
        If there is no key at all.
    NotAllowed
        If the key has another role.
    """
    needed = " or ".join(roles)
    if key is None:
        raise NoKey(
            f"This needs a key with the role {needed}.", remedy="Send Authorization: Bearer KEY."
        )
    if key.role is not Role.ADMIN and key.role not in roles:
        raise NotAllowed(f"This needs a key with the role {needed}; yours has {key.role}.")
