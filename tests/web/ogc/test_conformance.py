"""Which requirements the claimed classes have, and that each is asked, or why it is not.

The names are those of the standards: OGC API - Features Part 1 (17-069r4), Part 2 (18-058r1)
and Part 3 (19-079r2). A requirement ``/req/core/http`` is asked by ``test_req_core_http`` in one
of the files ``test_conformance_*.py`` beside this one.
"""

import re
from pathlib import Path

import httpx

REQUIREMENTS = {
    "core": """
        root-op root-success api-definition-op api-definition-success conformance-op
        conformance-success http query-param-unknown query-param-invalid crs84 fc-md-op
        fc-md-success fc-md-links fc-md-items fc-md-items-links fc-md-extent fc-md-extent-multi
        sfc-md-op sfc-md-success fc-op fc-limit-definition fc-limit-response-1 fc-bbox-definition
        fc-bbox-response fc-time-definition fc-time-response fc-response fc-links fc-rel-type
        fc-timeStamp fc-numberMatched fc-numberReturned f-op f-success f-links
    """,
    "oas30": """
        oas-definition-1 oas-definition-2 oas-impl completeness exception-codes security
    """,
    "html": "definition content",
    "geojson": "definition content",
    "crs": """
        fc-md-crs-list fc-md-crs-list-global fc-md-storageCrs fc-md-storageCrs-valid-value crs-uri
        fc-crs-definition fc-crs-valid-value fc-crs-default-value fc-crs-action
        fc-bbox-crs-definition fc-bbox-crs-valid-value fc-bbox-crs-default-value
        fc-bbox-crs-action ogc-crs-header ogc-crs-header-value geojson
    """,
    "queryables": """
        get-queryables-op get-queryables-response queryables-link expression-construction
    """,
    "queryables-query-parameters": "parameters",
    "filter": """
        filter-param filter-lang-param filter-crs-wgs84 filter-crs-param expression-construction
        mixing-expressions response
    """,
    "features-filter": """
        get-queryables-op queryables-link filter-lang-param filter-crs-param response
    """,
}
"""By class, each requirement's name."""
NOT_ASKED = {
    "/req/core/fc-md-extent-multi": "An extent is told as one box and one interval.",
    "/req/features-filter/get-queryables-op": "As /req/queryables/get-queryables-op.",
    "/req/features-filter/queryables-link": "As /req/queryables/get-queryables-op, its link.",
    "/req/features-filter/filter-lang-param": "As /req/filter/filter-lang-param.",
    "/req/features-filter/filter-crs-param": "As /req/filter/filter-crs-param.",
}


def test_every_requirement_of_the_claimed_classes_is_asked() -> None:
    files = Path(__file__).parent.glob("test_conformance_*.py")
    tests = {
        name
        for file in files
        for name in re.findall(r"^def (test_req_\w+)", file.read_text(), re.MULTILINE)
    }
    left_out = {
        f"/req/{of}/{name}"
        for of, names in REQUIREMENTS.items()
        for name in names.split()
        if f"test_req_{of}_{name}".replace("-", "_").lower() not in tests
    }
    assert left_out == set(NOT_ASKED)


def test_the_claimed_classes_are_those_that_are_asked(city_door: httpx.Client) -> None:
    told = city_door.get("/ogc/conformance").json()["conformsTo"]
    claimed = {one.rpartition("/")[2] for one in told if "/ogcapi-features-" in one}
    assert claimed == set(REQUIREMENTS)
