"""Slack's mrkdwn. Source: Slack's documents, "Formatting message text"."""

from flowalert.delivery.markup.column import align
from flowalert.delivery.markup.dialect import Dialect
from flowalert.delivery.markup.escape import escape_mrkdwn, escape_mrkdwn_code

SLACK = Dialect(
    text=escape_mrkdwn,
    row=lambda cells, columns: escape_mrkdwn_code(align(cells, columns)),
    heading=("*", "*"),
    note=("_", "_"),
    table=("```\n", "\n```"),
)
