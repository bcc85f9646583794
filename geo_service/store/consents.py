"""What riders said to having their traces kept, in the database."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from geo_service.domain.consent import Agreement
from geo_service.store.privacy_schema import consents


def last_of(connection: Connection, rider: str) -> Agreement | None:
    """Return what a rider said last; None: nothing yet."""
    row = connection.execute(
        select(consents.c.version, consents.c.agreed_at, consents.c.withdrawn_at)
        .where(consents.c.rider == rider)
        .order_by(consents.c.consent_id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Agreement(*row)


def agree(connection: Connection, rider: str, version: str, now: datetime) -> None:
    """Write down that a rider agrees.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    rider : str
        A pseudonym, not blank.
    version : str
        Of the text agreed to.
    now : datetime
        With a zone.
    """
    _add(connection, rider, Agreement(version, now))


def withdraw(connection: Connection, rider: str, before: Agreement, now: datetime) -> None:
    """Write down that a rider no longer agrees; takes what ``agree`` takes, and what was said."""
    _add(connection, rider, Agreement(before.version, before.agreed_at, now))


def _add(connection: Connection, rider: str, said: Agreement) -> None:
    row = {
        "rider": rider,
        "version": said.version,
        "agreed_at": said.agreed_at,
        "withdrawn_at": said.withdrawn_at,
    }
    connection.execute(insert(consents), row)
