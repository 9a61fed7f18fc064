"""Uploads files as one job; those that can't be read are reported and left out."""

from collections.abc import Sequence

from cli.exits import CommandFailed
from cli.terminal import tell
from facetally import Client, Job, Submission
from facetally.files import LocalFile, split_readable


def upload_files(
    client: Client, files: Sequence[LocalFile], submission: Submission
) -> tuple[Job, bool]:
    """The job, and whether every file is in it."""
    readable, unreadable = split_readable(files)
    for path in unreadable:
        tell(f"Can't read {path}: it is left out.")
    if not readable:
        raise CommandFailed("There is nothing to submit.")
    return client.submit_files(readable, submission), not unreadable
