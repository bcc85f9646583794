"""Maps of frames: folium's own, complete, and with the figures of the frames."""

import folium
import geopandas as gpd
import pandas as pd
import pytest

import geo_service as gs
from geo_service.analyst.drawing import _counts
from geo_service.analyst.streets import Streets
from geo_service.errors import MissingColumn, RefusedData
from geo_service.ingest.frames import issues_from_frame


def page(drawn: folium.Map) -> str:
    assert isinstance(drawn, folium.Map)
    return drawn.get_root().render()


def test_map_of_everything_renders(
    facilities: gpd.GeoDataFrame, issues: gpd.GeoDataFrame, traces: pd.DataFrame, streets: Streets
) -> None:
    passes = gs.find_passes(traces, issues)
    drawn = page(
        gs.draw_map(
            facilities.assign(name="Station"), issues, passes, streets=streets, title="Mytown"
        )
    )
    assert "Mytown" in drawn
    assert drawn.count("Station") >= 4


def test_exposure_is_drawn_as_heat_and_cells(
    issues: gpd.GeoDataFrame, traces: pd.DataFrame, streets: Streets
) -> None:
    exposure = gs.count_exposure(traces, issues, by="cell")
    drawn = page(gs.draw_map(exposure=exposure))
    assert "trip&#45;kilometres&#32;per" in drawn
    assert all(cell in drawn for cell in exposure.loc[exposure["trips"] > 0, "cell"])
    assert '"corners":[[32.0' in drawn, "the view is of the cells"
    assert 'data-layer="' not in page(gs.draw_map(exposure=exposure.iloc[:0]))
    bare = exposure.drop(columns=["expected_issues", "q_value", "hot_spot"])
    for frame, told in ((exposure, True), (bare, False)):
        assert ("More&#32;issues&#32;than" in page(gs.draw_map(exposure=frame))) == told
    by_street = gs.count_exposure(traces, issues, streets, by="street")
    with pytest.raises(MissingColumn, match="cell"):
        gs.draw_map(exposure=by_street)


def test_map_can_be_saved_and_bear_more(
    facilities: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    drawn = gs.draw_map(facilities)
    folium.Marker([32.04, 112.14], tooltip="mine").add_to(drawn)
    path = tmp_path_factory.mktemp("maps") / "x.html"
    drawn.save(str(path))
    assert "mine" in path.read_text(encoding="utf-8")


def test_map_of_nothing_and_of_empty_frames_renders(
    facilities: gpd.GeoDataFrame, issues: gpd.GeoDataFrame, traces: pd.DataFrame
) -> None:
    passes = gs.find_passes(traces.iloc[:0], issues)
    assert "</html>" in page(gs.draw_map())
    assert "</html>" in page(gs.draw_map(facilities.iloc[:0], issues.iloc[:0], passes))


@pytest.mark.parametrize("kind", [int, str])
def test_figures_are_those_of_the_passes(
    issues: gpd.GeoDataFrame, traces: pd.DataFrame, kind: type
) -> None:
    named = issues.assign(issue_id=issues["issue_id"].map(kind))
    counts = _counts(gs.find_passes(traces, named), issues_from_frame(named))
    right = gs.count_passes(traces, named)
    assert counts.passes.tolist() == right["passes"].tolist() == [2, 1, 0]
    assert counts.riders.tolist() == right["riders"].tolist()
    assert counts.riders_since_confirmed.tolist() == right["riders_since_confirmed"].tolist()
    assert counts.closest_m[:2].tolist() == right["closest_m"].tolist()[:2]
    assert (
        pd.to_datetime(counts.last_us[:2], unit="us", utc=True).tolist()
        == (right["last_pass"].tolist()[:2])
    )


def test_bad_frames_are_refused(facilities: gpd.GeoDataFrame, issues: gpd.GeoDataFrame) -> None:
    with pytest.raises(RefusedData, match=r"to_crs\(4326\)"):
        gs.draw_map(facilities.to_crs(3857))
    with pytest.raises(MissingColumn, match="distance_m"):
        gs.draw_map(issues=issues, passes=pd.DataFrame({"issue_id": [], "rider_id": []}))
