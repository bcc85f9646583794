"""What is known already near a place that is reported, in the words of the report page."""

from dataclasses import dataclass
from urllib.parse import quote

from geo_service.domain.lifecycle import WORDS
from geo_service.domain.report import Report
from geo_service.flows.find_duplicates import Duplicate, find_duplicates
from geo_service.web.rider_words import EN, Tongue
from geo_service.web.service import Service


@dataclass(frozen=True, slots=True)
class Known:
    """An open issue that everybody may see."""

    path: str
    far: int
    """Metres."""
    stage: str
    description: str
    photo: str
    """The address of its first photo; blank: none is shown."""
    supporters: int


def known_near(service: Service, tongue: Tongue, report: Report) -> tuple[Known, ...]:
    """Return the open issues that a report may be the same as, the nearest first.

    Parameters
    ----------
    service : Service
        Of the process.
    tongue : Tongue
        The page's language.
    report : Report
        In WGS-84.

    Raises
    ------
    RefusedFields
        If there is no such category.
    """
    found = find_duplicates(service.workspace, report.category, report.lon, report.lat)
    return tuple(_known(tongue, one) for one in found)


def known_path(issue_id: str) -> str:
    """Return the address of an issue's page for everybody; raises nothing."""
    return f"/known/{quote(issue_id, safe='')}"


def _known(tongue: Tongue, found: Duplicate) -> Known:
    issue = found.case.issue
    return Known(
        path=known_path(issue.issue_id),
        far=round(found.distance_m),
        stage=WORDS[found.case.stage][1 if tongue is EN else 0],
        description=issue.description,
        photo=f"/photos/{found.photo_ids[0]}" if found.photo_ids else "",
        supporters=found.supporters,
    )
