"""What the settings file may hold, as pydantic models: the shape alone, what it means is the reader's to check."""

import os
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from flowalert.rules.model import Switch, Texts
from flowalert.settings.duration import Duration, Patience


def _check_path(path: str) -> str:
    try:
        is_right = "\0" not in path and bool(os.fsencode(path))
    except UnicodeEncodeError:
        is_right = False
    if not is_right:
        raise ValueError("write the path of a file")
    return path


_Path = Annotated[str, AfterValidator(_check_path)]


class _Strict(BaseModel):
    # A value that does not fit may be a secret: pydantic is not to repeat it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FeedModel(_Strict):
    """The exchange, and as whom to speak to it."""

    domain: str = "paper"
    token_url: str | None = None
    appkey: str | None = None
    appkey_file: _Path | None = None
    appsecret: str | None = None
    appsecret_file: _Path | None = None
    ca_file: _Path | None = None
    silence_after: Duration = 90.0
    tell_silence_after: Patience | None = None
    per_connection: int = Field(default=100, ge=1, le=1000)
    pace: float = Field(default=0.1, ge=0, le=10)


class EscalationModel(_Strict):
    """Whom to tell of what nobody has acknowledged, and when."""

    to: str
    after: Duration
    min_severity: str = "critical"


class ChannelModel(_Strict):
    """A named set of targets, with what it is told, when and how."""

    targets: Texts = Field(min_length=1, max_length=1_000)
    language: Literal["ko", "en"] = "ko"
    min_severity: str = "info"
    quiet_hours: Texts = []
    quiet_min_severity: str = "critical"
    group: Switch = True
    group_wait: Duration = 0.3
    group_interval: Duration = 1.0
    rate: str | None = None
    expires_after: Duration = 600.0
    fallback: str | None = None
    escalate: EscalationModel | None = None
    header: str | None = None
    footer: str | None = None
    line: str | None = None
    charts: Switch = False


class InhibitionModel(_Strict):
    """Alerts that are not told of while others fire."""

    source: str
    target: str
    equal: Texts = []


class RecordModel(_Strict):
    """What the service records, in files of a folder, one a day."""

    folder: _Path = "recordings"
    entries: bool = True
    frames: bool = False


class KeepModel(_Strict):
    """How much of the past the store keeps."""

    sessions: int = Field(default=20, ge=1, le=10_000)
    export: str | None = None
    audit: Duration = 365 * 86_400.0


class UserModel(_Strict):
    """Somebody who may log in."""

    password: str
    role: str = "viewer"


class TokenModel(_Strict):
    """A program that may ask."""

    digest: str
    role: str = "viewer"


class WebModel(_Strict):
    """The pages, and who may see them."""

    listen: str = "127.0.0.1:8787"
    hosts: Texts = []
    users: dict[str, UserModel] = {}
    tokens: dict[str, TokenModel] = {}
    certificate: _Path | None = None
    key: _Path | None = None
    write_rules: Switch = False
    language: Literal["ko", "en"] = "ko"


class LogModel(_Strict):
    """How the service says what it does."""

    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class SettingsModel(_Strict):
    """The whole file."""

    feed: FeedModel
    channels: dict[str, ChannelModel] = {}
    inhibit: list[InhibitionModel] = Field(default=[], max_length=1_000)
    rules: Texts = ["rules/*.yaml"]
    reload_on_change: Switch = False
    store: _Path = "flowalert.db"
    keep: KeepModel = KeepModel()
    record: RecordModel | None = None
    web: WebModel | None = None
    log: LogModel = LogModel()
