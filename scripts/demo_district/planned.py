"""How one street of the plan is written down."""

from dataclasses import dataclass, field

from demo_district.frame import Point, curve_through, read_points, round_corners

ONE_WAY = {"oneway": "yes"}
ON_FOOT = {"bicycle": "no"}
PRIVATE = {"access": "private"}


@dataclass(frozen=True)
class Planned:
    """One street of the plan, drawn as a smooth curve or with rounded corners."""

    highway: str
    name: str
    name_en: str
    points: str
    tags: dict[str, str] = field(default_factory=dict)
    apart: float = 0.0
    """Metres between the two carriageways; 0: a single one."""
    smooth: bool = False

    @property
    def line(self) -> list[Point]:
        """The street's centre line."""
        points = read_points(self.points)
        return curve_through(points) if self.smooth else round_corners(points)
