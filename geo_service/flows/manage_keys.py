"""Keys: made, listed and revoked."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from geo_service.domain.erasure import mark_of_key
from geo_service.domain.rider import LENGTH, pseudonym
from geo_service.domain.role import Role
from geo_service.errors import ForbiddenMove, GeoServiceError, NotFound, WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import keys as stored_keys
from geo_service.store import rider_generations
from geo_service.store.acting import act_makes
from geo_service.store.database import Connection
from geo_service.store.keys import Key

MOST_NAMED = 8
"""So many of the areas there are told to who names one that is not."""


def add_key(
    workspace: Workspace,
    role: Role,
    expires_at: datetime | None,
    now: datetime,
    *,
    note: str = "",
    operator: str = "",
    rider: str = "",
    areas: Collection[str] = (),
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
    areas : collection of str
        Of a staff's key: the ids of the areas it works in, with all that lies in them. Without
        any it works in the whole city.

    Returns
    -------
    key_id, token : str
        The token is the secret itself; it is not kept and can't be shown again.

    Raises
    ------
    WrongUsage
        If the key would already have expired, names an operator, a rider or areas and has another
        role, or an area is not there.
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
    if areas and role is not Role.STAFF:
        raise WrongUsage(
            f"A key with the role {role} is of no area.",
            where="--area",
            remedy="Leave it out, or make a key with the role staff.",
        )
    if expires_at is not None and expires_at <= now:
        raise WrongUsage(f"{expires_at:%Y-%m-%dT%H:%MZ} is in the past.", where="--expires")
    known_as = _pseudonym(workspace, rider.strip()) if role is Role.RIDER else ""
    riders_key = mark_of_key(workspace.proven_rider_key()) if rider else ""
    with workspace.database.writing() as connection:
        _check_areas(connection, areas)
        if riders_key:
            rider_generations.note_first(connection, riders_key)
        key_id, token = stored_keys.add(
            connection,
            role,
            expires_at=expires_at,
            now=now,
            note=note,
            # A facility's operator is kept without blanks around it, and they are compared.
            operator=operator.strip(),
            rider=known_as,
            areas=areas,
        )
        act_makes("key", key_id)
    return key_id, token


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
    ForbiddenMove
        If it has been revoked before.
    """
    with workspace.database.writing() as connection:
        if not stored_keys.revoke(connection, key_id, now):
            raise _not_revoked(key_id, stored_keys.revoked_at(connection, key_id))
        act_makes("key", key_id)


def _not_revoked(key_id: str, revoked_at: datetime | None) -> GeoServiceError:
    if revoked_at is None:
        return NotFound(f"There is no key {key_id}.", remedy="See geo-service keys list.")
    return ForbiddenMove(
        f"The key {key_id} is revoked since {revoked_at:%Y-%m-%dT%H:%MZ}.",
        remedy="Nothing is left to be done.",
    )


def _check_areas(connection: Connection, area_ids: Collection[str]) -> None:
    """Refuse areas that are not there: a key of none but such would open nothing."""
    if not area_ids:
        return
    known = [area.area_id for area in stored_areas.read_areas(connection)]
    missing = sorted(set(area_ids) - set(known))
    if missing:
        raise WrongUsage(
            f"There is no area {missing[0]!r}.",
            where="--area",
            remedy=_known_areas(known),
        )


def _known_areas(known: Sequence[str]) -> str:
    if not known:
        return "Load areas first: geo-service load areas FILE."
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"There are {', '.join(known[:MOST_NAMED])}{more}."


def _pseudonym(workspace: Workspace, rider: str) -> str:
    """Name a rider, so that reports, votes and points of one key are one rider's."""
    if rider:
        return pseudonym(rider, workspace.proven_rider_key())
    return secrets.token_hex(LENGTH // 2)
