"""How fast a job is, and how long it took, in units in which the numbers are readable."""

from api.layout.texts import Texts
from db.job_values import JobStatus

SECONDS_PER = {"second": 1, "minute": 60, "hour": 3600}


def describe_pace(job: JobStatus, text: Texts) -> str:
    """`12 per minute` of a running job, `took 3 min` of one that ended, or nothing."""
    if job.finished_at is not None:
        begun = job.running_at or job.finished_at
        seconds = (job.finished_at - begun).total_seconds()
        return text("job.took", time=describe_span(seconds, text))
    rate = job.items_per_second
    if not rate:
        return ""
    # The first unit in which there is at least one.
    units = [unit for unit, seconds in SECONDS_PER.items() if rate * seconds >= 1]
    unit = units[0] if units else "hour"
    return text(f"job.per_{unit}", rate=round(rate * SECONDS_PER[unit], 1))


def describe_span(seconds: float, text: Texts) -> str:
    """`40 s`, `12 min`, `5 h`, `3 days`."""
    for unit, length, most in (("seconds", 1, 100), ("minutes", 60, 100), ("hours", 3600, 48)):
        if seconds < most * length:
            return text(f"span.{unit}", count=max(1, round(seconds / length)))
    return text("span.days", count=round(seconds / 86400))
