"""The planner's map: what a viewer may see of the workspace, on one page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from geo_service.domain.opening import Openings
from geo_service.domain.release import Release
from geo_service.domain.standing import standing_at
from geo_service.domain.visibility import Viewer
from geo_service.errors import WrongUsage
from geo_service.export.whole_file import whole_file
from geo_service.flows.cases_on_map import cases_on_map
from geo_service.flows.count_check_ins import count_check_ins
from geo_service.flows.count_passes import Progress
from geo_service.flows.find_blind_spots import blind_beside
from geo_service.flows.find_catchments import CatchmentQuestion, find_by_kind
from geo_service.flows.hours_on_map import hours_on_map
from geo_service.flows.look_at_trips import (
    OverlayQuestion,
    as_it_goes,
    period_of,
    read_issues,
)
from geo_service.flows.overlay_issues import (
    overlay_by_cell,
    overlay_by_issue,
    overlay_by_street,
)
from geo_service.flows.placed_facilities import place_facilities
from geo_service.flows.wiring import Workspace
from geo_service.maps.assets import NAMES, Assets, read_asset
from geo_service.maps.base_tiles import base_tiles
from geo_service.maps.content import CatchmentsOnMap, FacilityOnMap, MapContent
from geo_service.maps.layers.catchments import MINUTE_MS
from geo_service.maps.layers.rate import MOST_CELLS
from geo_service.maps.page import LAYERS, PLANNER_LAYERS, PUBLIC_LAYERS, draw, render
from geo_service.maps.page_parts import Parts
from geo_service.overlay.cells import coarse_enough
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import hot_cells
from geo_service.store import city, releases
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

EMBEDDED = Assets(embedded=True)
USUAL_CATCHMENTS = CatchmentQuestion()
ON_STREETS = ("streets", "blind_spots", "catchments")
"""Layers that can't be drawn before streets have been loaded."""


def draw_map(
    workspace: Workspace,
    viewer: Viewer,
    now: datetime,
    *,
    layers: Sequence[str] | None = None,
    catchments: CatchmentQuestion = USUAL_CATCHMENTS,
    assets: Assets = EMBEDDED,
    parts: Parts | None = None,
    progress: Progress = as_it_goes,
) -> str:
    """Draw the workspace as one HTML page.

    Parameters
    ----------
    workspace : Workspace
        What to draw.
    viewer : Viewer
        The public sees facilities, approved issues and the newest release; nothing else of
        traces.
    now : datetime
        With a zone; facilities are open or usable then.
    layers : sequence of str, optional
        Which layers; None: all that the viewer may see and the workspace has.
    catchments : CatchmentQuestion
        Which kinds can be chosen in that layer, and the whole minutes, by time, from which on a
        street is a hole as the page opens.
    assets : Assets
        Where the page takes its scripts and styles from. One that holds them itself needs nothing
        else either, so its base map is the streets; others have the base map of the settings.
    parts : Parts, optional
        What the page may ask the server for later; None: it holds all itself.
    progress : callable
        Wraps the days of traces as they go by.

    Raises
    ------
    WrongUsage
        If there is no such layer, the public may not see it, or the minutes make no sense.
    UnknownKind
        If no facility has a kind asked for.
    NotReady
        If a layer on streets is asked for and no streets have been loaded.
    """
    public = viewer is Viewer.PUBLIC
    allowed = PUBLIC_LAYERS if public else tuple(LAYERS)
    chosen = _usual_layers(workspace, public=public) if layers is None else tuple(layers)
    unknown = [name for name in chosen if name not in allowed]
    if unknown:
        raise WrongUsage(
            f"There is no layer {', '.join(unknown)} here.",
            where="layers",
            remedy=f"There are: {', '.join(allowed)}.",
        )
    content = (
        _public_content(workspace, now)
        if public
        else _analyst_content(workspace, now, chosen, progress)
    )
    if "catchments" in chosen:
        content = replace(
            content,
            catchments=_catchments(workspace, catchments, now),
            hole_minutes=catchments.limit // MINUTE_MS,
        )
    tiles = None if assets.embedded else base_tiles(workspace.settings)
    return render(draw(content, chosen, assets=assets, tiles=tiles, parts=parts))


def write_map(
    workspace: Workspace,
    path: Path,
    now: datetime,
    *,
    layers: Sequence[str] | None,
    public: bool,
    offline: bool,
    progress: Progress,
    catchments: CatchmentQuestion = USUAL_CATCHMENTS,
) -> int:
    """Draw a map into a file, and return its size in bytes.

    An offline page is one file that needs no other; else its scripts and styles are written once
    into a folder ``assets`` beside it, for all maps there.

    Raises
    ------
    WrongUsage, UnknownKind, NotReady
        As ``draw_map`` does.
    """
    page = draw_map(
        workspace,
        Viewer.PUBLIC if public else Viewer.ANALYST,
        now,
        layers=layers,
        catchments=catchments,
        assets=EMBEDDED if offline else Assets(embedded=False, prefix="assets/"),
        progress=progress,
    ).encode()
    if not offline:
        for name in NAMES:
            with whole_file(path.parent / "assets" / name) as unfinished:
                unfinished.write_text(read_asset(name).text, encoding="utf-8")
    with whole_file(path) as unfinished:
        unfinished.write_bytes(page)
    return len(page)


def _usual_layers(workspace: Workspace, *, public: bool) -> tuple[str, ...]:
    usual = PUBLIC_LAYERS if public else PLANNER_LAYERS
    if workspace.streets_version_if_any() is not None:
        return tuple(usual)
    return tuple(name for name in usual if name not in ON_STREETS)


def _public_content(workspace: Workspace, now: datetime) -> MapContent:
    title, note = _heading(workspace)
    with workspace.database.reading() as connection:
        issues = stored_issues.read_all(connection, approved_only=True)
    return MapContent(
        title=title,
        note=note,
        now=now,
        time_zone=workspace.calendar().time_zone,
        facilities=_facilities(workspace, now),
        issues=issues,
        cases=cases_on_map(workspace, issues, Viewer.PUBLIC, now),
        network=_network(workspace),
        release=_newest_release(workspace),
        radius_m=workspace.settings.radius_m,
    )


def _analyst_content(
    workspace: Workspace, now: datetime, layers: Sequence[str], progress: Progress
) -> MapContent:
    title, note = _heading(workspace)
    asked = OverlayQuestion()
    period = period_of(workspace, asked)
    # All layers are of these issues, and of riders who have one name each. Trips that come in or
    # go while a layer is counted show from the next one on.
    question = OverlayQuestion(period.since, period.until, issues=read_issues(workspace, asked))
    by_issue = overlay_by_issue(workspace, question, progress)
    by_cell = rate_cells = by_street = None
    if "exposure" in layers or "rate" in layers:
        by_cell = overlay_by_cell(workspace, question, progress)
    if by_cell is not None and "rate" in layers:
        rate_cells = _few_enough(workspace, by_cell, question, progress)
    if "streets" in layers or "blind_spots" in layers:
        by_street = overlay_by_street(workspace, question, progress)
    return MapContent(
        title=title,
        note=note,
        now=now,
        time_zone=workspace.calendar().time_zone,
        facilities=_with_use(workspace, _facilities(workspace, now), now),
        issues=by_issue.issues,
        cases=cases_on_map(workspace, by_issue.issues, Viewer.ANALYST, now),
        network=by_street.streets.network if by_street else _network(workspace),
        issue_passes=by_issue.counts,
        cells=by_cell,
        rate_cells=rate_cells,
        rate_hot=hot_cells(rate_cells, workspace.settings.hot_spot_q) if rate_cells else None,
        hours=hours_on_map(workspace, question, progress) if "hours" in layers else None,
        street_exposure=by_street.exposure if by_street else None,
        street_edge=by_street.edges if by_street else None,
        blind=blind_beside(by_street) if by_street else None,
        release=_newest_release(workspace),
        since=period.since,
        radius_m=workspace.settings.radius_m,
    )


def _few_enough(
    workspace: Workspace, by_cell: Exposure, question: OverlayQuestion, progress: Progress
) -> Exposure:
    """Count again by larger cells where those given are too many to be drawn one by one.

    Figures of small cells don't add up to those of large ones: a trip through three of them is
    one trip.
    """
    if len(by_cell) <= MOST_CELLS:
        return by_cell
    resolution = coarse_enough(by_cell.key, MOST_CELLS)
    settings = replace(workspace.settings, cell_resolution=resolution)
    return overlay_by_cell(replace(workspace, settings=settings), question, progress)


def _heading(workspace: Workspace) -> tuple[str, str]:
    """Return the title of the city's pages and the remark under it."""
    with workspace.database.reading() as connection:
        title = city.read_title(connection) or workspace.settings.workspace.name
        return title, city.read_note(connection)


def _facilities(workspace: Workspace, now: datetime) -> list[FacilityOnMap]:
    with workspace.database.reading() as connection:
        facilities = stored_facilities.read_all(connection)
        openings = Openings(city.read_calendar(connection))
    stale_after_s = workspace.settings.stale_after_s
    shown = []
    for facility in facilities:
        standing = standing_at(facility, now, openings, stale_after_s)
        shown.append(FacilityOnMap(facility, standing.opening, standing.usable))
    return shown


def _with_use(
    workspace: Workspace, shown: list[FacilityOnMap], now: datetime
) -> list[FacilityOnMap]:
    """Say of stations how much they were used in the days that count as usual."""
    since = now - timedelta(days=workspace.settings.usual_days)
    uses = {use.facility_id: use for use in count_check_ins(workspace, since, None)}
    return [replace(place, use=uses.get(place.facility.facility_id)) for place in shown]


def _catchments(
    workspace: Workspace, question: CatchmentQuestion, now: datetime
) -> list[CatchmentsOnMap]:
    placed = place_facilities(workspace, question.profile)
    return [
        CatchmentsOnMap(kind, placed.facilities, placed.streets.network, found.catchments)
        for kind, found in find_by_kind(placed, question, now).items()
    ]


def _network(workspace: Workspace) -> Network | None:
    if workspace.streets_version_if_any() is None:
        return None
    return workspace.streets(Profile.WALK).network


def _newest_release(workspace: Workspace) -> Release | None:
    with workspace.database.reading() as connection:
        periods = releases.periods(connection)
        return releases.read(connection, max(periods)) if periods else None
