"""Uploads files as one job; those that can't be sent are reported and left out."""

from collections.abc import Iterable, Sequence

from cli.exits import CommandFailed
from cli.terminal import tell
from cli.uploads.files import tell_skipped
from cli.uploads.folders import check_folders
from cli.uploads.progress import watch_upload
from facetally import Client, Item, Job, ServerUnavailable, SizedFile, Submission
from facetally.local_files.files import LocalFile, split_readable
from facetally.sending.parts import split_oversized

CONTINUE = "To continue the upload, run the same command again."


def upload_files(
    client: Client, files: Sequence[LocalFile], submission: Submission, items: Iterable[Item] = ()
) -> tuple[Job, bool]:
    """The job of files and addresses, and whether every file is in it."""
    check_folders(files, submission.dimensions, submission.options.folders_as)
    sendable = _find_sendable(client, files)
    if not sendable and next(iter(items), None) is None:
        raise CommandFailed("There is nothing to submit.")
    try:
        with watch_upload() as watch:
            job = client.submit_files(sendable, submission, items, watch)
    except ServerUnavailable as error:
        raise CommandFailed(f"{error} {CONTINUE}") from error
    except (KeyboardInterrupt, SystemExit):
        tell(f"Stopped. {CONTINUE}")
        raise
    tell_skipped(job)
    return job, len(sendable) == len(files)


def _find_sendable(client: Client, files: Sequence[LocalFile]) -> list[SizedFile]:
    """What is left out is told before anything is sent."""
    readable, unreadable = split_readable(files)
    for path in unreadable:
        tell(f"Can't read {path}: it is left out.")
    sendable, oversized = split_oversized(readable, client.limits())
    for file in oversized:
        tell(f"{file}: it is left out.")
    return sendable
