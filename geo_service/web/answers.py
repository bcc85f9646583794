"""What doors answer with: JSON, GeoJSON and pages, each with the headers it needs."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from starlette.responses import HTMLResponse, Response

GEOJSON = "application/geo+json"
JSON = "application/json"
NOT_KEPT = {"Cache-Control": "no-store"}

INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)


def strict_policy(pictures: Sequence[str] = ()) -> str:
    """Return a policy for pages of our own templates: nothing inline, nothing from elsewhere.

    Only pictures may come from the hosts named, the tiles of a base map.
    """
    images = " ".join(("'self' data:", *pictures))
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


STRICT_POLICY = strict_policy()
"""For pages that show no tiles."""


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


def policy_for_inline(page: str, pictures: Sequence[str] = ()) -> str:
    """Return a policy for a page that others' libraries write, with scripts of its own in it.

    Each script in the page is allowed by the hash of its text, so that nothing in a pop-up can
    run, not even an event handler. Leaflet and Swagger place things by ``style`` attributes,
    which no hash covers, so styles may be inline; and they draw pictures of their own making.
    Besides, pictures may come from the hosts named, the tiles of a base map.
    """
    hashes = {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in INLINE_SCRIPT.findall(page)
    }
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in sorted(hashes))])
    images = " ".join(("'self' data: blob:", *pictures))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        f"img-src {images}; font-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
