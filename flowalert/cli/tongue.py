"""The language of a terminal."""

from collections.abc import Mapping

from flowalert.language.tongue import Tongue

# The environment's own order: the first that is set decides.
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


def find_tongue(environ: Mapping[str, str]) -> Tongue:
    """Return Korean where the environment's locale is, English otherwise."""
    locale = next((environ[name] for name in _LOCALES if environ.get(name)), "")
    return Tongue.KOREAN if locale.startswith("ko") else Tongue.ENGLISH
