"""What is wrong, in Chinese, on the page of a problem; its English is the error's own."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

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
        "no-key": "请再出示一次钥匙。",
        "not-allowed": "这把钥匙没有这项权限，或者不是它负责的区域，或者这张表单不是本站发出的。",
        "no-consent": "须先阅读并同意现行的轨迹说明（GET /consent，PUT /consent）。",
        "overloaded": "现在用的人太多了。请过几秒再试。",
        "not-ready": "请过一会儿再试。",
        "wrong-host": "这个网址不是本站的。",
        "other-origin": "这个网站不能调用本站。",
        "too-many": "从这里发来的太多了。请过一会儿再发。",
    }
)
OF_STATUS: Mapping[HTTPStatus, str] = MappingProxyType(
    {
        HTTPStatus.METHOD_NOT_ALLOWED: "这个地址不能这样用。",
        HTTPStatus.INTERNAL_SERVER_ERROR: "问题在我们这边，已记录。请过一会儿再试。",
        HTTPStatus.UNPROCESSABLE_ENTITY: "发送的内容不对。请回到上一页，再试一次。",
    }
)
TITLES: Mapping[HTTPStatus, str] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: "钥匙无效或已过期",
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
    return OF_CODE.get(problem.code) or OF_STATUS.get(problem.status, "")
