from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.category import Category, DataType, Question
from geo_service.errors import MissingColumn, RefusedData, WrongUsage
from geo_service.ingest.categories import _choices, read_categories, read_questions

Write = Callable[[str, str | bytes], Path]
HEAD = "category,name,name_en,description,group,keywords,duplicate_m,note\n"
ASKED = "category,code,datatype,required,text,text_en,choices,order,note\n"
KNOWN = {"water", "light"}
NAMES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=";；=＝"), min_size=1, max_size=8)  # noqa: E501, RUF001  # fmt: skip


def refused_category(write: Write, row: str) -> str:
    (refusal,) = read_categories(write("c.csv", HEAD + row + "\n")).refusals
    return refusal.reason


def refused_question(write: Write, row: str) -> str:
    path = write("q.csv", ASKED + row + "\n")
    (refusal,) = read_questions(path, known=KNOWN).refusals
    return refusal.reason


def test_categories_of_a_spreadsheet_with_a_byte_order_mark(write: Write) -> None:
    text = (
        HEAD
        + "water,道路积水,Standing water,雨后,道路,积水；内涝;水;水,50,示意\nlight,路灯,,,,,,\n"
    )
    batch = read_categories(write("c.csv", text.encode("utf-8-sig")))
    assert batch.records == [
        Category(
            "water", "道路积水", "Standing water", "雨后", "道路", ("积水", "内涝", "水"), 50.0
        ),
        Category("light", "路灯"),
    ]
    assert (batch.refusals, batch.warnings, batch.read) == ((), (), 2)


def test_columns_may_be_named_otherwise_and_those_unknown_are_told(write: Write) -> None:
    path = write("c.csv", "类别,名称,颜色\nwater,积水,蓝\n")
    columns = {"category": "类别", "name": "名称"}
    batch = read_categories(path, columns=columns)
    assert batch.records == [Category("water", "积水")]
    (warning,) = batch.warnings
    assert warning.startswith("c.csv: not known here and left out: 颜色. Known are: category, na")
    with pytest.raises(MissingColumn, match=r"There is no column 'category', 'name'"):
        read_categories(path)
    with pytest.raises(WrongUsage, match=r"There is no column 'colour' to fill"):
        read_categories(path, columns={**columns, "colour": "颜色"})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",积水,,,,,,", "It says no category."),
        ("*,积水,,,,,,", "Its category is '*', which stands for all others in deadlines."),
        ("wa\u200bter,积水,,,,,,", "Its id holds characters that can't be printed."),
        ("w" * 201 + ",积水,,,,,,", "Its id is longer than 200 characters."),
        ("water,,,,,,,", "The category has no name."),
        ("water," + "水" * 201 + ",,,,,,", "Its name has 201 characters; 200 are allowed."),
        ("water,积水,,,," + "k" * 10_001 + ",,", "Its keywords has 10,001 characters; "),
        ("water,积水,,,,,near,", "Its duplicate_m is 'near'; write metres, more than 0 and up to "),
        ("water,积水,,,,,0,", "Its duplicate_m is '0'; "),
        ("water,积水,,,,,-5,", "Its duplicate_m is '-5'; "),
        ("water,积水,,,,,nan,", "Its duplicate_m is 'nan'; "),
        ("water,积水,,,,,1000.1,", "Its duplicate_m is '1000.1'; "),
        ("water,积水", "It has 2 fields where the heading has 8; "),
    ],
)
def test_category_that_makes_no_sense_is_refused(write: Write, row: str, reason: str) -> None:
    assert refused_category(write, row).startswith(reason)


def test_a_repeated_category_is_refused(write: Write) -> None:
    batch = read_categories(write("c.csv", HEAD + "water,积水,,,,,,\nwater,大水,,,,,,\n"))
    assert [one.name for one in batch.records] == ["积水"]
    assert [(one.row, one.record_id, one.reason) for one in batch.refusals] == [
        (2, "water", "Its id 'water' is already that of record 1 in this file.")
    ]


def test_questions_of_every_datatype(write: Write) -> None:
    rows = [
        "water,shop,string,,店名,Shop,,,",
        "water,depth,Number,true,多深？,,,2,",
        "water,since,datetime,否,何时？,,,3,",
        "water,more,text,no,还有？,,,4,",
        "light,how,singlevaluelist,1,怎么坏的？,How?,dark=不亮 dark；flickers = 闪烁;,1,",
        "light,who,multivaluelist,FALSE,谁？,,行人;骑手,2,",
    ]
    batch = read_questions(write("q.csv", ASKED + "\n".join(rows) + "\n"), known=KNOWN)
    how = (("dark", "不亮 dark"), ("flickers", "闪烁"))
    who = (("行人", "行人"), ("骑手", "骑手"))
    assert batch.refusals == ()
    assert batch.records == [
        ("water", Question("shop", DataType.STRING, "店名", "Shop")),
        ("water", Question("depth", DataType.NUMBER, "多深？", required=True, order=2)),
        ("water", Question("since", DataType.DATETIME, "何时？", order=3)),
        ("water", Question("more", DataType.TEXT, "还有？", order=4)),
        (
            "light",
            Question(
                "how", DataType.SINGLE_VALUE_LIST, "怎么坏的？", "How?", required=True,
                choices=how, order=1,
            ),
        ),
        ("light", Question("who", DataType.MULTI_VALUE_LIST, "谁？", choices=who, order=2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",depth,number,,?,,,,", "It says no category."),
        ("*,depth,number,,?,,,,", "Its category is '*', which stands for "),
        ("fire,depth,number,,?,,,,", "There is no category 'fire'; load it first, or correct it."),
        ("water,,number,,?,,,,", "The question has no code."),
        ("water,how deep,number,,?,,,,", "Its code is 'how deep'; write letters, digits, and "),
        ("water,a[b],number,,?,,,,", "Its code is 'a[b]'; write letters, digits, and "),
        ("water,de\u200bpth,number,,?,,,,", "Its id holds characters that can't be printed."),
        ("water,depth,number,,,,,,", "The question has no text."),
        (
            "water,depth,integer,,?,,,,",
            (
                "Its datatype is 'integer'; write one of string, number, datetime, text, "
                "singlevaluelist, multivaluelist."
            ),
        ),
        ("water,depth,,,?,,,,", "Its datatype is ''; write one of string, "),
        ("water,depth,number,maybe,?,,,,", "Its required is 'maybe'; write true or false."),
        ("water,depth,number,,?,,,1.5,", "Its order is '1.5'; write a whole number from 0 to "),
        ("water,depth,number,,?,,a=b,,", "A number has no choices; the lists are multivaluelist "),
        (
            "water,depth,singlevaluelist,,?,,,,",
            "A singlevaluelist needs choices: write key=name;key=name.",
        ),
        ("water,depth,multivaluelist,,?,, ; ,,", "A multivaluelist needs choices: "),
        ("water,depth,singlevaluelist,,?,,a=甲;a=乙,,", "Two of its choices have the key 'a'."),
        ("water,depth,singlevaluelist,,?,,=甲,,", "Its choice '=甲' has no key or no name."),
        ("water,depth,singlevaluelist,,?,,a=,,", "Its choice 'a=' has no key or no name."),
        (
            "water,depth,singlevaluelist,,?,,a\u200b=甲,,",
            "Its choice holds characters that can't be printed.",
        ),
    ],
)
def test_question_that_makes_no_sense_is_refused(write: Write, row: str, reason: str) -> None:
    assert refused_question(write, row).startswith(reason)


def test_a_code_is_told_apart_within_its_category_only(write: Write) -> None:
    row = "{},depth,number,,?,,,,\n"
    path = write("q.csv", ASKED + row.format("water") + row.format("light") + row.format("water"))
    batch = read_questions(path, known=KNOWN)
    assert [category for category, _ in batch.records] == ["water", "light"]
    assert [(one.row, one.record_id, one.reason) for one in batch.refusals] == [
        (3, "water/depth", "Its id 'water/depth' is already that of record 1 in this file.")
    ]


def test_needed_columns_of_questions(write: Write) -> None:
    with pytest.raises(MissingColumn, match=r"There is no column 'datatype', 'text'"):
        read_questions(write("q.csv", "category,code\nwater,depth\n"), known=KNOWN)


@given(choices=st.dictionaries(NAMES, NAMES, min_size=1, max_size=5))
def test_choices_come_back_as_they_were_written(choices: dict[str, str]) -> None:
    text = ";".join(f"{key}={name}" for key, name in choices.items())
    assert _choices(text, DataType.SINGLE_VALUE_LIST) == tuple(choices.items())


@given(text=st.text(max_size=30))
def test_choices_are_read_or_refused_whatever_they_say(text: str) -> None:
    try:
        choices = _choices(text, DataType.MULTI_VALUE_LIST)
    except RefusedData:
        return
    assert choices
    assert len(dict(choices)) == len(choices)
    assert all(key and name for key, name in choices)
