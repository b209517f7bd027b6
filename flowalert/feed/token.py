"""The one source of tokens: cached, renewed ahead of its end, issued once for all who ask."""

import datetime as dt
import random
from collections.abc import Callable

import structlog
import trio

from flowalert.feed.backoff import backoff
from flowalert.feed.issuer import Failed, Limited, Refused, issue_token, revoke_token
from flowalert.feed.refrain import Refrain
from flowalert.feed.setting import FeedSettings
from flowalert.feed.token_cache import Token, identify, load_token, remove_token, save_token

log = structlog.get_logger()


class TokenRefusedError(Exception):
    """The exchange refuses a key or a secret that never worked; only a person can mend that, so it ends the feed."""

    def __init__(self, refused: Refused, token_url: str) -> None:
        super().__init__(f"{token_url} refused: {refused.code} {refused.words}; {refused.remedy}")
        self.refused = refused


class TokenSource:
    """Hands out the token in force; a token changes by `get`, `discard` and `revoke` alone.

    A new token may end the one before it, so there is one source for a key, and one request at a time.
    """

    def __init__(
        self,
        settings: FeedSettings,
        *,
        now: Callable[[], dt.datetime],
        on_failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Hand out tokens; `on_failed` is told why, in words without a secret, whenever none is to be had yet."""
        self._settings = settings
        self._now = now
        self._on_failed = on_failed
        self._key = identify(settings.appkey, settings.endpoint.token_url)
        self._lock = trio.Lock()
        self._token: Token | None = None
        self._is_loaded = False
        self._worked = False
        self.issued = 0

    async def get(self) -> Token:
        """Return a token that is not due for renewal, waiting as long as it takes to have one.

        Raises TokenRefusedError where the key is refused and there was no token before: asking again is of no use. A
        key that worked is asked for again, as for any trouble: a service that ends has nobody who tells of it.
        """
        async with self._lock:
            if not self._is_loaded:
                self._token = await self._load()
                self._is_loaded = True
            if self._token is None or self._now() >= self._token.renew_at:
                self._token = await self._issue()
                await self._save(self._token)
            self._worked = True
            return self._token

    async def discard(self, token: Token) -> None:
        """Forget a token that the exchange seems to refuse, unless another has taken its place."""
        async with self._lock:
            if self._token == token:
                self._token = None

    async def revoke(self) -> str | None:
        """Have the token revoked and forget it, in the cache too; return why not, None if it was or there is none.

        A token that could not be revoked is kept: it is still in force.
        """
        async with self._lock:
            settings = self._settings
            token = self._token if self._is_loaded else await self._load()
            if token is None:
                return None
            url = settings.endpoint.token_url
            failed = await revoke_token(url, settings.appkey, settings.appsecret, token, settings.ssl_context)
            if failed is not None:
                return failed.words
            self._token, self._is_loaded = None, True
            if settings.token_cache is not None:
                await trio.to_thread.run_sync(remove_token, settings.token_cache)
            return None

    async def _issue(self) -> Token:
        settings = self._settings
        url = settings.endpoint.token_url
        attempt = 0
        refrain = Refrain()
        while True:
            answer = await issue_token(url, settings.appkey, settings.appsecret, self._now(), settings.ssl_context)
            if isinstance(answer, Token):
                self.issued += 1
                log.info("token issued", ends_at=answer.ends_at.isoformat(timespec="seconds"))
                return answer
            if isinstance(answer, Refused):
                if not self._worked:
                    raise TokenRefusedError(answer, url)
                answer = Failed(f"{answer.code} {answer.words}; {answer.remedy}")
            wait = self._wait_after(answer, attempt)
            attempt += 1
            self._on_failed(answer.words)
            times = refrain.find_due(answer.words, trio.current_time())
            say = log.debug if times is None else log.warning
            say("no token yet", url=url, reason=answer.words, again_in=round(wait, 1), times=times or 1)
            await trio.sleep(wait)

    def _wait_after(self, answer: Limited | Failed, attempt: int) -> float:
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        settings = self._settings
        if isinstance(answer, Limited):
            floor = max(settings.rate_limit_wait, answer.after or 0)
            return floor + backoff(attempt, jitter, first=1.0, cap=settings.retry_cap)
        return backoff(attempt, jitter, first=settings.retry_first, cap=settings.retry_cap)

    async def _load(self) -> Token | None:
        path = self._settings.token_cache
        if path is None:
            return None
        try:
            return await trio.to_thread.run_sync(load_token, path, self._key)
        except (ValueError, OSError) as error:
            log.warning("cached token not used", path=str(path), reason=str(error))
            return None

    async def _save(self, token: Token) -> None:
        path = self._settings.token_cache
        if path is None:
            return
        try:
            await trio.to_thread.run_sync(save_token, path, self._key, token)
        except OSError as error:
            log.warning("token not cached", path=str(path), reason=str(error))
