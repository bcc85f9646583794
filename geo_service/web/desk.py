"""``GET /desk``: what staff have to do, the most urgent first, and one issue of it."""

from dataclasses import dataclass
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.flows.open_desk import Desk, open_desk
from geo_service.store.work_list import Work, place_of
from geo_service.web.answers import page_answer
from geo_service.web.auth import SHOWS_KEY
from geo_service.web.descriptions import (
    KEY_OPTIONAL,
    WITH_A_KEY,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.desk_door import let_staff_in
from geo_service.web.desk_return import AFTER, CHOICES, Pairs, going_back, list_path, write_asked
from geo_service.web.desk_rows import draw_list, write_row
from geo_service.web.desk_words import desk_words
from geo_service.web.life_words import say_name, say_stage
from geo_service.web.pages import write_page
from geo_service.web.parameters import read_parameters
from geo_service.web.rider_words import Tongue
from geo_service.web.same_origin_forms import keep_tongue, tongue_of
from geo_service.web.service import service_of
from geo_service.web.work_list import WorkParameters, read_after

ON_A_PAGE = 50
router = APIRouter(tags=["desk"], dependencies=[SHOWS_KEY])


class Choice(NamedTuple):
    """Something to choose in a field of the form."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many issues there are of some kind, and where they are listed."""

    name: str
    number: int
    path: str
    chosen: bool
    late: bool = False


@router.get(
    "/desk",
    summary="The staff's work list (staff's key)",
    response_class=Response,
    openapi_extra=KEY_OPTIONAL,
    responses={
        200: describe_page(),
        **describe_led_on("To the page for a key; or a key in the address is kept now."),
        **describe_problems(*WITH_A_KEY, page=True),
    },
)
def show_desk_page(request: Request) -> Response:
    """Show issues as `GET /issues` lists them; without a key it leads to the page for it.

    A key in the address (`?key=`) is put into a cookie at once.
    """
    key = let_staff_in(request, "/desk")
    if isinstance(key, Response):
        return key
    service, tongue = service_of(request), tongue_of(request)
    # A form sends fields that were left empty too.
    pairs = [
        (name, text)
        for name, text in request.query_params.multi_items()
        if name in (*CHOICES, AFTER) and text
    ]
    asked = read_parameters(WorkParameters, pairs)
    now = service.clock()
    wanted = Work(
        stages=asked.stage,
        categories=asked.category,
        body_ids=asked.body_id,
        overdue_at=now if asked.overdue else None,
        approved=asked.approved,
    )
    after = read_after(asked.after)
    found = open_desk(service.workspace, key, wanted, now, after=after, limit=ON_A_PAGE)
    zone = service.workspace.calendar().zone
    chosen = [pair for pair in pairs if pair[0] != AFTER]
    more = len(found.listed) == ON_A_PAGE
    keep = going_back(write_asked(pairs))
    words = desk_words(tongue)
    rows = [
        write_row(tongue, one, found.waiting.get(one.case.issue.issue_id, 0), now, zone)
        for one in found.listed
    ]
    page = page_answer(
        write_page(
            "desk.html",
            words=tongue,
            said=words,
            title=found.title or tongue.service,
            counts=_counts(tongue, found, asked),
            fields=_fields(tongue, found, asked),
            overdue=asked.overdue,
            rows=rows,
            map=draw_list(service.streets_if_any(), found.listed, rows, keep, words.list_map),
            chosen=chosen,
            keep=keep,
            first=_path(chosen) if after else "",
            following=_path([*chosen, (AFTER, str(place_of(found.listed[-1].case)))])
            if more
            else "",
        )
    )
    keep_tongue(page, request, tongue)
    return page


def _path(pairs: Pairs) -> str:
    return list_path(write_asked(pairs))


def _counts(tongue: Tongue, found: Desk, asked: WorkParameters) -> list[Count]:
    """Count what is open, what of it is overdue, and each stage that has any."""
    words = desk_words(tongue)
    are_open = sum(number for stage, number in found.stages.items() if stage in OPEN)
    alone = asked.overdue and asked.stage == OPEN
    counts = [
        Count(words.open_ones, are_open, "/desk", asked.stage == OPEN and not asked.overdue),
        Count(words.overdue, found.overdue, "/desk?overdue=true", alone, late=found.overdue > 0),
    ]
    return counts + [
        Count(
            say_stage(tongue, stage),
            found.stages[stage],
            _path([("stage", str(stage))]),
            asked.stage == {stage},
        )
        for stage in Stage
        if stage in found.stages
    ]


def _fields(tongue: Tongue, found: Desk, asked: WorkParameters) -> dict[str, list[Choice]]:
    """List what each field of the form offers, by its name; the blank one lets all through."""
    words = desk_words(tongue)
    stages = [Choice(stage, say_stage(tongue, stage), asked.stage == {stage}) for stage in Stage]
    categories = [
        Choice(
            one.category, say_name(tongue, one.name, one.name_en), one.category in asked.category
        )
        for one in found.categories
    ]
    bodies = [
        Choice(one.body_id, say_name(tongue, one.name, one.name_en), one.body_id in asked.body_id)
        for one in found.bodies
    ]
    return {
        "stage": [Choice("", words.every_open, chosen=False), *stages],
        "category": [Choice("", words.every, chosen=False), *categories],
        "body_id": [Choice("", words.every, chosen=False), *bodies],
        "approved": [
            Choice("", words.every, chosen=False),
            Choice("true", words.shown, asked.approved is True),
            Choice("false", words.hidden, asked.approved is False),
        ],
    }
