"""``overlay``: tables into files, what they come to, and what their columns mean."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest


def test_every_table_says_what_it_comes_to(town: Callable, tmp_path: Path) -> None:
    """A trip of 94 m rides by one issue; the other street has nobody."""
    out = tmp_path / "o.csv"
    for asked, said in (
        ((), "1 rows by issue, 1 passes"),
        (("--by", "street"), "1 rows by street, 1 passes, 0 hot spots"),
        (("--by", "cell"), "passes, 0 hot spots"),
        (("--by", "street", "--per", "hour"), "1 rows by street per hour, 1 passes"),
        (("--per", "weekday_hour"), "1 rows by issue per weekday_hour, 1 passes"),
        (
            ("--by", "street", "--blind-spots"),
            "1 rows by street, 0.2 km of street without a trip",
        ),
        (("--by", "cell", "--blind-spots"), "km of street without a trip"),
        (("--unconfirmed", "1"), "1 rows by issue, 1 passes"),
    ):
        answer = town("overlay", *asked, "--out", out)
        assert (answer.code, answer.err) == (0, ""), asked
        assert answer.out.startswith(f"{out}: ")
        assert said in answer.out
        assert len(pd.read_csv(out)) >= 1


def test_hours_are_those_of_the_city(town: Callable, tmp_path: Path) -> None:
    assert town("overlay", "--per", "weekday_hour", "--out", tmp_path / "o.csv").code == 0
    table = pd.read_csv(tmp_path / "o.csv")
    # Eight in the morning UTC, on a Thursday, in Shanghai.
    assert table[["weekday", "hour"]].to_numpy().tolist() == [[4, 16]]


def test_how_many_riders_are_enough_is_typed_or_set(
    town: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "o.csv"
    answer = town("overlay", "--unconfirmed", "--out", out)
    assert answer.err == "No open issue was passed by 3 riders since it was confirmed.\n"
    assert (answer.code, len(pd.read_csv(out))) == (0, 0)
    monkeypatch.setenv("GEO_SERVICE_CONFIRM_RIDERS", "1")
    assert town("overlay", "--unconfirmed", "--out", out).err == ""
    assert len(pd.read_csv(out)) == 1
    assert town("overlay", "--unconfirmed", "2", "--out", out).code == 0
    assert len(pd.read_csv(out)) == 0


def test_nothing_found_is_said(town: Callable, tmp_path: Path) -> None:
    out = tmp_path / "o.geojson"
    future = ("--since", "2030-01-01T00:00Z", "--out", out)
    assert town("overlay", "--per", "hour", *future).err.startswith("No trip and no issue")
    assert town("overlay", "--by", "street", "--blind-spots", *future).err == ""
    crowded = tmp_path / "traces.csv"
    crowded.write_text(
        "trip_id,rider_id,t,lon,lat\n"
        + "".join(
            f"t9,x,2026-10-02T08:{second // 60:02}:{second % 60:02}Z,{lon:.6f},{lat:.6f}\n"
            for second, lon, lat in (
                *((step * 2, 112.139 + step * 1e-4, 32.04) for step in range(31)),
                *((62 + step * 2, 112.142, 32.04 + step * 1e-4) for step in range(21)),
            )
        )
    )
    assert town("load", "traces", crowded).code == 0
    answer = town("overlay", "--by", "street", "--blind-spots", "--out", out)
    assert answer.err == "Trips were in every street.\n"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "one of the arguments --out --describe is required"),
        (("--json",), "one of the arguments --out --describe is required"),
        (("--describe", "--out", "x.csv"), "not allowed with argument --describe"),
        (("--json", "--out", "x.csv"), "--json: Only a description"),
        (("--blind-spots", "--out", "x.csv"), "blind_spots: Blind spots are streets or cells"),
        (("--blind-spots", "--describe"), "by street or by cell"),
        (("--by", "cell", "--blind-spots", "--per", "hour", "--out", "x.csv"), "Leave out one"),
        (("--by", "street", "--unconfirmed", "--out", "x.csv"), "Ask by issue"),
        (("--unconfirmed", "0", "--out", "x.csv"), "1 or more"),
        (("--per", "month", "--out", "x.csv"), "weekday_hour"),
        (("--out", "x.docx"), ".gpkg"),
        (("--dask", "elsewhere", "--out", "x.csv"), "write local, or for example tcp://"),
        (("--dask", "http://10.0.0.1:80", "--out", "x.csv"), "is no cluster"),
        (("--dask", "tcp://10.0.0.1", "--out", "x.csv"), "is no cluster"),
        (("--dask", "tcp://10.0.0.1:65536", "--out", "x.csv"), "is not a port"),
    ],
)
def test_wrong_questions_are_refused_before_any_work(
    run: Callable, asked: tuple, said: str
) -> None:
    """There is not even a workspace."""
    answer = run("overlay", *asked)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_without_dask_installed_it_is_said_what_to_do(
    town: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "geo_service.flows.dask_workers", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = town("overlay", "--dask", "local", "--out", tmp_path / "o.csv")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("geo-service: --dask: Dask is not installed here (")
    assert answer.err.endswith("Install it: pip install 'geo-service[dask]'.\n")
    assert not (tmp_path / "o.csv").exists()


def test_columns_are_described_without_a_workspace(run: Callable) -> None:
    all_tables = run("overlay", "--describe")
    assert (all_tables.code, all_tables.err) == (0, "")
    assert "blind street (overlay --by street --blind-spots; find_blind_spots)" in all_tables.out
    assert "pass (find_passes)" in all_tables.out
    hourly = run("overlay", "--describe", "--by", "cell", "--per", "hour").out.splitlines()
    assert hourly[0].startswith("cell per slot (")
    names = ["cell", "hour", "trips", "riders", "metres", "passes", "geometry", "lon", "lat"]
    assert [line.split()[0] for line in hourly[1:]] == names
    blind = json.loads(run("overlay", "--describe", "--by", "cell", "--blind-spots", "--json").out)
    (table,) = blind["tables"]
    assert [column["name"] for column in table["columns"]] == [
        "cell",
        "street_m",
        "issues",
        "geometry",
        "lon",
        "lat",
    ]
    assert table["columns"][1] == {
        "name": "street_m",
        "type": "number",
        "unit": "m",
        "meaning": "How much street runs through it.",
        "empty": "never",
    }
    assert len(json.loads(run("overlay", "--describe", "--json").out)["tables"]) == 10
