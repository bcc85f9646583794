"""The tree of errors: one root, a code each, words in order."""

import pytest

from geo_service import errors
from geo_service.errors import GeoServiceError


def family(kind: type[GeoServiceError]) -> list[type[GeoServiceError]]:
    """Return the kinds of the tree; a door may have some of its own."""
    children = [one for one in kind.__subclasses__() if one.__module__ == errors.__name__]
    return [kind, *(one for child in children for one in family(child))]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in family(GeoServiceError)]
    assert len(set(codes)) == len(codes)
    assert all(code.replace("-", "").isalpha() and code.islower() for code in codes)


def test_tree_is_the_one_drawn() -> None:
    drawn = errors.__doc__ or ""
    for kind in family(GeoServiceError):
        assert kind.__name__ in drawn
    assert errors.UnreadableFile.__mro__[1] is errors.RefusedData
    assert errors.UnknownKind.__mro__[1] is errors.WrongUsage


@pytest.mark.parametrize(
    ("where", "remedy", "said"),
    [
        ("", "", "It is cut off."),
        ("a.gpx", "", "a.gpx: It is cut off."),
        ("", "Send it again.", "It is cut off. Send it again."),
        ("a.gpx", "Send it again.", "a.gpx: It is cut off. Send it again."),
    ],
)
def test_error_says_where_what_and_what_to_do(where: str, remedy: str, said: str) -> None:
    error = errors.UnreadableFile("It is cut off.", where=where, remedy=remedy)
    assert str(error) == said
    assert (error.what, error.where, error.remedy) == ("It is cut off.", where, remedy)


def test_remedy_after_a_list_stands_on_its_own_line() -> None:
    error = errors.RefusedRecords("Two:\n  a\n  b\n", remedy="Mend them.")
    assert str(error) == "Two:\n  a\n  b\nMend them."
