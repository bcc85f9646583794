"""Whether a workspace is sound: its database, its compiled streets, its trace lake."""

from dataclasses import dataclass

from geo_service.errors import NotReady
from geo_service.flows.erase_rider import count_unfinished
from geo_service.flows.examine_keys import key_findings
from geo_service.flows.wiring import Workspace
from geo_service.store import rider_generations
from geo_service.store.database_check import database_faults
from geo_service.store.lake_check import Finding
from geo_service.streets.profile import Profile


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at, and what is not as it should be."""

    streets_version: str | None
    """None: no streets have been loaded."""
    files: int
    """Of the trace lake."""
    trips: int
    fixes: int
    findings: tuple[Finding, ...]
    names_change: tuple[str, ...] = ()
    """The months from which on riders have other names in traces."""

    @property
    def sound(self) -> bool:
        """Whether all that was found takes room only."""
        return all(finding.harmless for finding in self.findings)


def examine(workspace: Workspace) -> Examination:
    """Read all of a workspace that can be damaged on the disk; nothing is changed.

    Parameters
    ----------
    workspace : Workspace
        Others may use it meanwhile.

    Raises
    ------
    NotReady
        If the database can't be read at all.
    """
    findings = database_faults(workspace.database)
    version = workspace.streets_version_if_any()
    if version is not None:
        findings += _street_faults(workspace)
    findings += _unfinished_erasures(workspace)
    findings += key_findings(workspace)
    proof = workspace.lake.prove()
    return Examination(
        streets_version=version,
        files=proof.files,
        trips=proof.trips,
        fixes=proof.fixes,
        findings=(*findings, *proof.findings),
        names_change=_names_change(workspace),
    )


def _unfinished_erasures(workspace: Workspace) -> list[Finding]:
    begun = count_unfinished(workspace)
    if not begun:
        return []
    told = f"{begun} erasures of riders were begun and not finished."
    return [Finding(told, "erasures", "Finish them: geo-service erase-rider --finish")]


def _names_change(workspace: Workspace) -> tuple[str, ...]:
    with workspace.database.reading() as connection:
        return tuple(one.month for one in rider_generations.read_all(connection)[1:])


def _street_faults(workspace: Workspace) -> list[Finding]:
    """Open the streets of each profile."""
    found = []
    for profile in Profile:
        try:
            workspace.streets(profile)
        except NotReady as problem:
            found.append(Finding(problem.what, problem.where, problem.remedy))
    return found
