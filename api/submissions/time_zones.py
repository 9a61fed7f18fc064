"""The time zone of times that a submission gives without an offset."""

from zoneinfo import ZoneInfo

from api.services import services
from models.time_zones import find_zone


def find_job_zone(time_zone: str | None) -> ZoneInfo:
    """That of the job, or else of the server."""
    return find_zone(time_zone or services().settings.time_zone)
