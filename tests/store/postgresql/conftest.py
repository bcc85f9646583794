"""A database on PostgreSQL for each test of what only PostgreSQL has."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from private_postgis import Cluster

from geo_service.store.database import Database


@pytest.fixture
def address(postgis: Cluster) -> Iterator[str]:
    with postgis.copied() as made:
        yield made


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    with closing(Database(address)) as opened:
        yield opened
