import pytest

from geo_service.errors import WrongUsage
from geo_service.features.filters.written import DEEPEST, Group, Written, check_depth


def nested(depth: int, kind: str) -> Written:
    written: Written = True
    for _ in range(depth):
        written = {
            "op": {"op": "not", "args": [written]},
            "group": Group(written),
            "list": [written],
            "member": {"date": written},
        }[kind]
    return written


@pytest.mark.parametrize("kind", ["op", "group", "list", "member"])
def test_fifty_levels_are_let_through_and_no_more(kind: str) -> None:
    check_depth(nested(DEEPEST, kind))
    for depth in (DEEPEST + 1, 100_000):
        with pytest.raises(WrongUsage, match="nested too deeply"):
            check_depth(nested(depth, kind))
