"""What PostgreSQL gets beside the tables: geometry for other programs, and PostGIS for it."""

import json
import os
import shutil
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from private_postgis import Cluster
from sqlalchemy import Connection, text

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.facility import Facility
from geo_service.errors import NotReady
from geo_service.store import areas, facilities
from geo_service.store.database import Database

SQUARE = shapely.box(112.1, 32.0, 112.2, 32.1)
NEAR = """
    EXPLAIN SELECT * FROM facilities
    WHERE geom && ST_MakeEnvelope(112.10, 32.00, 112.11, 32.01, 4326)
"""
PYTHON = Path("/usr/bin/python3")
QGIS = Path("/usr/lib/python3/dist-packages/qgis")
SHOW = """
import json, sys
from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()
seen = {}
for table, key in (("facilities", "facility_id"), ("issues", "issue_id"), ("areas", "area_id")):
    uri = QgsDataSourceUri()
    uri.setConnection("127.0.0.1", sys.argv[1], sys.argv[2], "postgres", "")
    uri.setDataSource("public", table, "geom", "", key)
    layer = QgsVectorLayer(uri.uri(False), table, "postgres")
    shapes = [feature.geometry().asWkt(3) for feature in layer.getFeatures()]
    seen[table] = [layer.isValid(), layer.crs().authid(), shapes]
print(json.dumps(seen))
application.exitQgis()
"""


def layer_address(address: str) -> str:
    """Name a database as GDAL does."""
    host, _, name = address.partition("@")[2].partition("/")
    return f"PG:host={host.split(':')[0]} port={host.split(':')[1]} user=postgres dbname={name}"


def places(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        rows = connection.execute(text("SELECT facility_id, ST_AsText(geom) FROM facilities"))
        return {str(facility_id): str(point) for facility_id, point in rows}


def test_geometry_follows_what_it_is_made_of(database: Database) -> None:
    there = Facility("one", "water_point", 112.125, 32.5)
    with database.writing() as connection:
        facilities.write(connection, [there])
    assert places(database) == {"one": "POINT(112.125 32.5)"}
    with database.writing() as connection:
        facilities.write(connection, [replace(there, lon=112.25)])
    assert places(database) == {"one": "POINT(112.25 32.5)"}
    with database.writing() as connection:
        facilities.remove(connection, "one")
    assert places(database) == {}


def test_what_lies_in_a_box_is_found_by_an_index(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(
            connection,
            [
                Facility(f"f-{number}", "water_point", 112 + number % 70 / 70, 32 + number / 4900)
                for number in range(4900)
            ],
        )
    with database.connect_beside() as connection:
        connection.exec_driver_sql("ANALYZE facilities")
        told = connection.execute(text(NEAR))
        assert "ix_facilities_geom" in "\n".join(told.scalars())
        indexes = connection.execute(
            text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING gist (geom)'")
        )
        wanted = {"ix_facilities_geom", "ix_issues_geom", "ix_areas_geom"}
        assert set(indexes.scalars()) == wanted


def test_gdal_reads_the_layers(database: Database, address: str) -> None:
    ogrinfo, ogr2ogr = shutil.which("ogrinfo"), shutil.which("ogr2ogr")
    if ogrinfo is None or ogr2ogr is None:
        pytest.skip("gdal-bin is not installed")
    with database.writing() as connection:
        facilities.write(connection, [Facility("one", "water_point", 112.125, 32.5, name="水")])
        write_square(connection)
    where = layer_address(address)
    told = run(ogrinfo, "-ro", "-so", where, "facilities")
    assert "Geometry: Point" in told
    assert "Feature Count: 1" in told
    assert "Extent: (112.125000, 32.500000) - (112.125000, 32.500000)" in told
    assert 'ID["EPSG",4326]' in told
    assert "Feature Count: 0" in run(ogrinfo, "-ro", "-so", where, "issues")
    (point,) = features(run(ogr2ogr, "-f", "GeoJSON", "/vsistdout/", where, "facilities"))
    assert point["geometry"] == {"type": "Point", "coordinates": [112.125, 32.5]}
    assert point["properties"]["name"] == "水"
    (area,) = features(run(ogr2ogr, "-f", "GeoJSON", "/vsistdout/", where, "areas"))
    assert shapely.equals(shapely.from_geojson(json.dumps(area["geometry"])), SQUARE)


@pytest.mark.slow
@pytest.mark.skipif(not QGIS.exists(), reason="python3-qgis is not installed")
def test_qgis_shows_the_tables_as_layers(
    database: Database, address: str, postgis: Cluster, tmp_path: Path
) -> None:
    with database.writing() as connection:
        facilities.write(connection, [Facility("one", "water_point", 112.125, 32.5)])
        write_square(connection)
    home = str(tmp_path)
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": home,
        "XDG_RUNTIME_DIR": home,
    }
    environment.pop("PYTHONPATH", None)
    name = address.rpartition("/")[2]
    seen = run(str(PYTHON), "-c", SHOW, str(postgis.port), name, environment=environment)
    assert json.loads(seen.strip().splitlines()[-1]) == {
        "facilities": [True, "EPSG:4326", ["Point (112.125 32.5)"]],
        "issues": [True, "EPSG:4326", []],
        "areas": [
            True,
            "EPSG:4326",
            ["Polygon ((112.2 32, 112.2 32.1, 112.1 32.1, 112.1 32, 112.2 32))"],
        ],
    }


def write_square(connection: Connection) -> None:
    body = Body("body", "街道", Level.STREET_COMMITTEE)
    areas.write(connection, [Area("square", "方", "body", shapely.to_wkb(SQUARE))], [body])


def run(*command: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def features(collection: str) -> list[dict]:
    return json.loads(collection)["features"]


def test_who_may_not_add_postgis_is_told_who_may(postgis: Cluster) -> None:
    role = "may_not"
    with postgis.copied("template1") as address:
        name = address.rpartition("/")[2]
        postgis.run(f"CREATE ROLE {role} LOGIN")
        postgis.run(f"ALTER DATABASE {name} OWNER TO {role}")
        with (
            closing(Database(address.replace("postgres@", f"{role}@"))) as database,
            pytest.raises(NotReady, match="this user may not add it") as raised,
        ):
            database.migrate()
        assert raised.value.where == name
        assert "CREATE EXTENSION postgis" in raised.value.remedy
        with closing(Database(address)) as database:
            assert database.migrate() is None
    postgis.run(f"DROP ROLE {role}")


def test_a_server_without_postgis_is_told(postgis: Cluster) -> None:
    """A view of the same name stands in front of the server's list of what can be installed."""
    with postgis.copied("template1") as address:
        name = address.rpartition("/")[2]
        with closing(Database(address)) as database, database.connect_beside() as connection:
            for statement in (
                "CREATE SCHEMA bare",
                "CREATE VIEW bare.pg_available_extensions AS SELECT ''::name AS name WHERE false",
                f"ALTER DATABASE {name} SET search_path = bare, pg_catalog, public",
            ):
                connection.exec_driver_sql(statement)
        with (
            closing(Database(address)) as database,
            pytest.raises(NotReady, match="has no PostGIS"),
        ):
            database.migrate()


def test_postgis_in_a_schema_that_is_not_looked_into_is_told(postgis: Cluster) -> None:
    with postgis.copied("template1") as address, closing(Database(address)) as database:
        with database.connect_beside() as connection:
            connection.exec_driver_sql("CREATE SCHEMA apart")
            connection.exec_driver_sql("CREATE EXTENSION postgis SCHEMA apart")
        with pytest.raises(NotReady, match="where it is not looked for"):
            database.migrate()
