"""Vouchers: codes that riders show for what they took, and shops can have checked."""

import re
from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.credit import Reason
from geo_service.domain.offer import Offer
from geo_service.domain.secret_code import is_code, secret_code
from geo_service.flows.wiring import Workspace
from geo_service.store import ledger
from geo_service.store import offers as stored_offers

CODE = re.compile(r"\s*([1-9][0-9]{0,8})-([A-Za-z2-7]{10})\s*")


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a genuine code stands for; whose it is stays with the rider."""

    offer_id: str
    points: int
    redeemed_at: datetime
    """UTC."""
    offer: Offer | None
    """None: it is no longer among the offers."""


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
    parts = CODE.fullmatch(code)
    if parts is None:
        return None
    entry_id = int(parts[1])
    if not is_code(code, voucher_code(workspace.rider_key(), entry_id)):
        return None
    with workspace.database.reading() as connection:
        entry = ledger.find(connection, entry_id)
        if entry is None or entry.reason is not Reason.REDEEMED:
            return None
        offer = stored_offers.find(connection, entry.offer_id)
    return Voucher(entry.offer_id, -entry.points, entry.entered_at, offer)
