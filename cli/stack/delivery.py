"""Waits until a stack that is about to stop has written the results of a job elsewhere."""

from cli.exits import CommandFailed
from cli.stack.stack import Stack
from facetally import Job

POLL_SECONDS = 0.5


def wait_delivered(job: Job, stack: Stack) -> Job:
    """The job once everything is written; raises CommandFailed where that fails."""
    while job.delivered is not None and not (job.is_live or job.delivered.is_complete):
        if job.delivered.error is not None:
            raise CommandFailed(
                f"{job.delivered.error} Run the same command again once that is mended."
            )
        stack.wait(POLL_SECONDS)
        stack.check()
        job = job.refresh()
    return job
