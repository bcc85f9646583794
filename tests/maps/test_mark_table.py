import json

import numpy as np

from geo_service.maps.mark_table import MarkTable


def test_neighbours_follow_each_other_and_cards_stay_with_their_marks() -> None:
    random = np.random.default_rng(4)
    lon, lat = random.uniform(112, 113, 500), random.uniform(32, 33, 500)
    table = MarkTable(
        lon=lon, lat=lat, style=np.arange(500) % 7, look=np.arange(500) % 3,
        important=np.arange(500), card=lambda row: [f"{row}", ""], tags=np.empty((500, 0)),
    )  # fmt: skip
    drawing = table.drawing("facilities", {"shape": "square"}, 10**6)
    drawing.settle(None)
    data = json.loads(drawing.data)
    order = [int(card[0]) for card in data["cards"]["rows"]]
    assert sorted(order) == list(range(500))
    steps = np.hypot(np.diff(lon[order]), np.diff(lat[order]))
    assert np.median(steps) < np.median(np.hypot(np.diff(lon), np.diff(lat))) / 5
    assert data["count"] == 500
