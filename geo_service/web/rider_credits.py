"""``GET /credits`` and below: a rider's points, what they are taken for, and vouchers."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from geo_service.domain.credit import Entry, Reason
from geo_service.domain.offer import Offer
from geo_service.domain.role import Role
from geo_service.export.features import iso, iso_if_any
from geo_service.flows.answer_once import HEADER
from geo_service.flows.check_keys import require_rider
from geo_service.flows.redeem_offer import Redemption, redeem
from geo_service.flows.vouchers import Voucher, check_voucher, use_voucher, voucher_code
from geo_service.store import ledger
from geo_service.store import offers as stored_offers
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY, key_of, require_key
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import (
    KEPT_KEY,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.members import Members, TextMember, read_members
from geo_service.web.parameters import (
    NoParameters,
    Parameters,
    WholeNumber,
    describe_parameters,
    read_parameters,
)
from geo_service.web.path_parts import VoucherCode
from geo_service.web.schemas import riders
from geo_service.web.service import service_of

LONGEST_ID = 200
PAGE, LONGEST_PAGE = 50, 200
NEEDED_KEY: Mapping[str, Any] = {
    **KEPT_KEY,
    "required": True,
    "schema": {**KEPT_KEY["schema"], "minLength": 1},
    "description": "Of your making, 1 to 200 printable characters, a new one for each redemption. "
    "Sent again with it, the same is answered, and nothing is taken again.",
}


class CreditParameters(Parameters):
    """Of a rider's entries."""

    before: Annotated[
        WholeNumber | None,
        Field(ge=1, description="Only entries with a smaller number.", examples=[12]),
    ] = None
    limit: Annotated[
        WholeNumber, Field(ge=1, le=LONGEST_PAGE, description="So many entries at most.")
    ] = PAGE


class RedemptionBody(Members):
    """Which offer is taken."""

    offer_id: Annotated[TextMember, Field(min_length=1, max_length=LONGEST_ID)]


router = APIRouter(tags=["credits"])


@router.get(
    "/credits",
    summary="Your points (rider's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: describe_answer(
            riders.CREDITS, "`balance`, `entries` newest first, and the address of the `next` page."
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra=describe_parameters(CreditParameters),
)
def read_own_credits(request: Request) -> Response:
    """Answer with the points of the rider whose key is shown, and of nobody else."""
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    asked = read_parameters(CreditParameters, request.query_params.multi_items())
    secret = service.workspace.rider_key()
    with service.workspace.database.reading() as connection:
        balance = ledger.balance(connection, rider)
        # One more than is shown tells whether there are more.
        found = ledger.entries(connection, rider, asked.before, asked.limit + 1)
    shown = found[: asked.limit]
    following = None
    if len(found) > len(shown):
        following = f"/credits?before={shown[-1].entry_id}&limit={asked.limit}"
    told = [_told_entry(entry, secret) for entry in shown]
    return json_answer({"balance": balance, "entries": told, "next": following})


@router.get(
    "/credits/offers",
    summary="What points are taken for",
    response_class=Response,
    responses={
        200: describe_answer(
            riders.OFFERS,
            "`offers`, each with its points, how many are `left` (null: enough), and whether it "
            "can be taken now.",
        ),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def list_offers(request: Request) -> Response:
    """Answer with every offer, in order of id, those that are over or all taken too."""
    read_parameters(NoParameters, request.query_params.multi_items())
    service = service_of(request)
    now = service.clock()
    with service.workspace.database.reading() as connection:
        known = stored_offers.read_all(connection)
        taken = ledger.redeemed_by_offer(connection)
    told = []
    for offer in known:
        left = None if offer.stock is None else max(0, offer.stock - taken.get(offer.offer_id, 0))
        over = offer.until is not None and offer.until <= now
        told.append({**_told_offer(offer), "left": left, "available": left != 0 and not over})
    return json_answer({"offers": told})


@router.post(
    "/credits/redemptions",
    summary="Take an offer for your points (rider's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: describe_answer(
            riders.REDEMPTION,
            "The `voucher` to show, the points it cost and the `balance` after it.",
        ),
        **describe_problems(*WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
    openapi_extra={
        **describe_rules(**{HEADER: "Not used before for something else."}),
        "parameters": [NEEDED_KEY],
        **describe_body(JSON_TYPES, RedemptionBody, {"An offer": {"offer_id": "hot-water"}}),
    },
)
async def redeem_points(request: Request) -> Response:
    """Take the offer, unless points are missing, it is over, or all are taken: then 409."""
    service = service_of(request)
    key = await run_in_threadpool(key_of, service, request)
    require_rider(key)
    read_parameters(NoParameters, request.query_params.multi_items())
    body = read_members(RedemptionBody, await read_object(request, JSON_TYPES))
    sent = request.headers.get(HEADER, "")
    done = await run_in_threadpool(
        redeem, service.workspace, key, body.offer_id, sent, service.clock()
    )
    return json_answer(_told_redemption(done))


@router.get(
    "/credits/vouchers/{code}",
    summary="Check a voucher (staff's or an operator's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: describe_answer(
            riders.VOUCHER_ANSWER,
            "Whether it is `valid`, and if so for what, and when something was handed out for it "
            "(`used_at`); not whose it is.",
        ),
        **describe_problems(*WITH_A_KEY),
    },
)
def read_voucher(code: VoucherCode, request: Request) -> Response:
    """Answer whether a rider was given this code here."""
    service = service_of(request)
    require_key(service, request, Role.STAFF, Role.OPERATOR)
    read_parameters(NoParameters, request.query_params.multi_items())
    return json_answer(_told_voucher(check_voucher(service.workspace, code)))


@router.post(
    "/credits/vouchers/{code}/use",
    summary="Hand out what a voucher is for (staff's or an operator's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: describe_answer(riders.GOOD_VOUCHER, "The voucher, with `used_at`."),
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
)
def hand_out_voucher(code: VoucherCode, request: Request) -> Response:
    """Keep that it was handed out; the second time: 409, and when it was the first time.

    An operator's key does so for what its operator provides or gives at a facility: else 403.
    """
    service = service_of(request)
    key = require_key(service, request, Role.STAFF, Role.OPERATOR)
    read_parameters(NoParameters, request.query_params.multi_items())
    used = use_voucher(service.workspace, key, code, service.clock())
    return json_answer(_told_voucher(used))


def _told_entry(entry: Entry, secret: bytes) -> dict[str, object]:
    redeemed = entry.reason is Reason.REDEEMED
    return {
        "entry_id": entry.entry_id,
        "entered_at": iso(entry.entered_at),
        "points": entry.points,
        "reason": entry.reason,
        "subject": entry.subject,
        "voucher": voucher_code(secret, entry.entry_id) if redeemed else None,
    }


def _told_offer(offer: Offer) -> dict[str, object]:
    return {
        "offer_id": offer.offer_id,
        "name": offer.name,
        "name_en": offer.name_en,
        "provider": offer.provider,
        "facility_id": offer.facility_id,
        "points": offer.points,
        "until": iso_if_any(offer.until),
    }


def _told_redemption(done: Redemption) -> dict[str, object]:
    return {
        "entry_id": done.entry_id,
        "offer_id": done.offer_id,
        "points": done.points,
        "balance": done.balance,
        "voucher": done.voucher,
    }


def _told_voucher(found: Voucher | None) -> dict[str, object]:
    if found is None:
        return {"valid": False}
    return {
        "valid": True,
        "offer_id": found.offer_id,
        "points": found.points,
        "redeemed_at": iso(found.redeemed_at),
        "used_at": iso_if_any(found.used_at),
        "offer": None if found.offer is None else _told_offer(found.offer),
    }
