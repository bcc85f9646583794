"""``/consent``: what riders agree to before their traces are kept; they agree, and withdraw."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from geo_service.domain.consent import Agreement
from geo_service.export.features import iso, iso_if_any, spans_told
from geo_service.flows.check_keys import require_rider
from geo_service.flows.give_consent import agree, present_text, what_was_said, withdraw
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY, key_of
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
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
    describe_parameters,
    read_parameters,
)
from geo_service.web.schemas import traces
from geo_service.web.service import Service, service_of

LONGEST_VERSION = 64
SAID = "The text, its `version`, and whether the rider agrees to it."


class AgreementBody(Members):
    """What a rider agrees to."""

    version: Annotated[
        TextMember,
        Field(max_length=LONGEST_VERSION, description="Of the present text, as `GET` tells it."),
    ]


class WithdrawalParameters(Parameters):
    """Of a withdrawal."""

    traces: Annotated[
        Literal["keep", "delete"],
        Field(description="Whether the trips that are there stay, or go at once."),
    ] = "keep"


router = APIRouter(tags=["traces"], dependencies=[SHOWS_KEY])


@router.get(
    "/consent",
    summary="What becomes of your traces, and whether you agree (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(traces.CONSENT, SAID),
        **describe_problems(*WITH_A_KEY),
    },
)
def read_consent(request: Request) -> Response:
    """Show the present text in Chinese and English, and what the rider said last.

    The version is another one as soon as the text is; then it has to be agreed to anew.
    """
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    read_parameters(NoParameters, request.query_params.multi_items())
    return _told(service, what_was_said(service.workspace, rider))


@router.put(
    "/consent",
    summary="Agree to having your traces kept (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(traces.CONSENT, SAID),
        **describe_problems(*WITH_A_KEY, *SENDING),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        **describe_rules(version="That of the present text, as `GET` tells it."),
        **describe_body(JSON_TYPES, AgreementBody, {"Agreed": {"version": "0123456789abcdef"}}),
    },
)
async def give_consent(request: Request) -> Response:
    """Write down that the rider agrees to the present text, and when."""
    service = service_of(request)
    rider = require_rider(await run_in_threadpool(key_of, service, request))
    read_parameters(NoParameters, request.query_params.multi_items())
    body = read_members(AgreementBody, await read_object(request, JSON_TYPES))
    said = await run_in_threadpool(agree, service.workspace, rider, body.version, service.clock())
    return await run_in_threadpool(_told, service, said)


@router.delete(
    "/consent",
    summary="Withdraw your consent (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            traces.WITHDRAWN, "How many trips were `removed`, and of which times none can be."
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY, *describe_parameters(WithdrawalParameters)["parameters"]],
    },
)
def withdraw_consent(request: Request) -> Response:
    """From now on no traces are taken; those that are there stay, unless `traces=delete`."""
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    asked = read_parameters(WithdrawalParameters, request.query_params.multi_items())
    withdrawn = withdraw(
        service.workspace, rider, service.clock(), delete_traces=asked.traces == "delete"
    )
    untold = spans_told(withdrawn.untold)
    return json_answer({"removed": withdrawn.trips, "untold": untold})


def _told(service: Service, said: Agreement | None) -> Response:
    text = present_text(service.workspace)
    return json_answer(
        {
            "version": text.version,
            "text": text.zh,
            "text_en": text.en,
            "agreed": said is not None and said.holds_for(text.version),
            "agreed_version": None if said is None else said.version,
            "agreed_at": None if said is None else iso(said.agreed_at),
            "withdrawn_at": None if said is None else iso_if_any(said.withdrawn_at),
        }
    )
