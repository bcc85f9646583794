"""Bad input gets a clear error, nothing is half-loaded, nothing is lost."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = (
    "id,kind,name,lon,lat\na,rest_station,One,112.140,32.040\nb,rest_station,Two,112.141,32.041\n"
)
STREETS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in (
            [[112.139, 32.040], [112.142, 32.040]],
            [[112.142, 32.040], [112.142, 32.042]],
            [[112.142, 32.042], [112.139, 32.040]],
        )
    ],
}


@pytest.fixture
def loaded(command: Callable, tmp_path: Path) -> Callable:
    """Load three streets and two stations."""
    (tmp_path / "streets.geojson").write_text(json.dumps(STREETS))
    assert command("load", "streets", tmp_path / "streets.geojson").code == 0
    (tmp_path / "good.csv").write_text(GOOD)
    assert command("load", "facilities", tmp_path / "good.csv").code == 0
    return command


def names(command: Callable) -> list[str]:
    found = command("nearest", 32.04, 112.14, "-k", 50, "--json").json["features"]
    return sorted(feature["properties"]["name"] for feature in found)


BAD_ROWS = [
    ("c,rest_station,Three,32.040,112.140", "latitude and longitude look swapped"),
    ("c,rest_station,Three,nan,32.04", "NaN"),
    ("c,rest_station,Three,inf,32.04", "infinite"),
    ("c,rest_station,Three,212.14,32.04", "not on earth"),
    ("c,rest_station,Three,,", "no position"),
    ("c,rest_station,Three,east,north", "not in numbers"),
    ("a,rest_station,Three,112.140,32.040", "already that of record 1"),
    ("c,Rest Station!,Three,112.140,32.040", "not a slug"),
    ("c,rest_station,Three,113.50,32.04", "km from the streets"),
]


@pytest.mark.parametrize(("row", "reason"), BAD_ROWS, ids=[reason for _, reason in BAD_ROWS])
def test_bad_row_is_refused_and_nothing_is_loaded(
    loaded: Callable, tmp_path: Path, row: str, reason: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(GOOD.replace("One", "New") + row + "\n")
    refused = loaded("load", "facilities", path)
    assert refused.code == 1
    assert "bad.csv, record 3" in refused.err
    assert reason in refused.err
    assert "--skip-refused" in refused.err
    assert names(loaded) == ["One", "Two"]


def test_rest_is_loaded_when_the_user_says_so(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(GOOD.replace("One", "New") + "=cmd(),rest_station,Three,212.14,32.04\n")
    report = loaded("load", "facilities", path, "--skip-refused", "--json")
    assert report.code == 0
    told = report.json
    assert Path(told.pop("refused_list")).exists()
    assert told == {
        "what": "facilities",
        "read": 3,
        "loaded": 2,
        "refused": 1,
        "replaced": 2,
        "removed": 0,
    }
    assert names(loaded) == ["New", "Two"]
    listed = next((tmp_path / "workspace" / "refused").glob("*.csv"))
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["file"] == "bad.csv"
    assert rows[0]["row"] == "3"
    assert rows[0]["id"] == "'=cmd()"
    assert "not on earth" in rows[0]["reason"]


def test_newer_record_replaces_the_older_and_others_stay(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "newer.csv"
    path.write_text("id,kind,name,lon,lat\nb,rest_station,Moved,112.1405,32.0405\n")
    assert loaded("load", "facilities", path, "--json").json["replaced"] == 1
    assert names(loaded) == ["Moved", "One"]


def test_replace_makes_the_file_the_whole_truth(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "whole.csv"
    path.write_text("id,kind,name,lon,lat\nz,rest_station,Only,112.1405,32.0405\n")
    assert loaded("load", "facilities", path, "--replace", "--json").json["removed"] == 2
    assert names(loaded) == ["Only"]


WHOLE_FILES = [
    ("empty.geojson", b"", "empty"),
    ("cut.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Fea', "cut off"),
    ("binary.csv", bytes(range(256)) * 8, "text"),
    ("unknown.docx", b"something", ".docx"),
    ("nokind.csv", b"id,lon,lat\na,112.14,32.04\n", "no column 'kind'"),
    ("noplace.csv", b"id,kind\na,rest_station\n", "no column 'lon'"),
]


@pytest.mark.parametrize(
    ("name", "content", "message"), WHOLE_FILES, ids=[w[0] for w in WHOLE_FILES]
)
def test_file_of_no_use_is_refused_as_a_whole(
    loaded: Callable, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused = loaded("load", "facilities", path)
    assert refused.code == 1
    assert name in refused.err
    assert message in refused.err
    assert names(loaded) == ["One", "Two"]


def test_file_that_is_not_there_is_named(loaded: Callable, tmp_path: Path) -> None:
    refused = loaded("load", "facilities", tmp_path / "nowhere.csv")
    assert refused.code == 1
    assert "nowhere.csv" in refused.err


ISSUES = "id,category,reported_at,closed_at,lon,lat\n"
BAD_ISSUES = [
    ("i,standing_water,2026-10-01T10:00,,112.14,32.04", "--time-zone"),
    ("i,standing_water,2199-10-01T10:00Z,,112.14,32.04", "future"),
    ("i,standing_water,2026-10-02T10:00Z,2026-10-01T10:00Z,112.14,32.04", "before"),
    ("i,standing_water,yesterday,,112.14,32.04", "yesterday"),
]


@pytest.mark.parametrize(("row", "message"), BAD_ISSUES, ids=[message for _, message in BAD_ISSUES])
def test_bad_time_of_an_issue_is_refused(
    loaded: Callable, tmp_path: Path, row: str, message: str
) -> None:
    path = tmp_path / "issues.csv"
    path.write_text(ISSUES + row + "\n")
    refused = loaded("load", "issues", path)
    assert refused.code == 1
    assert message in refused.err


def fixes(*rows: tuple[str, float, float]) -> str:
    lines = [f"t1,r1,{t},{lon},{lat}" for t, lon, lat in rows]
    return "trip_id,rider_id,t,lon,lat\n" + "\n".join(lines) + "\n"


MINUTE = [
    (f"2026-10-01T10:00:{second:02}Z", 112.140 + second * 1e-5, 32.040) for second in range(30)
]


def test_fixes_out_of_order_and_jumps_are_dropped_and_counted(
    loaded: Callable, tmp_path: Path
) -> None:
    path = tmp_path / "trace.csv"
    jump = ("2026-10-01T10:00:30Z", 112.30, 32.04)
    path.write_text(fixes(*MINUTE, MINUTE[3], jump))
    report = loaded("load", "traces", path, "--json").json
    assert report["loaded"] == 1
    assert report["fixes"] == 30
    assert sum(report["dropped_fixes"].values()) == 2
    assert len([count for count in report["dropped_fixes"].values() if count]) == 2


def test_trip_that_loses_too_much_is_refused(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(fixes(*MINUTE[:8], *MINUTE[:8]))
    refused = loaded("load", "traces", path)
    assert refused.code == 1
    assert "t1" in refused.err or "out of" in refused.err
    assert not list((tmp_path / "workspace" / "traces").rglob("*.parquet"))


def test_trip_of_one_fix_is_accepted_with_a_warning(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(fixes(MINUTE[0]))
    report = loaded("load", "traces", path, "--json")
    assert report.json["loaded"] == 1
    assert "one fix" in report.err


def test_same_trip_again_changes_nothing(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(fixes(*MINUTE))
    (tmp_path / "issues.csv").write_text(
        ISSUES + "i,standing_water,2026-09-01T10:00Z,,112.1401,32.0401\n"
    )
    loaded("load", "issues", tmp_path / "issues.csv")
    tables = []
    for _ in range(2):
        assert loaded("load", "traces", path).code == 0
        assert loaded("overlay", "--out", tmp_path / "x.csv").code == 0
        tables.append((tmp_path / "x.csv").read_text())
    assert tables[0] == tables[1]
    assert ",1,1," in tables[0]


def test_gpx_cut_off_in_the_middle_is_refused(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "cut.gpx"
    point = '<trkpt lat="32.04" lon="112.14"><time>2026-10-01T10:00:00Z</time></trkpt>'
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{point * 5}<trkpt lat="
    )
    refused = loaded("load", "traces", path, "--rider", "somebody")
    assert refused.code == 1
    assert "cut.gpx" in refused.err


def test_xml_bomb_is_refused(loaded: Callable, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gpx"
    layers = "".join(f'<!ENTITY l{level + 1} "{f"&l{level};" * 10}">' for level in range(9))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY l0 "lol">{layers}]><gpx version="1.1" '
        'xmlns="http://www.topografix.com/GPX/1/1"><trk><name>&l9;</name></trk></gpx>'
    )
    refused = loaded("load", "traces", path, "--rider", "somebody")
    assert refused.code == 1
    assert "entit" in refused.err.lower()


def test_streets_that_nobody_may_use_are_refused(loaded: Callable, tmp_path: Path) -> None:
    motorways = json.loads(json.dumps(STREETS).replace("residential", "motorway"))
    path = tmp_path / "motorways.geojson"
    path.write_text(json.dumps(motorways))
    refused = loaded("load", "streets", path)
    assert refused.code == 1
    assert "motorway" in refused.err
    assert names(loaded) == ["One", "Two"]


def test_streets_in_pieces_are_accepted_with_a_warning(loaded: Callable, tmp_path: Path) -> None:
    island = json.loads(json.dumps(STREETS["features"][0]).replace("32.04", "32.06"))
    path = tmp_path / "pieces.geojson"
    path.write_text(json.dumps({**STREETS, "features": [*STREETS["features"], island]}))
    report = loaded("load", "streets", path)
    assert report.code == 0
    assert "2 pieces" in report.err


def test_loading_nothing_is_wrong_usage(command: Callable) -> None:
    assert command("load", "facilities").code == 2
    assert command("load", "weather", "x.csv").code == 2
    assert command("load", "facilities", "x.csv", "--datum", "mars").code == 2
    assert command("load", "facilities", "x.csv", "--columns", "nothing").code == 2
