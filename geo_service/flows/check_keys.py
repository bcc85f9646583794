"""Who may do what: keys are recognised, and their roles required."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from geo_service.domain.case import Case
from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed, NotFound
from geo_service.flows.wiring import Workspace
from geo_service.store import keys as stored_keys
from geo_service.store.acting import act_as
from geo_service.store.database import Connection
from geo_service.store.keys import Key

NO_ISSUE = "There is no issue with this id."
STAFF = frozenset({Role.STAFF, Role.ADMIN})
"""Who sees issues before everybody does and moves them on: all, or those of their key's areas."""


def recognise_key(workspace: Workspace, token: str, now: datetime) -> Key:
    """Return the key that a token opens, with the areas it reaches as they are now.

    What is written from now on is written down as its.

    Raises
    ------
    NoKey
        If the token is unknown, expired or revoked.
    """
    with workspace.database.reading(once=True) as connection:
        key = stored_keys.find(connection, token, now)
    if key is not None and key.areas:
        # Read with each request, for areas may have been loaded since; a key whose areas are gone
        # reaches nothing.
        with workspace.database.reading() as connection:
            nest = workspace.kept_ground.areas(connection).nest
        key = replace(key, reach=nest.within(key.areas))
    if key is None:
        raise NoKey(
            "This key is unknown, expired or revoked.",
            remedy="Ask whoever runs this service for one.",
        )
    act_as(key.key_id)
    return key


def require_role(key: Key | None, *roles: Role) -> Key:
    """Let only some roles go on; an administrator may do everything.

    Returns
    -------
    Key
        The one given.

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
    return key


@contextmanager
def refusing_by_key(key: Key | None, role: Role) -> Iterator[None]:
    """Tell who shows no key that one is needed, and others which one, if the block allows nothing.

    Raises
    ------
    NoKey
        If something is not allowed, and there is no key at all.
    NotAllowed
        If it is not allowed to the key that is shown.
    """
    try:
        yield
    except NotAllowed:
        require_role(key, role)
        raise


def is_staff(key: Key | None, area_id: str) -> bool:
    """Say whether a key is of staff, or an administrator, for the issues of an area.

    Parameters
    ----------
    key : Key or None
        None: nobody's.
    area_id : str
        Of the issue's case; blank: it was given to none, so only keys of the whole city are for
        it. Raises nothing.
    """
    return key is not None and key.role in STAFF and key.reaches(area_id)


def reach_of_staff(key: Key | None) -> Collection[str] | None:
    """Return the areas whose issues a key is of staff for; None: all issues of the city.

    Empty for who is no staff. Raises nothing.
    """
    if key is None or key.role not in STAFF:
        return frozenset()
    return key.reach if key.areas else None


def is_rider(key: Key | None, rider: str) -> bool:
    """Say whether a key is a certain rider's; of a blank pseudonym nobody is. Raises nothing."""
    return key is not None and key.role is Role.RIDER and key.rider == rider != ""


def require_staff_of(key: Key | None, case: Case) -> Key:
    """Let only staff go on whose key is for a case.

    Returns
    -------
    Key
        The one given.

    Raises
    ------
    NoKey
        If there is no key at all.
    NotAllowed
        If the key has another role, or is of other areas and everybody may see the issue.
    NotFound
        If it is of other areas and not everybody may: whether there is one stays untold.
    """
    shown = require_role(key, Role.STAFF)
    if not is_staff(shown, case.area_id):
        raise outside_areas() if case.issue.approved else NotFound(NO_ISSUE)
    return shown


def outside_areas() -> NotAllowed:
    """Make the error for who works on what everybody may see, but outside the own areas."""
    return NotAllowed(
        "This issue lies outside the areas of your key.",
        remedy="Ask somebody whose key is of its area, or of the whole city.",
    )


def require_whole_city(key: Key) -> None:
    """Let only keys go on that are of no areas, for what can't be told by areas.

    Raises
    ------
    NotAllowed
        If the key is of some areas.
    """
    if key.areas:
        raise NotAllowed(
            "This is of the whole city, and your key is of some areas of it.",
            remedy="Ask for a key made without --area.",
        )


def require_place(
    connection: Connection, workspace: Workspace, key: Key, *places: Facility | None
) -> None:
    """Let only those go on whose key is of the whole city, or of areas that hold some places.

    Parameters
    ----------
    connection : Connection
        The transaction that knows the areas.
    workspace : Workspace
    key : Key
        Of staff.
    places : Facility or None
        All of them must lie in the key's areas; None: it is not there.

    Raises
    ------
    NotAllowed
        If one lies outside.
    """
    if not key.areas:
        return
    nest = workspace.kept_ground.areas(connection).nest
    if not all(nest.holds(key.areas, one.lon, one.lat) for one in places if one is not None):
        raise NotAllowed(
            "This facility lies outside the areas of your key.",
            remedy="Ask somebody whose key is of its area, or of the whole city.",
        )


def require_operator_of(
    connection: Connection, workspace: Workspace, key: Key | None, facility: Facility
) -> None:
    """Let only those go on who may report the state of a facility.

    Staff and administrators may of any in the areas of their key, an operator's key of those
    whose ``operator`` is the very name that the key bears.

    Raises
    ------
    NoKey
        If there is no key at all.
    NotAllowed
        If the key has another role, is another operator's or nobody's, or of other areas.
    """
    shown = require_role(key, Role.OPERATOR, Role.STAFF)
    if shown.role is not Role.OPERATOR:
        require_place(connection, workspace, shown, facility)
        return
    if operator_of(shown) != facility.operator:
        raise NotAllowed(
            "This facility is of another operator than your key.",
            remedy="Ask staff to correct the facility's operator, or use that operator's key.",
        )


def operator_of(key: Key) -> str:
    """Return the name that an operator's key bears, not blank.

    Raises
    ------
    NotAllowed
        If it bears none.
    """
    if not key.operator:
        raise NotAllowed(
            "This operator's key names no operator, so it may change nothing.",
            remedy="Ask for one made with --operator.",
        )
    return key.operator


def require_rider(key: Key | None) -> str:
    """Let only riders go on, for things that are somebody's own.

    Returns
    -------
    str
        The rider's pseudonym, not blank.

    Raises
    ------
    NoKey
        If there is no key at all.
    NotAllowed
        If the key is not a rider's, an administrator's too, or names no rider.
    """
    shown = require_role(key, Role.RIDER)
    if shown.role is not Role.RIDER:
        raise NotAllowed(
            f"This is a rider's own, and your key has the role {shown.role}.",
            remedy="Use a key made with --role rider.",
        )
    if not shown.rider:
        raise NotAllowed(
            "This rider's key names no rider: it was made before keys did.",
            remedy="Ask for a new one.",
        )
    return shown.rider
