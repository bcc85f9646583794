"""The areas of the demo district and the bodies of five levels that answer for them."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely import LineString, Polygon
from shapely.geometry.polygon import orient

from demo_district.frame import Point, to_position
from demo_district.street_plan import PLAN

BEYOND_M = 260.0
"""How far the street office's area reaches beyond the business district."""
RIVERSIDE_M = 70.0


@dataclass(frozen=True)
class Answering:
    """One body; ``categories`` empty: it answers for all."""

    body_id: str
    level: str
    name: str
    name_en: str
    parent_id: str = ""
    categories: tuple[str, ...] = ()


ROADWAY = ("standing_water", "damaged_road", "missing_manhole_cover", "broken_light")
CLEANING = ("littering",)
TRADE = ("food_hygiene", "littering", "blocked_lane")

BODIES = (
    Answering("body-street", "street_committee", "云鹤街道工作委员会", "Yunhe Street Committee"),
    Answering(
        "body-district",
        "business_district_committee",
        "汇云商圈委员会",
        "Huiyun Business District Committee",
        "body-street",
        (*ROADWAY, "blocked_lane", "illegal_parking", "food_hygiene"),
    ),
    *(
        Answering(
            f"body-{key}",
            "community",
            f"{name}社区",
            f"{name_en} Community",
            "body-district",
            ("littering", "illegal_parking", "blocked_lane", "broken_light"),
        )
        for key, name, name_en in (
            ("hetang", "荷塘", "Hetang"),
            ("shuyuan", "书院", "Shuyuan"),
            ("liulin", "柳林", "Liulin"),
            ("dukou", "渡口", "Dukou"),
        )
    ),
    Answering(
        "body-mall",
        "company_branch",
        "汇云广场物业支部",
        "Huiyun Plaza Property Branch",
        "body-dukou",
        (*TRADE, "illegal_parking"),
    ),
    Answering(
        "body-market",
        "company_branch",
        "集市街商户联合支部",
        "Jishi Street Merchants' Joint Branch",
        "body-dukou",
        TRADE,
    ),
    Answering(
        "body-park",
        "volunteer_body",
        "月塘骑手志愿队",
        "Yuetang Rider Volunteers",
        "body-dukou",
        CLEANING,
    ),
    Answering(
        "body-riverside",
        "volunteer_body",
        "江湾护河志愿队",
        "Jiangwan Riverside Volunteers",
        "body-dukou",
        (*CLEANING, "standing_water"),
    ),
)


def authority_features() -> Iterator[dict[str, object]]:
    """Give each body as a feature without geometry, then each area as a polygon."""
    for body in BODIES:
        yield {
            "type": "Feature",
            "properties": {
                "record": "body",
                "id": body.body_id,
                "name": body.name,
                "name_en": body.name_en,
                "level": body.level,
                "parent_id": body.parent_id,
                "categories": ";".join(body.categories),
            },
            "geometry": None,
        }
    for key, name, name_en, polygon in _areas():
        yield {
            "type": "Feature",
            "properties": {
                "record": "area",
                "id": f"area-{key}",
                "name": name,
                "name_en": name_en,
                "body_id": f"body-{key}",
            },
            "geometry": {"type": "Polygon", "coordinates": [_ring(polygon)]},
        }


def _areas() -> Iterator[tuple[str, str, str, Polygon]]:
    district = business_district()
    beyond = district.buffer(BEYOND_M, quad_segs=2)
    yield "street", "云鹤街道", "Yunhe Subdistrict", beyond
    yield "district", "汇云商圈", "Huiyun Business District", district
    # Two main roads cut the district into four communities.
    for key, name, name_en, inside in (
        ("hetang", "荷塘社区", "Hetang Community", (-600.0, 300.0)),
        ("shuyuan", "书院社区", "Shuyuan Community", (100.0, 300.0)),
        ("liulin", "柳林社区", "Liulin Community", (-600.0, -300.0)),
        ("dukou", "渡口社区", "Dukou Community", (100.0, -300.0)),
    ):
        cuts = [district.exterior, _road("云鹤大道"), _road("长槐路")]
        yield key, name, name_en, _block(cuts, inside)
    round_mall = [_road(name) for name in ("云鹤大道", "槐荫街", "汇云西街", "汇云东街")]
    yield "mall", "汇云广场", "Huiyun Plaza", _block(round_mall, (30.0, -30.0))
    round_market = [_road(name) for name in ("云鹤大道", "槐荫街", "长槐路", "汇云西街")]
    yield "market", "集市街片区", "Jishi Street Quarter", _block(round_market, (-230.0, -20.0))
    round_park = [_road(name) for name in ("槐荫街", "塘边街", "新樱路", "江湾路")]
    yield "park", "月塘公园", "Yuetang Park", _block(round_park, (150.0, -300.0))
    strip = _road("江湾路").buffer(RIVERSIDE_M, quad_segs=4, cap_style="flat")
    yield "riverside", "江湾滨水带", "Jiangwan Waterfront", strip


def business_district() -> Polygon:
    """Return the district's outline on the plan: the block inside its three outer streets."""
    outer = [_road(name) for name in ("西园路", "北山路", "江湾路")]
    return _block(outer, (0.0, 0.0))


def _road(name: str) -> LineString:
    return next(LineString(street.line) for street in PLAN if street.name == name)


def _block(lines: list[LineString], inside: Point) -> Polygon:
    """Return the block between lines that holds a point; each line is drawn out a little."""
    noded = shapely.unary_union([_drawn_out(line) for line in lines])
    blocks = shapely.get_parts(shapely.polygonize([noded]))
    spot = shapely.Point(inside)
    return next(block for block in blocks if isinstance(block, Polygon) and block.contains(spot))


def _drawn_out(line: LineString, metres: float = 40.0) -> LineString:
    if line.is_closed:
        return line
    points = [(float(x), float(y)) for x, y in line.coords]
    first = _beyond(points[1], points[0], metres)
    last = _beyond(points[-2], points[-1], metres)
    return LineString([first, *points, last])


def _beyond(start: Point, end: Point, metres: float) -> Point:
    share = 1.0 + metres / shapely.Point(start).distance(shapely.Point(end))
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _ring(polygon: Polygon) -> list[tuple[float, float]]:
    """Return the outer ring, anticlockwise as GeoJSON wants it, from its first corner."""
    points = [(float(x), float(y)) for x, y in orient(polygon).exterior.coords[:-1]]
    start = points.index(min(points))
    turned = [*points[start:], *points[:start]]
    return [to_position(point) for point in [*turned, turned[0]]]
