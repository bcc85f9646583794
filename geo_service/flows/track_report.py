"""Tokens: whoever reported something without a key can still look how it stands."""

from geo_service.domain.secret_code import is_code, secret_code
from geo_service.errors import NotFound
from geo_service.flows.wiring import Workspace
from geo_service.store import issues as stored_issues

CODE_LENGTH = 26
"""130 bits: nobody finds one by trying."""


def token_of(workspace: Workspace, issue_id: str) -> str:
    """Make the token of an issue: its id, a dot, and a code that only we can make.

    Parameters
    ----------
    workspace : Workspace
        Its riders' key makes the code, so tokens last as long as that key.
    issue_id : str
        Of a report that was kept.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    return f"{issue_id}.{_code(workspace, issue_id)}"


def opens(workspace: Workspace, token: str, issue_id: str) -> bool:
    """Say whether a token is that of an issue; how much of it is right can't be timed.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    told_of, _, code = token.rpartition(".")
    return told_of == issue_id and is_code(code, _code(workspace, issue_id))


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


def _code(workspace: Workspace, issue_id: str) -> str:
    return secret_code("track", issue_id, workspace.rider_key(), CODE_LENGTH)
