import pytest

from geo_service.domain.category import Category
from geo_service.errors import NotFound, RefusedFields
from geo_service.flows.find_category import find_category, list_categories, require_category
from geo_service.flows.wiring import Workspace
from geo_service.store import categories


@pytest.fixture
def city(empty: Workspace) -> Workspace:
    with empty.database.writing() as connection:
        categories.write(connection, [Category("water", "积水", "Water"), Category("a/b", "x")])
    return empty


def test_categories_are_listed_and_found_by_code(city: Workspace) -> None:
    assert [one.category for one in list_categories(city)] == ["a/b", "water"]
    with city.database.reading() as connection:
        assert require_category(connection, "a/b") == find_category(city, "a/b")
    assert find_category(city, "a/b").name == "x"


@pytest.mark.parametrize("code", ["lane", "", "\0", "\ud800"])
def test_one_that_is_none_is_not_found_where_it_is_asked_for(city: Workspace, code: str) -> None:
    with pytest.raises(NotFound, match="no such service_code"):
        find_category(city, code)


@pytest.mark.parametrize("code", ["lane", "", "\0", "\ud800"])
def test_one_that_is_none_is_a_wrong_field_of_what_is_sent(city: Workspace, code: str) -> None:
    with city.database.reading() as connection, pytest.raises(RefusedFields) as refused:
        require_category(connection, code)
    assert refused.value.faults.keys() == {"service_code"}
