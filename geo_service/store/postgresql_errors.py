"""What PostgreSQL's failures mean, by its codes; and by its words, where there is no code."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, OperationalError

from geo_service.errors import Interrupted, NotReady, OutcomeUnknown


class Meaning(NamedTuple):
    """What happened, what to do, and whether it may simply be done again."""

    what: str
    remedy: str
    error: type[NotReady] = NotReady


NO_TABLES = Meaning(
    "The database has no tables yet.", "Make the workspace with 'geo-service init'."
)
UNREACHABLE = Meaning(
    "The database can't be reached.", "Look whether its server runs, then try again."
)
LOST = Meaning(
    "The connection to the database was lost, and nothing was written.", "Try again.", Interrupted
)
UNKNOWN = Meaning(
    "The connection to the database was lost in the midst of writing: nobody knows whether it was"
    " written.",
    "Look whether it is there; if not, send it again.",
    OutcomeUnknown,
)
AT_ONCE = Meaning(
    "Others wrote the same at that moment, so nothing was written.", "Try again.", Interrupted
)
BUSY = Meaning("Another command is writing to this workspace.", "Try again when it is done.")
NO_DATABASE = Meaning(
    "The database's server has no database of this name.",
    "Look at the address, or make it: createdb NAME",
)
NOT_KNOWN = Meaning(
    "The database's server does not let this user in.",
    "Look at the user and the password in the address, and at the server's pg_hba.conf.",
)
CROWDED_SERVER = Meaning(
    "Too many are connected to the database's server.",
    "Try again in a moment; if it lasts, raise max_connections there or run fewer processes here.",
)
NOT_YET = Meaning("The database's server is starting or stopping.", "Try again in a moment.")
BY_CODE: Mapping[str, Meaning] = {
    "08": LOST,
    "25006": Meaning(
        "The database can't be written.",
        "Look whether its server only reads (a standby, default_transaction_read_only), and name"
        " one that writes.",
    ),
    "25P03": LOST,
    "25P04": LOST,
    "28": NOT_KNOWN,
    "3D000": NO_DATABASE,
    "40": AT_ONCE,
    "42501": Meaning(
        "The user of the database may not do this there.",
        "Make the user of the address the owner of the database and of its tables.",
    ),
    "42P01": NO_TABLES,
    "53100": Meaning(
        "The disk of the database's server is full, so nothing was written.",
        "Make room there and try again.",
    ),
    "53200": Meaning(
        "The database's server has no memory left, so nothing was written.",
        "Give it more, or look at its work_mem and max_connections.",
    ),
    "53300": CROWDED_SERVER,
    "55P03": BUSY,
    "57014": Meaning(
        "The database's server broke off, and nothing was written.",
        "Somebody stopped it there, or it took longer than its statement_timeout: raise that.",
    ),
    "57P01": LOST,
    "57P02": LOST,
    "57P03": NOT_YET,
    "57P05": LOST,
    "58030": Meaning("The disk of the database's server failed.", "Look at it, then try again."),
    "XX001": Meaning("The database is damaged.", "Restore a backup."),
    "XX002": Meaning("An index of the database is damaged.", "Run REINDEX DATABASE on its server."),
}
"""By how an SQLSTATE begins."""
BY_WORDS: Mapping[str, Meaning] = {
    r"database \".*\" does not exist": NO_DATABASE,
    r"password|role \".*\" does not exist|pg_hba\.conf|authentication": NOT_KNOWN,
    r"too many (clients|connections)|connection slots are reserved": CROWDED_SERVER,
    r"is (starting up|shutting down|in recovery mode)|not yet accepting": NOT_YET,
}
"""Whoever is refused while connecting is told no code. A server that speaks another language is
only said to be out of reach."""


def meaning_on_postgresql(problem: DBAPIError, *, committing: bool) -> Meaning | None:
    """Say what a failure means; None for a fault of the program.

    Parameters
    ----------
    problem : DBAPIError
        As SQLAlchemy tells it.
    committing : bool
        Whether the server may have been told to commit by then.
    """
    code = _code(problem)
    known = next((told for begin, told in BY_CODE.items() if code.startswith(begin)), None)
    if not code or known in (LOST, NOT_YET):
        if problem.connection_invalidated:
            known = LOST
        elif not code:
            known = _by_words(problem)
    return UNKNOWN if committing and (known is LOST or code == "40003") else known


def _by_words(problem: DBAPIError) -> Meaning | None:
    if not isinstance(problem, OperationalError):
        return None
    words = str(problem.orig)
    return next((told for said, told in BY_WORDS.items() if re.search(said, words)), UNREACHABLE)


def _code(problem: DBAPIError) -> str:
    """Return the SQLSTATE, by the names that both drivers have for it; blank: there is none."""
    original = problem.orig
    return getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or ""
