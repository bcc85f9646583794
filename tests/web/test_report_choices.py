from geo_service.domain.category import Category, DataType, Question
from geo_service.web.report_choices import FEW, answer_field, group_choices, in_tongue
from geo_service.web.rider_words import EN, ZH


def many(groups: int) -> list[Category]:
    return [Category(f"c{n}", f"名{n}", group=f"组{n % groups}") for n in range(FEW + 1)]


def test_few_stand_by_themselves_and_many_in_their_groups() -> None:
    (few,) = group_choices(ZH, many(2)[:FEW])
    assert few.name == ""
    assert [choice.code for choice in few.choices] == [f"c{n}" for n in range(FEW)]
    grouped = group_choices(ZH, many(2))
    assert [group.name for group in grouped] == ["组0", "组1"]
    assert [choice.code for choice in grouped[1].choices] == ["c1", "c3", "c5"]
    assert grouped[1].holds("c3")
    assert not grouped[0].holds("c3")
    (one,) = group_choices(ZH, many(1))
    assert len(one.choices) == FEW + 1
    assert group_choices(ZH, []) == []


def test_words_are_those_of_the_language() -> None:
    assert in_tongue(ZH, "道路设施 Roads and fixtures") == "道路设施"
    assert in_tongue(EN, "道路设施 Roads and fixtures") == "Roads and fixtures"
    assert in_tongue(EN, "坑洼、松动。 Potholes, loose stones.") == "Potholes, loose stones."
    for alone in ("没过脚踝", "Litter", "", "A站 甲"):
        assert in_tongue(ZH, alone) == in_tongue(EN, alone) == alone
    question = Question(
        "how", DataType.SINGLE_VALUE_LIST, "怎么", "How", choices=(("a", "不亮 dark"),)
    )
    category = Category("light", "路灯", "Light", questions=(question,))
    (group,) = group_choices(EN, [category])
    (choice,) = group.choices
    assert (choice.name, choice.questions[0].text) == ("Light", "How")
    assert choice.questions[0].choices == (("a", "dark"),)
    assert group_choices(ZH, [category])[0].choices[0].name == "路灯"


def test_inputs_of_any_category_are_named_apart_and_in_ascii() -> None:
    names = {answer_field(category, code) for category in ("a.b", "a", 'x"\r\n') for code in "cd"}
    assert len(names) == 6
    assert all(name.isascii() and name.isprintable() and '"' not in name for name in names)
    assert answer_field("a", "b:c") != answer_field("a:b", "c")
