import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.category import Category
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.photo import Photo
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.errors import RefusedFields, WrongUsage
from geo_service.flows import report_issue as reporting
from geo_service.flows.keep_photo import prepare_photo
from geo_service.flows.manage_keys import add_key
from geo_service.flows.report_issue import Reported, report_issue
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import cases, categories, deadlines, issues, photos
from geo_service.store import keys as stored_keys
from geo_service.store.case_schema import kept_answers
from geo_service.store.keys import Key

WATER = Report("standing_water", 112.145, 32.0401, "积水", "长虹路", answers={})


@pytest.fixture
def city(workspace: Workspace) -> Workspace:
    """Return the street with one category, a deadline, and a body that answers everywhere."""
    import shapely  # noqa: PLC0415 - for this polygon only

    area = Area("a", "区", "b", shapely.to_wkb(shapely.box(112.13, 32.03, 112.16, 32.05)))
    with workspace.database.writing() as connection:
        categories.write(connection, [Category("standing_water", "积水")])
        deadlines.write(connection, {("*", Stage.COLLECTED): 2.0})
        stored_areas.write(connection, [area], [Body("b", "街道", Level.STREET_COMMITTEE)])
    return workspace


@pytest.fixture
def rider(city: Workspace, now: datetime) -> Key:
    return key_of(city, Role.RIDER, now)


def key_of(workspace: Workspace, role: Role, now: datetime) -> Key:
    _, token = add_key(workspace, role, None, now)
    with workspace.database.reading() as connection:
        found = stored_keys.find(connection, token, now)
    assert found is not None
    return found


def a_photo(colour: str = "navy") -> bytes:
    picture = BytesIO()
    Image.new("RGB", (64, 48), colour).save(picture, "JPEG")
    return picture.getvalue()


def count(workspace: Workspace) -> int:
    with workspace.database.reading() as connection:
        return len(issues.read_all(connection))


def test_a_report_becomes_an_issue_with_all_that_belongs_to_it(
    city: Workspace, rider: Key, now: datetime
) -> None:
    seen = now - timedelta(hours=1)
    done = report_issue(
        city, replace(WATER, seen_at=seen), key=rider, now=now, photos=[a_photo(), a_photo("red")]
    )
    with city.database.reading() as connection:
        kept = cases.find(connection, done.case.issue.issue_id)
        (first,) = cases.history(connection, done.case.issue.issue_id)
        shown = photos.of_issue(connection, done.case.issue.issue_id)
    assert kept == done.case
    assert not done.repeated
    assert re.fullmatch(r"r-[0-9a-f]{12}", kept.issue.issue_id)
    assert kept.issue.reported_at == seen
    assert (kept.stage, kept.issue.approved, kept.reporter) == (Stage.COLLECTED, False, rider.rider)
    assert kept.unit == "49SFR081454"
    assert (kept.area_id, kept.body_id) == ("a", "b")
    assert kept.due_at == now + timedelta(hours=2)
    assert (first.number, first.by, first.who) == (1, Mover.REPORTER, rider.rider)
    assert [photo.approved for photo in shown] == [False, False]
    assert all(city.photos.read(photo.photo_id) for photo in shown)


def test_what_staff_report_is_public_at_once_and_without_a_key_nobody_is_named(
    city: Workspace, now: datetime
) -> None:
    staff = key_of(city, Role.STAFF, now)
    by_staff = report_issue(city, WATER, key=staff, now=now, photos=[a_photo()]).case
    assert by_staff.issue.approved
    assert by_staff.reporter == ""
    unnamed = report_issue(city, WATER, key=None, now=now).case
    assert not unnamed.issue.approved
    assert unnamed.reporter == ""
    with city.database.reading() as connection:
        (photo,) = photos.of_issue(connection, by_staff.issue.issue_id)
        (first,) = cases.history(connection, by_staff.issue.issue_id)
    assert photo.approved
    assert (first.by, first.who) == (Mover.STAFF, staff.key_id)


def test_the_same_report_sent_twenty_times_is_one_issue(
    city: Workspace, rider: Key, now: datetime
) -> None:
    def send(number: int) -> Reported:
        later = now + timedelta(minutes=number)
        return report_issue(
            city, WATER, key=rider, now=later, photos=[a_photo()], idempotency_key="draft-1"
        )

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(20)))
    assert len({answer.case.issue.issue_id for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1
    assert count(city) == 1
    with city.database.reading() as connection:
        known = photos.all_ids(connection)
    assert len(known) == 1
    kept = list((city.settings.workspace / "photos").rglob("*.jpg"))
    assert {path.stem for path in kept} == set(known)


def test_without_a_key_the_same_words_at_the_same_place_are_a_retry_for_ten_minutes(
    city: Workspace, now: datetime
) -> None:
    def send(report: Report, minutes: float) -> bool:
        return report_issue(city, report, key=None, now=now + timedelta(minutes=minutes)).repeated

    assert [send(WATER, minutes) for minutes in (0, 1, 9.9)] == [False, True, True]
    assert not send(replace(WATER, description="更深了"), 2)
    assert not send(WATER, 11)
    assert send(WATER, 20)
    assert count(city) == 3


def test_a_key_is_one_report_and_one_senders(city: Workspace, rider: Key, now: datetime) -> None:
    report_issue(city, WATER, key=rider, now=now, idempotency_key="k")
    with pytest.raises(WrongUsage, match="used before") as refused:
        report_issue(city, replace(WATER, lat=32.0402), key=rider, now=now, idempotency_key="k")
    assert refused.value.where == "Idempotency-Key"
    another = key_of(city, Role.RIDER, now)
    assert not report_issue(city, WATER, key=another, now=now, idempotency_key="k").repeated
    assert count(city) == 2
    for odd in ("x" * 201, "a\nb", "\x00"):
        with pytest.raises(RefusedFields) as wrong:
            report_issue(city, WATER, key=rider, now=now, idempotency_key=odd)
        assert list(wrong.value.faults) == ["Idempotency-Key"]


def test_a_key_is_never_taken_for_the_content_of_a_report(
    city: Workspace, rider: Key, now: datetime
) -> None:
    report_issue(city, WATER, key=None, now=now)
    with city.database.reading() as connection:
        (known,) = connection.scalars(select(kept_answers.c.sent_key))
    for key, odd in ((None, known), (rider, known), (rider, "content:"), (rider, "content:abc")):
        first = replace(WATER, description=f"for {odd}")
        assert not report_issue(city, first, key=key, now=now, idempotency_key=odd).repeated
        later = now + timedelta(days=1)
        assert report_issue(city, first, key=key, now=later, idempotency_key=odd).repeated
        if key is not None:
            with pytest.raises(WrongUsage, match="used before"):
                report_issue(city, WATER, key=key, now=now, idempotency_key=odd)


REFUSED: dict[str, Callable[[Report], Report]] = {
    "service_code": lambda report: replace(report, category="dragons"),
    "lat": lambda report: replace(report, lat=32.2),
    "long": lambda report: replace(report, lon=float("nan")),
    "description": lambda report: replace(report, description="\ud800"),
    "requested_datetime": lambda report: replace(
        report, seen_at=datetime.fromisoformat("2027-01-01T00:00:00Z")
    ),
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_is_refused_leaves_nothing_behind(
    city: Workspace, rider: Key, now: datetime, field: str
) -> None:
    with pytest.raises(RefusedFields) as refused:
        report_issue(city, REFUSED[field](WATER), key=rider, now=now, photos=[a_photo()])
    assert list(refused.value.faults) == [field]
    assert count(city) == 0
    assert not list((city.settings.workspace / "photos").rglob("*.jpg"))


def test_a_photo_that_is_none_keeps_the_whole_report_out(
    city: Workspace, rider: Key, now: datetime
) -> None:
    with pytest.raises(RefusedFields) as refused:
        report_issue(city, WATER, key=rider, now=now, photos=[a_photo(), b"<html>no</html>"])
    assert list(refused.value.faults) == ["media"]
    assert count(city) == 0
    assert not list((city.settings.workspace / "photos").rglob("*.jpg"))


def test_areas_that_are_loaded_while_photos_are_read_count(
    city: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_slowly(workspace: Workspace, data: bytes) -> Photo:
        with workspace.database.writing() as connection:
            (area,) = stored_areas.read_areas(connection)
            known = Body("other", "社区", Level.COMMUNITY, parent_id="b")
            stored_areas.write(connection, [replace(area, body_id="other")], [known])
        return prepare_photo(workspace, data)

    monkeypatch.setattr(reporting, "prepare_photo", read_slowly)
    done = report_issue(city, WATER, key=None, now=now, photos=[a_photo()])
    with city.database.reading() as connection:
        (first,) = cases.history(connection, done.case.issue.issue_id)
    assert (done.case.body_id, first.body_id) == ("other", "other")
