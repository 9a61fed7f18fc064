"""Log lines on stderr: constant text, then its fields."""

import logging
import sys

_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class FieldsFormatter(logging.Formatter):
    """`2026-01-31 12:00:00 INFO worker.chunks.runner chunk recorded chunk_id=7 faces=12`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}
        text = super().format(record)
        if not fields:
            return text
        first, newline, rest = text.partition("\n")
        spelled = " ".join(f"{name}={value!r}" for name, value in fields.items())
        return f"{first} {spelled}{newline}{rest}"


def configure_logging(level: str = "INFO") -> None:
    """Send every logger to stderr; libraries' own messages only from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FieldsFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in ("api", "worker", "db", "models", "cli"):
        logging.getLogger(package).setLevel(level)
