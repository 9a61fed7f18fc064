"""Whether the system works."""

from typing import Literal

from pydantic import BaseModel


class HealthOut(BaseModel):
    """The state of the system; `checks` has one entry for each part."""

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, str] = {}
