"""A rider takes an offer for points: once for each idempotency key, never below nothing."""

import re
from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.credit import Entry, Reason
from geo_service.domain.offer import Offer
from geo_service.domain.secret_code import secret_code
from geo_service.errors import ForbiddenMove, NotFound, WrongUsage
from geo_service.flows.answer_once import HEADER, once_more_if_unknown
from geo_service.flows.check_keys import require_rider
from geo_service.flows.vouchers import voucher_code
from geo_service.flows.wiring import Workspace
from geo_service.store import ledger
from geo_service.store import offers as stored_offers
from geo_service.store.database import Connection
from geo_service.store.keys import Key

SENT_KEY = re.compile(r"[\x20-\x7e]{1,200}")
SOURCE_LENGTH = 26
"""130 bits: no two are ever the same."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """An offer that was taken."""

    entry_id: int
    offer_id: str
    points: int
    """What it cost."""
    balance: int
    """What the rider had right afterwards."""
    voucher: str
    """What the rider shows where it is given."""


def redeem(
    workspace: Workspace, key: Key | None, offer_id: str, idempotency_key: str, now: datetime
) -> Redemption:
    """Take an offer for a rider's points.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key or None
        The rider's.
    offer_id : str
        Which.
    idempotency_key : str
        Of the sender's making, 1 to 200 printable characters of ASCII. Sent again with it, the
        same is answered, and nothing is taken again.
    now : datetime
        With a zone.

    Raises
    ------
    NoKey, NotAllowed
        If the key is not a rider's.
    WrongUsage
        If the idempotency key is no such key, or was used for another offer.
    NotFound
        If there is no such offer.
    ForbiddenMove
        If the rider has too few points, or the offer is over or all taken.
    """
    rider = require_rider(key)
    if not SENT_KEY.fullmatch(idempotency_key):
        raise WrongUsage(
            "An Idempotency-Key of 1 to 200 printable characters is needed.",
            where=HEADER,
            remedy="Make a new one for each redemption, and send it again with each retry.",
        )
    secret = workspace.rider_key()
    # No pseudonym in it: whose an entry is must be possible to forget, and sources stay.
    sent = secret_code("redemption", f"{rider}\n{idempotency_key}", secret, SOURCE_LENGTH)
    source = f"redemption:{sent}"

    def taking() -> tuple[Entry, int]:
        with workspace.database.writing() as connection:
            # One writes at a time: nobody changes a balance or a stock that is read here.
            entry = ledger.find_source(connection, source)
            if entry is None:
                entry = _take(connection, rider, offer_id, source, now)
            elif entry.offer_id != offer_id:
                raise WrongUsage(
                    "This Idempotency-Key was used before, for another offer.",
                    where=HEADER,
                    remedy="Make a new one for each redemption.",
                )
            return entry, ledger.balance_after(connection, entry)

    entry, balance = once_more_if_unknown(taking)
    voucher = voucher_code(secret, entry.entry_id)
    return Redemption(entry.entry_id, offer_id, -entry.points, balance, voucher)


def _take(connection: Connection, rider: str, offer_id: str, source: str, now: datetime) -> Entry:
    offer = stored_offers.find(connection, offer_id)
    if offer is None:
        raise NotFound("There is no such offer.", remedy="See /credits/offers.")
    _check(offer, ledger.redeemed(connection, offer_id), now)
    missing = offer.points - ledger.balance(connection, rider)
    if missing > 0:
        raise ForbiddenMove(
            f"You have too few points: {missing} more are needed.", where="offer_id"
        )
    ledger.enter(
        connection,
        rider=rider,
        points=-offer.points,
        reason=Reason.REDEEMED,
        source=source,
        now=now,
        offer_id=offer_id,
    )
    entry = ledger.find_source(connection, source)
    assert entry is not None  # noqa: S101 - it was entered just now
    return entry


def _check(offer: Offer, taken: int, now: datetime) -> None:
    if offer.until is not None and offer.until <= now:
        raise ForbiddenMove("This offer is over.", where="offer_id")
    if offer.stock is not None and offer.stock <= taken:
        raise ForbiddenMove("All of this offer have been taken.", where="offer_id")
