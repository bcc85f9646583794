"""Settings come from the environment whole, or not at all."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from geo_service.errors import WrongUsage
from geo_service.settings import PREFIX, Basemap, Settings

OWN_TILES = "https://tiles.example.org:8443/a-{s}/{z}/{x}/{y}.png?style=1&k=2"


def test_empty_environment_gives_the_defaults_of_the_design() -> None:
    settings = Settings.from_environ({})
    assert settings == Settings()
    assert settings.workspace == Path("workspace")
    assert (settings.max_snap_m, settings.stale_after_s, settings.extent_margin_m) == (
        500.0,
        600.0,
        75_000.0,
    )
    assert (settings.radius_m, settings.max_gap_s, settings.max_gap_m) == (25.0, 120.0, 500.0)
    assert (settings.max_speed_m_s, settings.max_dropped_share) == (40.0, 0.2)
    assert (settings.clock_jump_s, settings.clock_jump_fixes) == (43_200.0, 3)
    assert (settings.stop_radius_m, settings.stop_min_s) == (30.0, 180.0)
    assert (settings.release_riders, settings.release_step, settings.release_trim_m) == (
        10,
        10,
        200.0,
    )


@pytest.mark.parametrize("name", [entry.name for entry in fields(Settings)])
def test_every_setting_can_be_set(name: str) -> None:
    default = getattr(Settings(), name)
    text = {float: "0.75", int: "12", str: "sqlite", Basemap: "osm"}.get(type(default), "elsewhere")
    own = {
        "gbfs_contact": "feeds@swap.example",
        "release_step": "20",
        "release_trim_m": "250.5",
        "trusted_proxies": "10.0.0.0/8",
        "allowed_origins": "https://map.example",
    }
    text = own.get(name, text)
    environ = {PREFIX + name.upper(): text}
    if name == "basemap_url":
        text = OWN_TILES
        environ = {"GEO_SERVICE_BASEMAP": "osm", "GEO_SERVICE_BASEMAP_URL": text}
    value = getattr(Settings.from_environ(environ), name)
    assert value == type(default)(text)
    assert isinstance(value, type(default))
    assert value != default


def test_other_variables_and_empty_values_are_left_alone() -> None:
    environ = {"PATH": "/bin", "GEO": "1", "GEO_SERVICE_RADIUS_M": "", "GEO_SERVICE_NO_SUCH": ""}
    assert Settings.from_environ(environ) == Settings()


def test_name_that_no_setting_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(WrongUsage, match=r"GEO_SERVICE_RADIUS\b.*GEO_SERVICE_RADIUS_M"):
        Settings.from_environ({"GEO_SERVICE_RADIUS": "25"})


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("RADIUS_M", "wide", "'wide', not a number"),
        ("RELEASE_RIDERS", "10.5", "'10.5', not a whole number"),
        ("CELL_RESOLUTION", "x", "not a whole number"),
        ("CELL_RESOLUTION", "16", "from 0 to 15"),
        ("RADIUS_M", "nan", "of 0 or more"),
        ("RADIUS_M", "inf", "of 0 or more"),
        ("MAX_GAP_S", "-1", "of 0 or more"),
        ("MAX_DROPPED_SHARE", "1.5", "from 0 to 1"),
        ("RELEASE_RIDERS", "9", "of 10 or more"),
        ("RELEASE_STEP", "5", "of 10 or more"),
        ("RELEASE_STEP", "15", "not a multiple of 10"),
        ("RELEASE_TRIM_M", "199.9", "of 200 or more"),
        ("CLOCK_JUMP_FIXES", "0", "of 1 or more"),
    ],
)
def test_value_of_another_type_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(WrongUsage, match=words) as caught:
        Settings.from_environ({PREFIX + name: text})
    assert caught.value.where == "environment"


@pytest.mark.parametrize(
    ("basemap", "more", "words"),
    [
        ("baidu", {}, "'baidu', not one of streets, osm, amap, tianditu"),
        ("tianditu", {}, "tianditu, which needs a key.*TIANDITU_KEY"),
        ("tianditu", {"TIANDITU_KEY": "ab&c=d"}, "letters and digits.*Copy"),
        ("streets", {"BASEMAP_URL": OWN_TILES}, "BASEMAP is streets.*amap if"),
        ("", {"BASEMAP_URL": OWN_TILES}, "BASEMAP is streets"),
        ("osm", {"BASEMAP_URL": "https://t.example/{z}/{x}.png"}, "not the address.*example"),
        ("osm", {"BASEMAP_URL": "https://t.example/{z}/{x}/{y}/{r}"}, "not the address"),
        ("osm", {"BASEMAP_URL": "https://t.example/{z}/{x}/{y}/{y}"}, "not the address"),
        ("osm", {"BASEMAP_URL": "https://{x}.example/{z}/{y}"}, "not the address"),
        ("osm", {"BASEMAP_URL": "ftp://t.example/{z}/{x}/{y}"}, "not the address"),
        ("osm", {"BASEMAP_URL": "https://t.example;script-src */{z}/{x}/{y}"}, "not the address"),
        ("osm", {"BASEMAP_URL": "https://me:pw@t.example/{z}/{x}/{y}"}, "not the address"),
        ("osm", {"BASEMAP_URL": "https://t.example/{z}/{x}/{y}<b>"}, "not the address"),
        ("osm", {"BASEMAP_URL": "/tiles/{z}/{x}/{y}"}, "not the address"),
    ],
)
def test_base_map_that_could_not_be_asked_for_is_refused(
    basemap: str, more: dict[str, str], words: str
) -> None:
    environ = {PREFIX + name: text for name, text in more.items()}
    with pytest.raises(WrongUsage, match=words) as caught:
        Settings.from_environ({"GEO_SERVICE_BASEMAP": basemap, **environ})
    assert caught.value.where == "environment"
    assert "ab&c" not in str(caught.value)


@pytest.mark.parametrize(
    ("basemap", "more"),
    [
        ("amap", {}),
        ("osm", {}),
        ("tianditu", {"TIANDITU_KEY": "0a1B2c"}),
        ("tianditu", {"BASEMAP_URL": OWN_TILES}),
        ("amap", {"BASEMAP_URL": "http://t{s}.example:80/{z}/{x}/{y}"}),
        ("amap", {"BASEMAP_URL": "http://127.0.0.1:80/{y}/{x}?{z}"}),
    ],
)
def test_base_map_with_all_it_needs_is_taken(basemap: str, more: dict[str, str]) -> None:
    environ = {PREFIX + name: text for name, text in more.items()}
    settings = Settings.from_environ({"GEO_SERVICE_BASEMAP": basemap, **environ})
    assert settings.basemap is Basemap(basemap)
    assert settings.basemap_url == more.get("BASEMAP_URL", "")


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().radius_m = 1.0  # type: ignore[misc] - that it can't be is the point


def test_riders_key_is_kept_outside_any_workspace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Settings().rider_key_file == tmp_path / "geo_service" / "rider.key"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().rider_key_file == tmp_path / ".config" / "geo_service" / "rider.key"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GBFS_SYSTEM_ID", "two words"),
        ("GBFS_CONTACT", "nobody"),
        ("GBFS_CONTACT", "a@b"),
        ("GBFS_CONTACT", "a b@c.example"),
        ("GBFS_LICENCE", "CC BY 4.0"),
    ],
)
def test_what_readers_of_gbfs_could_not_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(WrongUsage, match=f"{PREFIX}{name} is not") as caught:
        Settings.from_environ({PREFIX + name: text})
    assert caught.value.where == "environment"
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "s3://key:secret@bucket/prefix",
        "s3://bucket/prefix?secret=x",
        "s3://bucket/prefix#secret",
        "simplecache::s3://bucket/secret",
        "s3:/bucket/secret",
        "ftp://me:secret@host:21/x",
    ],
)
def test_the_place_of_traces_says_nothing_secret(address: str) -> None:
    with pytest.raises(WrongUsage, match=r"TRACES_URL is not .* AWS_ACCESS_KEY_ID") as caught:
        Settings.from_environ({"GEO_SERVICE_TRACES_URL": address})
    assert "secret@" not in str(caught.value)
    assert "bucket/secret" not in str(caught.value)
    assert "=x" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket",
        "s3://bucket/city/traces",
        "abfs://container@account.dfs.core.windows.net/x",
        "hdfs://name-node:8020/traces",
        "file:///srv/traces",
        "/srv/轨迹 1",
    ],
)
def test_the_place_of_traces_is_a_folder_or_a_store(address: str) -> None:
    assert Settings.from_environ({"GEO_SERVICE_TRACES_URL": address}).traces_url == address
