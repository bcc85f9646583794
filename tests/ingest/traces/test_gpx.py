import time

import pytest

from geo_service.errors import UnreadableFile
from geo_service.ingest.traces.gpx import Tracks, parse_gpx

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx xmlns="http://www.topografix.com/GPX/1/1">'
FIX = '<trkpt lat="32.0" lon="112.0"><time>2025-01-01T00:00:00Z</time></trkpt>'


def parse(text: str) -> Tracks:
    return parse_gpx(text.encode(), file="morning.gpx")


def track(*segments: str) -> str:
    return "<trk><name>x</name>" + "".join(f"<trkseg>{one}</trkseg>" for one in segments) + "</trk>"


def test_each_track_is_a_trip_and_its_segments_follow_one_another() -> None:
    later = FIX.replace("00:00Z", "01:00Z").replace("32.0", "32.1")
    tracks = parse(HEAD + track(FIX, later) + track(FIX) + "</gpx>")
    frame = tracks.rows.frame
    assert frame["trip_id"].tolist() == ["morning-1", "morning-1", "morning-2"]
    assert frame["lat"].tolist() == ["32.0", "32.1", "32.0"]
    assert frame["lon"].tolist() == ["112.0"] * 3
    assert frame["t"].tolist()[1] == "2025-01-01T00:01:00Z"
    assert tracks.numbers.tolist() == [1, 1, 2]
    assert tracks.refusals == ()


def test_prefixed_names_and_old_versions_are_gpx_too() -> None:
    text = FIX.replace("<", "<g:").replace("<g:/", "</g:")
    tracks = parse(f'<g:gpx xmlns:g="x"><g:trk><g:trkseg>{text}</g:trkseg></g:trk></g:gpx>')
    assert tracks.rows.frame["t"].tolist() == ["2025-01-01T00:00:00Z"]
    assert len(parse(f"<gpx>{track(FIX)}</gpx>").rows) == 1


def test_only_a_fixes_own_time_is_its_time() -> None:
    text = (
        "<metadata><time>2001-01-01T00:00:00Z</time></metadata>"
        "<trk><time>2002-01-01T00:00:00Z</time><trkseg>"
        '<trkpt lat="32" lon="112"><ele>7</ele>\n <time>2025-01-01T00:00:00Z</time>\n'
        "<extensions><time>2003-01-01T00:00:00Z</time></extensions></trkpt>"
        '<trkpt lat="33" lon="112"/></trkseg></trk>'
        '<wpt lat="1" lon="2"><time>2004-01-01T00:00:00Z</time></wpt>'
    )
    frame = parse(f"{HEAD}{text}</gpx>").rows.frame
    assert frame["t"].tolist()[0] == "2025-01-01T00:00:00Z"
    assert frame["t"].isna().tolist() == [False, True]


def test_a_fix_without_a_position_is_not_passed_over() -> None:
    frame = parse(HEAD + track('<trkpt lat="32"/><trkpt lat="x" lon="1"/>') + "</gpx>").rows.frame
    assert frame["lon"].isna().tolist() == [True, False]
    assert frame["lat"].tolist() == ["32", "x"]


def test_a_track_without_fixes_is_refused() -> None:
    (refusal,) = parse(HEAD + track(FIX) + track("") + "</gpx>").refusals
    assert (refusal.file, refusal.row, refusal.record_id) == ("morning.gpx", 2, "morning-2")
    assert refusal.reason == "The track holds no fix."


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(share: float) -> None:
    whole = HEAD + track(*[FIX] * 50) + "</gpx>"
    with pytest.raises(UnreadableFile) as error:
        parse(whole[: int(len(whole) * share)])
    assert str(error.value).startswith("morning.gpx: The GPX file is cut off at line 2 (")
    assert str(error.value).endswith(" Fetch or export it again.")


def test_a_file_cut_between_two_fixes_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="The GPX file is cut off"):
        parse(HEAD + "<trk><trkseg>" + FIX)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "<trk></gpx>", r"The GPX file is not well-formed at line 2 \(mismatched tag\)"),
        ("no XML at all", r"The GPX file is not well-formed at line 1 \(syntax error\)"),
        ("<gpx>" + FIX + "</gpx>", "The GPX file has a fix outside any track"),
        ("<osm/>", r"The file is XML, but not GPX \(it begins with <osm>\)"),
        (HEAD + "<rte/></gpx>", "The GPX file holds no track. Routes and waypoints are no traces"),
    ],
)
def test_what_is_no_gpx_is_refused(text: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        parse(text)


LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
BOMBS = {
    "billion laughs": f'<!DOCTYPE gpx [<!ENTITY a0 "ha">{LAUGHS}]><gpx>&a11;</gpx>',
    "quadratic": f'<!DOCTYPE gpx [<!ENTITY a "{"x" * 100_000}">]><gpx>{"&a;" * 100_000}</gpx>',
    "outside file": '<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/passwd">]><gpx>&a;</gpx>',
    "outside type": '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/gpx.dtd"><gpx/>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_an_entity_bomb_is_refused_at_once(bomb: str, encoding: str) -> None:
    start = time.perf_counter()
    with pytest.raises(UnreadableFile) as error:
        parse_gpx(bomb.encode(encoding), file="bomb.gpx")
    assert time.perf_counter() - start < 1.0
    assert str(error.value) == (
        "bomb.gpx: The GPX file declares a document type, which can hide an entity bomb. Export "
        "it again; GPX needs no such declaration."
    )


@pytest.mark.parametrize("encoding", ["foo-9", "gb18030", "hex"])
def test_an_encoding_that_can_not_be_read_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match=r"declares an encoding that can't be read \(.*UTF-8"):
        parse(f'<?xml version="1.0" encoding="{encoding}"?><gpx>{track(FIX)}</gpx>')
