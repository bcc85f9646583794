"""What every layer hands to the page."""

from dataclasses import dataclass

import folium

from geo_service.maps.view import View
from geo_service.overlay.heat import Heat


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLayer:
    """A layer ready to be put on a map, and the legend that explains its numbers."""

    key: str
    group: folium.FeatureGroup
    legend: str
    """HTML."""


def new_group(key: str) -> folium.FeatureGroup:
    """Make an empty group, which the panel puts on the map; the same key gives the same page."""
    group = folium.FeatureGroup(name=key, show=False, control=False)
    group._id = key  # noqa: SLF001 - folium's random names would make each page differ
    return group


def spots_of(heat: Heat, view: View) -> list[list[float]]:
    """Write weighted points as latitude, longitude and weight."""
    lon = view.unwrapped(heat.lon)
    return [
        [
            round(float(heat.lat[row]), 6),
            round(float(lon[row]), 6),
            round(float(heat.weight[row]), 3),
        ]
        for row in range(len(heat))
    ]
