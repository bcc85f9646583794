"""Tokens: whoever reported something without a key can still look how it stands."""

import hmac

from geo_service.errors import NotFound
from geo_service.flows.wiring import Workspace
from geo_service.store import issues as stored_issues

DIGITS = 32
"""Hexadecimal ones of a token, 128 bits: nobody finds one by trying."""
PURPOSE = "track:"


def token_of(workspace: Workspace, issue_id: str) -> str:
    """Make the token of an issue: its id, a dot, and a keyed hash of it.

    Parameters
    ----------
    workspace : Workspace
        Its riders' key makes the hash, so tokens last as long as that key.
    issue_id : str
        Of a report that was kept.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    return f"{issue_id}.{_digits(workspace, issue_id)}"


def opens(workspace: Workspace, token: str, issue_id: str) -> bool:
    """Say whether a token is that of an issue; how much of it is right can't be timed.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    right = token_of(workspace, issue_id)
    return hmac.compare_digest(_bytes(token), _bytes(right))


def issue_of_token(workspace: Workspace, token: str) -> str:
    """Return the id of the issue a token is of.

    Raises
    ------
    NotFound
        If it is no token, or its issue is no longer there.
    NotReady
        If the riders' key is damaged.
    """
    issue_id, _, _ = token.rpartition(".")
    if opens(workspace, token, issue_id):
        with workspace.database.reading() as connection:
            if stored_issues.find(connection, issue_id) is not None:
                return issue_id
    raise NotFound("There is no such token.", remedy="Take it as the answer to the report had it.")


def _digits(workspace: Workspace, issue_id: str) -> str:
    content = _bytes(f"{PURPOSE}{issue_id}")
    return hmac.digest(workspace.rider_key(), content, "sha256").hex()[:DIGITS]


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
