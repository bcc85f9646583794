"""Each large library has one home, so that it can be changed in one place."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "geo_service"

HOMES = {
    "numba": ("compiled.py",),
    "osmnx": ("ingest/streets/",),
    "osmium": ("ingest/streets/", "ingest/osm_"),
    "h3": ("overlay/cells.py",),
    "folium": ("maps/", "analyst/"),
    "branca": ("maps/",),
    "offlinefolium": ("maps/assets.py",),
    "fastapi": ("web/",),
    "starlette": ("web/",),
    "anyio": ("web/threads.py", "web/waiting_rooms.py"),
    "uvicorn": ("web/",),
    "jinja2": ("web/", "maps/"),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "pyarrow": ("store/", "ingest/", "export/feature_parquet.py"),
    "pyogrio": ("ingest/",),
    "geopandas": ("ingest/", "export/", "flows/overlay_issues.py", "analyst/"),
    "opening_hours": ("domain/opening.py",),
    "pyproj": ("geometry/", "ingest/"),
    "PIL": ("maps/", "ingest/photo.py", "ingest/photo_hints.py"),
    "prometheus_client": ("web/metrics.py",),
    "segno": ("web/qr_picture.py",),
    "lark": ("features/filters/grammar.py",),
    "fsspec": ("store/remote_place.py",),
    "requests": ("ingest/open311_server.py",),
    "mapbox_vector_tile": ("maps/tiles/encode.py",),
    "mgrs": ("geometry/unit.py", "store/migrations/"),
    "dask": ("flows/dask_workers.py",),
    "distributed": ("flows/dask_workers.py",),
    "tqdm": ("cli/",),
    "argparse": ("cli/",),
}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", HOMES)
def test_library_is_imported_only_in_its_home(library: str) -> None:
    strangers = [
        place
        for path in PACKAGE.rglob("*.py")
        if library in imports_of(path)
        and not (place := path.relative_to(PACKAGE).as_posix()).startswith(HOMES[library])
    ]
    assert strangers == []


@pytest.mark.parametrize("library", HOMES)
def test_home_of_library_is_no_empty_promise(library: str) -> None:
    users = [path for path in PACKAGE.rglob("*.py") if library in imports_of(path)]
    assert users, f"nothing imports {library}: take it off the list"


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, geo_service; print(sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    for heavy in ("numpy", "pandas", "geopandas", "numba", "folium", "fastapi", "distributed"):
        assert f"'{heavy}'" not in loaded.stdout


def test_nothing_inside_imports_the_root_package() -> None:
    strangers = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            plain = isinstance(node, ast.Import) and any(
                a.name == "geo_service" for a in node.names
            )
            if plain:
                strangers.append(path.name)
    assert strangers == []
