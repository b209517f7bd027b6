"""The settings file, from its text to what the service needs to know."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from flowalert.delivery import Channel, Inhibition
from flowalert.feed.recorder import RecordSettings
from flowalert.feed.setting import FeedSettings, find_endpoint
from flowalert.rules.complaint import list_complaints
from flowalert.rules.document import Document, Path as Steps, Table, to_plain
from flowalert.rules.interpolation import interpolate
from flowalert.rules.loader import Loaded
from flowalert.rules.place import Scalar
from flowalert.rules.problem import Level, Problem
from flowalert.settings.channel import read_channels
from flowalert.settings.file import find_files, load_rule_files, read_text
from flowalert.settings.model import (
    ChannelModel,
    EscalationModel,
    FeedModel,
    InhibitionModel,
    KeepModel,
    LogModel,
    RecordModel,
    SettingsModel,
    TokenModel,
    UserModel,
    WebModel,
)
from flowalert.settings.web import WebSettings, read_web
from flowalert.store import Keep

# Long enough for one attempt to connect again.
_TOLD_AFTER = 120.0


class SettingsRefused(Exception):  # noqa: N818 - what is refused is the file, and the program is right to
    """Raised for settings that cannot be used; `problems` has each with its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(each) for each in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the service needs to know, read and checked; the store's path is absolute."""

    feed: FeedSettings
    channels: Mapping[str, Channel]
    inhibitions: tuple[Inhibition, ...]
    loaded: Loaded
    rule_files: tuple[Path, ...]
    rule_patterns: tuple[str, ...]
    reload_on_change: bool
    store: Path
    keep: Keep
    record: RecordSettings | None
    web: WebSettings | None
    log: LogModel
    warnings: tuple[Problem, ...]


def read_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read a settings file and the rules that it names; raises SettingsRefused with every problem of them all.

    `${NAME}` in a value is the environment's NAME; `$${` is a literal `${`. Paths are relative to the file.
    """
    return _Reader(path, environ).read()


def read_feed_settings(path: Path, environ: Mapping[str, str]) -> FeedSettings:
    """Read what a settings file says of the feed, whatever its rules and channels are; raises SettingsRefused."""
    return _Reader(path, environ).read_feed()


def find_store(path: Path, environ: Mapping[str, str]) -> Path:
    """Return where a settings file has its store, whatever else is wrong with it; raises SettingsRefused."""
    return _Reader(path, environ).find_store()


class _Reader:
    """Reads one settings file; `problems` grows while it does."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path = path
        self._environ = environ
        # As it was given, so that a mistake is shown where a person would look.
        self._folder = path.parent
        self._problems: list[Problem] = []
        self._document = Document(str(path), "")

    def read(self) -> Settings:
        model = self._read_model()
        if model is None:
            raise SettingsRefused(tuple(self._problems))
        feed = self._read_feed(model.feed, model.store)
        read = read_channels(self._document, model.channels, model.inhibit)
        self._problems += read.problems
        rule_files = self._find_rules(model.rules)
        loaded = load_rule_files(rule_files, tuple(model.channels))
        self._problems += loaded.problems
        web = self._read_web(model.web)
        errors = [each for each in self._problems if each.level is Level.ERROR]
        if errors or feed is None:
            raise SettingsRefused(tuple(self._problems))
        store = (self._folder / model.store).resolve()
        record = self._read_record(model.record)
        return Settings(
            feed=feed,
            channels=read.channels,
            inhibitions=read.inhibitions,
            loaded=loaded,
            rule_files=rule_files,
            rule_patterns=tuple(model.rules),
            reload_on_change=model.reload_on_change,
            store=store,
            keep=self._read_keep(model.keep),
            record=record,
            web=web,
            log=model.log,
            warnings=tuple(self._problems),
        )

    def find_store(self) -> Path:
        self._read_document()
        tree = self._document.tree
        if not isinstance(tree, Table):
            raise SettingsRefused(tuple(self._problems))
        named = tree.values.get("store")
        store = named.text if isinstance(named, Scalar) else None
        return (self._folder / (store or SettingsModel.model_fields["store"].default)).resolve()

    def read_feed(self) -> FeedSettings:
        model = self._read_model()
        feed = None if model is None else self._read_feed(model.feed, model.store)
        if feed is None:
            raise SettingsRefused(tuple(self._problems))
        return feed

    def _read_model(self) -> SettingsModel | None:
        self._read_document()
        document = self._document
        if not isinstance(document.tree, Table):
            if not self._problems:
                self._complain((), "this is no settings file", "begin with feed:, as examples/flowalert.yaml does")
            return None
        plain = to_plain(document.tree)
        try:
            model = SettingsModel.model_validate(plain)
        except ValidationError as error:
            known = {
                "": _keys(SettingsModel),
                "feed": _keys(FeedModel),
                "keep": _keys(KeepModel),
                "log": _keys(LogModel),
                "record": _keys(RecordModel),
                "web": _keys(WebModel),
            }
            for name in _names(plain.get("channels")):
                known |= {f"channels.{name}": _keys(ChannelModel), f"channels.{name}.escalate": _keys(EscalationModel)}
            web = plain.get("web") if isinstance(plain.get("web"), dict) else {}
            known |= {f"web.users.{name}": _keys(UserModel) for name in _names(web.get("users"))}
            known |= {f"web.tokens.{name}": _keys(TokenModel) for name in _names(web.get("tokens"))}
            known |= {f"inhibit.{number}": _keys(InhibitionModel) for number in range(_count(plain.get("inhibit")))}
            self._problems += list_complaints(error, document, (), known, "settings file", may_be_secret=True)
            return None
        return None if document.problems else model

    def _read_document(self) -> None:
        text = read_text(self._path)
        if isinstance(text, Problem):
            self._problems.append(text)
            return
        self._document = Document(str(self._path), text)
        interpolate(self._document, self._environ)
        self._problems += self._document.problems

    def _complain(self, steps: Steps, what: str, instead: str = "", level: Level = Level.ERROR) -> None:
        self._problems.append(self._document.problem_of(steps, what, instead, level))

    def _read_feed(self, model: FeedModel, store: str) -> FeedSettings | None:
        appkey = self._read_secret(model, "appkey")
        appsecret = self._read_secret(model, "appsecret")
        context = self._read_certificate(model.ca_file)
        try:
            endpoint = find_endpoint(model.domain, model.token_url)
        except ValueError as error:
            self._complain(("feed", "domain"), str(error))
            return None
        if appkey is None or appsecret is None:
            return None
        return FeedSettings(
            endpoint=endpoint,
            appkey=appkey,
            appsecret=appsecret,
            token_cache=(self._folder / f"{store}.token").resolve(),
            silence_after=model.silence_after,
            tell_silence_after=self._read_patience(model),
            per_connection=model.per_connection,
            pace=model.pace,
            ssl_context=context,
        )

    def _read_patience(self, model: FeedModel) -> float:
        """Return after how long people are told that nothing comes: connecting again is tried before."""
        given = model.tell_silence_after
        if given is not None and 0 < given >= model.silence_after:
            return given
        if given is not None:
            what = f"tell_silence_after is {given:g} s, and silence_after {model.silence_after:g} s"
            self._complain(("feed", "tell_silence_after"), what, "write a longer time, or off")
        return max(_TOLD_AFTER, model.silence_after)

    def _read_secret(self, model: FeedModel, name: str) -> str | None:
        given: str | None = getattr(model, name)
        file: str | None = getattr(model, f"{name}_file")
        if (given is None) == (file is None):
            what = f"the feed has no {name}" if given is None else f"{name} and {name}_file stand side by side"
            self._complain(
                ("feed", f"{name}_file"), what, f"write {name}: ${{LS_{name.upper()}}} or {name}_file: and a path"
            )
            return None
        if file is not None:
            text = read_text(self._folder / file)
            if isinstance(text, Problem):
                # The name is not repeated: it is the secret itself where somebody mistook the one key for the other.
                self._complain(("feed", f"{name}_file"), text.what, text.instead)
                return None
            given = text.strip()
        if not given:
            self._complain(("feed", name if file is None else f"{name}_file"), f"the {name} is empty")
        return given

    def _read_certificate(self, file: str | None) -> ssl.SSLContext | None:
        if file is None:
            return None
        try:
            return ssl.create_default_context(cafile=self._folder / file)
        except OSError as error:  # those of TLS are
            self._complain(
                ("feed", "ca_file"), f"{file} holds no certificates: {error.strerror or error}", "name a PEM file"
            )
            return None

    def _read_record(self, model: RecordModel | None) -> RecordSettings | None:
        if model is None:
            return None
        if not (model.entries or model.frames):
            self._complain(("record",), "nothing is recorded", "set entries or frames to true", Level.WARNING)
        return RecordSettings((self._folder / model.folder).resolve(), model.entries, model.frames)

    def _read_keep(self, model: KeepModel) -> Keep:
        folder = None if model.export is None else (self._folder / model.export).resolve()
        return Keep(model.sessions, folder, timedelta(seconds=model.audit))

    def _read_web(self, model: WebModel | None) -> WebSettings | None:
        if model is None:
            return None
        web, problems = read_web(self._document, model, self._folder)
        self._problems += problems
        return web

    def _find_rules(self, patterns: list[str]) -> tuple[Path, ...]:
        found: dict[Path, None] = {}
        for number, pattern in enumerate(patterns):
            try:
                matches = find_files(self._folder, pattern)
            except (ValueError, OSError) as error:
                self._complain(("rules", number), f"{pattern[:100]!r} names no files: {error}", "write rules/*.yaml")
                continue
            if not matches:
                self._complain(("rules", number), f"no file matches {pattern}", "name files relative to this one")
            found.update(dict.fromkeys(matches))
        return tuple(found)


def _keys(model: type[BaseModel]) -> list[str]:
    return list(model.model_fields)


def _names(channels: Any) -> list[str]:
    return list(channels) if isinstance(channels, dict) else []


def _count(items: Any) -> int:
    return len(items) if isinstance(items, list) else 0
