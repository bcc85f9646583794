"""The page: base map, layers, and the panel that names and explains them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import folium
from branca.element import Element

from geo_service.errors import WrongUsage
from geo_service.maps.assets import Assets
from geo_service.maps.base_tiles import BaseTiles
from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer
from geo_service.maps.elements import Drawing, Panel, Sheet, StationMap
from geo_service.maps.escape import as_entities
from geo_service.maps.layers.blind_spots import draw_blind_spots
from geo_service.maps.layers.catchments import draw_catchments
from geo_service.maps.layers.exposure import draw_exposure
from geo_service.maps.layers.facilities import draw_facilities
from geo_service.maps.layers.hours import draw_hours
from geo_service.maps.layers.issue_density import draw_issue_density
from geo_service.maps.layers.issues import draw_issues
from geo_service.maps.layers.passes import draw_passes
from geo_service.maps.layers.rate import draw_rate
from geo_service.maps.layers.release import draw_release
from geo_service.maps.layers.streets import draw_streets
from geo_service.maps.page_parts import Parts
from geo_service.maps.panel import panel_html
from geo_service.maps.street_ground import draw_background
from geo_service.maps.view import View, view_of

DrawLayer: TypeAlias = Callable[[MapContent, View], DrawnLayer | None]

LAYERS: Mapping[str, DrawLayer] = {
    "passes": draw_passes,
    "facilities": draw_facilities,
    "issues": draw_issues,
    "issue_density": draw_issue_density,
    "exposure": draw_exposure,
    "hours": draw_hours,
    "rate": draw_rate,
    "streets": draw_streets,
    "blind_spots": draw_blind_spots,
    "release": draw_release,
    "catchments": draw_catchments,
}
"""Every layer by name, in the order of the panel."""
PLANNER_LAYERS = (
    "facilities",
    "issues",
    "issue_density",
    "passes",
    "exposure",
    "hours",
    "rate",
    "streets",
    "blind_spots",
    "catchments",
)
_COVERING = (
    "passes",
    "release",
    "exposure",
    "hours",
    "rate",
    "streets",
    "blind_spots",
    "catchments",
    "issue_density",
)
"""Of layers that hide each other a page opens with the first that it has."""
PUBLIC_LAYERS = ("facilities", "issues", "issue_density", "release", "catchments")


def draw(
    content: MapContent,
    layers: Sequence[str],
    *,
    assets: Assets,
    tiles: BaseTiles | None = None,
    parts: Parts | None = None,
) -> folium.Map:
    """Draw a map.

    Parameters
    ----------
    content : MapContent
        What there is to show; what the reader may not see must not be in it.
    layers : sequence of str
        Names of ``LAYERS``, in any order.
    assets : Assets
        Where scripts and styles come from.
    tiles : BaseTiles, optional
        The base map; None: the streets of ``content``, which else stand in for it.
    parts : Parts, optional
        What the page may ask our server for later; None: it holds all itself, and of many cards
        only the most important.

    Returns
    -------
    folium.Map
        The same content always gives the same page.

    Raises
    ------
    WrongUsage
        If a layer has another name than those of ``LAYERS``.
    """
    unknown = sorted(set(layers) - set(LAYERS))
    if unknown:
        raise WrongUsage(
            f"There is no map layer {unknown[0]!r}.",
            where="layers",
            remedy=f"Known: {', '.join(LAYERS)}.",
        )
    content = replace(content, crowded=not set(layers) <= set(PUBLIC_LAYERS))
    view = view_of(content)
    sheet = Sheet(title=as_entities(content.title))
    for name, element in assets.elements():
        sheet.header.add_child(element, name=name)
    has_streets = content.network is not None and content.network.edges > 0
    from_osm = content.network is not None and bool((content.network.edge_from_id >= 0).any())
    ground = {"tiles": tiles.as_values()} if tiles else {}
    page = StationMap(sheet, {"corners": view.corners, "osm": has_streets and from_osm, **ground})
    if content.network is not None and has_streets:
        page.add_child(Drawing("streets", "page", draw_background(content.network, view)))
    drawn = {key: make(content, view) for key, make in LAYERS.items() if key in layers}
    groups = {key: layer.group for key, layer in drawn.items() if layer is not None}
    for group in groups.values():
        page.add_child(group)
    for drawing in _drawings(page):
        drawing.settle(parts)
    page.add_child(Panel(panel_html(content, drawn, opened_with(groups)), groups, view.corners))
    return page


def _drawings(element: Element) -> Iterator[Drawing]:
    if isinstance(element, Drawing):
        yield element
    for child in element._children.values():  # noqa: SLF001 - branca offers no other way down
        yield from _drawings(child)


def opened_with(layers: Collection[str]) -> set[str]:
    """Choose the layers a page opens with: all marks, and one of those that cover the ground."""
    covering = next((name for name in _COVERING if name in layers), None)
    return {name for name in layers if name not in _COVERING or name == covering}


def render(drawn: folium.Map) -> str:
    """Write a map as HTML."""
    return str(drawn.get_root().render())
