"""A house whose routes are known, with deeds of the tests' own among them."""

import hashlib
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from msgspec import Struct
from starlette.routing import Mount, Route

from flowalert.engine.matcher import parse_matcher
from flowalert.settings import Role
from flowalert.web import app
from flowalert.web.access.actor import Actor
from flowalert.web.route import AnyDeed, Deed, NoQuestion
from flowalert.web.routes import DEEDS
from flowalert.web.site import Site
from tests.web.house import House, open_house
from tests.web.people import PASSWORD, make_web

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class Probe(Struct, frozen=True, forbid_unknown_fields=True):
    """What a deed of the test's own asks."""

    reason: str


async def hush(site: Site, actor: Actor, asked: Probe) -> dict[str, str]:
    now = site.now()
    silence = await site.clerk.add_silence(
        parse_matcher("sector=kospi"), starts_at=now, ends_at=None, by=actor.name, reason=asked.reason, now=now
    )
    return {"id": str(silence.id)}


async def preview(_: Site, __: Actor, ___: NoQuestion) -> dict[str, str]:
    return {}


# Of each kind one is there, whatever rooms there are: a walk that is let in by one of them is seen.
PROBES: tuple[AnyDeed, ...] = (
    Deed(name="probe", path="/probe/{reason}", summary="", question=Probe, answer=dict, do=hush),
    Deed(
        name="preview probe",
        path="/preview-probe",
        summary="",
        question=NoQuestion,
        answer=dict,
        do=preview,
        role=Role.VIEWER,
    ),
)


@dataclass
class Walk:
    """A house whose routes are known."""

    house: House
    site: Site

    @property
    def routes(self) -> Iterator[tuple[str, str]]:
        """Every path with every method that a route is made for."""
        for route in app.make_routes(self.site).routes:
            assert isinstance(route, Route | Mount), "a route of a kind that nobody walks"
            if isinstance(route, Route):
                for method in route.methods or METHODS:
                    yield route.path, method
            else:
                yield route.path, "GET"

    def digest(self) -> str:
        """Return what is another once anything in the store or in a rule file is."""
        found = hashlib.sha256()
        with closing(sqlite3.connect(f"file:{self.house.folder / 'flowalert.db'}?mode=ro", uri=True)) as store:
            for line in store.iterdump():
                found.update(line.encode())
        for file in sorted((self.house.folder / "rules").rglob("*")):
            found.update(f"{file} {file.read_bytes().hex()}".encode())
        return found.hexdigest()

    async def ask(self, method: str, path: str, **given: object) -> httpx2.Response:
        return await self.house.client.request(method, fill(path), **given)  # type: ignore[arg-type] # as the test says

    async def log_in(self, role: Role, **given: object) -> httpx2.Response:
        fields = {"name": role.value, "password": PASSWORD}
        return await self.house.client.post("/login", data=fields, **given)  # type: ignore[arg-type] # as the test says


@asynccontextmanager
async def walk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Walk]:
    """Open a house in which everybody has to say who they are, with the probes among its deeds."""
    sites: list[Site] = []

    def make_known(site: Site) -> object:
        sites.append(site)
        return app.make_app(site)

    monkeypatch.setattr(app, "DEEDS", (*DEEDS, *PROBES))
    monkeypatch.setattr("flowalert.web.server.make_app", make_known)
    async with open_house(folder, web=make_web(), writes_rules=True) as house:
        yield Walk(house, sites[0])


def fill(path: str) -> str:
    """Return a path with something in the place of each parameter."""
    return re.sub(r"\{[^}]*\}", "1", path)
