"""Vouchers: codes that riders show for what they took, and shops can have checked."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from geo_service.domain.credit import Reason
from geo_service.domain.offer import Offer
from geo_service.domain.role import Role
from geo_service.domain.secret_code import is_code, secret_code
from geo_service.errors import ForbiddenMove, NotAllowed, NotFound
from geo_service.flows.check_keys import operator_of
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities, ledger, used_vouchers
from geo_service.store import offers as stored_offers
from geo_service.store.database import Connection
from geo_service.store.keys import Key

CODE = re.compile(r"\s*([1-9][0-9]{0,8})-([A-Za-z2-7]{10})\s*")


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a genuine code stands for; whose it is stays with the rider."""

    entry_id: int
    """The redemption's in the ledger."""
    offer_id: str
    points: int
    redeemed_at: datetime
    """UTC."""
    offer: Offer | None
    """None: it is no longer among the offers."""
    used_at: datetime | None = None
    """When something was handed out for it, UTC; None: nothing yet."""


def voucher_code(secret: bytes, entry_id: int) -> str:
    """Make the code of a redemption.

    Parameters
    ----------
    secret : bytes
        Of ``Workspace.rider_key``.
    entry_id : int
        The redemption's entry in the ledger.

    Returns
    -------
    str
        The entry's number, a dash and ten letters and digits. Raises nothing.
    """
    return f"{entry_id}-{secret_code('voucher', str(entry_id), secret)}"


def check_voucher(workspace: Workspace, code: str) -> Voucher | None:
    """Say what a code stands for.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    code : str
        As the rider shows it; small letters and blanks around it are fine.

    Returns
    -------
    Voucher or None
        None: nobody was given this code here.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    with workspace.database.reading() as connection:
        return _find(connection, workspace, code)


def use_voucher(workspace: Workspace, key: Key, code: str, now: datetime) -> Voucher:
    """Keep that something was handed out for a voucher, so that nobody gets it twice.

    Staff and administrators may for any, an operator's key for those of offers that its operator
    provides, or that are given at its operator's facility.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key
        Of whoever hands it out: an operator's, staff's or an administrator's.
    code : str
        As the rider shows it.
    now : datetime
        With a zone.

    Raises
    ------
    NotFound
        If nobody was given this code here.
    NotAllowed
        If the operator's key names no operator, or the offer is another's.
    ForbiddenMove
        If something was handed out for it before; it says when.
    NotReady
        If the riders' key is damaged.
    """
    with workspace.database.writing() as connection:
        found = _find(connection, workspace, code)
        if found is None:
            raise NotFound("Nobody was given this voucher here.")
        if key.role is Role.OPERATOR:
            _require_own(connection, operator_of(key), found.offer)
        if not used_vouchers.use(connection, found.entry_id, key.key_id, now):
            before = used_vouchers.used_at(connection, found.entry_id)
            raise ForbiddenMove(
                f"Something was handed out for this voucher before, at {before:%Y-%m-%dT%H:%MZ}."
            )
    return replace(found, used_at=now)


def _require_own(connection: Connection, operator: str, offer: Offer | None) -> None:
    # Of an offer that is gone nobody knows whose it was.
    givers = set[str]() if offer is None else {offer.provider}
    if offer is not None and offer.facility_id:
        facility = facilities.find(connection, offer.facility_id)
        givers |= {facility.operator} if facility is not None else set()
    if operator not in givers:
        raise NotAllowed(
            "This voucher is for what another gives than your key's operator.",
            remedy="Show it to whoever gives it, or to staff.",
        )


def _find(connection: Connection, workspace: Workspace, code: str) -> Voucher | None:
    parts = CODE.fullmatch(code)
    if parts is None:
        return None
    entry_id = int(parts[1])
    if not is_code(code, voucher_code(workspace.rider_key(), entry_id)):
        return None
    entry = ledger.find(connection, entry_id)
    if entry is None or entry.reason is not Reason.REDEEMED:
        return None
    return Voucher(
        entry_id,
        entry.offer_id,
        -entry.points,
        entry.entered_at,
        stored_offers.find(connection, entry.offer_id),
        used_vouchers.used_at(connection, entry_id),
    )
