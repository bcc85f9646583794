from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import ENDED, Stage
from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.store import cases, issues
from geo_service.store.database import Database
from geo_service.store.duplicates import LOOKED_AT, open_cases_near

NOW = datetime(2026, 10, 1, tzinfo=UTC)
STEP = 0.0001
"""Some ten metres."""


def keep(database: Database, records: list[tuple[str, float, float, str, Stage, bool]]) -> None:
    """Keep issues: id, longitude, latitude, category, stage, and whether all may see them."""
    made = [
        (
            Issue(
                issue_id,
                category,
                lon,
                lat,
                NOW,
                closed_at=NOW + timedelta(hours=1) if stage in ENDED else None,
                approved=approved,
            ),
            stage,
        )
        for issue_id, lon, lat, category, stage, approved in records
    ]
    with database.writing() as connection:
        issues.write(connection, [issue for issue, _ in made], replace=True)
        cases.add(connection, [Case(issue, stage, "u", NOW) for issue, stage in made])


@settings(max_examples=40)
@given(
    places=st.lists(
        st.tuples(
            st.integers(-6, 6),
            st.integers(-6, 6),
            st.sampled_from(["water", "light"]),
            st.sampled_from([Stage.FILED, Stage.CLOSED, Stage.MERGED]),
            st.booleans(),
        ),
        max_size=40,
    ),
    lon=st.sampled_from([112.14, 179.9999, -179.9999]),
    approved_only=st.booleans(),
)
def test_the_nearest_open_ones_of_the_category_come_nearest_first(
    shared_database: Database,
    places: list[tuple[int, int, str, Stage, bool]],
    lon: float,
    approved_only: bool,
) -> None:
    records = [
        (
            f"i{number:03}",
            (lon + east * STEP + 180) % 360 - 180,
            32.0 + north * STEP,
            category,
            stage,
            approved,
        )
        for number, (east, north, category, stage, approved) in enumerate(places)
    ]
    with shared_database.writing() as connection:
        issues.write(connection, [], replace=True)
    keep(shared_database, records)
    with shared_database.reading() as connection:
        found = open_cases_near(
            connection, "water", lon, 32.0, radius_m=50.0, most=5, approved_only=approved_only
        )
    wanted = sorted(
        (round(apart, 3), issue_id)
        for issue_id, x, y, category, stage, approved in records
        if category == "water" and stage is Stage.FILED and (approved or not approved_only)
        if (apart := geodesic_of_two_m(lon, 32.0, x, y)) <= 50.1
    )
    seen = [
        (round(geodesic_of_two_m(lon, 32.0, case.issue.lon, case.issue.lat), 3), case)
        for case in found
    ]
    # Two that are equally near to a millimetre may come in either order.
    near = [apart for apart, _ in seen if apart <= 50.1]
    assert near == pytest.approx([apart for apart, _ in wanted[:5]], abs=0.002)
    # What lies farther is in a corner of the box, and comes last.
    assert [apart for apart, _ in seen[len(near) :] if apart <= 50.1] == []
    close = {case.issue.issue_id for apart, case in seen if apart <= 50.1}
    assert close <= {issue_id for _, issue_id in wanted}


def test_open_ones_are_found_behind_any_number_that_are_over(database: Database) -> None:
    over = [
        (f"a{number:03}", 112.14, 32.0, "water", Stage.CLOSED, True)
        for number in range(LOOKED_AT + 10)
    ]
    far = [(f"b{number}", 112.14 + STEP, 32.0, "water", Stage.FILED, True) for number in range(7)]
    keep(database, [*over, *far])
    with database.reading() as connection:
        found = open_cases_near(
            connection, "water", 112.14, 32.0, radius_m=30.0, most=5, approved_only=True
        )
    assert [case.issue.issue_id for case in found] == [f"b{number}" for number in range(5)]


def test_only_those_of_some_areas_are_found_if_asked_so(database: Database) -> None:
    near = [(f"a{number}", 112.14, 32.0, "water", Stage.FILED, True) for number in range(6)]
    keep(database, [*near, ("b", 112.14 + STEP, 32.0, "water", Stage.FILED, False)])
    with database.writing() as connection:
        ours = cases.find_to_change(connection, "b")
        assert ours is not None
        cases.change(connection, replace(ours, area_id="east"))

    def found(*area_ids: str, approved_only: bool = False) -> list[str]:
        with database.reading() as connection:
            near = open_cases_near(
                connection,
                "water",
                112.14,
                32.0,
                radius_m=30.0,
                most=5,
                approved_only=approved_only,
                area_ids=area_ids,
            )
        return [case.issue.issue_id for case in near]

    # Not behind those five that are nearer and of other areas.
    assert found("east", "west") == ["b"]
    assert found("east", approved_only=True) == []
    assert found("west") == found() == []
