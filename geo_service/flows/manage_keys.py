"""Keys: made, listed and revoked."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from geo_service.domain.rider import LENGTH, pseudonym
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
    rider: str = "",
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
    rider : str
        Of a rider's key: who holds it, as the rider's traces name the rider. Without one the key
        is of a rider nobody has met; keys made with one name are of one rider.

    Returns
    -------
    key_id, token : str
        The token is the secret itself; it is not kept and can't be shown again.

    Raises
    ------
    WrongUsage
        If the key would already have expired, or names an operator or a rider and has another
        role.
    NotReady
        If the riders' key is damaged, or another one than this workspace's.
    """
    if operator and role is not Role.OPERATOR:
        raise WrongUsage(
            f"A key with the role {role} is of no operator.",
            where="--operator",
            remedy="Leave it out, or make a key with the role operator.",
        )
    if rider and role is not Role.RIDER:
        raise WrongUsage(
            f"A key with the role {role} is of no rider.",
            where="--rider",
            remedy="Leave it out, or make a key with the role rider.",
        )
    if expires_at is not None and expires_at <= now:
        raise WrongUsage(f"{expires_at:%Y-%m-%dT%H:%MZ} is in the past.", where="--expires")
    known_as = _pseudonym(workspace, rider.strip()) if role is Role.RIDER else ""
    with workspace.database.writing() as connection:
        return stored_keys.add(
            connection,
            role,
            expires_at=expires_at,
            now=now,
            note=note,
            # A facility's operator is kept without blanks around it, and they are compared.
            operator=operator.strip(),
            rider=known_as,
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


def _pseudonym(workspace: Workspace, rider: str) -> str:
    """Name a rider, so that reports, votes and points of one key are one rider's."""
    if rider:
        return pseudonym(rider, workspace.proven_rider_key())
    return secrets.token_hex(LENGTH // 2)
