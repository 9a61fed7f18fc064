"""What processes write to their logs as JSON."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from worker.logs import make_formatter

Lines = list[dict[str, Any]]


@contextmanager
def captured(*packages: str) -> Iterator[Lines]:
    """The lines of these packages, from INFO up; complete once the block has ended."""
    stream, lines = io.StringIO(), Lines()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(make_formatter("json"))
    loggers = [logging.getLogger(package) for package in packages]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
        lines += map(json.loads, stream.getvalue().splitlines())
