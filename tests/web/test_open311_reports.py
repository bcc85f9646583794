import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from PIL import ExifTags, Image

from geo_service.domain.issue import Issue
from geo_service.flows.wiring import open_workspace
from geo_service.geometry.datum import Datum, convert
from geo_service.settings import Settings
from geo_service.store import cases, issues, photos

PATH = "/open311/v2/requests.json"
FORM = {"service_code": "standing_water", "lat": "32.0385", "long": "112.1375"}
Bearer = Callable[[str], dict[str, str]]


def picture(side: int = 64, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.new(mode, (side, side)).save(file, kind)
    return file.getvalue()


def media(*files: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("media", ("a.jpg", data)) for data in files]


def kept(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    (told,) = answer.json()
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    return str(told["service_request_id"])


def faults(answer: httpx.Response, status: int = 400) -> dict[str, str]:
    """Return the faults of an answer by the fields they name."""
    assert answer.status_code == status, answer.text
    assert {one["code"] for one in answer.json()} == {status}
    told = [one["description"].partition(": ") for one in answer.json()]
    return {name if colon else "": words if colon else name for name, colon, words in told}


@pytest.fixture
def post(reporting_door: httpx.Client) -> Callable[..., httpx.Response]:
    def _post(
        changes: Mapping[str, object] | None = None,
        /,
        path: str = PATH,
        **more: Any,  # noqa: ANN401
    ) -> httpx.Response:
        return reporting_door.post(path, data={**FORM, **(changes or {})}, **more)

    return _post


@pytest.fixture
def stored(reporting_settings: Settings) -> Callable[[str], Any]:
    def _stored(issue_id: str) -> Any:  # noqa: ANN401 - a case that is there
        with (
            open_workspace(reporting_settings) as workspace,
            workspace.database.reading() as connection,
        ):
            return cases.find(connection, issue_id)

    return _stored


@pytest.fixture
def count(reporting_settings: Settings) -> Callable[[], int]:
    def _count() -> int:
        with (
            open_workspace(reporting_settings) as workspace,
            workspace.database.reading() as connection,
        ):
            return len(issues.read_all(connection))

    return _count


def test_anybody_may_report_and_it_is_kept_unseen(
    post: Callable[..., httpx.Response], stored: Callable[[str], Any], now: datetime
) -> None:
    answer = post(
        {
            "description": "路口积水\n很深",
            "address_string": "长虹路",
            "attribute[depth]": "ankle",
            "email": "a@city.example",
            "phone": "123",
            "first_name": "甲",
            "last_name": "乙",
            "device_id": "d",
            "account_id": "e",
            "jurisdiction_id": "city.example",
            "odd": "ignored",
        }
    )
    case = stored(kept(answer))
    assert case.issue == Issue(
        case.issue.issue_id,
        "standing_water",
        112.1375,
        32.0385,
        now + timedelta(seconds=1),
        description="路口积水\n很深",
        approved=False,
        more={"depth": "ankle"},
    )
    assert (case.address, case.reporter, case.body_id) == ("长虹路", "", "body")
    assert case.due_at == now + timedelta(days=1, seconds=1)
    (told,) = answer.json()
    assert "staff have looked" in told["service_notice"]
    assert told["account_id"] is None
    assert answer.headers["cache-control"] == "no-store"


def test_the_location_shows_the_report_at_once_and_nobody_else_sees_it(
    post: Callable[..., httpx.Response], reporting_door: httpx.Client
) -> None:
    answer = post({"description": "token"})
    issue_id = kept(answer)
    place = answer.headers["location"]
    assert place.startswith(f"/open311/v2/requests/{issue_id}.json?token={issue_id}.")
    (shown,) = reporting_door.get(place).json()
    assert (shown["service_request_id"], shown["status"]) == (issue_id, "open")
    assert "staff have looked" in shown["service_notice"]
    assert shown["expected_datetime"] is not None
    assert reporting_door.get(f"/open311/v2/requests/{issue_id}.json").status_code == 404
    other = post({"description": "another token"}).headers["location"].partition("token=")[2]
    with_other = reporting_door.get(f"/open311/v2/requests/{issue_id}.json?token={other}")
    assert with_other.status_code == 404
    token = place.partition("token=")[2]
    told = reporting_door.get(f"/open311/v2/tokens/{token}.json")
    assert told.json() == [{"service_request_id": issue_id, "token": token}]
    assert reporting_door.get(f"/open311/v2/tokens/{token}0.json").status_code == 404


def test_the_answer_is_in_the_format_of_the_path(post: Callable[..., httpx.Response]) -> None:
    answer = post({"description": "xml"}, path="/open311/v2/requests.xml")
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = fromstring(answer.content)
    assert [child.tag for child in root[0]] == [
        "service_request_id",
        "service_notice",
        "account_id",
    ]
    assert ".xml?token=" in answer.headers["location"]


@pytest.mark.parametrize("key", ["staff", "admin", "rider", "operator", "analyst"])
def test_a_key_says_who_reports(
    post: Callable[..., httpx.Response],
    stored: Callable[[str], Any],
    reporting_door: httpx.Client,
    keys: dict[str, str],
    bearer: Bearer,
    key: str,
) -> None:
    answer = post({"api_key": keys[key], "description": key})
    case = stored(kept(answer))
    assert case.issue.approved == (key in ("staff", "admin"))
    assert bool(case.reporter) == (key == "rider")
    assert ("Kept, and shown" in answer.text) == case.issue.approved
    again = post({"description": f"{key} by header"}, headers=bearer(key))
    assert stored(kept(again)).reporter == case.reporter
    own = reporting_door.get(
        f"/open311/v2/requests/{case.issue.issue_id}.json", params={"api_key": keys[key]}
    )
    assert own.status_code == (200 if key in ("staff", "admin", "rider") else 404)


@pytest.mark.parametrize("key", ["expired", "revoked"])
@pytest.mark.parametrize("where", ["form", "header", "address"])
def test_a_key_that_is_none_is_403_and_nothing_is_kept(
    post: Callable[..., httpx.Response],
    keys: dict[str, str],
    bearer: Bearer,
    count: Callable[[], int],
    key: str,
    where: str,
) -> None:
    before = count()
    if where == "form":
        answer = post({"api_key": keys[key]})
    elif where == "header":
        answer = post(headers=bearer(key))
    else:
        answer = post(params={"api_key": "made up"})
    assert "unknown, expired or revoked" in faults(answer, 403)[""]
    assert "www-authenticate" not in answer.headers
    assert count() == before


def test_two_different_keys_are_one_too_many(
    post: Callable[..., httpx.Response], keys: dict[str, str], bearer: Bearer
) -> None:
    answer = post({"api_key": keys["rider"]}, headers=bearer("staff"))
    assert "show one" in faults(answer)["api_key"]
    kept(post({"api_key": keys["rider"], "description": "one"}, headers=bearer("rider")))


def test_what_is_sent_again_is_answered_the_same_and_kept_once(
    post: Callable[..., httpx.Response], count: Callable[[], int], keys: dict[str, str]
) -> None:
    first = post({"description": "again"}, headers={"Idempotency-Key": "k-1"})
    before = count()
    for headers, field in (({"Idempotency-Key": "k-1"}, ""), ({}, "k-1")):
        again = post({"description": "again", "idempotency_key": field}, headers=headers)
        assert again.status_code == 201
        assert (again.text, again.headers["location"]) == (first.text, first.headers["location"])
    without = kept(post({"description": "twice"}))
    assert kept(post({"description": "twice"})) == without
    assert count() == before + 1
    # Who guesses a key of somebody who shows none of ours bars nobody's way.
    assert kept(post({"description": "other"}, headers={"Idempotency-Key": "k-1"})) != kept(first)
    mine = {"api_key": keys["rider"], "idempotency_key": "k-1"}
    kept(post({**mine, "description": "mine"}))
    other = post({**mine, "description": "other"})
    assert "used before" in faults(other)["Idempotency-Key"]
    differ = post({"idempotency_key": "a"}, headers={"Idempotency-Key": "b"})
    assert "another than the header" in faults(differ)["idempotency_key"]


def test_open_ones_near_are_named_if_everybody_may_see_them(
    post: Callable[..., httpx.Response], keys: dict[str, str]
) -> None:
    place = {"service_code": "blocked_lane", "lat": "32.0441", "long": "112.1441"}
    unseen = kept(post({**place, "description": "unseen"}))
    public = post({**place, "description": "seen", "api_key": keys["staff"]})
    seen = kept(public)
    # It is open and near itself, but nothing else.
    assert seen not in public.json()[0]["service_notice"]
    (told,) = post({**place, "description": "mine"}).json()
    assert f"{seen} (0 m)" in told["service_notice"]
    assert unseen not in told["service_notice"]


def test_positions_in_another_datum_are_converted(
    post: Callable[..., httpx.Response], stored: Callable[[str], Any]
) -> None:
    case = stored(kept(post({"datum": "gcj02", "description": "gcj02"})))
    lon, lat = convert(112.1375, 32.0385, source=Datum.GCJ02, target=Datum.WGS84)
    assert (case.issue.lon, case.issue.lat) == (pytest.approx(lon), pytest.approx(lat))


def test_a_draft_was_seen_when_it_says(
    post: Callable[..., httpx.Response], stored: Callable[[str], Any], now: datetime
) -> None:
    seen = "2026-11-10T08:00:00+08:00"
    case = stored(kept(post({"requested_datetime": seen, "description": "draft"})))
    assert case.issue.reported_at == datetime.fromisoformat(seen)
    old = post({"requested_datetime": (now - timedelta(days=91)).isoformat()})
    assert "90 days back" in faults(old)["requested_datetime"]


def test_answers_may_be_several(
    post: Callable[..., httpx.Response], stored: Callable[[str], Any]
) -> None:
    form = {"service_code": "blocked_lane", "attribute[by][]": ["a", "b"], "attribute[none]": ""}
    assert stored(kept(post(form))).issue.more == {"by": "a; b"}


def test_photos_come_as_files_and_wait_for_a_look(
    post: Callable[..., httpx.Response], reporting_settings: Settings
) -> None:
    files = [*media(picture()), ("media[]", ("b.png", picture(32, "PNG")))]
    issue_id = kept(post({"description": "photos"}, files=files))
    with (
        open_workspace(reporting_settings) as workspace,
        workspace.database.reading() as connection,
    ):
        found = photos.of_issue(connection, issue_id)
    assert sorted((photo.width, photo.approved) for photo in found) == [
        (32, False),
        (64, False),
    ]


def placed_picture() -> bytes:
    """Draw a picture that says where it was taken."""
    exif = Image.Exif()
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
    place[ExifTags.GPS.GPSLatitude] = (32.0, 2.0, 27.6)
    place[ExifTags.GPS.GPSLongitude] = (112.0, 8.0, 31.2)
    file = BytesIO()
    Image.new("RGB", (64, 64), "navy").save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_a_photo_says_where_it_is_if_nobody_else_does(
    post: Callable[..., httpx.Response], stored: Callable[[str], Any]
) -> None:
    nowhere = {"lat": "", "long": "", "datum": "gcj02", "description": "by photo"}
    answer = post(nowhere, files=media(picture(), placed_picture()))
    issue = stored(kept(answer)).issue
    assert (issue.lon, issue.lat) == pytest.approx((112.142, 32.041))
    assert "where the photo was taken" in answer.json()[0]["service_notice"]
    told = post({"description": "told"}, files=media(placed_picture()))
    assert stored(kept(told)).issue.lat == float(FORM["lat"])
    assert "photo was taken" not in told.json()[0]["service_notice"]
    for files in (media(picture()), media(b"<html>"), media(placed_picture()[:300])):
        assert set(faults(post(nowhere, files=files))) == {"lat", "long"}
    half = faults(post({"lat": "", "description": "half"}, files=media(placed_picture())))
    assert set(half) == {"lat"}


def test_an_address_of_a_picture_is_not_fetched_and_that_is_said(
    post: Callable[..., httpx.Response],
) -> None:
    answer = post({"media_url": "http://169.254.169.254/", "description": "url"})
    kept(answer)
    assert "Nothing is fetched" in answer.json()[0]["service_notice"]
    assert "169.254" not in answer.text


def test_approved_photos_have_an_address(
    post: Callable[..., httpx.Response], reporting_door: httpx.Client, keys: dict[str, str]
) -> None:
    form = {"api_key": keys["staff"], "description": "seen photo"}
    issue_id = kept(post(form, files=media(picture())))
    (shown,) = reporting_door.get(f"/open311/v2/requests/{issue_id}.json").json()
    address = shown["media_url"]
    assert re.fullmatch(rf"{reporting_door.base_url}/photos/[0-9a-f]{{32}}", address)
    assert reporting_door.get(address).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"service_code": ""}, "service_code", "required"),
        ({"lat": ""}, "lat", "lat and long are needed"),
        ({"lat": "NaN"}, "lat", "plain decimal number"),
        ({"lat": "Infinity"}, "lat", "plain decimal number"),
        ({"long": "1e999"}, "long", "plain decimal number"),
        ({"long": "0x70"}, "long", "plain decimal number"),
        ({"long": "\uff11\uff11\uff12"}, "long", "plain decimal number"),
        ({"lat": "1e99"}, "lat", "from -90 to 90"),
        ({"lat": "112.1375", "long": "32.0385"}, "lat", "look swapped"),
        ({"lat": "31.0", "long": "123.0"}, "lat", "5 km from the streets"),
        ({"lat": "32.15"}, "lat", "5 km from the streets"),
        ({"datum": "mars"}, "datum", "wgs84"),
        ({"description": "x" * 4_001}, "description", "4,000 characters"),
        ({"description": "a\x07b"}, "description", "can't be shown"),
        ({"address_string": "a\nb"}, "address_string", "one line"),
        ({"requested_datetime": "2026-11-19T08:00:00+08:00"}, "requested_datetime", "future"),
        ({"requested_datetime": "2026-11-18T08:00:00"}, "requested_datetime", "time zone"),
        ({"requested_datetime": "yesterday"}, "requested_datetime", "ISO 8601"),
        ({"attribute[depth]": "sea"}, "attribute[depth]", "Choose from: ankle, wheel"),
        ({"attribute[nix]": "1"}, "attribute[nix]", "asked about this category"),
        ({"attribute": "1"}, "attribute", "attribute[CODE]"),
        ({"lat": ["32.0385", "32.0385"]}, "lat", "more than once"),
        ({"odd": ["1", "2"]}, "a field", "more than once"),
        ({"service_code": "light"}, "attribute[depth]", "must be answered"),
        ({"media": "aGVsbG8="}, "media", "must be a file"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_what_to_do(
    post: Callable[..., httpx.Response],
    count: Callable[[], int],
    changes: dict[str, object],
    field: str,
    said: str,
) -> None:
    before = count()
    assert said in faults(post(changes))[field]
    assert count() == before


def test_every_field_that_is_wrong_is_named_at_once(
    post: Callable[..., httpx.Response],
) -> None:
    told = faults(post({"service_code": "", "lat": "x", "long": "", "address_id": "7"}))
    assert set(told) == {"service_code", "lat", "long"}
    assert "address alone" in told["long"]


def test_a_service_that_is_none_is_404(post: Callable[..., httpx.Response]) -> None:
    assert "no such service_code" in faults(post({"service_code": "<b>nix"}), 404)[""]


def test_what_was_sent_is_never_said_back(post: Callable[..., httpx.Response]) -> None:
    secret = "s3cr3t"  # noqa: S105 - no password
    for changes in (
        {"lat": secret},
        {"service_code": secret},
        {"requested_datetime": secret},
        {"attribute[depth]": secret},
        {"api_key": secret},
        {"datum": secret},
        {secret: ["1", "2"]},
        {"phone": secret, "email": secret, "lat": "x"},
        {f"attribute[{secret}": "1"},
    ):
        answer = post(changes)
        assert answer.status_code in (400, 403, 404)
        assert secret not in answer.text


def noise() -> bytes:
    return b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (lambda: media(noise()), "no picture"),
        (lambda: media(picture(10_000, "PNG", "1")), "pixels"),
        (lambda: media(b""), "no picture"),
        (lambda: [("file", ("a.jpg", picture()))], "in the field media"),
    ],
)
def test_a_photo_that_is_none_is_refused_and_nothing_is_kept(
    post: Callable[..., httpx.Response],
    count: Callable[[], int],
    files: Callable[[], Any],
    said: str,
) -> None:
    before = count()
    assert said in faults(post({"description": "bad photo"}, files=files()))["media"]
    assert count() == before


@pytest.mark.parametrize(
    ("content", "content_type", "status", "said"),
    [
        (b"lat=%zz", "application/x-www-form-urlencoded", 400, "no escape"),
        (b"description=%ED%A0%80", "application/x-www-form-urlencoded", 400, "UTF-8"),
        (b"a=" + b"x" * 1_000_000, "application/x-www-form-urlencoded", 413, "64 KiB"),
        (b'{"service_code": "x"}', "application/json", 400, "not a form"),
        (b"", "", 400, "not a form"),
        (b"--x", "multipart/form-data; boundary=x", 400, "cut off"),
    ],
)
def test_a_body_that_is_no_form_is_told_in_the_words_of_open311(
    reporting_door: httpx.Client, content: bytes, content_type: str, status: int, said: str
) -> None:
    answer = reporting_door.post(PATH, content=content, headers={"Content-Type": content_type})
    assert said in faults(answer, status)[""]


def test_six_photos_are_too_many(post: Callable[..., httpx.Response]) -> None:
    answer = post({"description": "six"}, files=media(*[picture()] * 6))
    assert "5 files" in faults(answer, 413)[""]


def test_nothing_of_the_reporter_is_logged_or_kept(
    post: Callable[..., httpx.Response],
    reporting_settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(0):
        kept(post({"phone": "13800001111", "email": "q@q.example", "description": "private"}))
    assert "13800001111" not in caplog.text
    for file in reporting_settings.workspace.rglob("*.sqlite*"):
        content = file.read_bytes()
        assert b"13800001111" not in content
        assert b"q@q.example" not in content


def test_codes_of_any_letters_can_be_reported(
    post: Callable[..., httpx.Response], reporting_door: httpx.Client
) -> None:
    code = "a/b? 站.x"
    kept(post({"service_code": code}))
    shown = reporting_door.get(f"/open311/v2/services/{quote(code, safe='')}.json")
    assert shown.json() == {"service_code": code, "attributes": []}
