"""``audit``: who wrote what, and when."""

import argparse
from typing import TYPE_CHECKING

from geo_service.cli import words

if TYPE_CHECKING:
    from geo_service.store.audit import AuditEntry

NO_KEY = "without a key"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    audit = commands.add_parser("audit", help="list who wrote what, and when; changes nothing")
    words.add_workspace(audit)
    audit.add_argument("--since", type=words.moment, metavar="ISO", help="from this moment on")
    audit.add_argument("--until", type=words.moment, metavar="ISO", help="and before this one")
    audit.add_argument("--json", action="store_true", help="print a line of JSON for each instead")
    audit.set_defaults(run=run_audit)


def run_audit(arguments: argparse.Namespace) -> None:
    """List the entries, oldest first, and say from when on they are kept."""
    from geo_service.flows.show_audit import audit_log
    from geo_service.flows.wiring import open_workspace

    with (
        open_workspace(words.settings_of(arguments)) as workspace,
        audit_log(workspace, arguments.since, arguments.until) as log,
    ):
        for entry in log.entries:
            if arguments.json:
                words.say_json({**entry._asdict(), "done_at": entry.done_at.isoformat()})
            else:
                words.say(_line(entry))
        if log.forgotten_before.year > 1970:
            words.say_beside(
                f"What was done before {log.forgotten_before:%Y-%m-%dT%H:%MZ} is forgotten."
            )


def _line(entry: "AuditEntry") -> str:
    about = f"{entry.about} {entry.about_id}".strip()
    return f"{entry.done_at:%Y-%m-%dT%H:%M:%SZ}\t{entry.who or NO_KEY}\t{entry.what}\t{about}"
