"""What ``load`` says, counts, and refuses to guess."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.geometry.datum import Datum, convert

HEAD = "id,kind,name,lon,lat\n"
ROW = "a,rest_station,One,112.140,32.040\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "more.csv"
    path.write_text(HEAD + ROW + "bad,rest_station,Two,32.04,112.14\n")
    return path


def test_json_is_one_line_on_stdout_and_warnings_stand_beside(
    town: Callable, tmp_path: Path
) -> None:
    twins = tmp_path / "twins.csv"
    twins.write_text(HEAD + ROW + "c,rest_station,One,112.141,32.040\n")
    answer = town("load", "facilities", twins, "--json")
    assert answer.code == 0
    assert answer.out.count("\n") == 1
    assert json.loads(answer.out) == {
        "what": "facilities",
        "read": 2,
        "loaded": 2,
        "refused": 0,
        "replaced": 1,
        "removed": 0,
        "refused_list": None,
    }
    assert answer.err.startswith("warning: ")
    assert answer.err.count("\n") == 1


def test_refused_records_are_listed_and_nothing_is_on_stdout(
    town: Callable, file: Path, tmp_path: Path
) -> None:
    answer = town("load", "facilities", file, "--json")
    assert (answer.code, answer.out) == (1, "")
    assert "more.csv, record 2 (bad): " in answer.err
    assert "--skip-refused" in answer.err
    skipped = town("load", "facilities", file, "--json", "--skip-refused")
    assert skipped.code == 0
    said = json.loads(skipped.out)
    assert (said["read"], said["loaded"], said["refused"]) == (2, 1, 1)
    listed = Path(said["refused_list"])
    assert listed.is_relative_to(tmp_path / "workspace")
    assert listed.name.endswith(".refused.csv")
    assert len(listed.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_words_tell_what_was_replaced_and_removed(town: Callable, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(HEAD + ROW)
    assert (
        town("load", "facilities", path).out
        == "facilities: 1 read, 1 loaded (1 replaced), 0 refused\n"
    )
    whole = town("load", "facilities", path, "--replace").out
    assert whole == "facilities: 1 read, 1 loaded (1 replaced, 1 removed), 0 refused\n"


def test_file_given_twice_is_loaded_once_and_the_later_wins(town: Callable, tmp_path: Path) -> None:
    path, later = tmp_path / "one.csv", tmp_path / "later.csv"
    path.write_text(HEAD + ROW)
    later.write_text(HEAD + ROW.replace("One", "Newest"))
    assert town("load", "facilities", path, later).code == 0
    near = town("nearest", 32.04, 112.14, "-k", 9, "--kind", "rest_station", "--json")
    assert [f["properties"]["name"] for f in json.loads(near.out)["features"]] == ["Newest"]


def test_place_is_for_streets_only_and_never_empties_the_workspace(town: Callable) -> None:
    answer = town("load", "facilities", "--place", "Xiangyang", "--replace")
    assert answer.code == 2
    assert "--place" in answer.err
    assert town("nearest", 32.04, 112.14, "--kind", "rest_station").code == 0


@pytest.fixture
def osm_file(tmp_path: Path) -> Path:
    path = tmp_path / "city.osm"
    tags = '<tag k="amenity" v="bicycle_parking"/>', '<tag k="access" v="private"/>'
    path.write_text(
        f'<osm version="0.6"><node id="1" lat="32.04" lon="112.141">{tags[0]}</node>'
        f'<node id="2" lat="32.04" lon="112.141">{tags[0]}{tags[1]}</node></osm>'
    )
    return path


def test_facilities_come_from_openstreetmap_and_are_found(town: Callable, osm_file: Path) -> None:
    answer = town("load", "facilities", "--from-osm", osm_file)
    assert answer.out == "facilities: 1 read, 1 loaded, 0 refused\n"
    assert answer.err == "warning: city.osm: left out as of no use to riders: private (1).\n"
    near = json.loads(town("nearest", 32.04, 112.14, "--kind", "parking_point", "--json").out)
    assert [f["properties"]["id"] for f in near["features"]] == ["osm/node/1"]
    again = town("load", "facilities", "--from-osm", osm_file, "--replace", "--json")
    assert json.loads(again.out)["removed"] == 2


def test_places_of_openstreetmap_come_from_several_files(
    town: Callable, osm_file: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more.osm"
    more.write_text(osm_file.read_text().replace('id="1"', 'id="7"'))
    answer = town("load", "facilities", "--from-osm", osm_file, "--from-osm", more, "--json")
    assert json.loads(answer.out)["loaded"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("issues", "--from-osm", "FILE"), "Only facilities are told by tags"),
        (("streets", "--from-osm", "FILE"), "load streets from files without this option"),
        (("facilities", "more.csv", "--from-osm", "FILE"), "more.csv is to be read by columns"),
        (("facilities", "--from-osm", "FILE", "--datum", "bd09"), "in wgs84, not bd09"),
        (("facilities", "--from-osm", "FILE", "--columns", "name=ref"), "--columns: "),
        (("facilities", "--from-osm", "FILE", "--kind", "Rack"), "rest_station"),
        (("facilities", "FILE"), "--from-osm"),
        (("facilities", "--from-osm"), "expected one argument"),
    ],
)
def test_openstreetmap_used_wrongly_is_told(
    run: Callable, osm_file: Path, words: tuple[str, ...], said: str
) -> None:
    answer = run("load", *[osm_file if word == "FILE" else word for word in words])
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_openstreetmap_without_places_is_refused_and_nothing_removed(
    town: Callable, tmp_path: Path
) -> None:
    path = tmp_path / "bare.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="32.04" lon="112.141"/></osm>')
    answer = town("load", "facilities", "--from-osm", path, "--replace")
    assert (answer.code, answer.out) == (1, "")
    assert "bare.osm: The file holds no place that serves riders." in answer.err
    assert town("nearest", 32.04, 112.14, "--kind", "rest_station").code == 0


def test_replaced_traces_are_told(town: Callable, tmp_path: Path) -> None:
    path = tmp_path / "traces.csv"
    path.write_text(path.read_text().replace("t1", "t2"))
    told = json.loads(town("load", "traces", path, "--replace", "--json").out)
    assert (told["loaded"], told["removed"]) == (1, 1)


@pytest.mark.parametrize("words", [("facilities",), ("streets",), ("streets", "a.osm", "b.osm")])
def test_files_must_be_named(run: Callable, words: tuple[str, ...]) -> None:
    assert run("load", *words).code == 2


def test_only_traces_are_read_by_workers(run: Callable) -> None:
    answer = run("load", "issues", "a.csv", "--dask", "local")
    assert (answer.code, answer.err) == (
        2,
        "geo-service: --dask: Only traces are read by workers of Dask.\n",
    )


@pytest.mark.slow
def test_traces_are_read_by_workers_of_this_machine(town: Callable, tmp_path: Path) -> None:
    """By a command of its own: in a process of tests Dask can't be started twice."""
    line = "trip_id,rider_id,t,lon,lat\nt{0},x,2026-10-0{0}T08:00:00Z,112.140,32.04\n"
    for day in (7, 8):
        (tmp_path / f"{day}.csv").write_text(line.format(day))
    assert town("doctor").code == 0
    words = ("-m", "geo_service", "load", "traces", "7.csv", "8.csv", "--dask", "local")
    answer = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,  # files are named as seen from there
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr.count("have one fix only")) == (0, 2), answer.stderr
    assert answer.stdout.startswith("trips: 2 read, 2 loaded, 0 refused\nfixes: 2 loaded")


def test_traces_tell_their_fixes_and_why_some_were_dropped(town: Callable, tmp_path: Path) -> None:
    lines = [f"t9,x,2026-10-01T08:00:{second:02}Z,112.140,32.04" for second in range(10)]
    path = tmp_path / "t.csv"
    path.write_text("trip_id,rider_id,t,lon,lat\n" + "\n".join([*lines, lines[3]]) + "\n")
    answer = town("load", "traces", path)
    assert answer.out == (
        "trips: 1 read, 1 loaded, 0 refused\nfixes: 10 loaded, dropped: 1 out_of_order\n"
    )


def test_traces_tell_stops_and_the_count_of_every_rule(town: Callable, tmp_path: Path) -> None:
    clock = [*range(40), *range(10, 14), *range(40, 50)]
    lines = [f"t9,x,2026-10-01T08:{minute:02}:00Z,112.140,32.04" for minute in clock]
    path = tmp_path / "t.csv"
    path.write_text("trip_id,rider_id,t,lon,lat\n" + "\n".join(lines) + "\n")
    answer = town("load", "traces", path)
    assert answer.out == (
        "trips: 1 read, 1 loaded, 0 refused\nfixes: 50 loaded, dropped: 4 clock_jump\n"
        "stops: 1 kept, 49 minutes in all\n"
    )
    told = json.loads(town("load", "traces", path, "--json").out)
    assert (told["stops"], told["stop_seconds"]) == (1, 2940.0)
    assert told["dropped_fixes"] == {
        "out_of_order": 0,
        "same_time": 0,
        "impossible_speed": 0,
        "clock_jump": 4,
        "duplicate": 0,
    }


def test_live_state_may_be_told_without_a_zone_if_the_load_names_one(
    town: Callable, tmp_path: Path
) -> None:
    path = tmp_path / "state.csv"
    path.write_text(
        "id,kind,lon,lat,free,observed_at\np,parking_point,112.14,32.04,3,2026-10-01 12:00\n"
    )
    assert town("load", "facilities", path).code == 1
    assert town("load", "facilities", path, "--time-zone", "Asia/Shanghai").code == 0
    path.write_text(path.read_text().replace("2026-10-01 12:00", "2999-10-01T12:00Z"))
    assert town("load", "facilities", path).code == 1


def test_streets_in_another_datum_are_brought_to_wgs84(run: Callable, tmp_path: Path) -> None:
    ends = [convert(lon, 32.04, source=Datum.WGS84, target=Datum.GCJ02) for lon in (112.14, 112.15)]
    line = {
        "type": "Feature",
        "properties": {"highway": "residential"},
        "geometry": {
            "type": "LineString",
            "coordinates": [[float(x) for x in end] for end in ends],
        },
    }
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    assert run("load", "streets", path, "--datum", "gcj02").code == 0
    (tmp_path / "f.csv").write_text("id,kind,lon,lat\na,water_point,112.149,32.04\n")
    assert run("load", "facilities", tmp_path / "f.csv").code == 0
    near = json.loads(run("nearest", 32.04, 112.141, "--json").out)
    assert near["by"] == "time"
    assert near["features"][0]["properties"]["snapped_m"] < 0.2


def test_tables_are_loaded_and_told_like_other_records(run: Callable, demo_data: Path) -> None:
    said = {
        "categories": "categories: 8 read, 8 loaded, 0 refused\n",
        "questions": "questions: 11 read, 11 loaded, 0 refused\n",
        "deadlines": "deadlines: 25 read, 25 loaded, 0 refused\n",
    }
    for what, words in said.items():
        answer = run("load", what, demo_data / f"{what}.csv")
        assert (answer.code, answer.out, answer.err) == (0, words, "")
    offers = run("load", "offers", demo_data / "offers.csv", "--json")
    assert json.loads(offers.out)["loaded"] == 20
    assert offers.err.startswith("warning: Offers name facilities that are not known: ")


def test_table_in_other_words_is_loaded_with_columns_named(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "时限.csv"
    path.write_bytes("类别,环节,小时\n*,filed,12\n".encode("gb18030"))
    refused = run("load", "deadlines", path)
    assert (refused.code, refused.out) == (1, "")
    assert "--columns category=" in refused.err
    answer = run("load", "deadlines", path, "--columns", "category=类别,stage=环节,hours=小时")
    assert (answer.code, answer.out) == (0, "deadlines: 1 read, 1 loaded, 0 refused\n")


def test_question_about_an_unknown_category_is_refused_and_listed(
    run: Callable, demo_data: Path
) -> None:
    answer = run("load", "questions", demo_data / "questions.csv")
    assert answer.code == 1
    assert "record 1 (standing_water/depth): There is no category 'standing_water'" in answer.err
    assert "questions-" in answer.err


@pytest.mark.parametrize(
    "order",
    [("--skip-refused", "{}"), ("--json", "{}", "--skip-refused"), ("{}", "--skip-refused")],
)
def test_files_may_stand_before_and_behind_options(
    town: Callable, file: Path, order: tuple[str, ...]
) -> None:
    answer = town("load", "facilities", *(word.format(file) for word in order))
    assert (answer.code, "1 refused" in answer.out or '"refused": 1' in answer.out) == (0, True)


def test_all_files_are_taken_on_both_sides_of_an_option(
    town: Callable, file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(HEAD + "b,rest_station,Two,112.141,32.040\n")
    answer = town("load", "facilities", other, "--skip-refused", file)
    assert answer.out.startswith("facilities: 3 read, 2 loaded")


@pytest.mark.parametrize(
    "words", [("load", "facilities", "--no-such", "x"), ("doctor", "x"), ("upkeep", "--x")]
)
def test_words_that_mean_nothing_are_refused(town: Callable, words: tuple[str, ...]) -> None:
    answer = town(*words)
    assert answer.code == 2
    assert "unrecognized arguments: " in answer.err
