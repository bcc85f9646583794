"""A case's file as a GeoJSON Feature, as far as its reader may see."""

from datetime import datetime
from typing import Any

from geo_service.domain.area import Body
from geo_service.domain.case import Case, Move
from geo_service.domain.case_file import CaseFile, Reader
from geo_service.domain.category import Category
from geo_service.domain.lifecycle import WORDS, Mover, Stage, next_stages
from geo_service.domain.photo import StoredPhoto
from geo_service.export.features import iso, iso_if_any


def case_feature(file: CaseFile, reader: Reader, now: datetime) -> dict[str, Any]:
    """Write all that a reader may see of a case.

    Parameters
    ----------
    file : CaseFile
        All there is.
    reader : Reader
        By whose rights; that the public may see the issue at all is decided before.
    now : datetime
        With a zone; what is overdue is so now.

    Returns
    -------
    dict
        A Feature with a Point, WGS-84, longitude first. Raises nothing.
    """
    feature = case_summary(file.case, file.category, file.body, now)
    shown = [photo for photo in file.photos if photo.approved or reader is not Reader.PUBLIC]
    feature["properties"].update(
        description=file.case.issue.description,
        address=file.case.address,
        answers=file.case.issue.more,
        supporters=file.supporters,
        photos=[_photo(photo) for photo in shown],
        moves=[_move(move, reader) for move in file.moves],
        merged_from=list(file.merged_from),
        rating=file.case.rating,
    )
    if reader is not Reader.PUBLIC:
        by = Mover.STAFF if reader is Reader.STAFF else Mover.REPORTER
        feature["properties"]["next"] = next_stages(file.case.stage, by)
    if reader is Reader.STAFF:
        feature["properties"]["asked"] = dict(file.answers)
    return feature


def case_summary(
    case: Case, category: Category, body: Body | None, now: datetime
) -> dict[str, Any]:
    """Write what a list shows of a case. Raises nothing."""
    issue = case.issue
    return {
        "type": "Feature",
        "id": issue.issue_id,
        "geometry": {"type": "Point", "coordinates": [issue.lon, issue.lat]},
        "properties": {
            "issue_id": issue.issue_id,
            "category": issue.category,
            "category_name": category.name,
            "category_name_en": category.name_en,
            "stage": case.stage,
            "stage_words": stage_words(case.stage),
            "open": case.is_open,
            "reported_at": iso(issue.reported_at),
            "closed_at": iso_if_any(None if case.is_open else issue.open_intervals[-1][1]),
            "confirmed_at": iso_if_any(issue.confirmed_at),
            "updated_at": iso(case.updated_at),
            "approved": issue.approved,
            "unit": case.unit,
            "area_id": case.area_id or None,
            "body": None if body is None else _body(body),
            "due_at": iso_if_any(case.due_at),
            "overdue": case.overdue(now),
            "escalations": case.escalations,
            "merged_into": case.merged_into or None,
        },
    }


def stage_words(stage: Stage) -> dict[str, str]:
    """Say what a stage is called, by language. Raises nothing."""
    chinese, english = WORDS[stage]
    return {"zh": chinese, "en": english}


def _body(body: Body) -> dict[str, str]:
    return {
        "body_id": body.body_id,
        "name": body.name,
        "name_en": body.name_en,
        "level": body.level,
    }


def _photo(photo: StoredPhoto) -> dict[str, Any]:
    return {
        "photo_id": photo.photo_id,
        "href": f"/photos/{photo.photo_id}",
        "width": photo.width,
        "height": photo.height,
        "approved": photo.approved,
    }


def _move(move: Move, reader: Reader) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": move.number,
        "moved_at": iso(move.moved_at),
        "stage": move.stage,
        "to": move.to,
    }
    if reader is Reader.PUBLIC:
        return told
    told.update(
        by=move.by,
        why=move.why,
        body_id=move.body_id or None,
        photo_id=move.photo_id or None,
        other_issue_id=move.other_issue_id or None,
    )
    if reader is Reader.STAFF:
        # Of a rider staff see that it was a rider.
        told["key_id"] = move.who if move.by is Mover.STAFF else None
    return told
