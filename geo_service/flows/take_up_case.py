"""Staff take a case in hand: its file, what may be the same, and who could answer for it."""

from contextlib import suppress
from dataclasses import dataclass

from geo_service.domain.area import Body
from geo_service.domain.case_file import CaseFile, Reader
from geo_service.errors import RefusedFields
from geo_service.flows.check_keys import outside_areas, reach_of_staff
from geo_service.flows.find_duplicates import Duplicate, find_duplicates
from geo_service.flows.show_issue import show_issue
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import cases as stored_cases
from geo_service.store import city
from geo_service.store.keys import Key


@dataclass(frozen=True, slots=True)
class Near:
    """An open issue of the same category near a case."""

    duplicate: Duplicate
    last_move: int
    """The number of its last move; 0: it has none."""


@dataclass(frozen=True, slots=True)
class CaseInHand:
    """All that whoever works on a case looks at."""

    title: str
    """What the city's pages are headed with; blank: nothing."""
    file: CaseFile
    near: tuple[Near, ...]
    """Nearest first, of the key's areas; those too that not everybody may see."""
    bodies: tuple[Body, ...]
    """All there are."""

    @property
    def last_move(self) -> int:
        """The number of the last move; 0: there is none."""
        return self.file.moves[-1].number if self.file.moves else 0


def take_up_case(workspace: Workspace, key: Key, issue_id: str) -> CaseInHand:
    """Put together what staff see of a case.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    key : Key
        Of staff.
    issue_id : str
        A known one.

    Raises
    ------
    NotFound
        If there is no such issue, or it is hidden from the key.
    NotAllowed
        If it lies outside the key's areas.
    """
    file, reader = show_issue(workspace, key, issue_id)
    if reader is not Reader.STAFF:
        raise outside_areas()
    issue = file.case.issue
    found: list[Duplicate] = []
    # A category may be gone from the table since.
    with suppress(RefusedFields):
        found = find_duplicates(
            workspace,
            issue.category,
            issue.lon,
            issue.lat,
            approved_only=False,
            area_ids=reach_of_staff(key),
        )
    with workspace.database.reading() as connection:
        return CaseInHand(
            title=city.read_title(connection),
            file=file,
            near=tuple(
                Near(one, stored_cases.last_number(connection, one.case.issue.issue_id))
                for one in found
                if one.case.issue.issue_id != issue_id
            ),
            bodies=tuple(stored_areas.read_bodies(connection)),
        )
