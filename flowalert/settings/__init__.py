"""The settings file, read whole: where the exchange is, whom to tell, which rules, where to keep things."""

from flowalert.settings.file import list_files, load_rule_files, read_text
from flowalert.settings.model import SettingsModel
from flowalert.settings.reader import Settings, SettingsRefused, find_store, read_feed_settings, read_settings

__all__ = [
    "Settings",
    "SettingsModel",
    "SettingsRefused",
    "find_store",
    "list_files",
    "load_rule_files",
    "read_feed_settings",
    "read_settings",
    "read_text",
]
