"""Every error a user can meet, in one tree.

::

    GeoServiceError
    ├── RefusedData           what was read can't be accepted (exit 1, HTTP 422)
    │   ├── UnreadableFile    the file is not what its name says, is cut off, or is empty
    │   ├── MissingColumn     a column that is needed is not there
    │   ├── RefusedRecords    some records were refused, so nothing was loaded
    │   └── RefusedFields     fields of one record are wrong, each named
    ├── WrongUsage            the question itself is wrong (exit 2, HTTP 422)
    │   └── UnknownKind       no facility has the kind asked for
    ├── ForbiddenMove         as things stand this can't be done (exit 1, HTTP 409)
    │   └── MovedMeanwhile    somebody else has moved it since it was looked at
    ├── NotFound              nothing has this name (exit 1, HTTP 404)
    ├── NoKey                 a key is needed, or the key is not valid (exit 1, HTTP 401)
    ├── NotAllowed            the key's role may not do this (exit 1, HTTP 403)
    │   └── NoConsent         the rider has not agreed to it (exit 1, HTTP 403)
    └── NotReady              the workspace lacks something; try again or load it (exit 1, HTTP 503)
        ├── Interrupted       the database broke off, and nothing was written: it may be done again
        └── OutcomeUnknown    the database broke off while it was told to keep what was written

Each error says what was wrong, where, and what to do. The command line and the web each map
codes to exit codes and statuses in one table of their own.
"""

from collections.abc import Mapping


class GeoServiceError(Exception):
    """The root of the tree; never raised itself.

    Parameters
    ----------
    what : str
        What was wrong, as a sentence for a rider, planner or analyst.
    where : str
        File, record, field or place. May be empty.
    remedy : str
        What to do about it. May be empty.
    """

    code = "error"

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        lead = f"{self.where}: {self.what}" if self.where else self.what
        between = "" if lead.endswith("\n") else " "
        return f"{lead}{between}{self.remedy}".strip()


class RefusedData(GeoServiceError):  # noqa: N818 - the tree is named for what happened
    """What was read can't be accepted."""

    code = "refused-data"


class UnreadableFile(RefusedData):
    """The file is not what its name says, is cut off, or is empty."""

    code = "unreadable-file"


class MissingColumn(RefusedData):
    """A column that is needed is not there."""

    code = "missing-column"


class RefusedRecords(RefusedData):
    """Some records were refused, so nothing was loaded."""

    code = "refused-records"


class RefusedFields(RefusedData):
    """Fields of what was sent can't be accepted; each is named.

    Parameters
    ----------
    faults : mapping
        Of a field's name to what it must be.
    """

    code = "refused-fields"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("What was sent can't be accepted.", where=", ".join(faults))
        self.faults = dict(faults)


class WrongUsage(GeoServiceError):  # noqa: N818
    """The question itself is wrong."""

    code = "wrong-usage"


class UnknownKind(WrongUsage):
    """No facility has the kind asked for; the message names those present."""

    code = "unknown-kind"


class ForbiddenMove(GeoServiceError):  # noqa: N818
    """As things stand this can't be done: an issue's stage, or a balance, does not allow it."""

    code = "forbidden-move"


class MovedMeanwhile(ForbiddenMove):
    """Somebody else has moved the issue on since it was looked at."""

    code = "moved-meanwhile"


class NotFound(GeoServiceError):  # noqa: N818
    """Nothing has this name."""

    code = "not-found"


class NoKey(GeoServiceError):  # noqa: N818
    """A key is needed, or the key given is unknown, expired or revoked."""

    code = "no-key"


class NotAllowed(GeoServiceError):  # noqa: N818
    """The key's role may not do this."""

    code = "not-allowed"


class NoConsent(NotAllowed):
    """The rider has not agreed to the present text about traces."""

    code = "no-consent"


class NotReady(GeoServiceError):  # noqa: N818
    """The workspace lacks something that this needs."""

    code = "not-ready"


class Interrupted(NotReady):
    """The database broke off before anything was written; the same may be done again."""

    code = "interrupted"


class OutcomeUnknown(NotReady):
    """The database broke off while it was writing; whether it has written nobody knows."""

    code = "outcome-unknown"
