"""What a request asks, from its path, its parameters and its body."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
import trio
from msgspec import Struct
from starlette.requests import Request

from flowalert.market.name import suggest
from flowalert.web.mistake import RequestRefused

T = TypeVar("T", bound=Struct)

# A file of rules is the largest thing that anybody sends.
MOST_BYTES = 2 << 20
# A slow line takes it to send that; who sends nothing holds a connection for no longer.
_WITHIN = 30.0
_FORM = "application/x-www-form-urlencoded"


def read_parameters(request: Request, question: type[T]) -> T:
    """Read the path and the parameters behind it; raises RequestRefused (400) that names the wrong one."""
    return _convert(_gather(request.query_params.multi_items()), request.path_params, question, is_text=True)


def is_form(request: Request) -> bool:
    """Tell whether a page's form sends a request, and not a program."""
    return _find_kind(request) == _FORM


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with a request, before anybody knows what it means: a form's fields and its proof, or JSON's."""

    fields: Mapping[str, Any]
    proof: str
    is_form: bool


async def read_sent(request: Request, most: int = MOST_BYTES) -> Sent:
    """Read the form or the JSON that is sent, of at most so many bytes.

    Raises RequestRefused: 400 for what cannot be read, 408 for what does not come, 413 for too much, 415 for another
    kind of text.
    """
    if is_form(request):
        form = await _read_form(request, most)
        proof = str(form.pop("proof", ""))
        return Sent({name: value for name, value in form.items() if value != ""}, proof, is_form=True)
    fields = await _read_json(request, most)
    return Sent(fields, request.headers.get("x-flowalert-proof", ""), is_form=False)


def understand(request: Request, sent: Sent, question: type[T]) -> T:
    """Return what is asked by the path and by what was sent; raises RequestRefused (400) that names what is wrong."""
    return _convert(sent.fields, request.path_params, question, is_text=sent.is_form)


def _find_kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _read_bytes(request: Request, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    with trio.move_on_after(_WITHIN) as scope:
        async with aclosing(request.stream()) as stream:
            async for chunk in stream:
                size += len(chunk)
                if size > most:
                    raise RequestRefused(413, f"that is more than {most >> 10:,} KB")
                chunks.append(chunk)
    if scope.cancelled_caught:
        raise RequestRefused(408, f"it has not come within {_WITHIN:g} s")
    return b"".join(chunks)


async def _read_form(request: Request, most: int) -> dict[str, Any]:
    try:
        text = (await _read_bytes(request, most)).decode()
        return _gather(parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="strict"))
    except ValueError:
        raise RequestRefused(400, "this form cannot be read") from None


async def _read_json(request: Request, most: int) -> dict[str, Any]:
    body = await _read_bytes(request, most)
    if not body:
        return {}
    kind = _find_kind(request)
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


def _convert(sent: Mapping[str, Any], path: Mapping[str, str], question: type[T], *, is_text: bool) -> T:
    """Return what is asked; of a path, of parameters and of a form all is text, of JSON each value has its type."""
    fields = msgspec.structs.fields(question)
    known = [field.encode_name for field in fields]
    asked = [name for name in known if name not in path]
    for name in sent:
        if name not in asked:
            near = suggest(name, asked)
            instead = f"did you mean {near}?" if near else f"there is {', '.join(asked) or 'nothing to say'}"
            raise RequestRefused(400, f"nobody asks for {name[:40]!r}", where=name[:40], instead=instead)
    shaped = dict(sent)
    lists = {field.encode_name for field in fields if get_origin(field.type) is tuple} if is_text else set()
    for name in lists & shaped.keys():
        shaped[name] = shaped[name] if isinstance(shaped[name], list) else [shaped[name]]
    for field in fields:
        # A text has no null; msgspec would take the word for one.
        if is_text and shaped.get(field.encode_name) == "null" and str not in (field.type, *get_args(field.type)):
            raise RequestRefused(400, "null is no value", where=field.encode_name, instead="leave it out")
    try:
        for field in fields:
            if field.encode_name in path:
                shaped[field.encode_name] = _convert_text(path[field.encode_name], field)
        return msgspec.convert(shaped, question, strict=not is_text)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$.")
        raise RequestRefused(400, what, where=at.removesuffix("`")) from None


def _convert_text(text: str, field: msgspec.structs.FieldInfo) -> Any:
    try:
        return msgspec.convert(text, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"{error} - at `$.{field.encode_name}`") from None
