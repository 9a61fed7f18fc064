"""Opens traces where they are wanted. Without an endpoint nothing is imported and nothing costs."""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.traces.tracing import Tracing

logger = logging.getLogger(__name__)


def open_tracing(endpoint: str, service: str) -> "Tracing | None":
    """Of this process, after it was forked; None where traces are off. `service` is what it is
    called unless OTEL_SERVICE_NAME says otherwise."""
    if not endpoint:
        return None
    try:
        # Only here: it is optional, and takes a third of a second.
        from worker.traces.tracing import Tracing  # noqa: PLC0415
    except ImportError as error:
        fields = {"error": str(error), "advice": "pip install 'facetally[tracing]'"}
        logger.warning("no traces are sent, a package is missing", extra=fields)
        return None
    return Tracing(endpoint, service)
