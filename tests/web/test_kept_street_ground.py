import json
from dataclasses import replace

import pytest

from geo_service.flows.wiring import open_workspace
from geo_service.maps.base_tiles import base_tiles
from geo_service.settings import Basemap, Settings
from geo_service.streets.profile import Profile
from geo_service.web import kept_street_ground
from geo_service.web.kept_street_ground import KeptStreetGround


def test_streets_are_drawn_once_until_they_change(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    draw = kept_street_ground.draw_background
    monkeypatch.setattr(
        kept_street_ground, "draw_background", lambda *asked: drawn.append(asked) or draw(*asked)
    )
    with open_workspace(settings) as workspace:
        network = workspace.streets(Profile.EBIKE).network
    kept = KeptStreetGround()
    assert kept.text(network) == kept.text(network)
    assert len(drawn) == 1
    kept.text(replace(network))
    assert len(drawn) == 2


def test_the_base_map_of_the_settings_is_named_beside_the_streets(settings: Settings) -> None:
    with open_workspace(settings) as workspace:
        network = workspace.streets(Profile.EBIKE).network
    tiles = base_tiles(Settings(basemap=Basemap.OSM))
    assert tiles is not None
    own, outside = (json.loads(KeptStreetGround(one).text(network)) for one in (None, tiles))
    assert own["tiles"] is None
    assert outside["tiles"] == tiles.as_values()
    assert outside["streets"] == own["streets"]
