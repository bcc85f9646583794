"""A cluster of Dask on this machine, for tests that live in one process with others."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from geo_service.flows import dask_workers as subject
from geo_service.flows.dask_workers import LOCAL, DaskWorkers, dask_workers

WORKERS = 2


@contextmanager
def dask_cluster() -> Iterator[DaskWorkers]:
    """Start two workers, and end them with the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "cores", lambda: WORKERS)
        # All tests clear what hears of searches for garbage; Dask's own is lost then, and a second
        # scheduler of this process would not start.
        for name in ("enable_gc_diagnosis", "disable_gc_diagnosis"):
            patch.setattr(f"distributed.scheduler.{name}", lambda: None)
        with dask_workers(LOCAL) as workers:
            yield workers
