"""Keys in the database: who may do what; the tokens themselves are never kept."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from geo_service.domain.role import Role
from geo_service.errors import WrongUsage
from geo_service.store.packed import pack_set, unpack_set
from geo_service.store.schema import keys
from geo_service.store.upsert import Found

PREFIX = "gs_"
TOKEN_BYTES = 32
ID_BYTES = 4

READ = select(
    keys.c.key_id,
    keys.c.role,
    keys.c.note,
    keys.c.added_at,
    keys.c.expires_at,
    keys.c.revoked_at,
    keys.c.operator,
    keys.c.rider,
    keys.c.areas,
)
# Told once, for every request with a key asks it.
OF_TOKEN = READ.where(keys.c.sha256 == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; its token is not."""

    key_id: str
    role: Role
    note: str
    added_at: datetime
    expires_at: datetime | None
    """From when it is worth nothing; None: never by itself."""
    revoked_at: datetime | None
    operator: str = ""
    """Whose facilities an operator's key reports of, as they name it; blank: of none."""
    rider: str = ""
    """The pseudonym of who holds a rider's key; blank: of other keys, and of old ones."""
    areas: frozenset[str] = frozenset()
    """The areas that a staff's key works in, as they were named; empty: in the whole city."""
    reach: frozenset[str] = frozenset()
    """Those of ``areas`` that are there, and all that lie in them: filled in as the key is
    recognised, see ``flows/check_keys.py``."""

    def is_valid(self, moment: datetime) -> bool:
        """Say whether the key opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)

    def reaches(self, area_id: str) -> bool:
        """Say whether what lies in an area is the key's business; a blank one: in none."""
        return not self.areas or area_id in self.reach


def add(
    connection: Connection,
    role: Role,
    *,
    expires_at: datetime | None,
    now: datetime,
    note: str = "",
    operator: str = "",
    rider: str = "",
    areas: Collection[str] = (),
) -> tuple[str, str]:
    """Make a key.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    role : Role
        What its holder may do.
    expires_at : datetime or None
        With a zone; None: it does not expire.
    now : datetime
        With a zone.
    note : str
        Whose it is or what for, in words.
    operator : str
        Whose facilities an operator's key reports of.
    rider : str
        The pseudonym of who holds a rider's key.
    areas : collection of str
        The areas that a staff's key works in; empty: in the whole city.

    Returns
    -------
    key_id : str
        By which it is listed and revoked.
    token : str
        What its holder shows. This is the only time it can be seen.

    Raises
    ------
    WrongUsage
        If it would have expired already.
    """
    if expires_at is not None and expires_at <= now:
        raise WrongUsage(
            f"The key would have expired already, on {expires_at.isoformat()}.",
            where="expires",
            remedy="Give a time to come.",
        )
    key_id = f"key-{secrets.token_hex(ID_BYTES)}"
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "key_id": key_id,
        "sha256": _digest(token),
        "role": role,
        "note": note,
        "added_at": now,
        "expires_at": expires_at,
        "operator": operator,
        "rider": rider,
        "areas": pack_set(set(areas)),
    }
    connection.execute(insert(keys), row)
    return key_id, token


def find(connection: Connection, token: str, now: datetime) -> Key | None:
    """Return the key of a token; None if it is unknown, expired or revoked."""
    row = connection.execute(OF_TOKEN, {"digest": _digest(token)}).one_or_none()
    if row is None:
        return None
    key = _key(row)
    return key if key.is_valid(now) else None


def read_all(connection: Connection) -> list[Key]:
    """Return all keys, expired and revoked ones too, oldest first."""
    found = [_key(row) for row in connection.execute(READ)]
    return sorted(found, key=lambda key: (key.added_at, key.key_id))


def revoke(connection: Connection, key_id: str, now: datetime) -> bool:
    """Make a key worth nothing from now on.

    Returns
    -------
    bool
        Whether there was such a key that had not been revoked before.
    """
    revoked = connection.execute(
        update(keys)
        .where(keys.c.key_id == key_id, keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return revoked.rowcount > 0


def revoked_at(connection: Connection, key_id: str) -> datetime | None:
    """Return since when a key is revoked; None: it is not, or there is no such key."""
    return connection.scalar(select(keys.c.revoked_at).where(keys.c.key_id == key_id))


def _key(row: Found) -> Key:
    key_id, role, *told = row
    areas = unpack_set(told.pop())
    return replace(Key(key_id, Role(role), *told), areas=areas)


def _digest(token: str) -> bytes:
    # A token is 256 random bits, so a plain hash is enough: there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", errors="replace")).digest()
