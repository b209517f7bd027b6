"""The pages that every page leads to."""

from typing import NamedTuple


class Link(NamedTuple):
    """A page by its view's name, with its path, its title in both languages, and the views that belong to it."""

    view: str
    path: str
    korean: str
    english: str
    parts: tuple[str, ...] = ()


_OF_THE_EDITOR = ("check", "try", "preview", "save", "reload")
NAVIGATION = (
    Link("today", "/", "오늘", "Today"),
    Link("alerts", "/alerts", "경보", "Alerts", ("alert",)),
    Link("rules", "/rules", "규칙", "Rules", ("rule", "near misses", "editor", "try box", *_OF_THE_EDITOR)),
    Link("deliveries", "/deliveries", "발송", "Deliveries"),
    Link("silences", "/silences", "무음", "Silences"),
    Link("audit", "/audit", "기록", "Audit"),
)
