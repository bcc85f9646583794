"""Servers of OGC API - Features: ours, pygeoapi and tipg, each with one worker."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feature_city import ID, NAME
from own_process import free_port
from private_postgis import DATABASE, USER, Cluster

UVICORN = (sys.executable, "-m", "uvicorn", "--no-access-log", "--workers", "1")


@dataclass(frozen=True, slots=True)
class FeatureServer:
    """How a server is started, and where it answers."""

    name: str
    command: Sequence[str]
    """But for the port, which comes last."""
    environ: Mapping[str, str]
    root: str = ""
    """The path of its landing page."""
    collection: str = NAME
    wanted: Mapping[str, str] = field(default_factory=dict)
    """Parameters without which it does not answer in GeoJSON."""
    port: int = field(default_factory=free_port)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.root}"

    def items(self, **asked: object) -> str:
        """Return the path of a page of features."""
        pairs = {**{name: str(value) for name, value in asked.items()}, **self.wanted}
        query = "&".join(f"{name}={value}" for name, value in pairs.items())
        return f"{self.root}/collections/{self.collection}/items?{query}"


def our_server(workspace: Path) -> FeatureServer:
    command = [sys.executable, "-m", "geo_service", "serve", "--port"]
    return FeatureServer("ours", command, {"GEO_SERVICE_WORKSPACE": str(workspace)}, "/ogc")


def tipg_server(cluster: Cluster) -> FeatureServer:
    return FeatureServer(
        "tipg",
        [*UVICORN, "tipg.main:app", "--port"],
        {"DATABASE_URL": cluster.address},
        collection=f"public.{NAME}",
        wanted={"f": "geojson"},
    )


def pygeoapi_server(
    folder: Path, providers: Mapping[str, Mapping[str, Any]], name: str = "pygeoapi"
) -> FeatureServer:
    """Write pygeoapi's configuration, and return it with a collection for each provider.

    Parameters
    ----------
    folder : Path
        Where its files may lie.
    providers : mapping of str to mapping
        How each collection's features are held, by the name of the collection.
    name : str
        As figures say it.
    """
    port = free_port()
    config, openapi = folder / f"{name}.yml", folder / f"{name}-openapi.yml"
    # JSON is YAML too.
    config.write_text(json.dumps(_configuration(port, providers)), "utf-8")
    environ = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    made = [Path(sys.executable).parent / "pygeoapi", "openapi", "generate", config]
    subprocess.run(
        [*made, "--output-file", openapi],
        check=True,
        capture_output=True,
        env={**os.environ, **environ},
    )
    return FeatureServer(
        name,
        [*UVICORN, "pygeoapi.starlette_app:APP", "--port"],
        environ,
        collection=next(iter(providers)),
        wanted={"f": "json"},
        port=port,
    )


def postgis_provider(cluster: Cluster) -> dict[str, Any]:
    data = {"host": "127.0.0.1", "port": cluster.port, "dbname": DATABASE, "user": USER,
            "password": "", "search_path": ["public"]}  # fmt: skip
    return _provider("PostgreSQL", data, table=NAME, geom_field="geom")


def file_provider(name: str, path: Path) -> dict[str, Any]:
    return _provider(name, str(path))


def _provider(name: str, data: object, **more: object) -> dict[str, Any]:
    return {"type": "feature", "name": name, "data": data, "id_field": ID, **more}


def _configuration(port: int, providers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    words = {"title": "Facilities", "description": "Facilities", "keywords": ["facilities"]}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["en-US"],
            "limits": {"default_items": 10, "max_items": 10_000},
            "map": {"url": f"http://127.0.0.1:{port}/none", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**words, "terms_of_service": "none", "url": "http://127.0.0.1"},
            "license": {"name": "none", "url": "http://127.0.0.1"},
            "provider": {"name": "none", "url": "http://127.0.0.1"},
            "contact": {"name": "none", "email": "none@example.org"},
        },
        "resources": {
            name: {
                "type": "collection",
                **words,
                "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
                "providers": [provider],
            }
            for name, provider in providers.items()
        },
    }
