"""Collections of a process that stays up to date, against one that reads everything each time."""

import random
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo_service.domain.area import Area
from geo_service.domain.case import Case, Move
from geo_service.domain.category import Category
from geo_service.domain.facility import Facility, State
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.visibility import Viewer
from geo_service.errors import NotAllowed, NotFound
from geo_service.export.feature_json import FeatureJson
from geo_service.features.columns import Features
from geo_service.features.selection import Selection
from geo_service.flows.collections import kept as kept_module
from geo_service.flows.collections.catalogue import read_features
from geo_service.flows.collections.kept import Kept, KeptCollections
from geo_service.flows.load_streets import load_streets
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, categories, facilities, issues, supporters
from geo_service.store.database import Connection

NAMES = [f"n{number}" for number in range(9)]


def told(features: Features) -> list[bytes]:
    return FeatureJson(features).write(np.arange(len(features)))


def written(kept: Kept) -> list[bytes]:
    return kept.json.write(np.arange(len(kept.asked.features)))


def act(workspace: Workspace, dice: random.Random, now: datetime) -> None:
    """Do one random thing that changes what collections tell."""
    doing = dice.choice([act_on_facility, act_on_issue, act_on_issue, act_on_all])
    with workspace.database.writing() as connection:
        doing(connection, dice, now)


def act_on_facility(connection: Connection, dice: random.Random, now: datetime) -> None:
    name = dice.choice(NAMES)
    match dice.randrange(3):
        case 0:
            lon = 112 + dice.randrange(5) / 100
            facilities.write(connection, [Facility(name, "rest_station", lon, 32.0)])
        case 1 if facilities.find(connection, name):
            later = now + timedelta(seconds=dice.randrange(10_000))
            facilities.write_state(connection, name, State(later, free=dice.randrange(9)))
        case _:
            facilities.remove(connection, name)


def act_on_issue(connection: Connection, dice: random.Random, now: datetime) -> None:
    name, other = dice.sample(NAMES, 2)
    case = cases.find(connection, name)
    if case is None:
        issue = Issue(
            name, "hole", 112.1, 32.0, now, description="words", approved=dice.random() < 0.6
        )
        issues.write(connection, [issue])
        cases.add(connection, [Case(issue, Stage.COLLECTED, "", now)])
        return
    match dice.randrange(4):
        case 0:
            shown = replace(case.issue, approved=not case.issue.approved)
            cases.change(connection, replace(case, issue=shown))
        case 1:
            merged = replace(case, stage=Stage.MERGED, merged_into=other)
            move = Move(name, 0, now, case.stage, Stage.MERGED, Mover.STAFF)
            cases.change_many(connection, [(merged, move)])
        case 2:
            supporters.add(connection, name, f"r{dice.randrange(3)}", now)
        case _:
            issues.discard(connection, [name])


def act_on_all(connection: Connection, dice: random.Random, now: datetime) -> None:
    del now
    if dice.random() < 0.3:
        categories.write(connection, [Category("hole", str(dice.random()), "Hole")])
    if dice.random() < 0.3:
        kept = [Facility(name, "water_point", 112.1, 32) for name in dice.sample(NAMES, 4)]
        facilities.write(connection, kept, replace=True)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("viewer", list(Viewer))
def test_what_is_kept_is_what_would_be_read(
    empty: Workspace, now: datetime, seed: int, viewer: Viewer
) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret hangs on it
    collections = KeptCollections(empty)
    for _ in range(90):
        act(empty, dice, now)
        for name in ("facilities", "issues", "areas"):
            if dice.random() < 0.6:
                kept = collections.current(name, viewer)
                assert written(kept) == told(read_features(empty, name, viewer))
                assert collections.current_if_read(name, viewer) is kept


def test_what_did_not_change_is_not_read_again(
    empty: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty.database.writing() as connection:
        facilities.write(connection, [Facility(name, "rest_station", 112, 32) for name in NAMES])
    collections = KeptCollections(empty)
    before = collections.current("facilities", Viewer.PUBLIC)
    assert before.asked.page(Selection(box=(111, 31, 113, 33))).matched == len(NAMES)
    first = written(before)
    monkeypatch.setattr(facilities, "each", pytest.fail)
    with empty.database.writing() as connection:
        facilities.write_state(connection, NAMES[3], State(now, free=2))
    after = collections.current("facilities", Viewer.PUBLIC)
    assert after.asked.tree is before.asked.tree
    second = written(after)
    assert [one is other for one, other in zip(first, second, strict=True)].count(False) == 1
    with empty.database.writing() as connection:
        issues.write(connection, [Issue("i", "hole", 112, 32, now)])
    assert collections.current("facilities", Viewer.PUBLIC).asked is after.asked


def test_areas_are_read_again_when_anything_may_have_changed(empty: Workspace) -> None:
    collections = KeptCollections(empty)
    assert written(collections.current("areas", Viewer.PUBLIC)) == []
    with empty.database.writing() as connection:
        square = shapely.box(112, 32, 113, 33)
        areas.write(connection, [Area("a", "区", "", square.wkb)], [])
    assert len(written(collections.current("areas", Viewer.PUBLIC))) == 1
    assert written(collections.current("areas", Viewer.PUBLIC)) == told(
        read_features(empty, "areas", Viewer.PUBLIC)
    )


def test_streets_have_one_name_as_long_as_they_are_the_same(
    workspace: Workspace, tmp_path: Path
) -> None:
    collections = KeptCollections(workspace)
    version, box = collections.streets_version(), collections.around()
    assert version == workspace.streets_version()
    with workspace.database.writing() as connection:
        facilities.write(connection, [Facility("new", "rest_station", 112.14, 32.04)])
    assert collections.streets_version() is version
    line = tmp_path / "street.geojson"
    line.write_text(line.read_text().replace("32.04", "32.05"))
    load_streets(workspace, [line])
    assert collections.streets_version() == workspace.streets_version() != version
    assert collections.around() != box


def test_without_streets_they_have_no_name(empty: Workspace) -> None:
    assert KeptCollections(empty).streets_version() is None


def test_a_collection_is_for_whom_it_is(ridden: Workspace) -> None:
    collections = KeptCollections(ridden)
    collections.current("cell_exposure", Viewer.ANALYST)
    for ask in (collections.current, collections.current_if_read):
        with pytest.raises(NotAllowed):
            ask("cell_exposure", Viewer.PUBLIC)
        with pytest.raises(NotFound):
            ask("nothing", Viewer.ANALYST)


def test_exposure_is_counted_again_only_when_trips_issues_or_streets_changed(
    ridden: Workspace, now: datetime
) -> None:
    collections = KeptCollections(ridden)
    before = collections.current("cell_exposure", Viewer.ANALYST)
    with ridden.database.writing() as connection:
        facilities.write(connection, [Facility("new", "rest_station", 112.14, 32.04)])
    assert collections.current("cell_exposure", Viewer.ANALYST).asked is before.asked
    with ridden.database.writing() as connection:
        issues.write(connection, [Issue("new", "hole", 112.9, 32.9, now)])
    after = collections.current("cell_exposure", Viewer.ANALYST)
    assert len(after.asked.features) == len(before.asked.features) + 1


def test_figures_that_take_long_are_counted_behind_those_counted_before(
    ridden: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "PATIENCE_S", 0.0)
    collections = KeptCollections(ridden)
    before = collections.current("cell_exposure", Viewer.ANALYST)
    with ridden.database.writing() as connection:
        issues.write(connection, [Issue("new", "hole", 112.9, 32.9, now)])
    counting = set(threading.enumerate())
    given = collections.current("cell_exposure", Viewer.ANALYST)
    for behind in set(threading.enumerate()) - counting:
        behind.join()
    assert given is before
    after = collections.current_if_read("cell_exposure", Viewer.ANALYST)
    assert after is not None
    assert len(after.asked.features) == len(before.asked.features) + 1


def test_figures_that_are_too_old_are_not_given(
    ridden: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "PATIENCE_S", 0.0)
    monkeypatch.setattr(kept_module, "STALE_S", 0.0)
    collections = KeptCollections(ridden)
    before = collections.current("cell_exposure", Viewer.ANALYST)
    with ridden.database.writing() as connection:
        issues.write(connection, [Issue("new", "hole", 112.9, 32.9, now)])
    after = collections.current("cell_exposure", Viewer.ANALYST)
    assert len(after.asked.features) == len(before.asked.features) + 1


def test_many_ask_at_once_and_one_reads(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty.database.writing() as connection:
        facilities.write(connection, [Facility(name, "rest_station", 112, 32) for name in NAMES])
    collections = KeptCollections(empty)
    reads: list[int] = []
    each = facilities.each
    monkeypatch.setattr(
        facilities, "each", lambda connection: (reads.append(1), each(connection))[1]
    )
    given: list[Kept] = []
    threads = [
        threading.Thread(
            target=lambda: given.append(collections.current("facilities", Viewer.PUBLIC))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reads) == 1
    assert {id(one.asked) for one in given} == {id(given[0].asked)}
