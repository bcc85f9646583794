"""Passes and exposure for analysts: contract columns, all issues kept, riders told apart."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geo_service as gs
from geo_service.analyst.streets import Streets
from geo_service.errors import MissingColumn, RefusedData, WrongUsage
from geo_service.export.dictionary import PASSES

START = pd.Timestamp("2026-10-01T08:00Z")
PASS_COLUMNS = ["trip_id", "rider_id", "issue_id", "t_closest", "distance_m"]
FIGURES = [
    "trips",
    "riders",
    "metres",
    "issues",
    "passes",
    "issues_per_1000_trips",
    "rate_low",
    "rate_high",
    "expected_issues",
    "q_value",
    "hot_spot",
]


def test_passes_have_the_columns_of_the_contract(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame
) -> None:
    passes = gs.find_passes(traces, issues)
    assert passes.columns.tolist() == PASS_COLUMNS
    assert [column.name for column in PASSES.columns] == PASS_COLUMNS
    assert str(passes["t_closest"].dtype) == "datetime64[us, UTC]"
    # 501 is closed when the second trip comes by; 502 is far away.
    assert set(passes[["trip_id", "rider_id", "issue_id"]].itertuples(index=False, name=None)) == {
        (1, 70, 501),
        (1, 70, 503),
        (2, 80, 503),
    }
    assert passes["distance_m"].tolist() == pytest.approx([9.98] * 3, abs=0.01)
    first = passes[passes["issue_id"] == 501]["t_closest"].iloc[0]
    assert first == traces["t"].iloc[4] + pd.Timedelta(seconds=5)


def test_order_of_rows_means_nothing_but_for_equal_times(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame
) -> None:
    mixed = traces.sample(frac=1.0, random_state=7)
    order = ["trip_id", "issue_id"]
    pd.testing.assert_frame_equal(
        gs.find_passes(mixed, issues).sort_values(order, ignore_index=True),
        gs.find_passes(traces, issues).sort_values(order, ignore_index=True),
    )


def test_equal_times_stay_in_their_order_and_all_fixes_count() -> None:
    """The ride goes to the issue and back between two fixes of one time."""
    t = pd.Timestamp("2026-10-01T08:00Z")
    there = pd.DataFrame(
        {
            "trip_id": "a",
            "rider_id": "x",
            "t": [t, t + pd.Timedelta("5s"), t + pd.Timedelta("5s"), t + pd.Timedelta("9s")],
            "lon": [112.14, 112.141, 112.1405, 112.14],
            "lat": 32.04,
        }
    )
    issue = gpd.GeoDataFrame(
        {"issue_id": ["i"], "category": ["c"], "reported_at": [t]},
        geometry=gpd.points_from_xy([112.1411], [32.04]),
        crs=4326,
    )
    found = gs.find_passes(there, issue)
    assert found["t_closest"].tolist() == [t + pd.Timedelta("5s")]
    assert found["distance_m"].iloc[0] == pytest.approx(9.44, abs=0.05)


def test_riders_who_share_a_trip_id_are_not_joined(issues: gpd.GeoDataFrame) -> None:
    """Between one rider's fixes and the other's lies the issue, which nobody passes."""
    t = pd.Timestamp("2026-10-01T08:00Z")
    shared = pd.DataFrame(
        {
            "trip_id": "1",
            "rider_id": ["x", "y", "x", "y"],
            "t": [t + pd.Timedelta(seconds=second) for second in (0, 1, 2, 3)],
            "lon": [112.1440, 112.1470, 112.1441, 112.1471],
            "lat": 32.04,
        }
    )
    assert len(gs.find_passes(shared, issues)) == 0
    one = gs.find_passes(shared.assign(rider_id="x"), issues)
    assert one["issue_id"].tolist() == [501]


def test_counts_keep_all_issues_their_columns_and_the_index(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame
) -> None:
    counted = gs.count_passes(traces, issues)
    assert isinstance(counted, gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(counted[issues.columns.tolist()], issues)
    assert counted["passes"].tolist() == [2, 1, 0]
    assert counted["riders"].tolist() == [2, 1, 0]
    assert counted["first_pass"].isna().tolist() == [False, False, True]
    assert counted["closest_m"].isna().tolist() == [False, False, True]
    assert (counted["first_pass"] < counted["last_pass"]).tolist() == [True, False, False]
    found = gs.find_passes(traces, issues)
    assert counted["last_pass"].iloc[0] == found["t_closest"].max()


def test_counts_say_who_came_by_since_an_issue_was_confirmed(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame
) -> None:
    between = START + pd.Timedelta(hours=1, minutes=30)
    counted = gs.count_passes(traces, issues.assign(confirmed_at=[between, pd.NaT, pd.NaT]))
    said = [between, *issues["reported_at"].iloc[1:]]
    assert counted["last_confirmed_at"].tolist() == said
    assert counted["riders_since_confirmed"].tolist() == [1, 1, 0]
    assert gs.count_passes(traces, issues)["riders_since_confirmed"].tolist() == [2, 1, 0]


def test_passes_by_hour_and_weekday(traces: pd.DataFrame, issues: gpd.GeoDataFrame) -> None:
    """The first of October 2026 was a Thursday; rides begin at nine and ten, UTC."""
    by_hour = gs.count_passes(traces, issues, per="hour", time_zone="UTC")
    columns = ["issue_id", "category", "hour", "passes", "riders", "geometry"]
    assert by_hour.columns.tolist() == columns
    assert by_hour[["issue_id", "hour", "passes"]].to_numpy().tolist() == [
        [503, 9, 1],
        [503, 10, 1],
        [501, 9, 1],
    ]
    by_day = gs.count_passes(traces, issues, per="weekday")
    assert by_day[["issue_id", "weekday", "passes", "riders"]].to_numpy().tolist() == [
        [503, 4, 2, 2],
        [501, 4, 1, 1],
    ]
    assert gs.count_passes(traces, issues, per="hour")["hour"].tolist() == [17, 18, 17]
    assert len(gs.count_passes(traces.iloc[:0], issues, per="hour")) == 0


@pytest.mark.parametrize("by", ["street", "cell"])
def test_exposure_by_hour_and_weekday(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets, by: str
) -> None:
    whole = gs.count_exposure(traces, issues, streets, by=by)
    seen = gs.count_exposure(
        traces, issues, streets, by=by, per="weekday_hour", time_zone="Asia/Shanghai"
    )
    names = ["cell"] if by == "cell" else ["edge_id", "name", "highway"]
    slot = ["weekday", "hour"]
    assert seen.columns.tolist() == [
        *names, *slot, "trips", "riders", "metres", "passes", "geometry"
    ]  # fmt: skip
    assert set(zip(seen["weekday"], seen["hour"], strict=True)) == {(4, 17), (4, 18)}
    assert seen["metres"].sum() == pytest.approx(whole["metres"].sum())
    assert seen["passes"].sum() == whole["passes"].sum() == 3


def test_senseless_slots_are_refused(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets
) -> None:
    with pytest.raises(WrongUsage, match="hour, weekday, weekday_hour"):
        gs.count_passes(traces, issues, per="month")  # type: ignore[arg-type] - the point
    with pytest.raises(WrongUsage, match="IANA"):
        gs.count_exposure(traces, issues, streets, per="hour", time_zone="Xiangyang")


def test_one_rider_twice_is_one_rider(traces: pd.DataFrame, issues: gpd.GeoDataFrame) -> None:
    counted = gs.count_passes(traces.assign(rider_id=5), issues)
    assert (counted["passes"].tolist(), counted["riders"].tolist()) == ([2, 1, 0], [1, 1, 0])


def test_issue_reopened_is_passed_again(traces: pd.DataFrame, issues: gpd.GeoDataFrame) -> None:
    again = (issues["closed_at"].iloc[1] + pd.Timedelta(minutes=10), None)
    reopened = issues.assign(reopened=pd.Series([(), (again,), ()], index=issues.index))
    assert gs.count_passes(traces, reopened)["passes"].tolist() == [2, 2, 0]


def test_radius_decides(traces: pd.DataFrame, issues: gpd.GeoDataFrame) -> None:
    assert len(gs.find_passes(traces, issues, radius_m=9.9)) == 0
    assert len(gs.find_passes(traces, issues, radius_m=10.1)) == 3
    for radius_m in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(WrongUsage, match="radius"):
            gs.find_passes(traces, issues, radius_m=radius_m)
        with pytest.raises(WrongUsage, match="radius"):
            gs.issues_along(shapely.LineString([(0, 0), (1, 0)]), issues, radius_m=radius_m)


@pytest.mark.parametrize("by", ["street", "cell"])
def test_frames_without_rows_give_answers_without_rows(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets, by: str
) -> None:
    for some, others in ((traces.iloc[:0], issues), (traces, issues.iloc[:0])):
        passes = gs.find_passes(some, others)
        assert passes.columns.tolist() == PASS_COLUMNS
        assert len(passes) == 0
        assert gs.count_passes(some, others)["passes"].sum() == 0
    nothing = gs.count_exposure(traces.iloc[:0], issues.iloc[:0], streets, by=by)
    assert len(nothing) == 0
    assert set(FIGURES) < set(nothing.columns)
    assert len(gs.match_traces(streets, traces.iloc[:0])) == 0


def test_bad_frames_are_refused(traces: pd.DataFrame, issues: gpd.GeoDataFrame) -> None:
    with pytest.raises(RefusedData, match="no zone"):
        gs.find_passes(traces.assign(t=traces["t"].dt.tz_localize(None)), issues)
    with pytest.raises(RefusedData, match="Row 0 has no time"):
        gs.find_passes(traces.assign(t=[pd.NaT, *traces["t"].iloc[1:]]), issues)
    with pytest.raises(RefusedData, match=r"to_crs\(4326\)"):
        gs.count_passes(traces, issues.to_crs(3857))
    with pytest.raises(MissingColumn, match="rider_id"):
        gs.find_passes(traces.drop(columns="rider_id"), issues)


def test_matched_edges_are_in_riding_order(traces: pd.DataFrame, streets: Streets) -> None:
    matched = gs.match_traces(streets, traces)
    assert matched.columns.tolist() == ["trip_id", "edge_id", "t_enter", "t_leave"]
    assert matched["trip_id"].tolist() == [1, 2]
    south = streets.edges.set_index("name").loc["南街", "edge_id"]
    assert set(matched["edge_id"]) == {south}
    assert (matched["t_enter"] < matched["t_leave"]).all()
    assert matched["t_leave"].max() <= traces["t"].max()


def test_exposure_by_street(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets
) -> None:
    seen = gs.count_exposure(traces, issues, streets)
    assert seen.columns.tolist() == ["edge_id", "name", "highway", *FIGURES, "geometry"]
    row = seen[seen["name"] == "南街"].iloc[0]
    assert (row["trips"], row["riders"], row["issues"], row["passes"]) == (2, 2, 2, 3)
    assert row["metres"] == pytest.approx(2 * 19 * 94.4, rel=0.01)
    assert row["issues_per_1000_trips"] == 1000.0
    assert row["rate_low"] < 1000.0 < row["rate_high"]
    assert (row["expected_issues"], row["q_value"], row["hot_spot"]) == (2.0, 1.0, False)
    assert row["geometry"].equals(streets.edges.set_index("name").loc["南街", "geometry"])
    with pytest.raises(WrongUsage, match="needs the streets"):
        gs.count_exposure(traces, issues)
    with pytest.raises(WrongUsage, match="street, cell"):
        gs.count_exposure(traces, issues, streets, by="edge")  # type: ignore[arg-type] - the point


def test_exposure_by_cell(traces: pd.DataFrame, issues: gpd.GeoDataFrame) -> None:
    seen = gs.count_exposure(traces, issues, by="cell")
    assert seen.columns.tolist() == ["cell", *FIGURES, "geometry"]
    assert (seen["trips"].max(), seen["issues"].sum(), seen["passes"].sum()) == (2, 3, 3)
    assert seen["metres"].sum() == pytest.approx(2 * 19 * 94.4, rel=0.01)
    for issue in issues.geometry:
        assert seen.loc[seen.contains(issue), "issues"].tolist() == [1]


def test_hot_spots_are_up_to_the_reader_s_own_doubt(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame
) -> None:
    crowd = pd.concat([issues.iloc[[0]].assign(issue_id=number) for number in range(30)])
    usual = gs.count_exposure(traces, crowd, by="cell")
    assert usual.loc[usual["issues"] == 30, "hot_spot"].tolist() == [True]
    assert usual["expected_issues"].sum() == pytest.approx(30)
    strict = gs.count_exposure(traces, crowd, by="cell", hot_spot_q=0.0)
    assert not strict["hot_spot"].any()
    pd.testing.assert_series_equal(strict["q_value"], usual["q_value"])


def test_issues_along_a_route_are_in_riding_order(issues: gpd.GeoDataFrame) -> None:
    east = shapely.LineString([(112.14, 32.04), (112.16, 32.04)])
    found = gs.issues_along(east, issues)
    assert found["issue_id"].tolist() == [501, 503]
    assert found.index.tolist() == ["y", "x"]
    assert found["along_m"].tolist() == pytest.approx([519, 1463], rel=0.001)
    # The geodesic between the ends runs 3 cm north of the parallel here.
    assert found["off_m"].tolist() == pytest.approx([9.95, 9.95], abs=0.01)
    back = gs.issues_along(east.reverse(), issues)
    assert back["issue_id"].tolist() == [503, 501]
    assert len(gs.issues_along(east, issues, radius_m=5)) == 0
    assert len(gs.issues_along(east, issues.iloc[:0])) == 0


@pytest.mark.parametrize(
    "line",
    [
        shapely.Point(112.14, 32.04),
        shapely.LineString(),
        shapely.LineString([(12_483_000, 3_767_000), (12_484_000, 3_767_000)]),
    ],
)
def test_route_must_be_a_line_on_earth(line: shapely.Geometry, issues: gpd.GeoDataFrame) -> None:
    with pytest.raises(RefusedData, match="line"):
        gs.issues_along(line, issues)
