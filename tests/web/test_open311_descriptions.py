from http import HTTPStatus

import httpx

from geo_service.web.open311_descriptions import describe_both, describe_errors
from geo_service.web.schemas import open311


def test_answers_and_errors_are_described_in_both_formats() -> None:
    assert set(describe_both(open311.SERVICES, "All.")["content"]) == {
        "application/json",
        "text/xml",
    }
    told = describe_errors(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED)
    assert set(told) == {400, 403}
    assert told[403]["content"]["application/json"]["example"][0]["code"] == 403


def test_every_operation_of_open311_is_described(reporting_door: httpx.Client) -> None:
    paths = reporting_door.get("/openapi.json").json()["paths"]
    ours = {path: told for path, told in paths.items() if path.startswith("/open311/")}
    assert len(ours) == 6
    for path, operations in ours.items():
        for method, operation in operations.items():
            assert operation["summary"].startswith("Open311: "), path
            assert operation["description"]
            assert operation["tags"] == ["open311"]
            formats = [one for one in operation["parameters"] if one["name"] == "format"]
            assert [one["in"] for one in formats] == ["path"], path
            assert "404" in operation["responses"]
            done = operation["responses"]["201" if method == "post" else "200"]
            assert set(done["content"]) == {"application/json", "text/xml"}
            assert done["content"]["application/json"]["example"]
    post = ours["/open311/v2/requests.{format}"]["post"]
    assert set(post["requestBody"]["content"]) == {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
    assert {"400", "403", "404", "413", "503"} <= set(post["responses"])
