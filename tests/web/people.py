"""Who may log in to the pages of a test, and with what."""

import hashlib

import argon2

from flowalert.settings import Address, Role, Token, User, WebSettings

PASSWORD = "correct horse battery"
# As cheap as can be: what a hash costs is no matter here.
_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TOKENS = {Role.VIEWER: "viewer-token", Role.OPERATOR: "operator-token"}
USERS = tuple(User(role.value, _HASHER.hash(PASSWORD), role) for role in Role)


def make_web(**given: object) -> WebSettings:
    """Return settings with a user and a token of each role."""
    tokens = tuple(
        Token(f"{role.value}-program", f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}", role)
        for role, secret in TOKENS.items()
    )
    return WebSettings(address=Address("127.0.0.1", 0), users=USERS, tokens=tokens, **given)  # type: ignore[arg-type] # as the test says


def bearer(role: Role) -> dict[str, str]:
    """Return the header of a program."""
    return {"authorization": f"Bearer {TOKENS[role]}"}
