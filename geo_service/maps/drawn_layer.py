"""What every layer hands to the page."""

from dataclasses import dataclass

import folium


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
