"""Databases and traces for the tests of the store."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytest
from emptied_database import EmptiedDatabase

from geo_service.domain.trace import Fixes
from geo_service.store.database import Database
from geo_service.store.trace_lake import TraceLake

if TYPE_CHECKING:
    from private_postgis import Cluster

Trip: TypeAlias = tuple[str, Sequence[tuple[int, float, float]]]
"""A rider and the fixes: microseconds, lon, lat."""
FreshLake: TypeAlias = Callable[[], AbstractContextManager[TraceLake]]
ON_BOTH_KINDS = frozenset(
    {
        "test_trace_lake",
        "test_trace_lake_crash",
        "test_trace_removal",
        "test_trace_compaction",
        "test_lake_check",
    }
)
"""What is tested of lakes in folders and in buckets."""

COUNT_ONCE = """
import sys
from geo_service.store import city
from geo_service.store.database import Database

database = Database(sys.argv[1])
with database.writing() as connection:
    city.count_change(connection)
database.close()
"""
ENGINES = ("sqlite", "postgresql")
FreshAddress: TypeAlias = Callable[[str, Path], AbstractContextManager[str]]
"""Makes a database with all tables and nothing in them, for a use, in a folder if it is a file."""


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "city.sqlite"
    made = Database(f"sqlite:///{path}")
    made.migrate()
    made.close()
    return path


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def fresh_address(engine: str, request: pytest.FixtureRequest) -> FreshAddress:
    """Return what makes fresh databases on the engine; of one use after the other is done."""

    @contextmanager
    def file(use: str, folder: Path) -> Iterator[str]:
        del use
        path = shutil.copy(request.getfixturevalue("migrated_file"), folder / "city.sqlite")
        yield f"sqlite:///{path}"

    @contextmanager
    def on_server(use: str, folder: Path) -> Iterator[str]:
        del folder
        emptied: Callable[[str], str] = request.getfixturevalue("emptied")
        yield emptied(use)

    return file if engine == "sqlite" else on_server


@pytest.fixture(scope="session")
def emptied(postgis: "Cluster") -> Iterator[Callable[[str], str]]:
    """Return what empties the database of one use, and gives its address."""
    made: dict[str, EmptiedDatabase] = {}
    with ExitStack() as open_still:

        def empty(use: str) -> str:
            if use not in made:
                made[use] = EmptiedDatabase(open_still.enter_context(postgis.copied()))
                made[use].remember()
            return made[use].empty()

        yield empty


@pytest.fixture
def address(fresh_address: FreshAddress, tmp_path: Path) -> Iterator[str]:
    with fresh_address("a test", tmp_path) as made:
        yield made


@pytest.fixture
def own_address(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a database whose tables a test may change."""
    if engine == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "city.sqlite")
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("postgis")
    with cluster.copied() as made:
        yield made


@pytest.fixture
def no_tables(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a database without tables."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("postgis")
    with cluster.copied("template1") as made:
        yield made


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "city.sqlite"))


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    opened = Database(address)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(database_file: Path) -> Iterator[Database]:
    """For tests of what only SQLite has: a file."""
    opened = Database(f"sqlite:///{database_file}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_database(
    fresh_address: FreshAddress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One database for all examples of a property, each of which replaces what is there."""
    with fresh_address("shared", tmp_path_factory.mktemp("shared")) as made:
        opened = Database(made)
        yield opened
        opened.close()


@pytest.fixture
def lake(database: Database, lake_address: str) -> TraceLake:
    return TraceLake(lake_address, database)


@pytest.fixture(scope="session")
def fresh_lake(fresh_address: FreshAddress) -> FreshLake:
    @contextmanager
    def opened() -> Iterator[TraceLake]:
        with TemporaryDirectory() as folder, fresh_address("lakes", Path(folder)) as made:
            database = Database(made)
            yield TraceLake(Path(folder) / "traces", database)
            database.close()

    return opened


@pytest.fixture(scope="session")
def make_fixes() -> Callable[[Mapping[str, Trip]], Fixes]:
    def make(trips: Mapping[str, Trip]) -> Fixes:
        riders = sorted({rider for rider, _ in trips.values()})
        rows = [row for _, fixes in trips.values() for row in fixes]
        counts = [len(fixes) for _, fixes in trips.values()]
        return Fixes(
            trip_ids=tuple(trips),
            rider_ids=tuple(riders),
            rider=np.array([riders.index(rider) for rider, _ in trips.values()], dtype=np.int64),
            offsets=np.cumsum([0, *counts], dtype=np.int64),
            t=np.array([t for t, _, _ in rows], dtype=np.int64),
            lon=np.array([lon for _, lon, _ in rows], dtype=np.float64),
            lat=np.array([lat for _, _, lat in rows], dtype=np.float64),
        )

    return make


@pytest.fixture(scope="session")
def trips_in() -> Callable[[Fixes], dict[str, Trip]]:
    """Say what trips there are, the inverse of ``make_fixes``."""

    def told(fixes: Fixes) -> dict[str, Trip]:
        rows = list(zip(fixes.t.tolist(), fixes.lon.tolist(), fixes.lat.tolist(), strict=True))
        return {
            trip_id: (
                fixes.rider_ids[fixes.rider[number]],
                rows[fixes.offsets[number] : fixes.offsets[number + 1]],
            )
            for number, trip_id in enumerate(fixes.trip_ids)
        }

    return told


@pytest.fixture
def start_python(
    pytestconfig: pytest.Config,
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process of its own that runs a few lines of Python."""
    started: list[subprocess.Popen[str]] = []

    def start(lines: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", lines, *map(str, arguments)],
            cwd=pytestconfig.rootpath,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def count_elsewhere(
    address: str, start_python: Callable[..., subprocess.Popen[str]]
) -> Callable[[], None]:
    """Return what has another process count a change, and waits for it."""

    def count() -> None:
        assert start_python(COUNT_ONCE, address).communicate(timeout=60)[0] == ""

    return count


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask of a lake in a bucket what is asked of one in a folder, unless the test says where."""
    told = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    asked = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_KINDS
    if not asked or "lake_address" not in metafunc.fixturenames or "lake_address" in told:
        return
    if "engine" in metafunc.fixturenames:
        # No engine knows where files lie, so not each is asked of each.
        pairs = [("sqlite", "folder"), ("postgresql", "folder"), ("sqlite", "bucket")]
        chosen = pytest.mark.parametrize(("engine", "lake_address"), pairs, indirect=True)
    else:
        chosen = pytest.mark.parametrize("lake_address", ["folder", "bucket"], indirect=True)
    metafunc.definition.add_marker(chosen)


@pytest.fixture
def lake_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a lake may lie."""
    if getattr(request, "param", "folder") == "folder":
        return str(tmp_path / "traces")
    return f"s3://{request.getfixturevalue('bucket')}/city/traces"
