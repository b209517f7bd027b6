"""Whether there is a token, and whether the key gets one."""

import datetime as dt

from flowalert.checkup.finding import Finding, fail, warn, well
from flowalert.feed.issuer import Failed, Limited, Refused, issue_token
from flowalert.feed.setting import FeedSettings
from flowalert.feed.token_cache import identify, load_token, save_token
from flowalert.market.instant import KST

_ABOUT = "token"


def check_cached_token(settings: FeedSettings, now: dt.datetime) -> Finding:
    """Say whether one is cached and good; the exchange is not asked, since a new one may end the one in use."""
    ask = "flowalert doctor --token asks for one; it may end the one that a running service uses, which gets another"
    path = settings.token_cache
    try:
        token = None if path is None else load_token(path, identify(settings.appkey, settings.endpoint.token_url))
    except (ValueError, OSError) as error:
        return warn(_ABOUT, f"the one in {path} is not used: {error}", f"remove the file; {ask}")
    if token is None or token.ends_at <= now:
        return warn(_ABOUT, f"{'none is cached' if token is None else 'the cached one has ended'}: not tried", ask)
    return well(_ABOUT, f"cached, good until {token.ends_at.astimezone(KST):%Y-%m-%d %H:%M:%S} in Seoul")


async def check_new_token(settings: FeedSettings, now: dt.datetime) -> Finding:
    """Ask for a new one, and keep it for the next start."""
    url = settings.endpoint.token_url
    answer = await issue_token(url, settings.appkey, settings.appsecret, now, settings.ssl_context)
    if isinstance(answer, Refused):
        return fail(_ABOUT, f"the key is refused: {answer.code} {answer.words}", answer.remedy)
    if isinstance(answer, Limited):
        return warn(_ABOUT, f"asked too often: {answer.words}", "wait a minute, then look again")
    if isinstance(answer, Failed):
        return fail(_ABOUT, f"none was issued: {answer.words}", "look at the token's server above, and try again later")
    if settings.token_cache is not None:
        try:
            save_token(settings.token_cache, identify(settings.appkey, url), answer)
        except OSError as error:
            return warn(_ABOUT, f"issued, but not kept: {error.strerror}", "let the service's user write to the folder")
    return well(_ABOUT, f"issued, good until {answer.ends_at.astimezone(KST):%Y-%m-%d %H:%M:%S} in Seoul")
