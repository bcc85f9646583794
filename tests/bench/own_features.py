"""What of features only we are asked: filters, orders, one by its id, and changes while serving."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from urllib.parse import quote

import numpy as np
from feature_asking import Asker, asking
from feature_city import FEATURES, FeatureCity
from feature_questions import Running
from figures import begin_section, tell

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities

ASKED = 15
CHANGES = 10
FILTERS = {
    "kind and a number": "kind = 'rest_station' AND charged > 5",
    "a text that is like": "address LIKE '%号%' AND name LIKE '%9'",
    "within a box": "S_INTERSECTS(geometry, BBOX(-8.65,41.13,-8.6,41.17))",
}


def bench_own(ours: Running, workspace: Path, city: FeatureCity) -> None:
    """Print what is asked of us alone."""
    begin_section(f"Ours alone, on {FEATURES:,} features, one connection, p50")
    with asking(ours.server.port) as asker:
        for name, text in FILTERS.items():
            path = ours.server.items(filter=quote(text), limit=10)
            matched = asker.document(path)["numberMatched"]
            tell(f"filter: {name}", _p50_ms(asker, path), "ms", matched=matched)
        for order in ("-charged,name", "address"):
            path = ours.server.items(sortby=order, limit=10)
            tell(f"sortby={order}, the first time", asker.seconds(path) * 1000, "ms")
            tell(f"sortby={order}", _p50_ms(asker, path), "ms")
        pages = ours.server.items(limit=10).partition("?")[0]
        ids = np.random.default_rng(4).choice(city.ids, 200)
        tell("one by its id", median(asker.seconds(f"{pages}/{one}") for one in ids) * 1000, "ms")
        _tell_changes(asker, ours, workspace)


def _tell_changes(asker: Asker, ours: Running, workspace: Path) -> None:
    """Change one facility while serving, and ask for it at once."""
    seconds = list(_changes(asker, ours, workspace))
    tell("a box just after a change of one facility, p50", median(seconds) * 1000, "ms")
    tell("a box just after a change of one facility, longest", max(seconds) * 1000, "ms")


def _changes(asker: Asker, ours: Running, folder: Path) -> Iterator[float]:
    with open_workspace(Settings(workspace=folder)) as workspace:
        for number in range(CHANGES):
            facility_id = f"f{number:06}"
            with workspace.database.writing() as connection:
                found = stored_facilities.find(connection, facility_id)
                if found is None:
                    raise RuntimeError(f"{facility_id} is gone")
                name = f"驿站 {number} 号（新）"
                stored_facilities.write(connection, [replace(found, name=name)])
            sides = [at + side for side in (-1e-5, 1e-5) for at in (found.lon, found.lat)]
            box = ",".join(f"{side:.7f}" for side in sides)
            start = time.perf_counter()
            page = asker.document(ours.server.items(bbox=box, limit=100))
            yield time.perf_counter() - start
            told = {row["id"]: row["properties"]["name"] for row in page["features"]}
            if told[facility_id] != name:
                raise RuntimeError("a change does not show")


def _p50_ms(asker: Asker, path: str) -> float:
    return median(asker.seconds(path) for _ in range(ASKED)) * 1000
