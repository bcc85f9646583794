"""Frames on an interactive map."""

from collections.abc import Sequence
from datetime import UTC, datetime

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from geo_service.analyst.streets import Streets
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.domain.opening import Calendar, opening_at
from geo_service.domain.usable import usable_at
from geo_service.ingest import frames as held
from geo_service.maps.assets import Assets
from geo_service.maps.content import FacilityOnMap, MapContent
from geo_service.maps.page import draw
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import HotSpots
from geo_service.overlay.pass_counts import NO_MOMENT, PassCounts
from geo_service.settings import Settings


def draw_map(
    facilities: gpd.GeoDataFrame | None = None,
    issues: gpd.GeoDataFrame | None = None,
    passes: pd.DataFrame | None = None,
    *,
    exposure: gpd.GeoDataFrame | None = None,
    streets: Streets | None = None,
    title: str = "geo_service",
) -> folium.Map:
    """Draw frames on one map that needs no outside host.

    Parameters
    ----------
    facilities, issues : GeoDataFrame, optional
        As ``read_facilities`` and ``read_issues`` give them; EPSG:4326. Issues that are open now
        are drawn as heat too: how many there are per square kilometre.
    passes : DataFrame, optional
        As ``find_passes`` gives them; drawn as heat at ``issues``: passes per square kilometre.
    exposure : GeoDataFrame, optional
        As ``count_exposure(..., by="cell")`` gives it; drawn as heat, kilometres ridden per square
        kilometre, and as cells by their rate of issues; hot spots have a dark outline.
    streets : Streets, optional
        Drawn as a quiet background.
    title : str
        Stands on the page.

    Returns
    -------
    folium.Map
        Save it with ``.save("map.html")``; add layers of your own.

    Raises
    ------
    RefusedData
        If a frame lacks a column, or is not of points in EPSG:4326.
    """
    now = datetime.now(tz=UTC)
    reported = [] if issues is None else held.issues_from_frame(issues)
    known = [] if facilities is None else held.facilities_from_frame(facilities)
    layers = [
        name
        for name, given in (
            ("facilities", facilities),
            ("issues", issues),
            ("issue_density", issues),
            ("passes", passes),
            ("exposure", exposure),
            ("rate", exposure),
        )
        if given is not None
    ]
    cells = None if exposure is None else _cells(exposure)
    content = MapContent(
        title=title,
        now=now,
        facilities=[_as_it_stands(facility, now) for facility in known],
        issues=reported,
        network=None if streets is None else streets.network,
        cells=cells,
        rate_cells=cells,
        rate_hot=None if exposure is None else _judged(exposure),
        issue_passes=None if passes is None else _counts(passes, reported),
    )
    return draw(content, layers, assets=Assets(embedded=True, stock=True))


def _as_it_stands(facility: Facility, now: datetime) -> FacilityOnMap:
    opening = opening_at(facility.opening_hours, now, Calendar())
    usable = usable_at(facility, now, is_open=opening.open, stale_after_s=Settings().stale_after_s)
    return FacilityOnMap(facility, opening, usable)


def _cells(exposure: gpd.GeoDataFrame) -> Exposure:
    counts = ("trips", "riders", "issues", "passes")
    measures = ("metres", "issues_per_1000_trips", "rate_low", "rate_high")
    held.need_columns(exposure, ("cell", *counts, *measures), "exposure")
    return Exposure(
        key=tuple(map(str, exposure["cell"])),
        **{name: exposure[name].to_numpy(np.int64) for name in counts},
        **{name: exposure[name].to_numpy(np.float64) for name in measures},
    )


def _judged(exposure: gpd.GeoDataFrame) -> HotSpots | None:
    """Read which cells are hot spots; None if the frame doesn't say."""
    names = ("expected_issues", "q_value", "hot_spot")
    if not set(names) <= set(exposure.columns):
        return None
    return HotSpots(
        exposure["expected_issues"].to_numpy(np.float64),
        exposure["q_value"].to_numpy(np.float64),
        exposure["hot_spot"].to_numpy(np.bool_),
    )


def _counts(passes: pd.DataFrame, issues: Sequence[Issue]) -> PassCounts:
    """Count a frame of passes by issue, in the order of the issues."""
    issue_ids = [issue.issue_id for issue in issues]
    held.need_columns(passes, ("issue_id", "rider_id", "t_closest", "distance_m"), "passes")
    # Issues are known by their ids as text, whatever type the frames hold them in.
    issue_of_pass = passes["issue_id"].map(str)
    by_issue = passes.groupby(issue_of_pass)
    said = {issue.issue_id: issue.last_confirmed_at for issue in issues}
    confirmed = pd.to_datetime(issue_of_pass.map(said), utc=True)
    confirmed_us = [to_microseconds(said[issue_id]) for issue_id in issue_ids]
    since = passes["rider_id"].where(passes["t_closest"] >= confirmed)
    moment = passes["t_closest"].dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    us = moment.astype("int64").groupby(issue_of_pass)

    def column(figures: "pd.Series[int]", none: int = 0) -> np.ndarray:
        return figures.reindex(issue_ids, fill_value=none).to_numpy(np.int64)

    return PassCounts(
        passes=column(by_issue.size()),
        riders=column(by_issue["rider_id"].nunique()),
        first_us=column(us.min(), NO_MOMENT),
        last_us=column(us.max(), NO_MOMENT),
        closest_m=by_issue["distance_m"].min().reindex(issue_ids).to_numpy(np.float64),
        confirmed_us=np.array(confirmed_us, dtype=np.int64),
        riders_since_confirmed=column(since.groupby(issue_of_pass).nunique()),
    )
