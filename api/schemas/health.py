"""Whether the system works."""

from typing import Literal

from pydantic import BaseModel


class HealthOut(BaseModel):
    """Whether this process answers, or, for readiness, what it found of the others."""

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, str] = {}
