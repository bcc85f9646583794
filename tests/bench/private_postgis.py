"""A PostGIS of our own while benchmarks or tests run: in a temporary folder, on loopback."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from own_process import free_port

PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version."""
POSTGIS = Path("/usr/share/postgresql")
USER = "postgres"
DATABASE = "features"
PATIENCE_S = "60"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL with PostGIS in one database."""

    programs: Path
    port: int
    control: tuple[str | Path, ...] = ()
    """The command that stops and starts it, without its last word."""

    @property
    def address(self) -> str:
        return self.address_of(DATABASE)

    def address_of(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def address_for(self, driver: str, database: str = DATABASE) -> str:
        return f"postgresql+{driver}://{USER}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def copied(self, template: str = DATABASE) -> Iterator[str]:
        """Give the address of a copy of a database, which nobody may be using, for a block."""
        name = f"copy_{uuid4().hex}"
        self._maintain(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.address_for("psycopg", name)
        finally:
            self._maintain(f"DROP DATABASE {name} WITH (FORCE)")

    def _maintain(self, statement: str) -> None:
        import psycopg  # noqa: PLC0415 - benchmarks do without

        with psycopg.connect(self.address_of("postgres"), autocommit=True) as server:
            server.execute(statement)

    def stop(self) -> None:
        """Stop as after a power cut."""
        _run([*self.control, "-m", "immediate", "stop"])

    def start(self) -> None:
        """Start anew; return once it answers."""
        _run([*self.control, "start"])

    def run(self, statements: str, rows: str = "") -> None:
        """Run statements of SQL; what stands behind ``COPY ... FROM STDIN`` is given as rows."""
        _run(
            [self.programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.address, "-c", statements],
            rows,
        )


def find_programs() -> Path | None:
    """Return where PostgreSQL with PostGIS is installed; None: it is not."""
    for extension in sorted(POSTGIS.glob("*/extension/postgis.control"), reverse=True):
        programs = PROGRAMS / extension.parts[-3] / "bin"
        if (programs / "initdb").exists():
            return programs
    return None


@contextmanager
def private_postgis(programs: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """Run a cluster until the block ends; unless it is durable, a power cut may cost all of it."""
    with TemporaryDirectory(prefix="features-postgis-") as folder:
        # PostgreSQL refuses to be run by root.
        as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        if as_user:
            shutil.chown(folder, USER)
        data, port = Path(folder) / "data", free_port()
        _run([*as_user, programs / "initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8"])
        told = f"-p {port} -h 127.0.0.1 -k {folder} -c shared_buffers=256MB"
        if not durable:
            told += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        control = [*as_user, programs / "pg_ctl", "-D", data, "-w", "-t", PATIENCE_S]
        control += ["-l", Path(folder) / "log", "-o", told]
        _run([*control, "start"])
        try:
            cluster = Cluster(programs, port, tuple(control))
            maintenance = ["-h", "127.0.0.1", "-p", str(port), "-U", USER]
            _run([programs / "createdb", *maintenance, DATABASE])
            cluster.run("CREATE EXTENSION postgis")
            yield cluster
        finally:
            _run([*control, "-m", "fast", "stop"])


def _run(command: Sequence[str | Path], text: str = "") -> None:
    # What is started in the background must hold no pipe of ours.
    subprocess.run(command, input=text, text=True, check=True, cwd="/", stdout=subprocess.DEVNULL)
