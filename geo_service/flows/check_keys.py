"""Who may do what: keys are recognised, and their roles required."""

from datetime import datetime

from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed
from geo_service.flows.wiring import Workspace
from geo_service.store import keys as stored_keys
from geo_service.store.acting import act_as
from geo_service.store.keys import Key

STAFF = frozenset({Role.STAFF, Role.ADMIN})
"""Who sees every issue and moves it on."""


def recognise_key(workspace: Workspace, token: str, now: datetime) -> Key:
    """Return the key that a token opens; what is written from now on is written down as its.

    Raises
    ------
    NoKey
        If the token is unknown, expired or revoked.
    """
    with workspace.database.reading() as connection:
        key = stored_keys.find(connection, token, now)
    if key is None:
        raise NoKey("This key is unknown, expired or revoked.", remedy="Ask the operator for one.")
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


def is_staff(key: Key | None) -> bool:
    """Say whether a key is of staff or an administrator. Raises nothing."""
    return key is not None and key.role in STAFF


def is_rider(key: Key | None, rider: str) -> bool:
    """Say whether a key is a certain rider's; of a blank pseudonym nobody is. Raises nothing."""
    return key is not None and key.role is Role.RIDER and key.rider == rider != ""


def require_operator_of(key: Key | None, facility: Facility) -> None:
    """Let only those go on who may report the state of a facility.

    Staff and administrators may of any, an operator's key of those whose ``operator`` is the very
    name that the key bears.

    Raises
    ------
    NoKey
        If there is no key at all.
    NotAllowed
        If the key has another role, or is another operator's or nobody's.
    """
    shown = require_role(key, Role.OPERATOR, Role.STAFF)
    if shown.role is not Role.OPERATOR:
        return
    if not shown.operator:
        raise NotAllowed(
            "This operator's key names no operator, so it may change nothing.",
            remedy="Ask for one made with --operator.",
        )
    if shown.operator != facility.operator:
        raise NotAllowed(
            "This facility is of another operator than your key.",
            remedy="Ask staff to correct the facility's operator, or use that operator's key.",
        )


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
