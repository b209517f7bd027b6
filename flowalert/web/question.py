"""What a request asks, from its path, its parameters and its body."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, TypeVar, get_origin
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from starlette.requests import Request

from flowalert.market.name import suggest
from flowalert.web.mistake import RequestRefused

T = TypeVar("T", bound=Struct)

# A file of rules is the largest thing that anybody sends.
MOST_BYTES = 2 << 20
_FORM = "application/x-www-form-urlencoded"


def read_parameters(request: Request, question: type[T]) -> T:
    """Read the path and the parameters behind it; raises RequestRefused (400) that names the wrong one."""
    return _convert({**_gather(request.query_params.multi_items()), **request.path_params}, question)


def is_form(request: Request) -> bool:
    """Tell whether a page's form sends a request, and not a program."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM


async def read_body(request: Request, question: type[T]) -> tuple[T, str]:
    """Read the path and the form or JSON that is sent; return what is asked, and the form's proof.

    Raises RequestRefused: 400 for what cannot be read, 413 for too much, 415 for another kind of text.
    """
    fields: dict[str, Any]
    if is_form(request):
        form = await _read_form(request)
        proof = str(form.pop("proof", ""))
        fields = {name: value for name, value in form.items() if value != ""}
    else:
        proof = request.headers.get("x-flowalert-proof", "")
        fields = await _read_json(request)
    return _convert({**fields, **request.path_params}, question), proof


async def _read_bytes(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async with aclosing(request.stream()) as stream:
        async for chunk in stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise RequestRefused(413, f"that is more than {MOST_BYTES >> 20} MB")
            chunks.append(chunk)
    return b"".join(chunks)


async def _read_form(request: Request) -> dict[str, Any]:
    try:
        text = (await _read_bytes(request)).decode()
        return _gather(parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="strict"))
    except ValueError:
        raise RequestRefused(400, "this form cannot be read") from None


async def _read_json(request: Request) -> dict[str, Any]:
    body = await _read_bytes(request)
    if not body:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestRefused(415, f"{kind[:100] or 'no content-type'} is not read here", instead="send JSON")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise RequestRefused(400, f"this is no JSON object: {error}") from None
    except RecursionError:
        raise RequestRefused(400, "this JSON is too deep") from None


def _gather(items: list[tuple[str, str]]) -> dict[str, Any]:
    """Return each name with its value, or with a list of them where there are several."""
    gathered: dict[str, Any] = {}
    for name, value in items:
        if name not in gathered:
            gathered[name] = value
        elif isinstance(gathered[name], list):
            gathered[name].append(value)
        else:
            gathered[name] = [gathered[name], value]
    return gathered


def _convert(fields: Mapping[str, Any], question: type[T]) -> T:
    known = [field.encode_name for field in msgspec.structs.fields(question)]
    for name in fields:
        if name not in known:
            near = suggest(name, known)
            instead = f"did you mean {near}?" if near else f"there is {', '.join(known) or 'nothing to say'}"
            raise RequestRefused(400, f"nobody asks for {name[:40]!r}", where=name[:40], instead=instead)
    lists = {field.encode_name for field in msgspec.structs.fields(question) if get_origin(field.type) is tuple}
    shaped = {
        name: [value] if name in lists and not isinstance(value, list | tuple) else value
        for name, value in fields.items()
    }
    try:
        return msgspec.convert(shaped, question, strict=False)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        raise RequestRefused(400, what, where=path.removesuffix("`")) from None
