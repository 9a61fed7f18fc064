"""A bucket in which files appear: it is listed from here, and the workers read it."""

from collections.abc import Callable, Iterator, Sequence

from cli.exits import CommandFailed
from cli.uploads.seen import SeenFiles, WatchedFile
from facetally import Client, FileProblem, Item, Job, Submission
from models.errors import FetchFailed, ItemError
from models.file_kinds.endings import MEDIA_ENDINGS
from models.file_kinds.litter import find_litter
from models.folder_names import FolderNames
from worker.addresses.address import BUCKET_SCHEMES, AllowList
from worker.addresses.folder_address import FolderAddress
from worker.sources.buckets import Buckets
from worker.sources.files import Files
from worker.sources.folders import Folders, FoundFile


class WatchedBucket:
    """A part of a bucket, or a pattern. A file is there whole or not at all, so that it is taken
    when it is first seen. Memory is that of a job, not of the bucket."""

    def __init__(self, uri: str, submission: Submission, buckets: Buckets | None = None) -> None:
        """Raises CommandFailed for an address that can't be listed."""
        if uri.partition("://")[0].lower() not in BUCKET_SCHEMES:
            raise CommandFailed(
                f"{uri} can't be watched: give a folder of this machine, or the address of a "
                "bucket (s3://, gs:// or az://)."
            )
        try:
            self._address = FolderAddress.parse(uri)
            allowed = AllowList([self._address.folder])
            self._folders = Folders(Files([]), buckets or Buckets(allowed), allowed)
            self._folders.check(self._address)
        except (ItemError, ValueError) as error:
            raise CommandFailed(str(error)) from error
        self._submission = submission
        written = submission.options.folders_as
        self._folders_as = None if written is None else FolderNames.parse(written)

    def find_new(self, seen: SeenFiles, tell_once: Callable[[str], None]) -> Iterator[WatchedFile]:
        """Pictures and videos, while they are listed."""
        try:
            for page in self._folders.list_pages(self._address, None):
                for file in filter(self._is_wanted, page):
                    watched = WatchedFile(file.uri, file.name, file.version)
                    if seen.is_new(watched) and not self._is_stray(watched, seen, tell_once):
                        yield watched
        except FetchFailed as error:
            raise FileProblem(str(error)) from error
        except ItemError as error:
            raise CommandFailed(str(error)) from error

    def _is_wanted(self, file: FoundFile) -> bool:
        parts = file.name.split("/")
        if not self._address.matches(file.name) or find_litter(parts):
            return False
        is_media = self._address.names_ending or file.name.lower().endswith(MEDIA_ENDINGS)
        return is_media and not any(part.startswith(".") or not part for part in parts)

    def _is_stray(
        self, file: WatchedFile, seen: SeenFiles, tell_once: Callable[[str], None]
    ) -> bool:
        """Whether its folders are not the dimensions that they should be."""
        try:
            if self._folders_as is not None:
                self._folders_as.add_to(self._submission.dimensions, file.name)
        except ValueError as error:
            tell_once(f"{error}: it is left out.")
            seen.leave_out(file)
            return True
        return False

    def is_unchanged(self, files: Sequence[WatchedFile]) -> bool:
        """Workers read what is there then; a file that has changed since is new as well."""
        return True

    def submit(self, client: Client, files: Sequence[WatchedFile], submission: Submission) -> Job:
        """As one job of addresses."""
        return client.submit_files([], submission, [Item(file.path, file.name) for file in files])
