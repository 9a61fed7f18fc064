"""Uploads files as one job; those that can't be read are reported and left out."""

from collections.abc import Iterable, Sequence

from cli.exits import CommandFailed
from cli.terminal import tell
from cli.uploads.files import tell_skipped
from cli.uploads.folders import check_folders
from facetally import Client, Item, Job, Submission
from facetally.files import LocalFile, split_readable


def upload_files(
    client: Client, files: Sequence[LocalFile], submission: Submission, items: Iterable[Item] = ()
) -> tuple[Job, bool]:
    """The job of files and addresses, and whether every file is in it."""
    check_folders(files, submission.dimensions, submission.options.folders_as)
    readable, unreadable = split_readable(files)
    for path in unreadable:
        tell(f"Can't read {path}: it is left out.")
    first = next(iter(items), None)
    if not readable and first is None:
        raise CommandFailed("There is nothing to submit.")
    if first is None:
        job = client.submit_files(readable, submission)
    else:
        job = client.submit_mixed(readable, items, submission)
    tell_skipped(job)
    return job, not unreadable
