"""Settings come from the environment whole, or not at all."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from geo_service.errors import WrongUsage
from geo_service.settings import PREFIX, Settings


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
    text = {float: "0.75", int: "12", str: "sqlite://"}.get(type(default), "elsewhere")
    value = getattr(Settings.from_environ({PREFIX + name.upper(): text}), name)
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
        ("RELEASE_RIDERS", "0", "of 1 or more"),
        ("CLOCK_JUMP_FIXES", "0", "of 1 or more"),
    ],
)
def test_value_of_another_type_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(WrongUsage, match=words) as caught:
        Settings.from_environ({PREFIX + name: text})
    assert caught.value.where == "environment"


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
