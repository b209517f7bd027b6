"""What a rule file may hold, as pydantic models: the shape alone, names and conditions are the loader's to check."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _read_switch(value: Any) -> Any:
    # YAML 1.2 has these two words for a truth; yes, on and 1 are texts.
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _read_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Switch = Annotated[bool, BeforeValidator(_read_switch), Field(strict=True)]
Texts = Annotated[list[str], BeforeValidator(_read_list)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleDefaults(_Strict):
    """What every rule of a file has unless it says otherwise."""

    venue: str = "krx"
    sectors: Texts | None = None
    investors: Texts | None = None
    mode: str | None = None
    for_: str | None = Field(default=None, alias="for")
    cooldown: str | None = None
    severity: str = "warning"
    notify: Texts = []
    title: str | None = None
    message: str | None = None
    labels: dict[str, str] = {}
    enabled: Switch = True


class RuleModel(RuleDefaults):
    """One rule as it is written."""

    name: str
    summary: str = ""
    when: str


class RuleFile(_Strict):
    """One file. Rules stay as they are here: each is validated by itself, so that one bad rule hides no other."""

    defaults: RuleDefaults = RuleDefaults()
    rules: list[Any]
