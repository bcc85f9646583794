"""Areas as features."""

import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.flows.collections.areas import read_areas
from geo_service.flows.collections.collection import PUBLIC, TRUSTED
from geo_service.flows.wiring import Workspace
from geo_service.store import areas


def test_an_area_names_who_answers_for_it(empty: Workspace) -> None:
    shape = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    body = Body("b", "社区", Level.COMMUNITY)
    area = Area("a", "片区", "b", shape.wkb, name_en="Area", more={"people": "9"})
    with empty.database.writing() as connection:
        areas.write(connection, [area], [body])
    for sight, more in ((PUBLIC, None), (TRUSTED, '{"people": "9"}')):
        features = read_areas(empty, sight)
        assert features.ids.tolist() == ["a"]
        assert shapely.equals_exact(features.shapes[0], shape)
        assert {name: column.value(0) for name, column in features.columns.items()} == {
            "name": "片区",
            "name_en": "Area",
            "body_id": "b",
            "body_name": "社区",
            "body_level": "community",
            "more": more,
        }
