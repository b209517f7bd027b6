"""How the service says what it does: lines for people, or JSON for machines, on standard error."""

import logging
import sys
from typing import Any

import structlog


def set_up_logs(form: str, level: str) -> None:
    """Send every log line to standard error, in the form `console` or `json`, from `level` on."""
    # Locals in a traceback could be a secret's place.
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]
    if form == "json":
        # Locals in a traceback could be a secret's place.
        to_dict = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        processors += [
            structlog.processors.ExceptionRenderer(to_dict),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        plain = structlog.dev.plain_traceback
        processors.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain))
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Its DEBUG lines halve the rate, and show every frame.
    logging.getLogger("trio-websocket").setLevel(logging.WARNING)
