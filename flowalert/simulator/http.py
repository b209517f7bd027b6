"""A small HTTP server for one stream: enough for a token endpoint, and careful with what it is sent."""

from collections.abc import Callable

import h11
import trio

from flowalert.simulator.oauth import Answer, Asked, refuse

_LARGEST_HEAD = 16 * 1024
_LARGEST_BODY = 16 * 1024
_IDLE_AFTER = 30.0


async def serve_http(stream: trio.abc.Stream, answer: Callable[[Asked], Answer]) -> None:
    """Answer the requests of one connection, one after the other, until either side ends it.

    What is no HTTP gets 400, a head above 16 KiB 431, a body above 16 KiB 413, and the connection ends; so it does,
    without a word, when one exchange takes 30 s.
    """
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
    async with stream:
        try:
            while True:
                with trio.fail_after(_IDLE_AFTER):
                    if not await _serve_one(stream, connection, answer):
                        return
                connection.start_next_cycle()
        except (trio.BrokenResourceError, trio.TooSlowError):
            return  # the client went away, or fell silent


async def _serve_one(stream: trio.abc.Stream, connection: h11.Connection, answer: Callable[[Asked], Answer]) -> bool:
    """Answer one request; tell whether another may follow."""
    try:
        asked = await _read(stream, connection)
    except h11.RemoteProtocolError as error:
        asked = refuse(error.error_status_hint, str(error), ("Connection", "close"))
    if asked is None:
        return False
    if isinstance(asked, Answer):
        await _write(stream, connection, asked)
        return False
    await _write(stream, connection, answer(asked), has_body=asked.method != "HEAD")
    return connection.our_state is h11.DONE and connection.their_state is h11.DONE


async def _read(stream: trio.abc.Stream, connection: h11.Connection) -> Asked | Answer | None:
    """Return a whole request, the refusal of one that is too large, or None where the client is done."""
    head: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                await stream.send_all(connection.send(go_on) or b"")
            connection.receive_data(bytes(await stream.receive_some()))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _LARGEST_BODY:
                return refuse(413, f"the body is above {_LARGEST_BODY} bytes", ("Connection", "close"))
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _ask(head, body)
        else:
            return None


def _ask(head: h11.Request, body: bytes) -> Asked:
    content_type = dict(head.headers).get(b"content-type", b"").decode("latin-1")
    return Asked(
        method=head.method.decode("ascii"),
        path=head.target.decode("latin-1").partition("?")[0],
        content_type=content_type.partition(";")[0].strip().lower(),
        body=body,
    )


async def _write(stream: trio.abc.Stream, connection: h11.Connection, answer: Answer, *, has_body: bool = True) -> None:
    if connection.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
        return
    headers = [
        *answer.headers,
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(answer.body))),
    ]
    response = h11.Response(status_code=answer.status, headers=headers)
    raw = connection.send(response) or b""
    if has_body:
        raw += connection.send(h11.Data(data=answer.body)) or b""
    raw += connection.send(h11.EndOfMessage()) or b""
    await stream.send_all(raw)
