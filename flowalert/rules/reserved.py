"""The names that no rule may have: they are those of alerts that are built in."""

FEED_SILENT = "feed-silent"
RESERVED = frozenset({FEED_SILENT})
