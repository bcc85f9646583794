from pathlib import Path

import pytest

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.maps.page_parts import Parts
from geo_service.web.commons import Commons
from geo_service.web.kept_parts import KEPT, KeptParts


def parts_of(drawing: str) -> Parts:
    parts = Parts(f"/{drawing}/")
    parts.keep("marks", lambda: f'"marks of {drawing}"')
    parts.keep("cards", lambda: f'"cards of {drawing}"')
    return parts


@pytest.mark.parametrize("shared", [False, True])
def test_newest_drawings_are_kept_and_older_ones_let_go(shared: bool, tmp_path: Path) -> None:
    kept = KeptParts(Commons(tmp_path if shared else None))
    names = [f"drawing {number}" for number in range(KEPT + 2)]
    for name in names:
        kept.keep(name, Viewer.PUBLIC, parts_of(name))
    asked = KeptParts(Commons(tmp_path)) if shared else kept
    found = [asked.find(Viewer.PUBLIC, name, "cards") for name in names]
    assert found == [None, None, *(f'"cards of {name}"' for name in names[2:])]


def test_processes_find_each_others_by_the_rights_of_who_asks(tmp_path: Path) -> None:
    here, there = (KeptParts(Commons(tmp_path)) for _ in range(2))
    here.keep("public", Viewer.PUBLIC, parts_of("public"))
    there.keep("analyst", Viewer.ANALYST, parts_of("analyst"))
    for asked in (here, there):
        assert asked.find(Viewer.PUBLIC, "public", "marks") == '"marks of public"'
        assert asked.find(Viewer.ANALYST, "public", "marks") == '"marks of public"'
        assert asked.find(Viewer.ANALYST, "analyst", "marks") == '"marks of analyst"'
        assert asked.find(Viewer.PUBLIC, "analyst", "marks") is None
        assert asked.find(Viewer.ANALYST, "unknown", "marks") is None
    assert there.find(Viewer.PUBLIC, "public", "unknown") is None
    with pytest.raises(NotFound):
        here.find(Viewer.PUBLIC, "public", "unknown")
