"""``doctor``: whether the workspace's files and database are whole and agree."""

import argparse
from typing import TYPE_CHECKING

from geo_service.cli import words
from geo_service.errors import NotReady

if TYPE_CHECKING:
    from geo_service.flows.examine_workspace import Examination


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    doctor = commands.add_parser(
        "doctor", help="prove that the workspace's files and database agree; changes nothing"
    )
    words.add_workspace(doctor)
    doctor.add_argument("--json", action="store_true", help="print one line of JSON instead")
    doctor.set_defaults(run=run_doctor)


def run_doctor(arguments: argparse.Namespace) -> None:
    """Look at everything, and say what is not as it should be.

    Raises
    ------
    NotReady
        If something is damaged or missing.
    """
    from geo_service.flows.examine_workspace import examine
    from geo_service.flows.wiring import open_workspace

    settings = words.settings_of(arguments)
    with open_workspace(settings) as workspace:
        examination = examine(workspace)
    if arguments.json:
        words.say_json(_as_json(examination))
    else:
        words.say(f"streets: {examination.streets_version or 'none loaded'}")
        words.say(
            f"traces: {examination.files} files, {examination.trips} trips, "
            f"{examination.fixes} fixes"
        )
        words.say(f"photos: {examination.photos}")
        if examination.names_change:
            words.say(f"riders' names in traces change in: {', '.join(examination.names_change)}")
    for finding in examination.findings:
        words.say_beside(f"{finding.where}: {finding.what} {finding.remedy}")
    faults = sum(not finding.harmless for finding in examination.findings)
    if not examination.sound:
        raise NotReady(
            f"{faults} faults were found; nothing was changed.", where=str(settings.workspace)
        )
    if not arguments.json:
        words.say("The workspace is sound.")


def _as_json(examination: "Examination") -> dict[str, object]:
    return {
        "sound": examination.sound,
        "streets_version": examination.streets_version,
        "files": examination.files,
        "trips": examination.trips,
        "fixes": examination.fixes,
        "photos": examination.photos,
        "names_change": list(examination.names_change),
        "findings": [finding._asdict() for finding in examination.findings],
    }
