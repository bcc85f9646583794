"""Bringing a database's tables up to what this program needs."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Apply the migrations that are missing, within the connection's transaction."""
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def knows(revision: str) -> bool:
    """Say whether a revision is one of this program's."""
    try:
        ScriptDirectory.from_config(_configuration()).get_revision(revision)
    except CommandError:
        return False
    return True


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "geo_service.store:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration
