from dataclasses import replace
from datetime import datetime

import pytest

from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.photo import StoredPhoto
from geo_service.errors import RefusedFields
from geo_service.flows.find_duplicates import MOST_OFFERED, find_duplicates
from geo_service.flows.wiring import Workspace
from geo_service.geometry.metric import GEOD
from geo_service.store import cases, categories, issues, photos, supporters

HERE = (112.14, 32.04)
WATER = Category("water", "积水", duplicate_m=50.0)


def far(metres: float) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(*HERE, 30.0, metres)
    return float(lon), float(lat)


@pytest.fixture
def town(empty: Workspace, now: datetime) -> Workspace:
    """Keep issues so many metres away as their names say."""
    known = [Issue(f"{metres}", "water", *far(metres), now) for metres in (49.97, 10.0, 50.03)]
    known += [Issue("light", "light", *far(99.0), now), Issue("over", "water", *HERE, now)]
    known.append(Issue("hidden", "water", *HERE, now, approved=False))
    with empty.database.writing() as connection:
        categories.write(connection, [WATER, Category("light", "路灯")])
        issues.write(connection, known)
        stages = [Stage.REJECTED if one.issue_id == "over" else Stage.FILED for one in known]
        cases.add(connection, [Case(*both, "u", now) for both in zip(known, stages, strict=True)])
        photo = StoredPhoto("p", "10.0", now, 1, 1, 1, b"", approved=True)
        photos.add(connection, [photo, replace(photo, photo_id="q", approved=False)])
        for rider in ("a", "b"):
            supporters.add(connection, "10.0", rider, now)
    return empty


def test_those_within_the_category_s_distance_are_offered_nearest_first(town: Workspace) -> None:
    first, second = find_duplicates(town, "water", *HERE)
    assert [first.case.issue.issue_id, second.case.issue.issue_id] == ["10.0", "49.97"]
    assert (first.distance_m, second.distance_m) == pytest.approx((10.0, 49.97), abs=0.001)
    assert (first.photo_ids, first.supporters, first.category) == (("p",), 2, WATER)
    assert (second.photo_ids, second.supporters) == ((), 0)


def test_where_the_category_says_nothing_the_setting_counts(town: Workspace) -> None:
    near_m = town.settings.duplicate_m
    lon, lat, _ = GEOD.fwd(*far(99.0), 30.0, near_m - 0.1)
    assert len(find_duplicates(town, "light", float(lon), float(lat))) == 1
    lon, lat, _ = GEOD.fwd(*far(99.0), 30.0, near_m + 0.1)
    assert find_duplicates(town, "light", float(lon), float(lat)) == []


def test_what_not_everybody_may_see_is_offered_to_those_who_may(town: Workspace) -> None:
    found = find_duplicates(town, "water", *HERE, approved_only=False)
    assert [one.case.issue.issue_id for one in found] == ["hidden", "10.0", "49.97"]


def test_no_more_than_five_are_offered(town: Workspace, now: datetime) -> None:
    with town.database.writing() as connection:
        more = [Issue(f"m{number}", "water", *HERE, now) for number in range(MOST_OFFERED)]
        issues.write(connection, more)
        cases.add(connection, [Case(one, Stage.FILED, "u", now) for one in more])
    found = find_duplicates(town, "water", *HERE)
    assert [one.case.issue.issue_id for one in found] == ["m0", "m1", "m2", "m3", "m4"]


def test_a_category_that_is_not_there_is_refused(town: Workspace) -> None:
    with pytest.raises(RefusedFields) as refused:
        find_duplicates(town, "fire", *HERE)
    assert refused.value.faults.keys() == {"service_code"}
