"""What was answered to whom under which idempotency key, so that what is sent again is known."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from geo_service.store.case_schema import kept_answers
from geo_service.store.insert_once import insert_once

_IT = (
    kept_answers.c.sender == bindparam("of_sender"),
    kept_answers.c.sent_key == bindparam("of_key"),
)
FIND = select(kept_answers.c.digest, kept_answers.c.answer, kept_answers.c.kept_at).where(*_IT)


class KeptAnswer(NamedTuple):
    """An answer given before."""

    digest: bytes
    """Of what was sent then."""
    answer: str
    kept_at: datetime


def find(connection: Connection, sender: str, sent_key: str) -> KeptAnswer | None:
    """Return what was answered to a sender under a key; None: nothing yet."""
    row = connection.execute(FIND, _named(sender, sent_key)).one_or_none()
    return None if row is None else KeptAnswer(*row)


def keep(
    connection: Connection, sender: str, sent_key: str, digest: bytes, answer: str, now: datetime
) -> None:
    """Keep an answer, in the transaction that does what it tells of.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    sender, sent_key : str
        Who sent it under which key; an older answer under it is forgotten.
    digest : bytes
        Of what was sent.
    answer : str
        Whatever brings the same answer about again.
    now : datetime
        With a zone.
    """
    row = {
        "sender": sender,
        "sent_key": sent_key,
        "digest": digest,
        "answer": answer,
        "kept_at": now,
    }
    if not insert_once(connection, kept_answers, row):
        anew = update(kept_answers).where(*_IT).values(digest=digest, answer=answer, kept_at=now)
        connection.execute(anew, _named(sender, sent_key))


def _named(sender: str, sent_key: str) -> dict[str, str]:
    return {"of_sender": sender, "of_key": sent_key}


def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget answers kept before a moment, and return how many."""
    return connection.execute(delete(kept_answers).where(kept_answers.c.kept_at < moment)).rowcount
