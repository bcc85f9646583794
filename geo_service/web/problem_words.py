"""What is wrong, in Chinese, on the page of a problem; its English is the error's own."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from geo_service.web.key_words import ZH
from geo_service.web.problems import Problem

OF_CODE: Mapping[str, str] = MappingProxyType(
    {
        "wrong-parameters": "地址里有不对的内容。请回到上一页，再试一次。",
        "bad-parameters": "地址里有不对的内容。请回到上一页，再试一次。",
        "fixed-path": "这个地址另有用途。",
        "changed-since": "内容已经变了。请重新打开，再改一次。",
        "unreadable-body": "表单没有传完整。请回到上一页，再发一次。",
        "wrong-content-type": "表单的格式不对。请回到上一页，再发一次。",
        "too-large-body": "发送的内容太大。请删掉一些，再发一次。",
        "refused-fields": "表单里有不对的地方。请回到上一页，改好再发。",
        "unknown-kind": "这里没有这一类地点。",
        "wrong-usage": "这样问不对。请回到上一页，再试一次。",
        "refused-data": "这些内容不能接收。",
        "moved-meanwhile": "在你办理时，别人已经动过，所以什么都没有做。请重新打开，再看一眼。",
        "forbidden-move": "按目前的情况做不了。请重新打开，看看现在到了哪一步。",
        "not-found": "可能已经删除，也可能链接不完整。",
        "no-key": "这里需要一把有效的钥匙，请向管理员要一把。",
        "not-allowed": "这把钥匙没有这项权限。",
        "no-consent": "须先阅读并同意现行的轨迹说明（GET /consent，PUT /consent）。",
        "overloaded": "现在用的人太多了。请过几秒再试。",
        "interrupted": "与数据库的连接断了，什么都没有写入。请过几秒再试一次。",
        "outcome-unknown": "保存的时候与数据库的连接断了，不知道有没有存上。"
        "请过几秒先看一看；如果没有，再发一次。",
        "not-ready": "请过一会儿再试。",
        "wrong-host": "这个网址不是本站的。",
        "other-origin": "这个网站不能调用本站。",
        "too-many": "从这里发来的太多了。请过一会儿再发。",
    }
)
OF_KEYS: Mapping[str, str] = MappingProxyType(
    {
        r"This key is unknown": "这把钥匙不认识、已过期或已撤销。请向管理员要一把。",
        r"This is no key": "这不是一把钥匙。",
        r"The Authorization header": "Authorization 标头读不懂。请写 Bearer 和钥匙。",
        r"This needs a key with the role (?P<roles>[a-z ]+); yours has (?P<own>[a-z]+)": "这里需要"
        "{roles}的钥匙，你的是{own}的。",
        r"This needs a key with the role (?P<roles>[a-z ]+)": "这里需要{roles}的钥匙。",
        r"This is a rider's own, and your key has the role (?P<own>[a-z]+)": "这是骑手自己的内容，"
        "你的钥匙是{own}的。请用骑手的钥匙。",
        r"This rider's key names no rider": "这把骑手的钥匙没有写明是哪位骑手：它是以前发的。"
        "请向管理员要一把新的。",
        r"This issue lies outside": "这个问题不在你的钥匙负责的区域内。"
        "请找负责该区域或者全市的人。",
        r"This is of the whole city": "这是全市的内容，而你的钥匙只负责其中一些区域。",
        r"This form is sent by our own page": "这张表单只能由本站自己的页面发出。",
    }
)
"""By how the English of what a key does not open begins."""
OF_STATUS: Mapping[HTTPStatus, str] = MappingProxyType(
    {
        HTTPStatus.METHOD_NOT_ALLOWED: "这个地址不能这样用。",
        HTTPStatus.INTERNAL_SERVER_ERROR: "问题在我们这边，已记录。请过一会儿再试。",
        HTTPStatus.UNPROCESSABLE_ENTITY: "发送的内容不对。请回到上一页，再试一次。",
    }
)
TITLES: Mapping[HTTPStatus, str] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: "没有有效的钥匙",
        HTTPStatus.FORBIDDEN: "没有权限",
        HTTPStatus.NOT_FOUND: "没有找到",
        HTTPStatus.CONFLICT: "没有办成",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "内容太大",
        HTTPStatus.UNPROCESSABLE_ENTITY: "没有接收",
        HTTPStatus.TOO_MANY_REQUESTS: "太多了",
        HTTPStatus.SERVICE_UNAVAILABLE: "服务还没有准备好",
    }
)


def say_title(problem: Problem) -> str:
    """Say in Chinese what kind of problem it is; raises nothing."""
    return TITLES.get(problem.status, "出了问题")


def say_detail(problem: Problem) -> str:
    """Say in Chinese what to do about a problem; blank if nothing is known; raises nothing."""
    return _of_key(problem) or OF_CODE.get(problem.code) or OF_STATUS.get(problem.status, "")


def needs_another_key(problem: Problem) -> bool:
    """Say whether the key shown opens nothing like what was asked for; raises nothing."""
    return problem.status == HTTPStatus.UNAUTHORIZED or "with the role" in problem.detail


def _of_key(problem: Problem) -> str:
    if problem.code not in ("no-key", "not-allowed"):
        return ""
    for begins, told in OF_KEYS.items():
        found = re.match(begins, problem.detail)
        if found is not None:
            named = found.groupdict()
            return told.format(**{name: _say_roles(roles) for name, roles in named.items()})
    return ""


def _say_roles(roles: str) -> str:
    return "或".join(ZH.roles.get(role, role) for role in roles.split(" or "))
