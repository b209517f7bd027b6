"""The settings file, read whole: where the exchange is, whom to tell, which rules, where to keep things."""

from flowalert.settings.file import list_files, load_rule_files, read_text
from flowalert.settings.model import SettingsModel
from flowalert.settings.reader import Settings, SettingsRefused, find_store, read_feed_settings, read_settings
from flowalert.settings.role import Role
from flowalert.settings.web import Address, Token, User, WebSettings, parse_address

__all__ = [
    "Address",
    "Role",
    "Settings",
    "SettingsModel",
    "SettingsRefused",
    "Token",
    "User",
    "WebSettings",
    "find_store",
    "list_files",
    "load_rule_files",
    "parse_address",
    "read_feed_settings",
    "read_settings",
    "read_text",
]
