"""What doors answer with: JSON, GeoJSON and pages, each with the headers it needs."""

import json
from collections.abc import Mapping

from starlette.responses import HTMLResponse, Response

from geo_service.web.page_policies import STRICT_POLICY

GEOJSON = "application/geo+json"
JSON = "application/json"
NOT_KEPT = {"Cache-Control": "no-store"}


def json_answer(
    value: object, *, media_type: str = JSON, headers: Mapping[str, str] = NOT_KEPT
) -> Response:
    """Answer with JSON; ValueError if a number in it is not finite."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body.encode(), media_type=media_type, headers=dict(headers))


def page_answer(page: str, policy: str = STRICT_POLICY, *, status: int = 200) -> HTMLResponse:
    """Answer with a page under a Content-Security-Policy."""
    return HTMLResponse(
        page, status_code=status, headers={**NOT_KEPT, "Content-Security-Policy": policy}
    )
