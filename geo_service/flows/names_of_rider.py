"""All names under which one rider is known here: the account's, and those of the traces."""

from typing import NamedTuple

from geo_service.domain.rider_names import Span
from geo_service.flows.wiring import Workspace
from geo_service.store import own_trips, rider_generations, rider_rows, trace_days


class AllNames(NamedTuple):
    """Of one rider."""

    names: tuple[str, ...]
    """The account's first."""
    untold: tuple[Span, ...] = ()
    """When trips begin of which nobody can tell any more whose they are: there are such trips, and
    the key to their names is not here."""


def all_names(workspace: Workspace, account: str) -> AllNames:
    """Return the names of a rider's trips of all times.

    Parameters
    ----------
    workspace : Workspace
        Knows when names changed.
    account : str
        The pseudonym of the rider's account.

    Raises
    ------
    NotReady
        If names have changed and the accounts' key is not the one of this workspace.
    """
    names = workspace.trace_names()
    with workspace.database.reading() as connection:
        untold = [
            span
            for span in map(names.span, names.lost())
            if trace_days.starts_within(connection, *span)
        ]
    return AllNames(names.names(account), tuple(untold))


def account_of(workspace: Workspace, name: str) -> str:
    """Return whose a name in traces is, as far as anything here tells; else the name itself.

    Raises
    ------
    NotReady
        As `all_names` does.
    """
    names = workspace.trace_names()
    with workspace.database.reading() as connection:
        known = rider_rows.pseudonyms(connection)
    return next((account for account in known if name in names.names(account)[1:]), name)


def is_of_one_time(workspace: Workspace, name: str) -> bool:
    """Say whether a name is that of a rider's traces of one time, and no account's.

    Trips of other times, under other names, can't be found by it then.
    """
    with workspace.database.reading() as connection:
        generations = rider_generations.read_all(connection)[1:]
        newest = own_trips.of_rider(connection, [name], None, 1)
    return bool(generations and newest) and newest[0].starts_at >= generations[0].begins
