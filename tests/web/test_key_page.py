import httpx
import pytest

from geo_service.web.page_policies import STRICT_POLICY

PAGE = {"Accept": "text/html"}


def cookies(answer: httpx.Response) -> str:
    return answer.headers.get("set-cookie", "")


def test_the_page_asks_for_a_key_in_both_languages(door: httpx.Client) -> None:
    page = door.get("/key")
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == STRICT_POLICY
    assert page.headers["cache-control"] == "no-store"
    assert "出示钥匙" in page.text
    assert "Show your key" in door.get("/key", params={"lang": "en"}).text


@pytest.mark.parametrize(
    ("role", "wanted", "goes_to"),
    [
        ("staff", "", "/desk"),
        ("admin", "", "/desk"),
        ("analyst", "", "/planner"),
        ("rider", "", "/"),
        ("analyst", "/planner", "/planner"),
        ("staff", "/planner", "/key?next=/planner"),
        ("rider", "/planner", "/key?next=/planner"),
        ("rider", "/report", "/report"),
        ("staff", "//outside.example/", "/desk"),
        ("staff", "https://outside.example/desk", "/desk"),
        ("staff", "/desk/../x", "/desk"),
        ("staff", "/desk/a//x", "/desk"),
        ("staff", "/deskx", "/desk"),
        ("staff", "/desk/\\outside.example", "/desk"),
        ("staff", "/stations/a?b", "/desk"),
    ],
)
def test_a_key_is_kept_and_leads_only_to_pages_of_ours(
    door: httpx.Client, keys: dict[str, str], role: str, wanted: str, goes_to: str
) -> None:
    answer = door.post("/key", data={"key": f" {keys[role]} ", "next": wanted})
    assert answer.status_code == 303
    assert answer.headers["location"] == goes_to
    assert keys[role] in cookies(answer)
    for said in ("HttpOnly", "SameSite=strict"):
        assert said in cookies(answer)


@pytest.mark.parametrize("name", ["expired", "revoked", "none", "long", "blank"])
def test_a_key_that_is_worth_nothing_is_not_kept(
    door: httpx.Client, keys: dict[str, str], name: str
) -> None:
    typed = {"none": "nothing", "long": "x" * 600, "blank": " "} | keys
    answer = door.post("/key", data={"key": typed[name], "next": "/desk"})
    assert answer.status_code == (422 if name == "blank" else 401)
    assert cookies(answer) == ""
    assert 'role="alert"' in answer.text
    assert 'name="next" value="/desk"' in answer.text
    if name != "blank":
        assert typed[name] not in answer.text


def test_another_site_can_neither_keep_nor_forget_a_key(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    for site in ("cross-site", "same-site"):
        headers = {**PAGE, "Sec-Fetch-Site": site}
        for path in ("/key", "/key/forget"):
            answer = door.post(path, data={"key": keys["staff"]}, headers=headers)
            assert answer.status_code == 403
            assert cookies(answer) == ""


def test_a_key_that_is_kept_is_told_of_and_forgotten(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    door.post("/key", data={"key": keys["staff"]})
    known = door.get("/key", params={"next": "/planner"})
    assert "工作人员" in known.text
    assert 'href="/planner"' in known.text
    assert keys["staff"] not in known.text
    gone = door.post("/key/forget", data={})
    assert (gone.status_code, gone.headers["location"]) == (303, "/key?done=forgotten")
    page = door.get(gone.headers["location"])
    assert "已忘记钥匙" in page.text
    assert "工作人员。" not in page.text


def test_a_key_that_has_expired_is_taken_from_the_browser(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    name = f"geo_service_key_{door.base_url.port}"
    answer = door.get("/key", headers={"Cookie": f"{name}={keys['expired']}"})
    assert answer.status_code == 200
    assert "无效或已过期" in answer.text
    assert f'{name}=""' in cookies(answer)


@pytest.mark.parametrize(("lang", "said"), [("zh", "和所有人看到的一样"), ("en", "no more than")])
def test_a_key_that_opens_no_more_of_the_map_says_so(
    door: httpx.Client, keys: dict[str, str], lang: str, said: str
) -> None:
    asked = {"next": "/planner", "lang": lang}
    assert said not in door.get("/key", params=asked).text
    for role, told in (("rider", True), ("staff", True), ("analyst", False)):
        door.post("/key", data={"key": keys[role]})
        assert (said in door.get("/key", params=asked).text) is told
        assert said not in door.get("/key", params={"next": "/me", "lang": lang}).text


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "“我的轨迹与同意”用骑手的钥匙"), ("en", "A rider&#39;s key opens")]
)
def test_the_page_speaks_of_riders_keys_too(door: httpx.Client, lang: str, said: str) -> None:
    page = door.get("/key", params={"next": "/me", "lang": lang}).text
    assert said in page


LINKED = [
    ("/planner", "/planner"),
    ("/desk", "/desk"),
    ("/desk/issue%3A1", "/desk/issue%3A1"),
    ("/stations/station/print", "/stations/station/print"),
]


def kept(door: httpx.Client) -> str | None:
    return door.cookies.get(f"geo_service_key_{door.base_url.port}")


@pytest.mark.parametrize(("path", "goes_to"), LINKED)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_link_does_not_replace_the_key_that_a_browser_keeps(
    door: httpx.Client, keys: dict[str, str], site: str, path: str, goes_to: str
) -> None:
    headers = {**PAGE, "Sec-Fetch-Site": site} if site else PAGE
    own = {"Sec-Fetch-Site": "same-origin"}
    door.post("/key", data={"key": keys["staff"]})
    link = door.get(path, params={"key": keys["admin"]}, headers=headers)
    assert link.status_code == 303
    assert keys["admin"] not in link.headers["location"]
    for said in ("HttpOnly", "SameSite=strict", "Path=/key", "Max-Age=300"):
        assert said in cookies(link)
    for language, role, question in (("zh", "管理员", "改用"), ("en", "administrator", "Use this")):
        page = door.get(f"{link.headers['location']}&lang={language}", headers=own)
        assert page.status_code == 200
        assert role in page.text
        assert question in page.text
        assert f'href="{goes_to}"' in page.text
        assert keys["admin"] not in page.text
    assert kept(door) == keys["staff"]
    for foreign in ("cross-site", "same-site"):
        said_yes = {"offered": "1", "next": goes_to}
        refused = door.post("/key", data=said_yes, headers={"Sec-Fetch-Site": foreign})
        assert refused.status_code == 403
    assert kept(door) == keys["staff"]
    answer = door.post("/key", data={"offered": "1", "next": goes_to}, headers=own)
    assert (answer.status_code, answer.headers["location"]) == (303, goes_to)
    assert kept(door) == keys["admin"]
    # It was offered once.
    assert door.post("/key", data={"offered": "1"}, headers=own).status_code == 422


def test_a_link_to_the_map_asks_first_though_its_key_opens_no_more_of_it(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    door.post("/key", data={"key": keys["analyst"]})
    link = door.get("/planner", params={"key": keys["rider"]}, headers=PAGE)
    assert link.headers["location"] == "/key?offered=1&next=%2Fplanner"
    assert kept(door) == keys["analyst"]
    own = {"Sec-Fetch-Site": "same-origin"}
    taken = door.post("/key", data={"offered": "1", "next": "/planner"}, headers=own)
    assert taken.headers["location"] == "/key?next=/planner"
    assert kept(door) == keys["rider"]


def test_a_link_from_another_site_gives_its_key_to_a_browser_that_keeps_none(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    """A browser shows no strict cookie on such a way in, so whether there is one is asked next."""
    arriving = {**PAGE, "Sec-Fetch-Site": "cross-site"}
    link = door.get("/planner", params={"key": keys["analyst"]}, headers=arriving)
    assert (link.status_code, kept(door)) == (303, None)
    offered = dict(door.cookies)
    door.cookies.clear()
    around = door.get(link.headers["location"], headers=arriving)
    assert "url=/key?offered=1&amp;next=%2Fplanner" in around.text
    door.cookies.update(offered)
    answer = door.get(link.headers["location"], headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/planner")
    assert kept(door) == keys["analyst"]


@pytest.mark.parametrize("before", ["staff", "expired", "revoked"])
def test_a_link_is_not_asked_about_where_no_good_key_would_be_lost(
    door: httpx.Client, keys: dict[str, str], before: str
) -> None:
    name = f"geo_service_key_{door.base_url.port}"
    headers = {"Sec-Fetch-Site": "same-site", "Cookie": f"{name}={keys[before]}"}
    link = door.get("/desk", params={"key": keys["staff"]}, headers=headers)
    assert (link.status_code, link.headers["location"]) == (303, "/desk")
    assert f"{name}={keys['staff']}" in cookies(link)


@pytest.mark.parametrize("token", ["", "nothing", "x" * 600])
def test_an_offer_that_is_worth_nothing_is_none(
    door: httpx.Client, keys: dict[str, str], token: str
) -> None:
    door.post("/key", data={"key": keys["staff"]})
    if token:
        door.cookies.set(f"geo_service_key_{door.base_url.port}_offered", token)
    page = door.get("/key?offered=1", headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 200
    assert ("无效" in page.text) == bool(token)
    assert "改用" not in page.text
    status = door.post("/key", data={"offered": "1"}).status_code
    assert status == (401 if token else 422)
    assert kept(door) == keys["staff"]
