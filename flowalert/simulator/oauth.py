"""The answers of the token endpoint: `/oauth2/token` and `/oauth2/revoke`, with the vendor's fields and codes."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from flowalert.simulator.token import WORDS, Issued, Refusal, TokenBook

_FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


class Asked(Struct, frozen=True):
    """One HTTP request: `content_type` is without parameters, in lower case."""

    method: str
    path: str
    content_type: str
    body: bytes


class Answer(Struct, frozen=True):
    """One HTTP response: its status, its JSON body, and further headers."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


_STATUS = {
    Refusal.WRONG_KEY: 403,
    Refusal.WRONG_SECRET: 403,
    Refusal.TOO_MANY: 429,
}


def answer_token_request(asked: Asked, tokens: TokenBook) -> Answer:
    """Answer one request to the token endpoint."""
    routes = {"/oauth2/token": _issue, "/oauth2/revoke": _revoke}
    route = routes.get(asked.path)
    if route is None:
        return refuse(404, f"nothing is at {asked.path}; ask for {' or '.join(routes)}")
    if asked.method != "POST":
        return refuse(405, f"{asked.method} was used; use POST", ("Allow", "POST"))
    if asked.content_type != _FORM_TYPE:
        return refuse(400, f"content-type is {asked.content_type or 'missing'}; send {_FORM_TYPE}")
    try:
        fields = dict(parse_qsl(asked.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return refuse(400, "the body is no form in UTF-8")
    return route(fields, tokens)


def refuse(status: int, description: str, *headers: tuple[str, str]) -> Answer:
    """Return a refusal in the vendor's shape. The vendor's codes for it are not known: the status stands in."""
    return _reply(status, {"error_code": str(status), "error_description": description}, *headers)


def _issue(fields: Mapping[str, str], tokens: TokenBook) -> Answer:
    for name, expected in (("grant_type", "client_credentials"), ("scope", "oob")):
        if fields.get(name) != expected:
            return refuse(400, f"{name} is {fields.get(name, 'missing')}; send {expected}")
    issued = tokens.issue(fields.get("appkey", ""), fields.get("appsecretkey", ""))
    if isinstance(issued, Issued):
        return _reply(
            200,
            {
                "access_token": issued.token,
                "scope": "oob",
                "token_type": "Bearer",
                "expires_in": issued.expires_in,
            },
        )
    return _refuse_with(issued)


def _revoke(fields: Mapping[str, str], tokens: TokenBook) -> Answer:
    if fields.get("token_type_hint", "access_token") != "access_token":
        return refuse(400, f"token_type_hint is {fields['token_type_hint']}; send access_token")
    refusal = tokens.revoke(fields.get("appkey", ""), fields.get("appsecretkey", ""), fields.get("token", ""))
    if refusal is None:
        return _reply(200, {"code": 200, "message": "접근토큰 폐기에 성공하였습니다."})
    return _refuse_with(refusal)


def _refuse_with(refusal: Refusal) -> Answer:
    if refusal in _STATUS:
        content = {"error_code": refusal.value, "error_description": WORDS[refusal]}
        return _reply(_STATUS[refusal], content)
    # A bad token is answered in another shape, and with 500 [seen].
    return _reply(500, {"rsp_cd": refusal.value, "rsp_msg": WORDS[refusal]})


def _reply(status: int, content: Mapping[str, object], *headers: tuple[str, str]) -> Answer:
    return Answer(status, msgspec.json.encode(content), headers)
