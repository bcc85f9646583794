"""A PostGIS of our own for as long as a benchmark runs: in a temporary folder, on loopback."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

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

    @property
    def address(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

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
def private_postgis(programs: Path) -> Iterator[Cluster]:
    """Run a cluster until the block ends."""
    with TemporaryDirectory(prefix="features-postgis-") as folder:
        # PostgreSQL refuses to be run by root.
        as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        if as_user:
            shutil.chown(folder, USER)
        data, port = Path(folder) / "data", free_port()
        _run([*as_user, programs / "initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8"])
        told = f"-p {port} -h 127.0.0.1 -k {folder} -c shared_buffers=256MB"
        control = [*as_user, programs / "pg_ctl", "-D", data, "-w", "-t", PATIENCE_S]
        _run([*control, "-l", Path(folder) / "log", "-o", told, "start"])
        try:
            cluster = Cluster(programs, port)
            maintenance = ["-h", "127.0.0.1", "-p", str(port), "-U", USER]
            _run([programs / "createdb", *maintenance, DATABASE])
            cluster.run("CREATE EXTENSION postgis")
            yield cluster
        finally:
            _run([*control, "-m", "fast", "stop"])


def _run(command: list[str | Path], text: str = "") -> None:
    # What is started in the background must hold no pipe of ours.
    subprocess.run(command, input=text, text=True, check=True, cwd="/", stdout=subprocess.DEVNULL)
