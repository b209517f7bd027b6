"""The desk that answers what clients ask for on the websocket."""

import structlog

from flowalert.simulator.client import NORMAL, Client
from flowalert.simulator.count import Count
from flowalert.simulator.request import (
    ECHO,
    Key,
    Reply,
    Request,
    TrType,
    acknowledge,
    read_key,
    read_request,
)
from flowalert.simulator.setting import SimulatorSettings
from flowalert.simulator.token import TokenBook

_log = structlog.get_logger()
_TR_TYPES = {each.value: each for each in TrType}


class Desk:
    """Answers one message after the other; it changes the keys of the client that asks, and the counts."""

    def __init__(self, settings: SimulatorSettings, tokens: TokenBook, count: Count) -> None:
        self._settings = settings
        self._tokens = tokens
        self._count = count

    def answer(self, client: Client, message: str | bytes) -> None:
        """Do what a message asks and acknowledge it; a bad token ends the connection without a word."""
        request = read_request(message)
        if request is not None and request.tr_cd == ECHO:
            self._count.echoes += 1
            return
        if request is not None:
            refusal = self._tokens.check(request.token)
            if refusal is not None:
                self._count.bad_tokens += 1
                _log.info("token refused, closed", client=client.number, why=refusal.name.lower())
                client.close(NORMAL)
                return
            client.token = request.token
        reply = Reply.MALFORMED if request is None else self._do(client, request)
        if reply is Reply.DONE:
            self._count.acknowledged += 1
        else:
            self._count.refused += 1
            _log.info("request refused", client=client.number, why=reply.name.lower())
        client.reply(
            acknowledge(
                request,
                reply,
                with_tr_cd=not self._settings.null_tr_cd,
                with_token=self._settings.echo_token,
            )
        )

    def _do(self, client: Client, request: Request) -> Reply:
        if self._settings.wrong_port:
            return Reply.WRONG_PORT
        tr_type = _TR_TYPES.get(request.tr_type)
        if tr_type is None:
            return Reply.WRONG_TYPE
        if tr_type in (TrType.REGISTER_ACCOUNT, TrType.RELEASE_ACCOUNT):
            return Reply.WRONG_KEY if request.tr_key else Reply.DONE
        key = read_key(request)
        if isinstance(key, Reply):
            return key
        if tr_type is TrType.RELEASE:
            client.keys.discard(key)
            return Reply.DONE
        return self._register(client, key)

    def _register(self, client: Client, key: Key) -> Reply:
        if key.tr_key in self._settings.refused_keys:
            return Reply.REFUSED
        if key not in client.keys and len(client.keys) >= self._settings.most_keys:
            return Reply.TOO_MANY
        client.keys.add(key)
        return Reply.DONE
