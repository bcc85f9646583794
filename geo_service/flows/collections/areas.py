"""The collection of areas, each with the body that answers for it."""

from collections.abc import Mapping

import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Features, Field, Kind, Row
from geo_service.flows.collections.collection import Collection, Shape, Sight
from geo_service.flows.collections.said_more import MORE, more_text
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas

FIELDS = (
    Field("name", Kind.TEXT, "What it is called."),
    Field("name_en", Kind.TEXT, "What it is called in English."),
    Field("body_id", Kind.TEXT, "Who answers for it."),
    Field("body_name", Kind.TEXT, "What that body is called."),
    Field("body_level", Kind.TEXT, "At which level that body stands.", choices=tuple(Level)),
    MORE,
)


def area_row(area: Area, bodies: Mapping[str, Body], sight: Sight) -> Row:
    """Make the feature of one area.

    Parameters
    ----------
    area : Area
        As it is stored.
    bodies : mapping of str to Body
        All of them, by id.
    sight : Sight
        By whose rights; what else the source said is for analysts. Raises nothing.
    """
    body = bodies.get(area.body_id)
    values = (
        area.name or None,
        area.name_en or None,
        area.body_id or None,
        body.name or None if body else None,
        str(body.level) if body else None,
        None if sight.viewer is Viewer.PUBLIC else more_text(area.more),
    )
    return area.area_id, shapely.from_wkb(area.wkb), values


def read_areas(workspace: Workspace, sight: Sight) -> Features:
    """Read all areas. Raises nothing of its own."""
    with workspace.database.reading() as connection:
        found = stored_areas.read_areas(connection)
        bodies = stored_areas.bodies_by_id(connection)
    return Features.of(FIELDS, [area_row(area, bodies, sight) for area in found])


AREAS = Collection(
    name="areas",
    title="Areas of responsibility",
    description="The polygons into which the city is divided, and who answers for each. Cut at "
    "the 180th meridian where they cross it.",
    shape=Shape.POLYGON,
    id_name="area_id",
    fields=FIELDS,
    read=read_areas,
    called=("name", "name_en"),
)
