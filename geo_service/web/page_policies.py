"""What browsers let a page do: the Content-Security-Policy of each sort of answer."""

import base64
import hashlib
import re
from collections.abc import Sequence

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
NO_PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""For what is no page."""
WORKER_POLICY = "default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""The worker asks this server for pages and their parts, and runs nothing else."""


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
