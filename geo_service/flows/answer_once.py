"""What is sent twice is done once: by the sender's idempotency key, or by what was sent."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from geo_service.domain.text import line_fault
from geo_service.errors import NotReady, OutcomeUnknown, RefusedFields, WrongUsage
from geo_service.store import kept_answers
from geo_service.store.database import Connection

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
KEPT_DAYS = 90
"""As long as a phone may keep a draft and send it again."""
SAME_WITHIN_S = 600.0
"""Without a key, the same said again by the same sender within this is a retry."""
_BY_CONTENT, _BY_KEY = "content:", "key:"
"""What is kept begins with one of them, so that no key passes for a content."""

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Sent:
    """Something sent: by whom, under which key, and a digest of it."""

    sender: str
    sent_key: str
    digest: bytes


def sent_by(sender: str, idempotency_key: str, content: Mapping[str, object]) -> Sent:
    """Tell what is sent from all else that is.

    Parameters
    ----------
    sender : str
        A key's id; blank: somebody without one.
    idempotency_key : str
        Of the sender's making; blank: none, so that the content itself must serve.
    content : mapping
        All that was sent, in values that JSON knows.

    Raises
    ------
    RefusedFields
        If the key can't be one.
    """
    fault = line_fault(idempotency_key, LONGEST_KEY)
    if fault:
        raise RefusedFields({HEADER: fault})
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    digest = hashlib.sha256(text.encode()).digest()
    by_key = f"{_BY_KEY}{idempotency_key}"
    if not sender:
        # All without a key are one sender: nobody shall bar another's way by guessing.
        by_key += f":{digest.hex()}"
    return Sent(sender, by_key if idempotency_key else f"{_BY_CONTENT}{digest.hex()}", digest)


def answered_before(connection: Connection, sent: Sent, now: datetime) -> str | None:
    """Return what was answered when the same was sent before; None: it is new.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which what is new is then done and kept.
    sent : Sent
        What has come.
    now : datetime
        With a zone.

    Raises
    ------
    WrongUsage
        If its key was used for something else.
    """
    known = kept_answers.find(connection, sent.sender, sent.sent_key)
    if known is None:
        return None
    if sent.sent_key.startswith(_BY_CONTENT):
        # A clock may have been set back: what was kept long after this is no try of the same.
        fresh = abs(now - known.kept_at) < timedelta(seconds=SAME_WITHIN_S)
        return known.answer if fresh else None
    if known.digest != sent.digest:
        raise WrongUsage(
            "This key was used before, for something else.",
            where=HEADER,
            remedy="Take a new key for each report, and the same one only to send it again.",
        )
    return known.answer


def keep_answer(connection: Connection, sent: Sent, answer: str, now: datetime) -> None:
    """Keep an answer in the transaction that does what it tells of. Raises nothing of its own."""
    kept_answers.keep(connection, sent.sender, sent.sent_key, sent.digest, answer, now)


def once_more_if_unknown(doing: Callable[[], Done]) -> Done:
    """Do what is done once however often it is sent; once more if nobody knows its outcome.

    What was kept the first time is found then, as if its sender had sent it again.

    Parameters
    ----------
    doing : callable
        Asks `answered_before`, does and keeps the answer, in one transaction of its own; or finds
        by itself that what it is to do is done.

    Raises
    ------
    OutcomeUnknown
        If it can't be done once more either.
    """
    try:
        return doing()
    except OutcomeUnknown as unknown:
        try:
            # Whoever writes the same waits until the database has done with the first.
            return doing()
        except NotReady:
            raise unknown from None


def forget_old_answers(connection: Connection, now: datetime) -> int:
    """Forget what nobody will send again. Raises nothing of its own."""
    return kept_answers.forget_before(connection, now - timedelta(days=KEPT_DAYS))
