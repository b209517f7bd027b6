"""The API as an OpenAPI document, made of the list of routes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from flowalert import __version__
from flowalert.settings import Role
from flowalert.web.live.news import Piece
from flowalert.web.mistake import Mistake
from flowalert.web.question import MOST_BYTES
from flowalert.web.route import API, AnyDeed, AnyText, AnyView

_NAMED = "#/components/schemas/"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_MISTAKES = {
    400: "What is asked cannot be read, or says something that nobody asks for; `where` names it.",
    401: "Nobody is known by this token or session.",
    403: "Whoever asks may not do this; or it may be another site that asks in their name.",
    404: "What is asked for is not there.",
    408: "What was to be sent did not come.",
    409: "It is not as it was when it was asked for, or does not go with what there is.",
    413: f"It is more than {MOST_BYTES >> 20} MB.",
    415: "It is no JSON.",
    421: "The service is not known by the name in `Host`.",
    422: "It can be read, and does not work out; `where` names the place.",
    429: "It was asked too often; `Retry-After` says how many seconds to wait.",
    503: "The service cannot tell now; `Retry-After` says how many seconds to wait, where that is known.",
}
_OF_VIEWS = (400, 401, 403, 404, 421, 422, 429, 503)

Lists = tuple[tuple[AnyView, ...], tuple[AnyDeed, ...], tuple[AnyText, ...]]


@cache
def describe(views: tuple[AnyView, ...], deeds: tuple[AnyDeed, ...], texts: tuple[AnyText, ...]) -> dict[str, Any]:
    """Return the document: every path of the API with its parameters, its body, and all that it may answer."""
    shapes = _Shapes(
        [
            Mistake,
            Piece,
            *(view.question for view in views),
            *(view.answer for view in views),
            *(deed.question for deed in deeds),
            *(deed.answer for deed in deeds),
            *(text.question for text in texts),
        ]
    )
    paths: dict[str, dict[str, Any]] = {}
    for view in views:
        paths.setdefault(_plain(f"{API}{view.api or view.path}"), {})["get"] = _describe_view(view, shapes)
    for deed in deeds:
        paths.setdefault(_plain(f"{API}{deed.path}"), {})["post"] = _describe_deed(deed, shapes)
    for text in texts:
        paths.setdefault(_plain(text.path), {})["get"] = _describe_text(text, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "flowalert",
            "version": __version__,
            "description": "What the pages of a running flowalert show and do. docs/web.md says how to ask.",
        },
        "security": [{"token": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": shapes.list_used([paths, shapes.find(Mistake), shapes.find(Piece)]),
            "responses": {str(status): _describe_mistake(status) for status in _MISTAKES},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "What `flowalert web-token` made."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "flowalert_session",
                    "description": "That of a browser; over TLS its name begins with `__Host-`. What changes something "
                    "brings the page's `data-proof` in `X-Flowalert-Proof`.",
                },
            },
        },
    }


class _Shapes:
    """The JSON Schemas of types, each by its name where it has one."""

    def __init__(self, types: Sequence[Any]) -> None:
        schemas, self._named = msgspec.json.schema_components(types, ref_template=f"{_NAMED}{{name}}")
        self._schemas: dict[Any, dict[str, Any]] = dict(zip(types, schemas, strict=True))

    def find(self, type_: Any) -> dict[str, Any]:
        """Return the schema of a type; of one with a name it is a reference."""
        return self._schemas[type_]

    def list_fields(self, question: type[Struct]) -> list[tuple[str, dict[str, Any], bool]]:
        """Return the fields of a question: name, schema, and whether it has to be said."""
        schema = self._named[self.find(question)["$ref"].removeprefix(_NAMED)]
        return [(name, each, name in schema["required"]) for name, each in schema["properties"].items()]

    def list_used(self, parts: Sequence[Any]) -> dict[str, Any]:
        """Return the schemas with names to which these parts refer, and those to which they do."""
        used: set[str] = set()
        waiting = list(parts)
        while waiting:
            each = waiting.pop()
            if isinstance(each, dict):
                name = str(each.get("$ref", "")).removeprefix(_NAMED)
                if name in self._named and name not in used:
                    used.add(name)
                    waiting.append(self._named[name])
                waiting += each.values()
            elif isinstance(each, list | tuple):
                waiting += each
        return {name: schema for name, schema in sorted(self._named.items()) if name in used}


def _describe_view(view: AnyView, shapes: _Shapes) -> dict[str, Any]:
    return {
        **_describe_head(view.name, view.summary, view.role),
        "parameters": list(_list_parameters(view.path, view.question, shapes)),
        "responses": _list_answers({"application/json": {"schema": shapes.find(view.answer)}}, _OF_VIEWS),
    }


def _describe_deed(deed: AnyDeed, shapes: _Shapes) -> dict[str, Any]:
    described = {
        **_describe_head(deed.name, deed.summary, deed.role),
        "parameters": [each for each in _list_parameters(deed.path, deed.question, shapes) if each["in"] == "path"],
        "responses": _list_answers({"application/json": {"schema": shapes.find(deed.answer)}}, tuple(_MISTAKES)),
    }
    in_path = set(_PARAMETER.findall(deed.path))
    fields = [each for each in shapes.list_fields(deed.question) if each[0] not in in_path]
    if fields:
        body = {
            "type": "object",
            "properties": {name: schema for name, schema, _ in fields},
            "required": [name for name, _, is_required in fields if is_required],
            "additionalProperties": False,
        }
        content = {"application/json": {"schema": body}}
        described["requestBody"] = {"required": bool(body["required"]), "content": content}
    return described


def _describe_text(text: AnyText, shapes: _Shapes) -> dict[str, Any]:
    return {
        **_describe_head(text.name, text.summary, text.role),
        "parameters": list(_list_parameters(text.path, text.question, shapes)),
        "responses": _list_answers({text.media_type: {"schema": {"type": "string"}}}, _OF_VIEWS),
    }


def _describe_head(name: str, summary: str, role: Role) -> dict[str, Any]:
    return {"operationId": name.replace(" ", "_"), "summary": summary, "description": f"For {role.value}s."}


def _list_parameters(path: str, question: type[Struct], shapes: _Shapes) -> Iterator[dict[str, Any]]:
    """Yield the fields of a question: those that the path names, and those behind it."""
    in_path = set(_PARAMETER.findall(path))
    for name, schema, is_required in shapes.list_fields(question):
        yield {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path or is_required,
            "schema": _leave_out_null(schema),
        }


def _leave_out_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what can be left out, and cannot be said to be nothing."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {name: each for name, each in schema.items() if name not in {"anyOf", "default"}}
    return schema if not choices else {**rest, **(choices[0] if len(choices) == 1 else {"anyOf": choices})}


def _list_answers(content: Mapping[str, Any], mistakes: Sequence[int]) -> dict[str, Any]:
    refused = {str(status): {"$ref": f"#/components/responses/{status}"} for status in mistakes}
    return {"200": {"description": "What was asked for.", "content": content}, **refused}


def _describe_mistake(status: int) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"{_NAMED}{Mistake.__name__}"}}}
    described: dict[str, Any] = {"description": _MISTAKES[status], "content": content}
    if status in {429, 503}:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return described


def _plain(path: str) -> str:
    """Return a path as OpenAPI has it: a parameter's name alone between its braces."""
    return _PARAMETER.sub(r"{\1}", path)
