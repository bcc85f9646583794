import pytest

from geo_service.domain.role import Role
from geo_service.domain.visibility import Viewer, viewer_with


@pytest.mark.parametrize("role", [None, *Role])
def test_only_analysts_and_administrators_see_more_than_everybody(role: Role | None) -> None:
    sees_all = role in {Role.ANALYST, Role.ADMIN}
    assert (viewer_with(role) is Viewer.ANALYST) == sees_all
