"""Who may do what: every path and method, by every role, on what is theirs and what is not.

A line of the table names a method and a path, an address of it, and who is answered how:
"200 west staff | 401 ended | 404" says that the two are answered 200, keys that have ended 401,
and all others 404. ``ended`` are an expired and a revoked key of an administrator. What a line
asks for leaves the city as it is, so that lines and roles may come in any order but one: who is
refused comes before who is not.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from geo_service.web.app import DOORS, paths

City = Any
PUBLIC = "200"
"""No key is looked at."""
KEY_SEEN = "200 | 401 ended"
"""A key may be shown, and must be good if it is."""
RIDERS = "200 rider other | 401 none ended | 403"
STAFF = "200 west east staff admin | 401 none ended | 403"
ANALYSTS = "200 analyst admin | 401 none ended | 403"
FORM = "403 | 401 ended"
TEAMS = "200 staff analyst admin | 401 none ended | 403"
GROUPS = {"ended": ("expired", "revoked")}
HIDDEN_WEST = "200 rider west staff admin | 401 ended | 404"
HIDDEN_EAST = "200 other east staff admin | 401 ended | 404"
HIDDEN_NONE = "200 staff admin | 401 ended | 404"
MOVE_WEST = "409 west staff admin | 401 none ended | 404 other op op2 east analyst | 409 rider"
APPROVE_HIDDEN = "200 west staff admin | 401 none ended | 404 east | 403"
LINE = {"type": "LineString", "coordinates": [[112.13, 32.034], [112.145, 32.034]]}
CLOSE = {"to": "closed"}
"""Skips stages, so whoever may move an issue at all is told 409, and nothing changes."""
HIDE, SHOW = {"approved": False}, {"approved": True}
CABINET = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [112.134, 32.034]},
    "properties": {"kind": "charging_cabinet", "operator": "Tower"},
}
OVER_THERE = {**CABINET, "geometry": {"type": "Point", "coordinates": [112.14, 32.034]}}
STATE = {"observed_at": "2026-11-18T01:59:00Z", "charged": 1}
STALE = {"If-Match": '"other"'}
O = "/open311/v2"  # noqa: E741
C = "/ogc/collections"


class Line(NamedTuple):
    """What is asked for, and who is answered how."""

    method: str
    path: str
    address: str
    answers: str
    body: Any = None
    headers: dict[str, str] | None = None

    def expected(self, people: tuple[str, ...]) -> dict[str, int]:
        told: dict[str, int] = {}
        for part in self.answers.split(" | "):
            code, *named = part.split()
            for who in named or [one for one in people if one not in told]:
                told |= dict.fromkeys(GROUPS.get(who, (who,)), int(code))
        return told


TABLE = [
    # Pages, maps and what belongs to them.
    Line("GET", "/", "/?lat=32.0341&lon=112.1341&k=20", PUBLIC),
    Line("GET", "/manifest.webmanifest", "/manifest.webmanifest", PUBLIC),
    Line("GET", "/sw.js", "/sw.js", PUBLIC),
    Line("GET", "/assets/icon-{size}.png", "/assets/icon-192.png", PUBLIC),
    Line("GET", "/assets/{name}", "/assets/rider.js", PUBLIC),
    Line("GET", "/basemap.json", "/basemap.json", PUBLIC),
    Line("GET", "/places.json", "/places.json", PUBLIC),
    Line("GET", "/planner", "/planner", KEY_SEEN),
    Line("GET", "/maps/{name}.html", "/maps/public.html", PUBLIC),
    Line("GET", "/maps/{name}.html", "/maps/planner.html", KEY_SEEN),
    Line("GET", "/maps/{name}.html", "/maps/issues.html", KEY_SEEN),
    Line("GET", "/maps/{name}.html", "/maps/passes.html", ANALYSTS),
    Line("GET", "/maps/{name}.html", "/maps/exposure.html", ANALYSTS),
    Line(
        "GET", "/maps/parts/{drawing}/{name}", "/maps/parts/0123456789abcdef/a", "401 ended | 404"
    ),
    Line("GET", "/docs", "/docs", PUBLIC),
    Line("GET", "/problems/{code}", "/problems/not-found", PUBLIC),
    Line("GET", "/openapi.json", "/openapi.json", PUBLIC),
    Line("GET", "/health/live", "/health/live", PUBLIC),
    Line("GET", "/health/ready", "/health/ready", PUBLIC),
    Line("GET", "/metrics", "/metrics", PUBLIC),
    # Facilities.
    Line("GET", "/facilities/nearest", "/facilities/nearest?lat=32.0341&lon=112.1341", PUBLIC),
    Line("GET", "/facilities/catchments", "/facilities/catchments?kind=rest_station", PUBLIC),
    Line("GET", "/facilities/{facility_id}", "/facilities/f/west", PUBLIC),
    Line(
        "PUT",
        "/facilities/{facility_id}",
        "/facilities/f/west",
        "200 west staff admin | 401 none ended | 403",
        CABINET,
    ),
    Line(
        "PUT",
        "/facilities/{facility_id}",
        "/facilities/f/east",
        "412 east staff admin | 401 none ended | 403",
        OVER_THERE,
        STALE,
    ),
    # Neither into one's areas nor out of them.
    Line(
        "PUT",
        "/facilities/{facility_id}",
        "/facilities/f/west",
        "412 staff admin | 401 none ended | 403",
        OVER_THERE,
        STALE,
    ),
    Line(
        "DELETE",
        "/facilities/{facility_id}",
        "/facilities/f/east",
        "412 east staff admin | 401 none ended | 403",
        None,
        STALE,
    ),
    Line(
        "DELETE",
        "/facilities/{facility_id}",
        "/facilities/none",
        "404 west east staff admin | 401 none ended | 403",
    ),
    Line(
        "PUT",
        "/facilities/{facility_id}/state",
        "/facilities/f/west/state",
        "200 op west staff admin | 401 none ended | 403",
        STATE,
    ),
    Line(
        "PUT",
        "/facilities/{facility_id}/state",
        "/facilities/f/east/state",
        "200 op2 east staff admin | 401 none ended | 403",
        STATE,
    ),
    # Issues.
    Line("POST", "/routes/issues", "/routes/issues", PUBLIC, LINE),
    Line("GET", "/issues", "/issues", STAFF),
    Line("GET", "/issues", "/issues?stage=merged&approved=false", STAFF),
    Line("GET", "/issues", "/issues?after=0-a&bbox=112,32,113,33&overdue=false", STAFF),
    Line(
        "GET",
        "/issues/near",
        "/issues/near?service_code=standing_water&lat=32.036&long=112.136",
        PUBLIC,
    ),
    Line("GET", "/issues/{issue_id}", "/issues/{w_shown}", KEY_SEEN),
    Line("GET", "/issues/{issue_id}", "/issues/{e_shown}", KEY_SEEN),
    Line("GET", "/issues/{issue_id}", "/issues/{w_hidden}", HIDDEN_WEST),
    Line("GET", "/issues/{issue_id}", "/issues/{e_hidden}", HIDDEN_EAST),
    Line("GET", "/issues/{issue_id}", "/issues/{n_hidden}", HIDDEN_NONE),
    Line(
        "GET",
        "/issues/{issue_id}",
        "/issues/{m_hidden}",
        "200 west staff admin | 401 ended | 404",
    ),
    Line("POST", "/issues/{issue_id}/moves", "/issues/{w_hidden}/moves", MOVE_WEST, CLOSE),
    Line(
        "POST",
        "/issues/{issue_id}/moves",
        "/issues/{w_shown}/moves",
        "409 west staff admin | 401 none ended | 403",
        CLOSE,
    ),
    Line(
        "POST",
        "/issues/{issue_id}/moves",
        "/issues/{n_hidden}/moves",
        "409 staff admin | 401 none ended | 404",
        CLOSE,
    ),
    Line(
        "PUT",
        "/issues/{issue_id}/approved",
        "/issues/{w_hidden}/approved",
        APPROVE_HIDDEN,
        HIDE,
    ),
    Line(
        "PUT",
        "/issues/{issue_id}/approved",
        "/issues/{w_shown}/approved",
        "200 west staff admin | 401 none ended | 403",
        SHOW,
    ),
    Line(
        "POST",
        "/issues/{issue_id}/supporters",
        "/issues/{e_shown}/supporters",
        "200 rider other | 401 none ended | 403",
    ),
    Line(
        "POST",
        "/issues/{issue_id}/supporters",
        "/issues/{w_hidden}/supporters",
        "409 rider | 404 other | 401 none ended | 403",
    ),
    Line("GET", "/photos/{photo_id}", "/photos/{w_shown_photo}", KEY_SEEN),
    Line("GET", "/photos/{photo_id}", "/photos/{w_hidden_photo}", HIDDEN_WEST),
    Line("GET", "/photos/{photo_id}", "/photos/{e_hidden_photo}", HIDDEN_EAST),
    Line("GET", "/photos/{photo_id}", "/photos/{n_hidden_photo}", HIDDEN_NONE),
    Line(
        "PUT",
        "/photos/{photo_id}/approved",
        "/photos/{w_hidden_photo}/approved",
        APPROVE_HIDDEN,
        HIDE,
    ),
    Line(
        "PUT",
        "/photos/{photo_id}/approved",
        "/photos/{w_shown_photo}/approved",
        "200 west staff admin | 401 none ended | 403",
        SHOW,
    ),
    # Open311; it says 403 where others say 401.
    Line("GET", "/open311/discovery.{format}", "/open311/discovery.json", PUBLIC),
    Line("GET", f"{O}/services.{{format}}", f"{O}/services.xml", PUBLIC),
    Line("GET", f"{O}/services/{{service_code}}.{{format}}", f"{O}/services/hole.json", PUBLIC),
    Line("GET", f"{O}/requests.{{format}}", f"{O}/requests.json", "200 | 403 ended"),
    Line("GET", f"{O}/requests.{{format}}", f"{O}/requests.xml?status=open", "200 | 403 ended"),
    Line(
        "GET",
        f"{O}/requests.{{format}}",
        f"{O}/requests.json?service_request_id={{w_hidden}},{{e_hidden}},{{n_hidden}}",
        "200 | 403 ended",
    ),
    Line(
        "GET",
        f"{O}/requests/{{service_request_id}}.{{format}}",
        f"{O}/requests/{{w_hidden}}.json",
        "200 rider west staff admin | 403 ended | 404",
    ),
    Line(
        "GET",
        f"{O}/requests/{{service_request_id}}.{{format}}",
        f"{O}/requests/{{w_hidden}}.json?token={{e_hidden_token}}",
        "200 rider west staff admin | 403 ended | 404",
    ),
    Line(
        "GET",
        f"{O}/requests/{{service_request_id}}.{{format}}",
        f"{O}/requests/{{n_hidden}}.xml",
        "200 staff admin | 403 ended | 404",
    ),
    Line("GET", f"{O}/tokens/{{token}}.{{format}}", f"{O}/tokens/{{w_hidden}}.00.json", "404"),
    Line("POST", f"{O}/requests.{{format}}", f"{O}/requests.json", "400 | 403 ended", {"form": {}}),
    # Pages about reports.
    Line("GET", "/report", "/report", PUBLIC),
    Line("POST", "/report", "/report", "422", {"form": {"category": "hole"}}),
    Line("POST", "/report/key", "/report/key", "401", {"form": {"key": "gs_wrong"}}),
    Line("POST", "/report/photos", "/report/photos", "200", {"form": {"category": "hole"}}),
    Line(
        "POST",
        "/report/support",
        "/report/support",
        "409 rider | 404 other | 401 none ended | 403",
        {"form": {"issue_id": "{w_hidden}"}},
    ),
    Line("GET", "/report/{token}", "/report/{w_hidden}.00", "404"),
    Line("GET", "/known/{issue_id}", "/known/{w_shown}", PUBLIC),
    Line("GET", "/known/{issue_id}", "/known/{w_hidden}", "404"),
    Line("POST", "/known/{issue_id}", "/known/{e_shown}", "303 rider other | 403", {"form": {}}),
    Line("POST", "/known/{issue_id}", "/known/{w_hidden}", "404", {"form": {}}),
    # A rider's own.
    Line("GET", "/tasks", "/tasks", RIDERS),
    Line("POST", "/tasks/along", "/tasks/along", RIDERS, LINE),
    Line(
        "POST",
        "/tasks/{task_id}/answer",
        "/tasks/task-rider/answer",
        "200 rider | 404 other | 401 none ended | 403",
        {"answer": "unsure"},
    ),
    Line("GET", "/consent", "/consent", RIDERS),
    Line("PUT", "/consent", "/consent", "422 rider other | 401 none ended | 403", {"version": "x"}),
    Line("DELETE", "/consent", "/consent?traces=x", "422 rider other | 401 none ended | 403"),
    Line("GET", "/me", "/me", "200 rider other | 303 none | 401 ended | 403"),
    Line(
        "POST",
        "/me",
        "/me",
        "404 rider | 404 other | 303 none | 401 ended | 403",
        {"form": {"do": "delete", "trip_id": "none"}},
    ),
    # Whose trip it is, is not asked but known by the key.
    Line(
        "POST",
        "/me",
        "/me?trip_id={other_trip}",
        "404 rider | 303 other none | 401 ended | 403",
        {"form": {"do": "delete", "trip_id": "{other_spare}"}},
    ),
    Line("GET", "/traces", "/traces", RIDERS),
    Line("POST", "/traces", "/traces", "422 rider other | 401 none ended | 403", {"type": "x"}),
    Line(
        "GET",
        "/traces/{trip_id}",
        "/traces/{rider_trip}?f=gpx",
        "200 rider | 404 other | 401 none ended | 403",
    ),
    Line(
        "DELETE",
        "/traces/{trip_id}",
        "/traces/{other_gone}",
        "204 other | 404 rider | 401 none ended | 403",
    ),
    Line("GET", "/credits", "/credits", RIDERS),
    Line("GET", "/credits/offers", "/credits/offers", PUBLIC),
    Line(
        "POST",
        "/credits/redemptions",
        "/credits/redemptions",
        "200 rider | 409 other | 401 none ended | 403",
        {"offer_id": "tea"},
        {"Idempotency-Key": "sent-1"},
    ),
    Line(
        "GET",
        "/credits/vouchers/{code}",
        "/credits/vouchers/{voucher}",
        "200 op op2 west east staff admin | 401 none ended | 403",
    ),
    Line(
        "POST",
        "/credits/vouchers/{code}/use",
        "/credits/vouchers/1-AAAAAAAAAA/use",
        "404 op op2 west east staff admin | 401 none ended | 403",
    ),
    Line("GET", "/checkins", "/checkins", RIDERS),
    Line(
        "POST",
        "/checkins",
        "/checkins",
        "403 | 401 none ended",
        {"facility_id": "f/west", "code": "{east_code}"},
    ),
    Line("GET", "/stations/use", "/stations/use", ANALYSTS),
    Line(
        "GET",
        "/stations/{facility_id}/print",
        "/stations/f/west/print",
        "200 west staff admin | 401 none ended | 403",
    ),
    Line("GET", "/stations/{facility_id}", "/stations/f/west", PUBLIC),
    Line(
        "POST",
        "/stations/{facility_id}",
        "/stations/f/west",
        "403",
        {"form": {"code": "{east_code}", "key": ""}},
    ),
    Line("GET", "/teams/figures", "/teams/figures", TEAMS),
    # The desk, and the page for a key.
    Line("GET", "/key", "/key", PUBLIC),
    Line("POST", "/key", "/key", "401", {"form": {"key": "gs_wrong"}}),
    Line("POST", "/key/forget", "/key/forget", "303", {"form": {}}),
    Line("GET", "/desk", "/desk", "200 west east staff admin | 303 none | 401 ended | 403"),
    Line(
        "GET",
        "/desk",
        "/desk?stage=merged",
        "200 west east staff admin | 303 none | 401 ended | 403",
    ),
    Line(
        "GET",
        "/desk/{issue_id}",
        "/desk/{w_hidden}",
        "200 west staff admin | 404 east | 303 none | 401 ended | 403",
    ),
    Line(
        "GET",
        "/desk/{issue_id}",
        "/desk/{e_shown}",
        "200 east staff admin | 303 none | 401 ended | 403",
    ),
    Line(
        "GET",
        "/desk/{issue_id}",
        "/desk/{m_hidden}",
        "200 west staff admin | 404 east | 303 none | 401 ended | 403",
    ),
    Line(
        "POST",
        "/desk/{issue_id}/moves",
        "/desk/{w_hidden}/moves",
        "409 west staff admin | 404 east | 303 none | 401 ended | 403",
        {"form": {"to": "closed", "seen": "1"}},
    ),
    Line(
        "POST",
        "/desk/{issue_id}/moves",
        "/desk/{w_hidden}/moves",
        "422 west | 422 staff admin | 404 east | 303 none | 401 ended | 403",
        {"form": {"to": "merged", "into": "none", "seen": "1", "page": "{w_hidden}"}},
    ),
    Line(
        "POST",
        "/desk/{issue_id}/approved",
        "/desk/{e_shown}/approved",
        "303 none east staff admin | 401 ended | 403",
        {"form": {"approved": "true"}},
    ),
    Line(
        "POST",
        "/desk/{issue_id}/photos/{photo_id}/approved",
        "/desk/{w_hidden}/photos/{w_hidden_photo}/approved",
        "303 none west staff admin | 404 east | 401 ended | 403",
        {"form": {"approved": "false"}},
    ),
    # A photo of another issue than the path says.
    Line(
        "POST",
        "/desk/{issue_id}/photos/{photo_id}/approved",
        "/desk/{w_shown}/photos/{e_hidden_photo}/approved",
        "404 west staff admin | 303 none | 401 ended | 403",
        {"form": {"approved": "true"}},
    ),
    # What others' tools read.
    Line("GET", "/overlay/issues", "/overlay/issues", ANALYSTS),
    Line("GET", "/overlay/cells", "/overlay/cells", ANALYSTS),
    Line("GET", "/overlay/streets", "/overlay/streets", ANALYSTS),
    Line("GET", "/ogc", "/ogc", KEY_SEEN),
    Line("GET", "/ogc/conformance", "/ogc/conformance", KEY_SEEN),
    Line("GET", "/ogc/api", "/ogc/api", KEY_SEEN),
    Line("GET", "/ogc/collections", C, KEY_SEEN),
    Line("GET", f"{C}/{{collection_id}}", f"{C}/issues", KEY_SEEN),
    Line(
        "GET",
        f"{C}/{{collection_id}}",
        f"{C}/street_exposure",
        ANALYSTS,
    ),
    Line("GET", f"{C}/{{collection_id}}/queryables", f"{C}/issues/queryables", KEY_SEEN),
    Line("GET", f"{C}/{{collection_id}}/schema", f"{C}/issues/schema", KEY_SEEN),
    Line("GET", f"{C}/{{collection_id}}/items", f"{C}/issues/items?limit=100", KEY_SEEN),
    Line(
        "GET",
        f"{C}/{{collection_id}}/items",
        f"{C}/issues/items?f=html&filter=approved%3Dfalse",
        KEY_SEEN,
    ),
    Line(
        "GET",
        f"{C}/{{collection_id}}/items",
        f"{C}/cell_exposure/items",
        ANALYSTS,
    ),
    Line(
        "GET",
        f"{C}/{{collection_id}}/items/{{feature_id}}",
        f"{C}/issues/items/{{w_hidden}}",
        "200 analyst admin | 401 ended | 404",
    ),
    Line("GET", "/releases", "/releases", PUBLIC),
    Line("GET", "/releases/{period}", "/releases/2026-10", PUBLIC),
    Line("GET", "/files/{collection}.{ending}", "/files/issues.csv", KEY_SEEN),
    Line(
        "GET",
        "/files/{collection}.{ending}",
        "/files/street_exposure.geojson",
        ANALYSTS,
    ),
    Line("GET", "/gbfs", "/gbfs", PUBLIC),
    Line("GET", "/gbfs/{feed}.json", "/gbfs/station_status.json", PUBLIC),
    Line("GET", "/tiles", "/tiles", PUBLIC),
    Line("GET", "/tiles/{layer}.json", "/tiles/issues.json", KEY_SEEN),
    Line("GET", "/tiles/{layer}/{z}/{x}/{y}.mvt", "/tiles/issues/12/3323/1662.mvt", KEY_SEEN),
]
COOKIES = {
    "/planner",
    "/maps/{name}.html",
    "/maps/parts/{drawing}/{name}",
    "/issues/{issue_id}",
    "/photos/{photo_id}",
    "/report/support",
    "/me",
    "/traces/{trip_id}",
    "/known/{issue_id}",
    "/stations/{facility_id}",
    "/stations/{facility_id}/print",
    "/files/{collection}.{ending}",
    "/tiles/{layer}.json",
    "/tiles/{layer}/{z}/{x}/{y}.mvt",
    "/desk",
    "/desk/{issue_id}",
    "/desk/{issue_id}/moves",
    "/desk/{issue_id}/approved",
    "/desk/{issue_id}/photos/{photo_id}/approved",
    *(line.path for line in TABLE if line.path.startswith("/ogc")),
}
"""What a browser opens or sends by itself, so the key in its cookie counts there."""
FORMS = {line.path for line in TABLE if line.method == "POST" and "form" in (line.body or {})}
KEY_IN_ADDRESS = {"/planner", "/desk", "/desk/{issue_id}", "/stations/{facility_id}/print"}
"""Where ``?key=`` is put into a cookie at once."""
READ = [line for line in TABLE if line.method == "GET"]


def filled(city: City, told: str) -> str:
    """Put the names of things where the table leaves room for them."""
    return told.format(**city.names)


def filled_body(city: City, body: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(body, dict):
        return {name: filled_body(city, value) for name, value in body.items()}
    return filled(city, body) if isinstance(body, str) else body


def asked(
    city: City,
    who: str,
    line: Line,
    *,
    method: str = "",
    shown: str = "header",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    answer: httpx.Response = city.ask(
        who,
        method or line.method,
        filled(city, line.address),
        shown=shown,
        body=filled_body(city, line.body),
        headers={**(line.headers or {}), **(headers or {})},
    )
    return answer


def test_every_path_and_method_stands_in_the_table() -> None:
    here = {(line.method, line.path) for line in TABLE}
    there = {
        (method, route.path_format)  # type: ignore[attr-defined]
        for door in DOORS
        for route in door.routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert here == there | {("GET", "/openapi.json")}
    assert {path for _, path in here} == set(paths())


def test_each_is_answered_as_the_table_says(access_city: City, people: tuple[str, ...]) -> None:
    wrong = []
    for line in TABLE:
        expected = line.expected(people)
        assert expected.keys() == set(people), line
        for who in sorted(people, key=lambda one: -expected[one]):
            answer = asked(access_city, who, line)
            if answer.status_code != expected[who]:
                told = f"{answer.status_code} instead of {expected[who]}"
                wrong.append(f"{line.method} {line.address} as {who}: {told}")
            wrong += list(leaks(access_city, who, line, answer))
    assert not wrong, "\n".join(wrong)


def leaks(city: City, who: str, line: Line, answer: httpx.Response) -> Iterator[str]:
    """Tell of words in an answer that whoever asked may not read, and did not send."""
    sent = f"{filled(city, line.address)} {filled_body(city, line.body)}"
    text = f"{answer.text} {answer.headers}"
    for word, readers in city.secrets.items():
        if word in text and who not in readers and word not in sent:
            yield f"{line.method} {line.address} as {who} tells {word}"


@pytest.mark.parametrize("who", ["none", "rider", "west", "analyst", "revoked"])
def test_a_look_without_the_content_tells_no_more(
    access_city: City, people: tuple[str, ...], who: str
) -> None:
    for line in READ:
        answer = asked(access_city, who, line, method="HEAD")
        assert answer.status_code == line.expected(people)[who], line
        assert answer.content == b"", line
        assert not list(leaks(access_city, who, line, answer))


def test_other_methods_tell_nothing_to_anybody(access_city: City) -> None:
    there = {(line.method, line.path) for line in TABLE}
    for line in {line.path: line for line in TABLE}.values():
        for method in ("OPTIONS", "TRACE", "PATCH", "DELETE", "PUT", "POST"):
            if (method, line.path) in there:
                continue
            for who in ("none", "admin"):
                answer = access_city.ask(who, method, filled(access_city, line.address))
                # Where the rest of a path is an id, the method may be one of a longer path.
                assert answer.status_code in (401, 403, 404, 405, 409, 415, 422), (method, line)
                assert not list(leaks(access_city, "none", line, answer)), (method, line)
                assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("who", ["rider", "east", "analyst", "admin"])
def test_a_key_in_the_cookie_opens_what_a_browser_opens_and_no_more(
    access_city: City, people: tuple[str, ...], who: str
) -> None:
    wrong = []
    for line in TABLE:
        if line.method == "DELETE" and "gone" in line.address:
            continue
        expected = line.expected(people)[who if line.path in COOKIES else "none"]
        answer = asked(access_city, who, line, shown="cookie")
        if answer.status_code != expected:
            wrong.append(f"{line.method} {line.address}: {answer.status_code} not {expected}")
        seen_as = who if line.path in COOKIES else "none"
        # Pages that anybody may open say who opens them.
        seen_as = who if line.path in ("/", "/report", "/key") else seen_as
        wrong += list(leaks(access_city, seen_as, line, answer))
    assert not wrong, "\n".join(wrong)


def test_no_other_site_sends_a_form_with_the_key_in_the_cookie(access_city: City) -> None:
    for line in TABLE:
        if line.path in FORMS and line.method == "POST" and not line.path.startswith(O):
            for site in ("cross-site", "same-site"):
                headers = {"Sec-Fetch-Site": site}
                answer = asked(access_city, "admin", line, shown="cookie", headers=headers)
                assert answer.status_code == 403, line
                assert not list(leaks(access_city, "none", line, answer))


@pytest.mark.parametrize("shown", ["key", "api_key", "access_token"])
@pytest.mark.parametrize("who", ["rider", "admin"])
def test_a_key_in_the_address_opens_nothing(
    access_city: City, people: tuple[str, ...], who: str, shown: str
) -> None:
    for line in TABLE:
        answer = asked(access_city, who, line, shown=shown)
        if shown == "api_key" and line.path.startswith(O):
            assert answer.status_code == line.expected(people)[who], line
            continue
        if shown == "key" and line.path in KEY_IN_ADDRESS:
            assert answer.status_code == 303, line
            assert access_city.tokens[who] not in answer.headers["location"]
            continue
        nobody = line.expected(people)["none"]
        assert answer.status_code in (nobody, 422, 400), (line, answer.status_code)
        assert not list(leaks(access_city, "none", line, answer)), line


def test_what_somebody_may_not_read_is_not_held_for_them(
    access_city: City, people: tuple[str, ...]
) -> None:
    """An entity tag of what others see opens nothing, and caches keep what is for everybody."""
    for line in READ:
        expected = line.expected(people)
        plain = {who: asked(access_city, who, line) for who in ("none", "west", "analyst", "rider")}
        for who, answer in plain.items():
            tag = answer.headers.get("etag")
            for other in plain if tag else ():
                held = asked(access_city, other, line, headers={"If-None-Match": tag})
                same = plain[other].headers.get("etag") == tag
                assert held.status_code == (304 if same else expected[other]), (line, who, other)
            public = "public" in answer.headers.get("cache-control", "")
            if answer.status_code == 200 and public:
                assert plain["none"].status_code == 200, line
                assert answer.content == plain["none"].content, (line, who)


def test_what_is_hidden_is_as_if_it_were_not_there(
    access_city: City, people: tuple[str, ...]
) -> None:
    """To the byte: neither an id nor a photo can be found out by trying."""
    for line in TABLE:
        expected = line.expected(people)
        hidden = [who for who, code in expected.items() if code == 404]
        names = re.findall(r"{(\w+)}", line.address)
        if not hidden or not names or line.method == "DELETE":
            continue
        none = access_city.names | dict.fromkeys(names[-1:], "0" * 32)
        for who in hidden:
            here = asked(access_city, who, line)
            there = access_city.ask(
                who,
                line.method,
                line.address.format(**none),
                body=filled_body(access_city, line.body),
                headers=line.headers,
            )
            told = here.text.replace(access_city.names[names[-1]], "0" * 32)
            assert (there.status_code, there.text) == (here.status_code, told), (line, who)


@pytest.mark.parametrize("shown", ["header", "cookie"])
def test_a_link_to_a_report_shows_no_photo_to_staff_of_other_areas(
    access_city: City, shown: str
) -> None:
    page, photo = (access_city.names[f"w_hidden_{name}"] for name in ("token", "photo"))
    for who, sees in (("west", True), ("rider", True), ("east", False), ("none", False)):
        text = access_city.ask(who, "GET", f"/report/{page}", shown=shown).text
        assert "words-of-w_hidden" in text
        assert (f"/photos/{photo}" in text) is sees, who


def issues_in(city: City, who: str, address: str) -> set[str]:
    answer = city.ask(who, "GET", address)
    assert answer.status_code == 200
    names = {city.names[name]: name for name in city.names if name[1:] in ("_shown", "_hidden")}
    return {name for issue_id, name in names.items() if issue_id in answer.text}


EVERY = "stage=collected&stage=filed&stage=merged"
OWN = {
    "west": {"w_shown", "w_hidden", "m_hidden"},
    "east": {"e_shown", "e_hidden"},
    "staff": {"w_shown", "w_hidden", "m_hidden", "e_shown", "e_hidden", "n_hidden"},
}
OWN["admin"] = OWN["staff"]


@pytest.mark.parametrize("who", OWN)
def test_lists_of_staff_hold_their_own_and_all_of_it(access_city: City, who: str) -> None:
    assert issues_in(access_city, who, f"/issues?{EVERY}") == OWN[who]
    assert issues_in(access_city, who, f"/desk?{EVERY}") == OWN[who]
    seen = OWN[who] | {"w_shown", "e_shown"}
    assert issues_in(access_city, who, f"{O}/requests.json") == seen
    for name in OWN["staff"]:
        code = access_city.ask(who, "GET", f"/issues/{access_city.names[name]}").status_code
        assert code == (200 if name in seen else 404), name


def test_the_desk_counts_what_the_key_is_for(access_city: City) -> None:
    for who in OWN:
        page = access_city.ask(who, "GET", "/desk").text
        is_open, overdue, *stages = map(int, re.findall(r"<strong>(\d+)</strong>", page))
        every = access_city.ask(who, "GET", f"/issues?limit=500&{EVERY}").json()["features"]
        listed = access_city.ask(who, "GET", "/issues?limit=500").json()["features"]
        assert (is_open, overdue, sum(stages)) == (len(listed), 0, len(every)), who


def test_riders_lists_hold_their_own(access_city: City) -> None:
    for who, other in (("rider", "other"), ("other", "rider")):
        for address in ("/traces", "/tasks", "/checkins", "/credits"):
            text = access_city.ask(who, "GET", address).text
            words = [w for w, readers in access_city.secrets.items() if other in readers]
            assert not [word for word in words if word in text], address
        trips = access_city.ask(who, "GET", "/traces").json()["trips"]
        assert access_city.names[f"{who}_trip"] in {one["trip_id"] for one in trips}
        visits = access_city.ask(who, "GET", "/checkins").json()["visits"]
        assert len(visits) == 1


def test_a_place_in_a_list_is_no_way_around_the_areas(access_city: City) -> None:
    """Whatever page is asked for, with whatever end of the page before."""
    for after in ("", "0-a", "253402300799000000-", "253402300799000000-r-0", "0-r-zzz"):
        address = f"/issues?{EVERY}&limit=500&after={after}"
        answer = access_city.ask("west", "GET", address)
        if answer.status_code == 200:
            assert issues_in(access_city, "west", address) <= OWN["west"]
    bad = access_city.ask("west", "GET", "/issues?after=' OR 1=1 --")
    assert bad.status_code == 422


def test_nobody_gets_the_answer_to_what_another_sent(access_city: City) -> None:
    """Under the same idempotency key each sender's report is one of its own."""
    sent = {
        "service_code": "hole",
        "lat": "32.0362",
        "long": "112.1342",
        "description": "a hole",
    }
    ids = {}
    for who in ("rider", "other", "none", "west", "staff"):
        for _ in range(2):
            answer = access_city.ask(
                who,
                "POST",
                f"{O}/requests.json",
                body={"form": sent},
                headers={"Idempotency-Key": "guessed"},
            )
            assert answer.status_code == 201
            found = answer.json()[0]["service_request_id"]
            assert ids.setdefault(who, found) == found
    assert len(set(ids.values())) == len(ids)
    # What is sent again under the key of another's move is looked at by one's own rights.
    moved = access_city.ask(
        "east",
        "POST",
        f"/issues/{ids['rider']}/moves",
        body={"to": "filed"},
        headers={"Idempotency-Key": "guessed"},
    )
    assert moved.status_code == 404


def test_what_staff_report_elsewhere_is_anybodys_report(access_city: City) -> None:
    """A key of some areas makes nothing public outside of them."""
    for lon, shown in ((112.1345, True), (112.1405, False)):
        sent = {
            "service_code": "hole",
            "lat": "32.0372",
            "long": f"{lon}",
            "description": f"a hole at {lon}",
        }
        made = access_city.ask("west", "POST", f"{O}/requests.json", body={"form": sent})
        issue_id = made.json()[0]["service_request_id"]
        seen = access_city.ask("none", "GET", f"/issues/{issue_id}").status_code
        assert seen == (200 if shown else 404)
