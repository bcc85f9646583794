"""One mutant on trial: in a copy of the tree, in a process of its own, for a bounded time.

The parent has read the large libraries already and forks, so that a trial costs its tests and
little else. Kernels run as plain Python: machine code is kept by the content of all kernels, so
every mutant of one would compile all of them anew.
"""

import os
import resource
import shutil
import signal
import sys
from pathlib import Path

COPIED = ("geo_service", "tests", "data", "scripts", "pyproject.toml", ".github", "README.md")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".hypothesis", "screenshots", "node_modules")
KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"
NEVER_RAN = 70


def copy_tree(root: Path, folder: Path) -> Path:
    """Copy what tests need of a checkout into a folder, and return it."""
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT_OUT)
        elif source.exists():
            shutil.copy2(source, folder / name)
    return folder


def read_ahead() -> None:
    """Read the large libraries once, before any trial; nothing of the project itself."""
    import h3  # noqa: F401, PLC0415 - read for the trials' sake, once it is known there are any
    import hypothesis.extra.numpy  # noqa: F401, PLC0415 - as above
    import numba.experimental.structref  # noqa: F401, PLC0415 - as above
    import pyproj  # noqa: F401, PLC0415 - as above
    import pytest  # noqa: F401, PLC0415 - as above
    import scipy.stats  # noqa: F401, PLC0415 - as above
    import shapely  # noqa: F401, PLC0415 - as above


def run_tests(folder: Path, tests: list[Path], limit_s: int) -> tuple[str, float]:
    """Run test files of a copied tree until one test fails.

    Parameters
    ----------
    folder : Path
        The copy.
    tests : list of Path
        Relative to it.
    limit_s : int
        Seconds of the processor's time until the tests count as hanging: what else the machine
        does meanwhile does not matter.

    Returns
    -------
    tuple of str and float
        Killed, survived or timeout; and the seconds of the processor's time it took.

    Raises
    ------
    RuntimeError
        If the tests could not be run at all.
    """
    child = os.fork()
    if child == 0:
        _be_tested(folder, tests, limit_s)
    _, status, used = os.wait4(child, 0)
    took = used.ru_utime + used.ru_stime
    if os.WIFSIGNALED(status):
        late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        return TIMEOUT if late else KILLED, took
    code = os.WEXITSTATUS(status)
    if code == NEVER_RAN:
        raise RuntimeError(f"{tests} could not be run")
    # No test was left to run (5): nothing noticed.
    return SURVIVED if code in (0, 5) else KILLED, took


def _be_tested(folder: Path, tests: list[Path], limit_s: int) -> None:
    """Be the child: run the tests and leave with their code."""
    code = NEVER_RAN
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 5))
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        os.chdir(folder)
        sys.path[:0] = [str(folder)]
        sys.dont_write_bytecode = True
        import pytest  # noqa: PLC0415 - the parent has read it
        from hypothesis import Phase, settings  # noqa: PLC0415 - as above

        # The same examples each time, and the first that fails is enough: none is made smaller.
        # The tests' own profile inherits this one.
        found = (Phase.explicit, Phase.generate)
        settings.register_profile("trial", phases=found, derandomize=True, database=None)
        settings.load_profile("trial")
        wanted = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "-n0"]
        marks = "not slow and not real and not browser"
        code = int(pytest.main([*wanted, "-m", marks, *map(str, tests)]))
    finally:
        os._exit(code)
