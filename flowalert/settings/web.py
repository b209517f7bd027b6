"""The pages: where they are served, to whom, and what may be done there."""

import ipaddress
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import argon2

from flowalert.language.tongue import Tongue
from flowalert.market.name import suggest
from flowalert.rules.document import Document
from flowalert.rules.page import Path as Steps
from flowalert.rules.problem import Level, Problem
from flowalert.settings.model import WebModel
from flowalert.settings.role import Role

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; `host` is an IP address."""

    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.host).is_loopback

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class User:
    """Who may log in. `password` is a hash by argon2."""

    name: str
    password: str = field(repr=False)
    role: Role


@dataclass(frozen=True, slots=True)
class Token:
    """A program that may ask. `digest` is `sha256:` and the hexadecimal digest of its secret."""

    name: str
    digest: str = field(repr=False)
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How the pages are served. Without any user and token whoever reaches the address is an operator.

    `hosts` are the names, besides the address itself, under which a browser may ask for them.
    """

    address: Address
    hosts: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    tokens: tuple[Token, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    writes_rules: bool = False
    language: Tongue = Tongue.KOREAN

    @property
    def asks_who(self) -> bool:
        """Whether one has to say who one is."""
        return bool(self.users or self.tokens)


def parse_address(text: str) -> Address:
    """Read `127.0.0.1:8787`, `[::1]:8787` or `localhost:8787`; raises ValueError that says what is wrong.

    What was read is not repeated: here and below it may be a secret in the wrong place.
    """
    host, colon, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not re.fullmatch("[0-9]{1,5}", port, re.ASCII) or int(port) > 65_535:
        raise ValueError("this is no address and port")
    host = "127.0.0.1" if host == "localhost" else host
    try:
        return Address(str(ipaddress.ip_address(host)), int(port))
    except ValueError:
        raise ValueError("what stands before the port is no IP address") from None


def read_web(document: Document, model: WebModel, folder: Path) -> tuple[WebSettings | None, tuple[Problem, ...]]:
    """Read how the pages are served; None where that cannot be known. Each problem has its place."""
    reader = _Reader(document, folder, [])
    return reader.read(model), tuple(reader.problems)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the part `web`; `problems` grows while it does."""

    document: Document
    folder: Path
    problems: list[Problem]

    def complain(self, steps: Steps, what: str, instead: str = "", level: Level = Level.ERROR) -> None:
        self.problems.append(self.document.problem_of(("web", *steps), what, instead, level))

    def read(self, model: WebModel) -> WebSettings | None:
        try:
            address = parse_address(model.listen)
        except ValueError as error:
            self.complain(("listen",), str(error), "write 127.0.0.1:8787")
            return None
        users = tuple(self._read_users(model))
        tokens = tuple(self._read_tokens(model))
        if not address.is_local and not (model.users or model.tokens):
            what = f"{address} can be reached from other machines, and nobody has to say who they are"
            self.complain(("listen",), what, "write users: with a password, or listen on 127.0.0.1")
        self._check_hosts(model)
        certificate, key = self._read_certificate(model)
        if not address.is_local and certificate is None:
            what = f"passwords to {address} go over the network as they are typed"
            self.complain(
                ("listen",), what, "write certificate: and key:, or put a proxy with TLS in front", Level.WARNING
            )
        return WebSettings(
            address=address,
            hosts=tuple(host.lower() for host in model.hosts),
            users=users,
            tokens=tokens,
            certificate=certificate,
            key=key,
            writes_rules=model.write_rules,
            language=Tongue(model.language),
        )

    def _read_users(self, model: WebModel) -> Iterator[User]:
        for name, user in model.users.items():
            steps = ("users", name, "password")
            try:
                argon2.extract_parameters(user.password)
            except argon2.exceptions.InvalidHashError:
                # The text itself may be a password: it is not repeated.
                self.complain(steps, "this is no hash of a password", "write what flowalert password prints")
                continue
            role = self._find_role(("users", name, "role"), user.role)
            yield User(name, user.password, role)

    def _read_tokens(self, model: WebModel) -> Iterator[Token]:
        seen: dict[str, str] = {}
        for name, token in model.tokens.items():
            steps = ("tokens", name, "digest")
            if not _DIGEST.fullmatch(token.digest):
                self.complain(steps, "this is no digest of a token", "write what flowalert web-token prints")
                continue
            if token.digest in seen:
                self.complain(steps, f"this is the token {seen[token.digest]} too", "make another one")
            seen[token.digest] = name
            yield Token(name, token.digest, self._find_role(("tokens", name, "role"), token.role))

    def _find_role(self, steps: Steps, name: str) -> Role:
        roles = {role.value: role for role in Role}
        if name not in roles:
            near = suggest(name, roles)
            instead = f"did you mean {near}?" if near else f"write {' or '.join(roles)}"
            self.complain(steps, "there is no such role", instead)
        return roles.get(name, Role.VIEWER)

    def _check_hosts(self, model: WebModel) -> None:
        if model.hosts and not (model.users or model.tokens):
            what = "others are to reach these pages by a name, and nobody has to say who they are"
            self.complain(("hosts",), what, "write users: with a password, or take hosts: out")
        for number, host in enumerate(model.hosts):
            if not _HOST.fullmatch(host.lower()):
                self.complain(("hosts", number), "this is no name of a host", "write it without https:// and port")

    def _read_certificate(self, model: WebModel) -> tuple[Path | None, Path | None]:
        given: Mapping[str, str | None] = {"certificate": model.certificate, "key": model.key}
        missing = [name for name, file in given.items() if file is None]
        if len(missing) == 1:
            self.complain((), f"there is no {missing[0]}", "certificate: and key: belong together")
        paths = {name: None if file is None else (self.folder / file).resolve() for name, file in given.items()}
        for name, path in paths.items():
            if path is not None and not path.is_file():
                self.complain((name,), "there is no such file", "name a PEM file, relative to this one")
        certificate, key = paths["certificate"], paths["key"]
        if certificate is not None and key is not None and certificate.is_file() and key.is_file():
            self._try_certificate(certificate, key)
        return certificate, key

    def _try_certificate(self, certificate: Path, key: Path) -> None:
        """Complain of files that no server could begin TLS with."""
        try:
            # A key with a password would have it asked for at the terminal, or for ever.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
        except ssl.SSLError as error:
            words = (error.reason or "unreadable").replace("_", " ").lower()
            what = f"these files are no certificate with its key: {words}"
            self.complain(("certificate",), what, "name PEM files that belong together, the key without a password")
        except OSError as error:
            what = f"the certificate or its key cannot be read: {error.strerror}"
            self.complain(("certificate",), what, "let the service's user read both")
