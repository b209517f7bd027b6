"""The settings file, read whole: where the exchange is, whom to tell, which rules, where to keep things."""

import math
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from flowalert.delivery import Channel, TargetProblem, parse_target
from flowalert.delivery.target import Target
from flowalert.feed.recorder import RecordSettings
from flowalert.feed.setting import FeedSettings, find_endpoint
from flowalert.language.literal import parse_span
from flowalert.language.meaning import Sort
from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from flowalert.rules.complaint import list_complaints
from flowalert.rules.document import Document, Path as Steps, Table, to_plain
from flowalert.rules.interpolation import interpolate
from flowalert.rules.loader import Loaded, load_rules
from flowalert.rules.model import Texts
from flowalert.rules.problem import Level, Problem

# Long enough for one attempt to connect again.
_TOLD_AFTER = 120.0
_DURATION_WANTED = "write a duration, like 90s or 2m"


class SettingsRefused(Exception):  # noqa: N818 - what is refused is the file, and the program is right to
    """Raised for settings that cannot be used; `problems` has each with its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(each) for each in problems))
        self.problems = problems


def _read_duration(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        span = parse_span(value)
    except Mistake as mistake:
        raise ValueError(mistake.instead) from None
    if span.meaning.sort is not Sort.DURATION:
        raise ValueError(_DURATION_WANTED)
    return float(span.value)


def _read_patience(value: Any) -> Any:
    return math.inf if value == "off" else _read_duration(value)


Duration = Annotated[float, BeforeValidator(_read_duration, json_schema_input_type=str | float)]
Patience = Annotated[float, BeforeValidator(_read_patience, json_schema_input_type=str | float)]


class _Strict(BaseModel):
    # A value that does not fit may be a secret: pydantic is not to repeat it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FeedModel(_Strict):
    """The exchange, and as whom to speak to it."""

    domain: str = "paper"
    token_url: str | None = None
    appkey: str | None = None
    appkey_file: str | None = None
    appsecret: str | None = None
    appsecret_file: str | None = None
    ca_file: str | None = None
    silence_after: Duration = 90.0
    tell_silence_after: Patience | None = None
    per_connection: int = Field(default=100, ge=1, le=1000)
    pace: float = Field(default=0.1, ge=0, le=10)


class ChannelModel(_Strict):
    """A named set of targets."""

    targets: Texts = Field(min_length=1)
    language: Literal["ko", "en"] = "ko"


class RecordModel(_Strict):
    """What the service records, in files of a folder, one a day."""

    folder: str = "recordings"
    entries: bool = True
    frames: bool = False


class LogModel(_Strict):
    """How the service says what it does."""

    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class SettingsModel(_Strict):
    """The whole file."""

    feed: FeedModel
    channels: dict[str, ChannelModel] = {}
    rules: Texts = ["rules/*.yaml"]
    store: str = "flowalert.db"
    record: RecordModel | None = None
    log: LogModel = LogModel()


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the service needs to know, read and checked; the store's path is absolute."""

    feed: FeedSettings
    channels: Mapping[str, Channel]
    loaded: Loaded
    rule_files: tuple[Path, ...]
    store: Path
    record: RecordSettings | None
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


def read_text(path: Path) -> str | Problem:
    """Return a file's text, or what keeps it from being read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Problem(str(path), line, 1, "this is no UTF-8 text", "save the file as UTF-8")
    except OSError as error:
        return Problem(str(path), 1, 1, f"the file cannot be read: {error.strerror}", "look at its name and its rights")


def load_rule_files(files: tuple[Path, ...], channels: tuple[str, ...] | None) -> Loaded:
    """Load rule files from disk, each named as it was given."""
    texts: list[tuple[str, str]] = []
    unread: list[Problem] = []
    for file in files:
        text = read_text(file)
        if isinstance(text, Problem):
            unread.append(text)
        else:
            texts.append((str(file), text))
    loaded = load_rules(texts, channels)
    return Loaded(loaded.rulebook, (*unread, *loaded.problems))


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
        channels = dict(self._read_channels(model.channels))
        rule_files = self._find_rules(model.rules)
        loaded = load_rule_files(rule_files, tuple(model.channels))
        self._problems += loaded.problems
        errors = [each for each in self._problems if each.level is Level.ERROR]
        if errors or feed is None:
            raise SettingsRefused(tuple(self._problems))
        store = (self._folder / model.store).resolve()
        record = self._read_record(model.record)
        return Settings(feed, channels, loaded, rule_files, store, record, model.log, tuple(self._problems))

    def read_feed(self) -> FeedSettings:
        model = self._read_model()
        feed = None if model is None else self._read_feed(model.feed, model.store)
        if feed is None:
            raise SettingsRefused(tuple(self._problems))
        return feed

    def _read_model(self) -> SettingsModel | None:
        text = read_text(self._path)
        if isinstance(text, Problem):
            self._problems.append(text)
            return None
        self._document = document = Document(str(self._path), text)
        interpolate(document, self._environ)
        self._problems += document.problems
        if not isinstance(document.tree, Table):
            if not document.problems:
                self._complain((), "this is no settings file", "begin with feed:, as examples/flowalert.yaml does")
            return None
        plain = to_plain(document.tree)
        if "web" in plain:
            del plain["web"]
            self._complain(("web",), "this version has no web pages", "the key is ignored", Level.WARNING)
        try:
            model = SettingsModel.model_validate(plain)
        except ValidationError as error:
            known = {
                "": _keys(SettingsModel),
                "feed": _keys(FeedModel),
                "log": _keys(LogModel),
                "record": _keys(RecordModel),
            }
            known |= {f"channels.{name}": _keys(ChannelModel) for name in _names(plain.get("channels"))}
            self._problems += list_complaints(error, document, (), known, "settings file")
            return None
        return None if document.problems else model

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
                self._complain(("feed", f"{name}_file"), f"{file}: {text.what}", text.instead)
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
        except (OSError, ssl.SSLError) as error:
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

    def _read_channels(self, models: Mapping[str, ChannelModel]) -> Iterator[tuple[str, Channel]]:
        if not models:
            self._complain((), "no channels", "alerts will stand in the log alone", Level.WARNING)
        for name, model in models.items():
            targets: dict[str, Target] = {}
            for number, url in enumerate(model.targets):
                steps = ("channels", name, "targets", number)
                target = parse_target(url)
                if isinstance(target, TargetProblem):
                    self._complain(steps, target.text)
                elif target.address.key in targets:
                    self._complain(steps, "the same target stands in this channel twice", "take one out")
                else:
                    targets[target.address.key] = target
            yield name, Channel(name, tuple(targets.values()), Tongue(model.language))

    def _find_rules(self, patterns: list[str]) -> tuple[Path, ...]:
        found: dict[Path, None] = {}
        for number, pattern in enumerate(patterns):
            matches = sorted(self._glob(pattern))
            if not matches:
                self._complain(("rules", number), f"no file matches {pattern}", "name files relative to this one")
            found.update(dict.fromkeys(matches))
        return tuple(found)

    def _glob(self, pattern: str) -> Iterator[Path]:
        base = Path(pattern)
        if base.is_absolute():
            return (each for each in Path(base.anchor).glob(str(base.relative_to(base.anchor))) if each.is_file())
        if (self._folder / base).is_dir():
            return iter((self._folder / base).glob("*.yaml"))
        return (each for each in self._folder.glob(pattern) if each.is_file())


def _keys(model: type[BaseModel]) -> list[str]:
    return list(model.model_fields)


def _names(channels: Any) -> list[str]:
    return list(channels) if isinstance(channels, dict) else []
