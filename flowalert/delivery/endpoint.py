"""Where a target's messages go, as far as its plugin says it, and without anything secret."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

# Where Apprise's plugins keep the address of their service, the likelier first.
_ADDRESSES = ("webhook_url", "notify_url", "notify_me_url", "api_url", "auth_url")
_SERVER = re.compile(r"(https?)://([A-Za-z0-9.-]+)(?::(\d+))?(?=[/?]|$)")
_SECURE_PORT, _PLAIN_PORT = 443, 80


class Endpoint(Struct, frozen=True):
    """A server that takes messages."""

    host: str
    port: int
    is_secure: bool


def find_endpoint(plugin: "NotifyBase") -> Endpoint | None:
    """Return the server that a plugin sends to; None where it does not say, or where that could be a secret.

    A plugin's own host counts only where each form of its URL has one: elsewhere a token can stand in its place.
    """
    mail = getattr(plugin, "smtp_host", None)
    if isinstance(mail, str) and mail:
        return Endpoint(mail, int(plugin.port or 25), is_secure=False)
    forms: tuple[str, ...] = plugin.templates
    if plugin.host and all("{host}" in form for form in forms):
        port = plugin.port or (_SECURE_PORT if plugin.secure else _PLAIN_PORT)
        return Endpoint(str(plugin.host), int(port), is_secure=bool(plugin.secure))
    for name in _ADDRESSES:
        # Of the class: that of an instance can have a token within.
        address = getattr(type(plugin), name, None)
        found = _SERVER.match(address) if isinstance(address, str) else None
        if found is not None:
            is_secure = found[1] == "https"
            port = found[3] or (_SECURE_PORT if is_secure else _PLAIN_PORT)
            return Endpoint(found[2], int(port), is_secure=is_secure)
    return None
