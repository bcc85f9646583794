"""What all tests share."""

import gc
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
import requests
from hypothesis import settings
from private_postgis import Cluster, find_programs, private_postgis

ROOT = Path(__file__).resolve().parents[1]

# Kernels that run as plain Python, for their lines to be counted, are a hundred times slower.
PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"

# Machines are noisy, so no example has a deadline; CI tries the same examples each time.
settings.register_profile(
    "here", deadline=None, derandomize="CI" in os.environ, max_examples=10 if PLAIN else 100
)
settings.load_profile("here")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage only among what comes after the collection.

    What is collected stays until the end: to go through it again and again, as it grows, takes a
    third of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Have nothing of Python run within a search for garbage.

    Hypothesis measures each, for deadlines that no example has here; other threads then take turns
    in the midst of what Python 3.11 does at one go, such as reading the head of a numpy file, and
    it calls that a SystemError ("AST constructor recursion depth mismatch").
    """
    gc.callbacks.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real files beside the checkout, or skip, saying so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real files are not here: {folder.name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def demo_data() -> Path:
    """Return the demo district's files."""
    return ROOT / "data" / "geojson"


@pytest.fixture(scope="session")
def postgis() -> Iterator[Cluster]:
    """A cluster of this worker's own, its first database migrated; skips where there is none."""
    programs = find_programs()
    if programs is None or find_spec("psycopg") is None:
        missing = "PostgreSQL with PostGIS, or psycopg, is not installed"
        # Where all is checked nothing may be left out without a word.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    # Whoever needs no database loads nothing of the program here.
    from geo_service.store.database import Database  # noqa: PLC0415

    with private_postgis(programs, durable=False) as cluster:
        made = Database(cluster.address_for("psycopg"))
        made.migrate()
        made.close()
        yield cluster


@pytest.fixture
def mount_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Return what mounts a disk of so many kilobytes, or skips, saying so."""
    mount, unmount = shutil.which("mount") or "", shutil.which("umount") or ""
    with ExitStack() as mounted:

        def _mount(kilobytes: int) -> Path:
            disk = tmp_path / "disk"
            disk.mkdir()
            command = [mount, "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)]
            if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
                pytest.skip("no disk can be mounted here")
            mounted.callback(subprocess.run, [unmount, str(disk)], check=True)
            return disk

        yield _mount


@pytest.fixture
def make_read_only() -> Callable[[Path], None]:
    """Return what makes a mounted disk one that can only be read."""

    def _make(disk: Path) -> None:
        command = [shutil.which("mount") or "", "-o", "remount,ro", str(disk)]
        subprocess.run(command, check=True)

    return _make


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Serve buckets on loopback, to this process and those that it starts; return the address."""
    from s3_server import OF_OUR_OWN, s3_served  # noqa: PLC0415 - few tests need it

    with s3_served() as address, pytest.MonkeyPatch.context() as environment:
        for name, value in {**OF_OUR_OWN, "AWS_ENDPOINT_URL": address}.items():
            environment.setenv(name, value)
        yield address


@pytest.fixture
def bucket(s3_server: str) -> str:
    """Make a bucket, and return its name."""
    name = f"test-{secrets.token_hex(8)}"
    requests.put(f"{s3_server}/{name}", timeout=60).raise_for_status()
    return name
