from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import networkx as nx
import pytest
import shapely
from shapely.geometry import Point

End = tuple[float, float]
NOT_BY_BIKE = {"footway", "corridor", "pedestrian", "steps"}


@pytest.fixture(scope="module")
def streets(read_demo: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_demo("streets")["features"]
    return found


@pytest.fixture(scope="module")
def lines(layer: Callable[[str], Any]) -> Any:  # noqa: ANN401 - geopandas ships no types
    return layer("streets")


def ends(street: dict[str, Any]) -> tuple[End, End]:
    first, *_, last = street["geometry"]["coordinates"]
    return (first[0], first[1]), (last[0], last[1])


def may_ride(street: dict[str, Any]) -> bool:
    tags = street["properties"]
    if tags.get("bicycle") == "no" or tags.get("access") == "private":
        return False
    return tags["highway"] not in NOT_BY_BIKE or tags.get("bicycle") == "yes"


def end_points(line: Any) -> shapely.MultiPoint:  # noqa: ANN401 - geopandas ships no types
    return shapely.MultiPoint([line.coords[0], line.coords[-1]])


def graph_of(streets: Iterator[dict[str, Any]], *, one_way: bool) -> nx.DiGraph:
    graph = nx.DiGraph()
    for street in streets:
        start, end = ends(street)
        length = shapely.LineString(street["geometry"]["coordinates"]).length
        graph.add_edge(start, end, length=length)
        if not one_way or street["properties"]["oneway"] != "yes":
            graph.add_edge(end, start, length=length)
    return graph


def test_every_kind_of_street_is_there(streets: list[dict[str, Any]]) -> None:
    kinds = Counter(street["properties"]["highway"] for street in streets)
    for kind in ("primary", "secondary", "tertiary", "residential", "living_street", "service"):
        assert kinds[kind] >= 30, kind
    for kind in ("footway", "corridor", "pedestrian", "steps", "path", "cycleway"):
        assert kinds[kind] >= 1, kind


def test_columns_are_those_of_a_line_layer(streets: list[dict[str, Any]]) -> None:
    known = {"highway", "oneway", "name", "name_en", "maxspeed", "bicycle", "foot", "access"}
    for street in streets:
        tags = street["properties"]
        assert {"highway", "oneway"} <= set(tags) <= known
        assert tags["oneway"] in {"yes", "no"}
        assert ("name" in tags) == ("name_en" in tags)
        assert int(tags.get("maxspeed", "20")) in {20, 30, 40, 50}


def test_names_are_chinese_and_english(streets: list[dict[str, Any]]) -> None:
    named = [street["properties"] for street in streets if "name" in street["properties"]]
    assert len(named) > 0.95 * len(streets)
    assert all("\u4e00" <= tags["name"][0] <= "\u9fff" for tags in named)
    assert all(tags["name_en"].isascii() for tags in named)
    assert len({tags["name"] for tags in named}) > 80


def test_main_roads_have_two_one_way_carriageways(streets: list[dict[str, Any]]) -> None:
    for name in ("云鹤大道", "长槐路"):
        parts = [street for street in streets if street["properties"].get("name") == name]
        assert all(part["properties"]["oneway"] == "yes" for part in parts)
    # The carriageways keep to the right: eastward is the southern one.
    avenue = [street for street in streets if street["properties"].get("name") == "云鹤大道"]
    near = [
        (end[0] > start[0], start[1])
        for start, end in map(ends, avenue)
        if 112.143 < start[0] < 112.146
    ]
    east = [lat for eastward, lat in near if eastward]
    west = [lat for eastward, lat in near if not eastward]
    assert east
    assert west
    assert max(east) < min(west)


def test_some_small_streets_are_one_way(streets: list[dict[str, Any]]) -> None:
    names = {
        street["properties"]["name"]
        for street in streets
        if street["properties"]["oneway"] == "yes"
        and street["properties"]["highway"] in {"tertiary", "residential"}
    }
    assert len(names) >= 5


def test_lines_meet_only_at_their_ends(lines: Any) -> None:  # noqa: ANN401 - as above
    shapes = lines.geometry.to_numpy()
    ones, others = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for one, other in zip(shapes[ones[ones < others]], shapes[others[ones < others]], strict=True):
        for part in shapely.get_parts(one.intersection(other)):
            assert part.geom_type == "Point", "two lines share more than a point"
            # Rounding to 7 digits moves a corner by a centimetre at most.
            assert end_points(one).distance(part) < 0.03
            assert end_points(other).distance(part) < 0.03


def test_no_line_is_a_point_or_a_stub(lines: Any) -> None:  # noqa: ANN401 - as above
    assert lines.length.min() > 4.0
    assert lines.length.sum() > 45_000


def test_a_bike_gets_from_everywhere_to_everywhere(streets: list[dict[str, Any]]) -> None:
    graph = graph_of((street for street in streets if may_ride(street)), one_way=True)
    main = max(nx.strongly_connected_components(graph), key=len)
    total = sum(length for *_, length in graph.edges(data="length"))
    inside = sum(length for *_, length in graph.subgraph(main).edges(data="length"))
    assert inside > 0.99 * total


def test_one_walks_through_the_mall_but_rides_around_it(streets: list[dict[str, Any]]) -> None:
    on_foot = graph_of(iter(streets), one_way=False)
    by_bike = graph_of((street for street in streets if may_ride(street)), one_way=True)
    corridors = [street for street in streets if street["properties"]["highway"] == "corridor"]
    assert all(street["properties"]["bicycle"] == "no" for street in corridors)
    inside = {end for street in corridors for end in ends(street)}
    gates = sorted(inside & set(by_bike))
    assert len(gates) >= 2, "the mall opens to streets on both sides"
    west, east = gates[0], gates[-1]
    assert not (inside - set(gates)) & set(by_bike)
    walk = nx.dijkstra_path_length(on_foot, west, east, weight="length")
    bike = nx.dijkstra_path_length(by_bike, west, east, weight="length")
    assert bike > 1.3 * walk


def test_the_park_may_be_crossed_by_bike(streets: list[dict[str, Any]]) -> None:
    paths = [street for street in streets if street["properties"]["highway"] == "path"]
    assert all(street["properties"]["bicycle"] == "yes" for street in paths)
    assert sum(len(street["geometry"]["coordinates"]) for street in paths) > 10


def test_the_district_is_about_two_square_kilometres(
    layer: Callable[[str], Any],
    lines: Any,  # noqa: ANN401 - as above
) -> None:
    areas = layer("areas").set_index("id")
    district = areas.geometry["area-district"]
    assert 1.8e6 < district.area < 2.3e6
    inside = lines.geometry.intersection(district).length.sum()
    assert 18_000 < inside / (district.area / 1e6) < 30_000, "metres of street a km²"


def test_the_first_question_of_the_readme_lies_inside(
    layer: Callable[[str], Any],
    lines: Any,  # noqa: ANN401 - as above
) -> None:
    asked = gpd.GeoSeries([Point(112.14, 32.04)], crs=4326).to_crs(lines.crs).iloc[0]
    assert lines.distance(asked).min() < 50.0
    facilities = layer("facilities")
    cabinet = facilities[facilities["kind"] == "charging_cabinet"]
    assert cabinet.distance(asked).min() < 400.0
