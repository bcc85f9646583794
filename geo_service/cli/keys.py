"""``keys``: who may do what on the web."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from geo_service.cli import words
from geo_service.domain.role import Role

if TYPE_CHECKING:
    from geo_service.store.keys import Key

HEADING = ("KEY", "ROLE", "EXPIRES", "IS", "NOTE", "OPERATOR", "AREAS", "ADDED")
"""What stands in the columns of ``keys list``."""
MINUTE = "%Y-%m-%dT%H:%MZ"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command and what can be done with keys."""
    keys = commands.add_parser("keys", help="add, list and revoke keys")
    actions = keys.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    add = actions.add_parser("add", help="make a key and show it, once")
    words.add_workspace(add)
    add.add_argument("--role", type=Role, choices=list(Role), required=True)
    add.add_argument("--expires", type=words.moment, metavar="ISO", help="when it ends")
    add.add_argument(
        "--operator",
        default="",
        metavar="NAME",
        help="with --role operator: whose facilities it reports of and whose vouchers it uses, as "
        "the 'operator' of facilities and the 'provider' of offers say it",
    )
    add.add_argument(
        "--rider",
        default="",
        metavar="NAME",
        help="with --role rider: who holds it, as 'load traces --rider' names them; kept as a hash",
    )
    add.add_argument(
        "--area",
        action="append",
        default=[],
        metavar="ID",
        help="with --role staff, may be repeated: it works in this area and those that lie in it; "
        "without any, in the whole city",
    )
    add.add_argument(
        "--note",
        default="",
        help="by which 'keys list' tells it from others, kept as it is written: 'east, phone 12'",
    )
    add.set_defaults(run=run_add)
    listing = actions.add_parser("list", help="list keys; never the secrets themselves")
    words.add_workspace(listing)
    listing.set_defaults(run=run_list)
    revoke = actions.add_parser("revoke", help="end a key now")
    words.add_workspace(revoke)
    revoke.add_argument("key_id")
    revoke.set_defaults(run=run_revoke)


def run_add(arguments: argparse.Namespace) -> None:
    """Make a key and show it."""
    from geo_service.flows.manage_keys import add_key
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        key_id, token = add_key(
            workspace,
            arguments.role,
            arguments.expires,
            words.now(),
            note=arguments.note,
            operator=arguments.operator,
            rider=arguments.rider,
            areas=arguments.area,
        )
    words.say(f"{key_id}\t{token}")
    if arguments.role is Role.OPERATOR and not arguments.operator.strip():
        words.say_beside(
            "This key names no operator, so it may change nothing; make one with --operator NAME."
        )
    if arguments.role is Role.RIDER and not arguments.rider.strip():
        words.say_beside(
            "This key names no rider, so no loaded traces are its holder's; "
            "make one with --rider NAME if they should be."
        )
    words.say_beside(
        "The second word is the key, shown only this time: the workspace keeps a hash of it. "
        "The first is its id, by which 'keys revoke' ends it."
    )


def run_list(arguments: argparse.Namespace) -> None:
    """List the keys."""
    from geo_service.flows.manage_keys import list_keys
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        keys = list_keys(workspace)
    # Beside the list, so that who reads it by a program finds keys only.
    words.say_beside("\t".join(HEADING) if keys else "There are no keys yet: geo-service keys add.")
    now = words.now()
    for key in keys:
        words.say(
            f"{key.key_id}\t{key.role}\t{_until(key.expires_at)}\t{_standing(key, now)}\t"
            f"{key.note}\t{key.operator}\t{', '.join(sorted(key.areas))}\t"
            f"{key.added_at:{MINUTE}}"
        )


def run_revoke(arguments: argparse.Namespace) -> None:
    """End a key."""
    from geo_service.flows.manage_keys import revoke_key
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        revoke_key(workspace, arguments.key_id, words.now())
    words.say(f"{arguments.key_id} is revoked.")


def _until(expires_at: datetime | None) -> str:
    return "never expires" if expires_at is None else f"until {expires_at:{MINUTE}}"


def _standing(key: "Key", now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"
