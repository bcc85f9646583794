import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from geo_service.domain.case import Case, Move
from geo_service.domain.facility import Facility, State
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.store import cases, change_journal, city, facilities, issues, supporters
from geo_service.store.change_journal import (
    FACILITIES,
    ISSUES,
    LOOKED_EVERY,
    MOST_NAMED,
    MOST_ROWS,
    changed_since,
    note_change,
)
from geo_service.store.database import Database
from geo_service.store.schema import facility_changes

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NAMES = [f"place-{number}" for number in range(12)]


def place(facility_id: str, name: str = "") -> Facility:
    return Facility(facility_id, "charging_cabinet", 112.14, 32.04, name=name)


def rows(connection: Connection) -> int:
    return int(connection.scalars(select(func.count()).select_from(facility_changes)).one())


def snapshot(connection: Connection) -> dict[str, Facility]:
    return {one.facility_id: one for one in facilities.read_all(connection)}


def differing(one: dict[str, Facility], other: dict[str, Facility]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def act(connection: Connection, dice: random.Random) -> None:
    """Do one random thing of all that can be done to facilities."""
    name = dice.choice(NAMES)
    moment = NOON + timedelta(seconds=dice.randrange(100))
    match dice.randrange(10):
        case 0 | 1 | 2:
            chosen = dice.sample(NAMES, dice.randrange(1, 4))
            facilities.write(connection, [place(one, str(dice.random())) for one in chosen])
        case 3:
            facilities.write(
                connection, [replace(place(name), state=State(moment, free=dice.randrange(9)))]
            )
        case 4 | 5:
            facilities.remove(connection, name)
        case 6 | 7 | 8 if facilities.find(connection, name):
            facilities.write_state(connection, name, State(moment, charged=dice.randrange(9)))
        case 9 if dice.random() < 0.2:
            facilities.write(connection, [place(name)], replace=True)
        case _:
            issues.write(connection, [Issue("i", "hole", 112.0, 32.0, NOON)])


Standing = tuple[Case, int]


def standing(connection: Connection) -> dict[str, Standing]:
    """Return each issue's case and how many see it."""
    found = cases.find_many(connection, [one.issue_id for one in issues.read_all(connection)])
    return {
        case.issue.issue_id: (case, supporters.count(connection, case.issue.issue_id))
        for case in found
    }


def act_on_issues(connection: Connection, dice: random.Random) -> None:
    """Do one random thing of all that can be done to issues."""
    name = dice.choice(NAMES)
    known = standing(connection)
    case = known[name][0] if name in known else None
    later = NOON + timedelta(seconds=dice.randrange(1000))
    issue = Issue(name, "hole", 112.0 + dice.random(), 32.0, NOON)
    if case is None:
        issues.write(connection, [issue])
        cases.add(connection, [Case(issue, Stage.COLLECTED, "", NOON)])
        return
    move = Move(name, 0, later, case.stage, Stage.DISPATCHED, Mover.STAFF)
    match dice.randrange(8):
        case 0:
            issues.discard(connection, [name])
        case 1 | 2:
            cases.change(connection, replace(case, updated_at=later), move)
        case 3 | 4:
            cases.change_many(connection, [(replace(case, escalations=dice.randrange(9)), move)])
        case 5:
            supporters.add(connection, name, f"r{dice.randrange(4)}", later, through="other")
        case 6:
            supporters.remove_through(connection, name, "other")
        case _:
            facilities.write(connection, [place(name)])


def test_whatever_differs_about_issues_is_named(database: Database) -> None:
    """The oracle reads everything, always."""
    dice = random.Random(8)  # noqa: S311 - no secret hangs on it
    seen: list[tuple[int, dict[str, Standing]]] = []
    exact = 0
    for _ in range(120):
        with database.writing() as connection:
            act_on_issues(connection, dice)
        with database.reading() as connection:
            now, count = standing(connection), city.changes(connection)
            for change, then in seen[-20:]:
                touched = changed_since(connection, ISSUES, change)
                assert touched is not None
                differ = {one for one in then.keys() | now.keys() if then.get(one) != now.get(one)}
                assert differ <= touched
                exact += differ == touched
        seen.append((count, now))
    assert exact > 500


@pytest.mark.parametrize("seed", range(4))
def test_whatever_differs_between_two_changes_is_named(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle reads everything, always."""
    monkeypatch.setattr(change_journal, "MOST_ROWS", 30)
    dice = random.Random(seed)  # noqa: S311 - no secret hangs on it
    seen: list[tuple[int, dict[str, Facility]]] = []
    named = exact = 0
    for _ in range(70):
        with database.writing() as connection:
            act(connection, dice)
            assert rows(connection) <= 30
        with database.reading() as connection:
            now, count = snapshot(connection), city.changes(connection)
            for change, then in seen:
                touched = changed_since(connection, FACILITIES, change)
                if touched is not None:
                    differ = differing(then, now)
                    assert differ <= touched
                    named += 1
                    exact += bool(differ)
                    told = {
                        one.facility_id: one for one in facilities.find_many(connection, touched)
                    }
                    assert {**{k: v for k, v in then.items() if k not in touched}, **told} == now
        seen.append((count, now))
    assert exact > 200, f"of {named} the journal named, {exact} had changed"


def test_nothing_has_changed_since_now(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a")])
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, city.changes(connection)) == set()


def test_each_change_names_what_it_touched(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a"), place("b")])
    with database.writing() as connection:
        first = city.changes(connection)
        facilities.write_state(connection, "a", State(NOON))
    with database.writing() as connection:
        second = city.changes(connection)
        facilities.remove(connection, "b")
        facilities.write(connection, [place("c")])
    with database.reading() as connection:
        assert city.changes(connection) == second + 1
        assert changed_since(connection, FACILITIES, first) == {"a", "b", "c"}
        assert changed_since(connection, FACILITIES, second) == {"b", "c"}


@pytest.mark.parametrize("name", ["it's", "50%", "%s %(a)s", "a\\'b", "站;--", ":a", "E'\\n"])
def test_an_id_may_have_any_characters(database: Database, name: str) -> None:
    for _ in range(2):
        with database.writing() as connection:
            before = city.changes(connection)
            facilities.write(connection, [place(name)])
        with database.reading() as connection:
            assert city.changes(connection) == before + 1
            assert changed_since(connection, FACILITIES, before) == {name}


def test_what_changed_nothing_is_not_named(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a")])
        facilities.write_state(connection, "a", State(NOON))
    with database.writing() as connection:
        before, held = city.changes(connection), rows(connection)
        assert not facilities.remove(connection, "none")
        assert not facilities.write_state(connection, "a", State(NOON - timedelta(hours=1)))
    with database.writing() as connection:
        assert (city.changes(connection), rows(connection)) == (before, held)
        facilities.write(connection, [])
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, before) == set()


def test_a_new_database_names_what_was_written_since_it_was_made(database: Database) -> None:
    with database.writing() as connection:
        assert changed_since(connection, FACILITIES, 0) == set()
        assert changed_since(connection, FACILITIES, -1) is None
        facilities.write(connection, [place("a")])
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, 0) == {"a"}


def test_a_count_that_never_was_is_of_another_database(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a")])
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, city.changes(connection) + 1) is None


@pytest.mark.parametrize(("size", "told"), [(MOST_NAMED, True), (MOST_NAMED + 1, False)])
def test_a_bulk_load_names_nobody(database: Database, size: int, *, told: bool) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a")])
    with database.writing() as connection:
        before = city.changes(connection)
        facilities.write(connection, [place(f"f{number}") for number in range(size)])
    with database.writing() as connection:
        touched = changed_since(connection, FACILITIES, before)
        assert (touched is not None) is told
        if not told:
            assert rows(connection) == 1
        facilities.write(connection, [place("b")])
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, before + 1) == {"b"}


def test_a_load_that_is_the_whole_truth_names_nobody(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a")])
    with database.writing() as connection:
        before = city.changes(connection)
        facilities.write(connection, [place("a")], replace=True)
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, before) is None
        assert changed_since(connection, FACILITIES, before + 1) == set()


def test_the_journal_stays_short_and_knows_how_far_back_it_reaches(database: Database) -> None:
    with database.reading() as connection:
        start = city.changes(connection)
    for _ in range(2 * MOST_ROWS // MOST_NAMED):
        with database.writing() as connection:
            note_change(connection, FACILITIES, [f"f{number}" for number in range(MOST_NAMED)])
        with database.reading() as connection:
            assert rows(connection) <= MOST_ROWS
    with database.reading() as connection:
        assert rows(connection) > MOST_ROWS - 2 * MOST_NAMED
        assert changed_since(connection, FACILITIES, start) is None
        assert changed_since(connection, FACILITIES, city.changes(connection) - 1) is not None


def test_each_journal_stays_short_where_changes_of_both_sorts_take_turns(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_journal, "MOST_ROWS", 2 * LOOKED_EVERY)
    for number in range(10 * LOOKED_EVERY):
        with database.writing() as connection:
            note_change(connection, (FACILITIES, ISSUES)[number % 2], [f"n{number}"])
    with database.reading() as connection:
        for journal in (FACILITIES, ISSUES):
            held = select(func.count()).select_from(journal.table)
            assert 0 < (connection.scalar(held) or 0) <= 2 * LOOKED_EVERY


def test_what_one_transaction_touched_is_one_change(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("old")])
    with database.writing() as connection:
        before = city.changes(connection)
        for name in "aba":
            facilities.write(connection, [place(name)])
        note_change(connection, ISSUES, None)
        note_change(connection, ISSUES, ["i"])
        assert city.changes(connection) == before
    with database.reading() as connection:
        assert city.changes(connection) == before + 1
        assert changed_since(connection, FACILITIES, before) == {"a", "b"}
        assert changed_since(connection, ISSUES, before) is None


def test_a_write_taken_back_leaves_the_journal_as_it_was(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as connection:
            facilities.write(connection, [place("a")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, 0) == set()
    # Nor does the next writer on the same connection write it down.
    with database.writing() as connection:
        facilities.write(connection, [place("b")])
    with database.reading() as connection:
        assert changed_since(connection, FACILITIES, 0) == {"b"}
