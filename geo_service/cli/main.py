"""The command ``geo-service``: reads the words typed, calls one flow, and says what came of it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from geo_service import __version__, errors
from geo_service.cli import (
    audit,
    backup,
    catchments,
    city,
    doctor,
    erase,
    export,
    keys,
    load,
    maps,
    nearest,
    overlay,
    release,
    rotate,
    serve,
    stations,
    teams,
    upkeep,
    words,
)
from geo_service.store.acting import COMMAND_LINE, Act, Deed, acting

COMMANDS = (
    city,
    load,
    nearest,
    catchments,
    overlay,
    maps,
    export,
    release,
    stations,
    teams,
    keys,
    upkeep,
    erase,
    audit,
    rotate,
    doctor,
    backup,
    serve,
)

DONE, REFUSED, WRONG = 0, 1, 2
STOPPED = 130
"""As shells say it of a program ended by Ctrl-C."""
EXIT_CODES: dict[type[errors.GeoServiceError], int] = {
    errors.WrongUsage: WRONG,
    errors.GeoServiceError: REFUSED,
}
"""The first class that an error is an instance of decides."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``geo-service``; None: those of the process.

    Returns
    -------
    int
        0 done, 1 refused (what and where on the error stream), 2 wrong usage, 130 stopped.
    """
    given = sys.argv[1:] if arguments is None else arguments
    typed = _parse([words.plain_number(word) for word in given])
    try:
        with acting(Act(words.now, lambda: Deed(_told(typed)), who=COMMAND_LINE)):
            typed.run(typed)
        sys.stdout.flush()
    except errors.GeoServiceError as error:
        words.say_beside(f"geo-service: {error}")
        return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
    except KeyboardInterrupt:
        words.say_beside("geo-service: stopped; nothing is half-written.")
        return STOPPED
    except BrokenPipeError:
        # The reader of the pipe has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        words.say_beside(f"geo-service: {error.filename or 'disk'}: {error.strerror or error}.")
        return REFUSED
    return DONE


def _told(typed: argparse.Namespace) -> str:
    """Return the words of a command that say what it does, without names or files."""
    known = ("command", "action", "what")
    return " ".join(str(getattr(typed, name)) for name in known if hasattr(typed, name))


def _parse(given: Sequence[str]) -> argparse.Namespace:
    """Read the words; by itself argparse takes no files behind an option."""
    top = parser()
    typed, left = top.parse_known_args(given)
    if left and (not hasattr(typed, "files") or any(word.startswith("-") for word in left)):
        top.error(f"unrecognized arguments: {' '.join(left)}")
    if left:
        typed.files = [*typed.files, *map(Path, left)]
    return typed


def parser() -> argparse.ArgumentParser:
    """Describe all commands and their options."""
    top = argparse.ArgumentParser(
        prog="geo-service",
        description="Nearest facilities by the streets riders ride, and where routes pass issues.",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    for command in COMMANDS:
        command.add_commands(commands)
    return top
