"""What answers about issues look like: the list, one with its life, those near or on the way."""

from typing import Any

from geo_service.domain.area import Level
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.verification import Answer
from geo_service.web.schemas.facilities import NOTES
from geo_service.web.schemas.geojson import feature, feature_collection
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    dictionary,
    moment,
    number,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

PHOTO = "0123456789abcdef0123456789abcdef"

ISSUE_ID = text("The issue's id; it may hold slashes.", "r-0a1b2c3d4e5f")
STAGE = choice("Where an issue stands.", list(Stage), "Stage")
CATEGORY = text("What kind of problem it is.", "standing_water")
CATEGORY_NAME = text("In Chinese.", "道路积水")
CATEGORY_NAME_EN = text("In English; may be empty.", "Standing water")
STAGE_WORDS = record(
    "StageWords",
    {"zh": text("In Chinese.", "处置中"), "en": text("In English.", "being handled")},
    description="What the stage is called.",
)
DESCRIPTION = text("What its reporter wrote.", "路口积水")
_BODY_ID = text("Who answers for it.", "body-liulin")
_BODY = record(
    "Body",
    {
        "body_id": _BODY_ID,
        "name": text("In Chinese.", "柳林街道"),
        "name_en": text("In English; may be empty.", "Liulin Street Committee"),
        "level": choice("At which level.", list(Level)),
    },
    description="Who answers for it.",
)
_SUMMARY: dict[str, Schema] = {
    "issue_id": ISSUE_ID,
    "category": CATEGORY,
    "category_name": CATEGORY_NAME,
    "category_name_en": CATEGORY_NAME_EN,
    "stage": STAGE,
    "stage_words": STAGE_WORDS,
    "open": truth("Whether it goes on."),
    "reported_at": moment("When it was reported."),
    "closed_at": or_null(moment("When it ended; null: it goes on.")),
    "confirmed_at": or_null(moment("When somebody last saw that it is still there.")),
    "updated_at": moment("When it last moved."),
    "approved": truth("Whether everybody may see it."),
    "unit": text("The 100 m square of the grid it lies in.", "49SFR083456"),
    "area_id": or_null(text("The area it lies in.", "area-dukou")),
    "body": or_null(_BODY),
    "due_at": or_null(moment("Until when it must move on.")),
    "overdue": truth("Whether that is past.", example=False),
    "escalations": whole("How often it went up by itself.", 0),
    "merged_into": or_null(text("The issue that goes on in its place.", "r-aaaaaaaaaaaa")),
}
_PHOTO = record(
    "IssuePhoto",
    {
        "photo_id": text("Its id.", PHOTO),
        "href": text("Where it is.", f"/photos/{PHOTO}", format="uri-reference"),
        "width": whole("Pixels.", 1600),
        "height": whole("Pixels.", 1200),
        "approved": truth("Whether everybody may see it."),
    },
)
_MOVE = record(
    "Move",
    {
        "number": whole("From 1.", 1, minimum=1),
        "moved_at": moment("When."),
        "stage": STAGE,
        "to": STAGE,
    },
    {
        "by": choice("Who moved it.", list(Mover)),
        "why": text("In their words; may be empty.", "已抽排 Pumped dry."),
        "body_id": or_null(_BODY_ID),
        "photo_id": or_null(text("The photo that shows it.", PHOTO)),
        "other_issue_id": or_null(ISSUE_ID),
        "key_id": or_null(text("Of staff, which key.", "k-1a2b3c4d")),
    },
    "A move from `stage` to `to`; staff and its reporter learn more of it.",
)
ISSUE = feature(
    "Issue",
    record(
        "IssueProperties",
        {
            **_SUMMARY,
            "description": DESCRIPTION,
            "address": text("The place in words; may be empty.", "长虹路 12 号"),
            "answers": dictionary(
                {}, "What was answered to the category's questions.", {"depth": "ankle"}
            ),
            "supporters": whole("How many riders see it too.", 2),
            "photos": several(_PHOTO),
            "moves": several(_MOVE, "Its life, in order."),
            "merged_from": several(ISSUE_ID, "The issues that it goes on for."),
            "rating": or_null(whole("What its reporter thinks of it, from 1 to 5.", 5)),
        },
        {
            "next": several(STAGE, "Where it may go now, by whoever asks."),
            "asked": dictionary(
                {"type": "integer"},
                f"Of riders who were asked: how many, and who said {', '.join(Answer)}.",
                {"asked": 9, "there": 3, "gone": 0, "unsure": 1},
            ),
        },
    ),
)
WORK_LIST = feature_collection(
    "WorkList",
    feature("WorkListIssue", record("WorkListIssueProperties", _SUMMARY)),
    {
        "next": or_null(
            text("What `after` takes for the next page; null: this is the last.", "1795-issue-006")
        )
    },
    "The most urgent first.",
)
NEAR_ISSUES = feature_collection(
    "NearIssues",
    feature(
        "NearIssue",
        record(
            "NearIssueProperties",
            {
                **_SUMMARY,
                "description": DESCRIPTION,
                "distance_m": number("Metres from the place.", 12.3),
                "supporters": whole("How many riders see it too.", 2),
                "photos": several(text("Where a photo is.", f"/photos/{PHOTO}")),
            },
        ),
    ),
    description="Nearest first.",
)
ROUTE_ISSUES = feature_collection(
    "RouteIssues",
    feature(
        "RouteIssue",
        record(
            "RouteIssueProperties",
            {
                "issue_id": ISSUE_ID,
                "category": CATEGORY,
                "along_m": number("Metres from the start of the route.", 820.5),
                "off_m": number("Metres beside it.", 3.2),
                "reported_at": moment("When it was reported."),
            },
        ),
    ),
    {"length_m": number("Of the route, metres.", 2410.0), "notes": NOTES},
    "In riding order.",
)
SUPPORTERS = record(
    "Supporters",
    {"issue_id": ISSUE_ID, "supporters": whole("How many riders see it too.", 3)},
)
PHOTO_APPROVAL = record(
    "PhotoApproval",
    {
        "id": text("The photo's id.", PHOTO),
        "issue_id": ISSUE_ID,
        "approved": truth("Whether everybody may see it."),
    },
)
_QUESTION: dict[str, Any] = {
    "zh": text("In Chinese.", "道路积水：还在吗？"),
    "en": text("In English.", "Standing water: is it still there?"),
}
TASKS = feature_collection(
    "Tasks",
    feature(
        "Task",
        record(
            "TaskProperties",
            {
                "task_id": text("The task's id.", "t-0123456789ab"),
                "issue_id": ISSUE_ID,
                "category": CATEGORY,
                "category_name": CATEGORY_NAME,
                "category_name_en": CATEGORY_NAME_EN,
                "stage": STAGE,
                "stage_words": STAGE_WORDS,
                "question": record("TaskQuestion", _QUESTION),
                "asked_at": moment("When it was asked."),
                "lapses_at": moment("Until when it can be answered."),
                "points": whole("For an answer.", 2),
            },
            {
                "description": DESCRIPTION,
                "along_m": number("Metres along the way.", 820.5),
                "off_m": number("Metres beside it.", 3.2),
            },
        ),
    ),
    {"notes": NOTES},
)
ANSWERED = record(
    "AnsweredTask",
    {
        "task_id": text("The task's id.", "t-0123456789ab"),
        "issue_id": ISSUE_ID,
        "answer": choice("What was said.", list(Answer)),
        "answered_at": moment("When."),
        "points": whole("Given for it.", 2),
    },
)
