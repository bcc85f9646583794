import base64
import hashlib

from geo_service.web.page_policies import STRICT_POLICY, policy_for_inline, strict_policy


def hashed(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_policy_allows_the_scripts_in_the_page_and_no_other() -> None:
    page = (
        '<script src="/a.js"></script><script>\nrun("站");\n</script>'
        '<SCRIPT type="x">two</SCRIPT><img onerror="three">'
    )
    policy = policy_for_inline(page)
    for script in ('\nrun("站");\n', "two"):
        assert f"'sha256-{hashed(script)}'" in policy
    assert policy.count("sha256-") == 2
    assert "script-src 'self'" in policy


def test_policies_let_pictures_alone_come_from_the_hosts_named() -> None:
    hosts = ("https://a.example", "http://127.0.0.1:81")
    for own, with_tiles in (
        (STRICT_POLICY, strict_policy(hosts)),
        (policy_for_inline("<p>"), policy_for_inline("<p>", hosts)),
    ):
        before, after = (dict(_directives(policy)) for policy in (own, with_tiles))
        assert after.pop("img-src") == [*before.pop("img-src"), *hosts]
        assert after == before
        assert "http" not in own


def _directives(policy: str) -> list[tuple[str, list[str]]]:
    return [(words[0], words[1:]) for words in map(str.split, policy.split(";"))]
