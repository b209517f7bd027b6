"""The rules: each in words, with what it did today; and the editor in which they are checked, tried and saved."""

from flowalert.web.room.rules import catalogue, editor, near, reloading, rule, saving
from flowalert.web.route import AnyDeed, AnyView

# Nothing but rules stands below /rules: one may have any name.
VIEWS: tuple[AnyView, ...] = (*catalogue.VIEWS, *editor.VIEWS, *rule.VIEWS, *near.VIEWS)
DEEDS: tuple[AnyDeed, ...] = (*editor.DEEDS, *saving.DEEDS, *reloading.DEEDS)
