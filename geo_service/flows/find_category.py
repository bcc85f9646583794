"""What can be reported: all of it, or one category by its code."""

from geo_service.domain.category import Category
from geo_service.domain.text import can_be_kept
from geo_service.errors import NotFound, RefusedFields
from geo_service.flows.wiring import Workspace
from geo_service.store import categories as stored_categories
from geo_service.store.database import Connection


def list_categories(workspace: Workspace) -> list[Category]:
    """Return what can be reported, in order of code. Raises nothing of its own."""
    with workspace.database.reading() as connection:
        return stored_categories.read_all(connection)


def find_category(workspace: Workspace, code: str) -> Category:
    """Return the category that is asked for.

    Raises
    ------
    NotFound
        If there is none of this code.
    """
    with workspace.database.reading() as connection:
        found = _find(connection, code)
    if found is None:
        raise NotFound(
            "There is no such service_code.",
            remedy="See /open311/v2/services.json for those known.",
        )
    return found


def require_category(connection: Connection, code: str) -> Category:
    """Return the category that somebody names in what is sent.

    Raises
    ------
    RefusedFields
        If there is none of this code.
    """
    found = _find(connection, code)
    if found is None:
        raise RefusedFields(
            {"service_code": "There is no such category: see /open311/v2/services.json."}
        )
    return found


def _find(connection: Connection, code: str) -> Category | None:
    return stored_categories.find(connection, code) if can_be_kept(code) else None
