"""Whether the keys to riders' names are here, and the ones that the workspace knows."""

from geo_service.errors import NotReady
from geo_service.flows.wiring import Workspace
from geo_service.store import rider_generations, trace_days
from geo_service.store.lake_check import Finding
from geo_service.store.rider_key_files import months_beside


def key_findings(workspace: Workspace) -> list[Finding]:
    """Name the keys that are missing or others than the workspace knows; nothing is changed.

    An old generation's is needed for erasing riders and for riders' own old trips only, so once
    there are trips of a later one, that it is gone is no fault: a city may have destroyed it.
    """
    with workspace.database.reading() as connection:
        named = bool(rider_generations.read_all(connection))
    try:
        if named:
            # Asked for a key before any rider is named, a workspace makes one.
            workspace.proven_rider_key()
        names = workspace.trace_names()
    except NotReady as problem:
        return [Finding(problem.what, problem.where, problem.remedy)]
    found = []
    with workspace.database.reading() as connection:
        for number in names.lost():
            since, until = names.span(number)
            is_old = until is not None and trace_days.starts_within(connection, until, None)
            if is_old and not trace_days.starts_within(connection, since, until):
                continue
            month = names.generations[number - 1].month
            told = f"The key to riders' names in trips from {month} on is not here, or is another."
            remedy = (
                "Of these trips nobody can tell whose they are: no rider sees them, or can be "
                "erased from them. If that was not meant, put the key back."
                if is_old
                else "Put it back; without it no such trip can be taken."
            )
            found.append(Finding(told, names.secrets[number - 1].file, remedy, harmless=is_old))
    return found


def unknown_months(workspace: Workspace) -> list[str]:
    """Return the months of which keys lie beside the accounts' key that the workspace knows not."""
    with workspace.database.reading() as connection:
        known = {one.month for one in rider_generations.read_all(connection)}
    return [
        month for month in months_beside(workspace.settings.rider_key_file) if month not in known
    ]
