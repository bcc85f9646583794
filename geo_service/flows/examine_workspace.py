"""Whether a workspace is sound: its database, compiled streets, trace lake and photos."""

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from geo_service.errors import NotReady
from geo_service.flows.erase_rider import count_unfinished
from geo_service.flows.examine_rider_keys import key_findings
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import keys as stored_keys
from geo_service.store import rider_generations
from geo_service.store.database_check import database_faults
from geo_service.store.lake_check import Finding
from geo_service.store.photo_check import prove_photos
from geo_service.store.workspace_files import PHOTOS
from geo_service.streets.profile import Profile

OTHERS = 0o077
"""Permissions of everybody but the owner of a folder."""
KEY_REMEDY = "Load areas with these ids again, or revoke it and make another."


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at, and what is not as it should be."""

    streets_version: str | None
    """None: no streets have been loaded."""
    files: int
    """Of the trace lake."""
    trips: int
    fixes: int
    photos: int
    findings: tuple[Finding, ...]
    names_change: tuple[str, ...] = ()
    """The months from which on riders have other names in traces."""

    @property
    def sound(self) -> bool:
        """Whether nothing that was found keeps anything from being right."""
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
    findings += _keys_of_gone_areas(workspace)
    findings += key_findings(workspace)
    findings += _open_to_others(workspace.settings.workspace)
    proof = workspace.lake.prove()
    pictures = prove_photos(workspace.settings.workspace / PHOTOS, workspace.database)
    return Examination(
        streets_version=version,
        files=proof.files,
        trips=proof.trips,
        fixes=proof.fixes,
        photos=pictures.photos,
        findings=(*findings, *proof.findings, *pictures.findings),
        names_change=_names_change(workspace),
    )


def _unfinished_erasures(workspace: Workspace) -> list[Finding]:
    begun = count_unfinished(workspace)
    if not begun:
        return []
    told = f"{begun} erasures of riders were begun and not finished."
    return [Finding(told, "erasures", "Finish them: geo-service erase-rider --finish")]


def _open_to_others(folder: Path) -> list[Finding]:
    mode = folder.stat().st_mode & 0o777 if folder.exists() else 0
    if not mode & OTHERS:
        return []
    told = f"Other accounts of this machine can read riders' traces in it (mode {mode:04o})."
    remedy = f"If that is not meant: chmod 700 {quote(str(folder))}"
    return [Finding(told, str(folder), remedy, harmless=True)]


def _keys_of_gone_areas(workspace: Workspace) -> list[Finding]:
    """Tell of keys that may do less than they were made for, since areas are gone."""
    with workspace.database.reading() as connection:
        known = {area.area_id for area in stored_areas.read_areas(connection)}
        found = [key for key in stored_keys.read_all(connection) if not key.revoked_at]
    return [
        Finding(_told_of(key.areas, known), key.key_id, KEY_REMEDY, harmless=True)
        for key in found
        if key.areas - known
    ]


def _told_of(areas: frozenset[str], known: set[str]) -> str:
    if areas.isdisjoint(known):
        return "All areas that this key works in are gone, so it may do nothing."
    gone = ", ".join(sorted(areas - known))
    return f"Of the areas that this key works in some are gone: {gone}."


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
