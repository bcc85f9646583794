"""A rider's task as a GeoJSON Feature: what is asked, and nothing of other riders."""

from typing import Any

from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.verification import Task
from geo_service.export.case_json import stage_words
from geo_service.export.features import iso


def task_feature(
    task: Task,
    case: Case,
    category: Category,
    *,
    points: int,
    along_m: float | None = None,
    off_m: float | None = None,
) -> dict[str, Any]:
    """Write a task for the rider it is addressed to.

    Parameters
    ----------
    task : Task
        The rider's own.
    case : Case
        Of its issue; what a reporter wrote is shown only if everybody may see it.
    category : Category
        Of its issue.
    points : int
        For an answer.
    along_m, off_m : float, optional
        Metres along the way to where it comes nearest to the issue, and from there to it; left
        out where no way was told.

    Returns
    -------
    dict
        A Feature with a Point, WGS-84, longitude first. Raises nothing.
    """
    issue = case.issue
    told: dict[str, Any] = {
        "task_id": task.task_id,
        "issue_id": issue.issue_id,
        "category": issue.category,
        "category_name": category.name,
        "category_name_en": category.name_en,
        "stage": case.stage,
        "stage_words": stage_words(case.stage),
        "question": {
            "zh": f"{category.name}：还在吗？",
            "en": f"{category.name_en or category.name}: is it still there?",
        },
        "asked_at": iso(task.asked_at),
        "lapses_at": iso(task.lapses_at),
        "points": points,
    }
    if issue.approved:
        told["description"] = issue.description
    if along_m is not None and off_m is not None:
        told.update(along_m=round(along_m, 1), off_m=round(off_m, 1))
    return {
        "type": "Feature",
        "id": task.task_id,
        "geometry": {"type": "Point", "coordinates": [issue.lon, issue.lat]},
        "properties": told,
    }
