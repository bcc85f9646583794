"""Every table that overlay writes: described column by column, and whole in every format."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest

from geo_service.domain.slots import Per
from geo_service.export.dictionary import FLAG, NUMBER, SHAPE, TEXT, TIME, WHOLE, Table, table_of
from geo_service.export.spreadsheet import safe_cell
from geo_service.export.table import write_table
from geo_service.flows.overlay_tables import TableQuestion, overlay_table
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

QUESTIONS = {
    **{
        f"{by}-{per}": TableQuestion(by, per=per)
        for by in ("issue", "street", "cell")
        for per in (None, *Per)
    },
    **{f"{by}-blind": TableQuestion(by, blind_spots=True) for by in ("street", "cell")},
    "issue-unconfirmed": TableQuestion("issue", unconfirmed=3),
}
KINDS = {TEXT: "O", WHOLE: "i", NUMBER: "f", FLAG: "b"}


@pytest.fixture(scope="module", params=QUESTIONS.values(), ids=QUESTIONS.keys())
def asked(request: pytest.FixtureRequest, built_demo: Path) -> tuple[gpd.GeoDataFrame, Table]:
    """Answer a question about the demo district, and find what its table is said to hold."""
    question: TableQuestion = request.param
    settings = Settings(workspace=built_demo, rider_key_file=built_demo.parent / "rider.key")
    with open_workspace(settings) as workspace:
        frame = overlay_table(workspace, question)
    return frame, table_of(question.by, per=question.per, blind_spots=question.blind_spots)


def names(table: Table, *, csv: bool) -> list[str]:
    left_out = ("geometry",) if csv else ("lon", "lat")
    return [column.name for column in table.columns if column.name not in left_out]


def kind_of(column: pd.Series) -> str:
    return "O" if pd.api.types.is_string_dtype(column) else column.dtype.kind


def check_values(read: pd.DataFrame, frame: gpd.GeoDataFrame, table: Table) -> None:
    """Compare all that is no shape; a time may have been written as text."""
    for column in table.columns:
        if column.name in ("lon", "lat") or column.type == SHAPE:
            continue
        found, written = read[column.name], frame[column.name]
        if column.type == TIME:
            found = pd.to_datetime(found, utc=True, format="ISO8601")
            assert found.isna().tolist() == written.isna().tolist(), column.name
            assert found.dropna().tolist() == written.dropna().tolist(), column.name
        elif column.type == NUMBER:
            np.testing.assert_allclose(found, written, rtol=1e-12, err_msg=column.name)
        else:
            assert found.tolist() == written.tolist(), column.name


def test_it_has_the_columns_it_is_said_to_have(asked: tuple[gpd.GeoDataFrame, Table]) -> None:
    frame, table = asked
    assert len(frame) > 10, "the demo has something to show"
    written = [name for name in frame.columns if name != "geometry"]
    assert [*written, "geometry"] == names(table, csv=False)
    for column in table.columns:
        if column.type in KINDS and column.name in frame:
            assert kind_of(frame[column.name]) == KINDS[column.type], column.name
        if column.type == TIME:
            assert str(frame[column.name].dtype) == "datetime64[us, UTC]", column.name
        if column.name in frame and column.empty == "never":
            assert frame[column.name].notna().all(), column.name


def test_all_formats_give_back_what_was_written(
    asked: tuple[gpd.GeoDataFrame, Table], tmp_path: Path
) -> None:
    frame, table = asked
    for ending in ("csv", "geojson", "gpkg", "parquet"):
        write_table(frame, tmp_path / f"x.{ending}")

    plain = pd.read_csv(
        tmp_path / "x.csv", encoding="utf-8-sig", keep_default_na=False,
        na_values={column.name: [""] for column in table.columns if column.type != TEXT},
    )  # fmt: skip
    assert sorted(plain.columns) == sorted(names(table, csv=True))
    guarded = [column.name for column in table.columns if column.type == TEXT]
    check_values(
        plain, frame.assign(**{name: frame[name].map(safe_cell) for name in guarded}), table
    )
    middle = frame.geometry.representative_point()
    np.testing.assert_allclose(plain["lon"], middle.x, atol=1e-7)
    np.testing.assert_allclose(plain["lat"], middle.y, atol=1e-7)

    for ending in ("geojson", "gpkg"):
        read = pyogrio.read_dataframe(tmp_path / f"x.{ending}")
        assert sorted(read.columns) == sorted(names(table, csv=False))
        assert read.geometry.geom_equals_exact(frame.geometry.reset_index(drop=True), 1e-9).all()
        if ending == "geojson":
            # GDAL reads times of GeoJSON as such, and no finer than milliseconds.
            features = json.loads((tmp_path / "x.geojson").read_text())["features"]
            for name in (column.name for column in table.columns if column.type == TIME):
                read[name] = [feature["properties"][name] for feature in features]
        check_values(read, frame, table)
        kinds = {one.name: KINDS[one.type] for one in table.columns if one.type in KINDS}
        for name in names(table, csv=False):
            if name in kinds:
                assert kind_of(read[name]) == kinds[name], (ending, name)

    read = gpd.read_parquet(tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(read, frame.reset_index(drop=True))


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
@pytest.mark.filterwarnings("ignore:.*geometry_type:UserWarning:pyogrio")
def test_a_table_without_rows_has_the_same_columns_of_the_same_types(
    asked: tuple[gpd.GeoDataFrame, Table], ending: str, tmp_path: Path
) -> None:
    frame, table = asked
    types = []
    for part, name in ((frame, "full"), (frame.iloc[:0], "none")):
        path = tmp_path / f"{name}.{ending}"
        write_table(part, path)
        if ending == "parquet":
            schema = pq.read_schema(path)
            types.append({name: str(schema.field(name).type) for name in schema.names})
        else:
            info = pyogrio.read_info(path)
            types.append(dict(zip(info["fields"], info["ogr_types"], strict=True), geometry=""))
        assert sorted(types[-1]) == sorted(names(table, csv=False))
        read = gpd.read_parquet(path) if ending == "parquet" else gpd.read_file(path)
        assert len(read) == len(part)
    assert types[0] == types[1]
