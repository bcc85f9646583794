"""Keys: made, listed and revoked."""

from collections.abc import Sequence
from datetime import datetime

from geo_service.domain.role import Role
from geo_service.errors import NotFound, WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import keys as stored_keys
from geo_service.store.keys import Key


def add_key(
    workspace: Workspace,
    role: Role,
    expires_at: datetime | None,
    now: datetime,
    *,
    note: str = "",
    operator: str = "",
) -> tuple[str, str]:
    """Make a key.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    role : Role
        What its holder may do.
    expires_at : datetime or None
        With a zone; None: it does not expire.
    now : datetime
        With a zone.
    note : str
        Whose it is, for those who list keys.
    operator : str
        Of an operator's key: the ``operator`` of the facilities it reports of. Without one it
        may change nothing.

    Returns
    -------
    key_id, token : str
        The token is the secret itself; it is not kept and can't be shown again.

    Raises
    ------
    WrongUsage
        If the key would already have expired, or names an operator and has another role.
    """
    if operator and role is not Role.OPERATOR:
        raise WrongUsage(
            f"A key with the role {role} is of no operator.",
            where="--operator",
            remedy="Leave it out, or make a key with the role operator.",
        )
    if expires_at is not None and expires_at <= now:
        raise WrongUsage(f"{expires_at:%Y-%m-%dT%H:%MZ} is in the past.", where="--expires")
    with workspace.database.writing() as connection:
        return stored_keys.add(
            connection,
            role,
            expires_at=expires_at,
            now=now,
            note=note,
            # A facility's operator is kept without blanks around it, and they are compared.
            operator=operator.strip(),
        )


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
