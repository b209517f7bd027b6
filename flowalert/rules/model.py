"""What a rule file may hold, as pydantic models: the shape alone, names and conditions are the reader's to check."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag


def _read_switch(value: Any) -> Any:
    # YAML 1.2 has these two words for a truth; yes, on and 1 are texts.
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _read_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Switch = Annotated[bool, BeforeValidator(_read_switch, json_schema_input_type=bool), Field(strict=True)]
Texts = Annotated[list[str], BeforeValidator(_read_list, json_schema_input_type=str | list[str])]


class Strict(BaseModel):
    """A table with the keys that are known, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ActiveModel(Strict):
    """When a rule may fire: at times that lie in all of what is given."""

    hours: Texts | None = None
    phases: Texts | None = None
    weekdays: Texts | None = None
    holidays: Switch = True


def _tag_active(value: Any) -> str:
    return "a table" if isinstance(value, dict | ActiveModel) else "times"


# The short form is stretches of the day and phases beside each other. Told apart before they are read, so that what is
# wrong is said of the one that is meant.
ActiveTimes = Annotated[
    Annotated[Texts, Tag("times")] | Annotated[ActiveModel, Tag("a table")], Discriminator(_tag_active)
]


class RuleDefaults(Strict):
    """What every rule of a file has unless it says otherwise."""

    venue: str = "krx"
    sectors: Texts | None = None
    investors: Texts | None = None
    mode: str | None = None
    for_: str | None = Field(default=None, alias="for")
    resolve_when: str | None = None
    keep_firing_for: str | None = None
    cooldown: str | None = None
    repeat: str | None = None
    severity: str = "warning"
    levels: dict[str, str] = {}
    active: ActiveTimes | None = None
    expires: str | None = None
    limit: str | None = None
    labels: dict[str, str] = {}
    notify: Texts = []
    title: str | None = None
    message: str | None = None
    enabled: Switch = True


class RuleModel(RuleDefaults):
    """One rule as it is written, its `params` aside: they are used up before it is read."""

    name: str
    summary: str = ""
    when: str


class RuleFile(Strict):
    """One file. Rules stay as they are here: each is validated by itself, so that one bad rule hides no other."""

    defaults: RuleDefaults = RuleDefaults()
    rules: list[Any]
