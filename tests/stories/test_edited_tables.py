"""Staff keep what can be reported, how long it may take, and what points buy in spreadsheets."""

from collections.abc import Callable
from pathlib import Path

from geo_service.domain.category import Category, Deadlines
from geo_service.domain.lifecycle import Stage
from geo_service.domain.offer import Offer
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import categories, deadlines, facilities, offers


def tables(workspace: Path) -> tuple[list[Category], Deadlines, list[Offer]]:
    settings = Settings(workspace=workspace, rider_key_file=workspace.parent / "rider.key")
    with open_workspace(settings) as opened, opened.database.reading() as connection:
        return (
            categories.read_all(connection),
            deadlines.read(connection),
            offers.read_all(connection),
        )


def test_demo_has_its_tables_and_a_second_one_changes_nothing(
    built_demo: Path, demo: Callable
) -> None:
    before = tables(built_demo)
    known, hours, gifts = before
    assert len(known) == 8
    assert all(one.name != one.category for one in known)
    assert sum(len(one.questions) for one in known) == 11
    assert hours["*", Stage.HANDLING] == 72.0
    assert len(gifts) == 20
    settings = Settings(workspace=built_demo, rider_key_file=built_demo.parent / "rider.key")
    with open_workspace(settings) as opened, opened.database.reading() as connection:
        places = {gift.facility_id for gift in gifts} - {""}
        assert len(facilities.find_many(connection, places)) == len(places)
    assert demo("demo", "--no-serve").code == 0
    assert tables(built_demo) == before


def test_staff_edit_a_table_and_load_it_again(
    command: Callable, demo_data: Path, tmp_path: Path
) -> None:
    for what in ("categories", "questions", "offers"):
        assert command("load", what, demo_data / f"{what}.csv").code == 0
    kept = {one.category: one for one in tables(tmp_path / "workspace")[0]}
    # As a spreadsheet saves it, each line ended by two marks.
    text = (demo_data / "categories.csv").read_text(encoding="utf-8-sig")
    edited = tmp_path / "categories.csv"
    edited.write_text(text.replace("道路积水", "路面积水"), encoding="utf-8-sig", newline="\r\n")
    answer = command("load", "categories", edited, "--replace")
    assert answer.out == "categories: 8 read, 8 loaded (8 replaced), 0 refused\n"
    found = {one.category: one for one in tables(tmp_path / "workspace")[0]}
    assert found.pop("standing_water").name == "路面积水"
    assert kept.pop("standing_water").questions
    assert found == kept
    # In GB18030, which a Chinese spreadsheet writes unless told otherwise.
    offers_text = (demo_data / "offers.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "offers.csv").write_text(offers_text, encoding="gb18030", newline="\r\n")
    before = tables(tmp_path / "workspace")[2]
    assert command("load", "offers", tmp_path / "offers.csv").code == 0
    assert tables(tmp_path / "workspace")[2] == before
