"""The answer to "what is nearest?" as GeoJSON text, written quickly.

What never changes about a facility is encoded once; only rank, way and state are written for
each answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from geo_service.domain.facility import Facility
from geo_service.domain.near_facility import NearFacility
from geo_service.export.features import iso
from geo_service.export.navigate import amap_link

MOST_KEPT = 200_000
"""So many facilities' texts are kept before all are forgotten."""


class NearWriter:
    """Writes answers of one profile, and keeps the texts of the facilities it has met.

    Parameters
    ----------
    riding : bool
        Whether the links to navigation are for riding; otherwise for walking.
    """

    def __init__(self, *, riding: bool) -> None:
        self._riding = riding
        self._texts: dict[str, tuple[Facility, str]] = {}

    def write(
        self,
        found: Iterable[NearFacility],
        *,
        by: str,
        notes: Sequence[str] = (),
        ways: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Write a FeatureCollection.

        Parameters
        ----------
        found : iterable of NearFacility
            Nearest first.
        by : str
            How they were compared.
        notes : sequence of str
            What the rider should know.
        ways : sequence of mapping
            More properties of each facility: the way to it.

        Returns
        -------
        str
            JSON; positions are WGS-84, longitude first. Raises nothing.
        """
        features = [self._facility_text(near.facility) + _near_text(near) for near in found]
        if ways:
            features = [
                f"{feature},{_json(way)[1:-1]}" if way else feature
                for feature, way in zip(features, ways, strict=True)
            ]
        told = _json(list(notes)) if notes else "[]"
        inside = "}},".join(features) + ("}}" if features else "")
        return f'{{"type":"FeatureCollection","by":"{by}","notes":{told},"features":[{inside}]}}'

    def _facility_text(self, facility: Facility) -> str:
        kept = self._texts.get(facility.facility_id)
        if kept is not None and kept[0] is facility:
            return kept[1]
        text = _facility_text(facility, riding=self._riding)
        if len(self._texts) >= MOST_KEPT:
            self._texts.clear()
        self._texts[facility.facility_id] = facility, text
        return text


def _facility_text(facility: Facility, *, riding: bool) -> str:
    """Write a feature as far as its own properties go, without an end."""
    geometry = {"type": "Point", "coordinates": [facility.lon, facility.lat]}
    properties = {
        "id": facility.facility_id,
        "kind": facility.kind,
        "name": facility.name,
        "name_en": facility.name_en,
        "amenities": sorted(facility.amenities),
        "navigate": amap_link(facility, riding=riding),
    }
    head = {"type": "Feature", "id": facility.facility_id, "geometry": geometry}
    return f'{_json(head)[:-1]},"properties":{_json(properties)[:-1]}'


def _near_text(near: NearFacility) -> str:
    """Write the properties of one answer."""
    opening, age, off = near.opening, near.state_age_s, near.snapped_m
    closes = opening.changes_at if opening.open else None
    return (
        f',"rank":{near.rank},"distance_m":{near.distance_m:.1f},"duration_s":{near.duration_s:.1f}'
        f',"straight_m":{near.straight_m:.1f},"snapped_m":{"null" if off is None else f"{off:.1f}"}'
        f',"open_now":{"true" if opening.open else "false"}'
        f',"closes_at":{"null" if closes is None else _iso_text(closes)}'
        f',"usable":"{near.usable.value}","state_age_s":{"null" if age is None else f"{age:.1f}"}'
    )


@lru_cache(maxsize=4096)
def _iso_text(moment: datetime) -> str:
    return _json(iso(moment.astimezone(UTC)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
