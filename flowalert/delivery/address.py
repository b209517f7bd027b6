"""From an Apprise URL to a target, or to the words that say what is wrong with it."""

import hashlib
import logging
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from flowalert.delivery.attachment import Manner, find_manner
from flowalert.delivery.target import Target
from flowalert.engine.notice import Address
from flowalert.market.name import suggest

if TYPE_CHECKING:
    from apprise import Apprise
    from apprise.plugins.base import NotifyBase

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,29})://", re.IGNORECASE)
# Their host is a place of the user's own; elsewhere what stands in a host's place can be a token (`slack://A/B/C`).
_SHOWN_HOSTS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})


class TargetProblem(Struct, frozen=True):
    """Why a URL is no target: what was found and what to write instead, without any secret of the URL."""

    text: str


def parse_target(url: str) -> Target | TargetProblem:
    """Return the target of an Apprise URL.

    The first call imports Apprise with all its plugins, half a second: call it in a thread where a loop is running.
    """
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - apprise takes half a second to import

    _quiet_apprise()
    url = url.strip()
    asset = AppriseAsset(app_id="flowalert", async_mode=False, service_timeout=0, storage_mode="memory")
    plugin = Apprise.instantiate(url, asset=asset)
    if plugin is None:
        return TargetProblem(_explain(url))
    # Apprise's own retries ignore Retry-After, repeat a refused message, and are not on disk. They also count
    # in its `len`, which otherwise is the number of destinations.
    plugin.retry = 0
    if len(plugin) > 1:
        return TargetProblem(
            f"a {plugin.service_name} URL with {len(plugin)} destinations: a retry for one of them would tell the "
            "others twice; write one URL for each"
        )
    address = Address(hashlib.blake2b(url.encode(), digest_size=8).hexdigest(), _label(url, plugin))
    return Target(address, _wrap(plugin), easel=_make_easel(url, address, plugin))


def _wrap(plugin: "NotifyBase") -> "Apprise":
    from apprise import Apprise  # noqa: PLC0415 - apprise takes half a second to import

    apprise = Apprise(asset=plugin.asset)
    apprise.add(plugin)
    return apprise


def _make_easel(url: str, address: Address, plugin: "NotifyBase") -> Target | None:
    """Return a target of the same URL for pictures that follow their texts, None where it takes none.

    It has a plugin of its own: with that of the texts, one would wait behind a picture, for as long as that hangs and
    for the plugin's throttle of up to 5.5 s. What text a picture has is but its caption, and in one post with it.
    """
    from apprise import Apprise  # noqa: PLC0415 - apprise takes half a second to import

    if find_manner(plugin) is Manner.NEVER:
        return None
    another = Apprise.instantiate(url, asset=plugin.asset)
    if another is None:
        return None
    another.retry = 0
    return Target(address, _wrap(another), manner=Manner.BEHIND)


def _quiet_apprise() -> None:
    """Keep Apprise's log lines, which hold tokens, for `answer` alone: a send collects its own."""
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.DEBUG)
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    # At debug it writes down the path of each request, and Telegram's has the bot's token in it.
    logging.getLogger("urllib3").setLevel(logging.INFO)


def _label(url: str, plugin: "NotifyBase") -> str:
    written = _SCHEME.match(url)
    scheme = written.group(1).lower() if written else ""
    if scheme in _SHOWN_HOSTS and plugin.host:
        port = f":{plugin.port}" if plugin.port else ""
        return f"{scheme} {plugin.host}{port}"
    # An `https://hooks.slack.com/...` that a service gave out is known by the service's name.
    return scheme if scheme not in {"http", "https", ""} else str(plugin.service_name).lower()


def _explain(url: str) -> str:
    from apprise import NotificationManager  # noqa: PLC0415 - apprise takes half a second to import

    plugins: Any = NotificationManager()  # type: ignore[no-untyped-call] # apprise has no annotation here
    written = _SCHEME.match(url)
    if written is None:
        # Not even a part of it is shown: a token pasted without its scheme is a secret too.
        return "not an Apprise URL: it starts with no `scheme://`; write one like `slack://TokenA/TokenB/TokenC`"
    scheme = written.group(1).lower()
    if scheme not in plugins:
        near = suggest(scheme, plugins.schemas())
        hint = f"did you mean `{near}://`?" if near else "the schemes are listed at https://appriseit.com/services/"
        return f"`{scheme}://` is no scheme that Apprise knows; {hint}"
    plugin = plugins[scheme]
    if not plugin.enabled:
        missing = _missing_packages(plugin.requirements)
        if missing:
            command = f"pip install {shlex.join(missing)}"
            return f"`{scheme}://` needs a Python package that is missing beside flowalert; install it: {command}"
        return f"`{scheme}://` does not work on this system; use another target"
    forms = " or ".join(f"`{form.replace('{schema}', scheme)}`" for form in plugin.templates[:2])
    return f"a `{scheme}://` URL with parts that are missing or malformed; expected {forms}, see {plugin.setup_url}"


def _missing_packages(requirements: Mapping[str, object]) -> list[str]:
    """Return what a plugin says that it needs, each as pip reads it: it says one as text, or several."""
    needed = requirements.get("packages_required") or ()
    each = [needed] if isinstance(needed, str) else needed if isinstance(needed, Iterable) else []
    return ["".join(str(package).split()) for package in each]
