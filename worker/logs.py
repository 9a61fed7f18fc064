"""Log lines on stderr: constant text, then its fields, as a line to read or as JSON.

What is bound to the context, such as the request or the chunk, is in every line.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from worker.log_stream import PatientStream

LogFormat = Literal["text", "json"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
# The fields of every line. `event` is what structlog calls the text.
FIRST = ("timestamp", "level", "logger", "event", "exception")


def configure_logging(level: LogLevel = "INFO", log_format: LogFormat = "text") -> None:
    """Send every logger to stderr; libraries' own messages only from WARNING up."""
    handler = PatientStream(sys.stderr.fileno())
    handler.setFormatter(make_formatter(log_format))
    least = max(logging.WARNING, logging.getLevelNamesMapping()[level])
    logging.basicConfig(level=least, handlers=[handler], force=True)
    for package in ("api", "worker", "db", "models", "cli"):
        logging.getLogger(package).setLevel(level)


def make_formatter(log_format: LogFormat) -> ProcessorFormatter:
    """Writes any record of `logging`, with its `extra` and what is bound to the context."""
    render = _write_json if log_format == "json" else _write_text
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_log_level,
            add_logger_name,
            ExtraAdder(),
            TimeStamper(fmt="iso", utc=True),
        ],
        processors=[ProcessorFormatter.remove_processors_meta, format_exc_info, render],
    )


def _write_json(logger: Any, name: str, line: MutableMapping[str, Any]) -> str:
    """`{"timestamp": "2026-01-31T12:00:00Z", "level": "info", "message": "chunk recorded"}`."""
    ordered = {key: line.pop(key) for key in FIRST if key in line}
    ordered["message"] = ordered.pop("event")
    return str(JSONRenderer(default=str)(logger, name, {**ordered, **line}))


def _write_text(_: Any, __: str, line: Mapping[str, Any]) -> str:
    """`2026-01-31T12:00:00Z INFO worker.chunks.runner chunk recorded chunk_id=7 faces=12`."""
    fields = [f"{key}={value!r}" for key, value in line.items() if key not in FIRST]
    head = [line["timestamp"], line["level"].upper(), line["logger"], line["event"], *fields]
    return "\n".join(filter(None, (" ".join(map(str, head)), line.get("exception"))))
