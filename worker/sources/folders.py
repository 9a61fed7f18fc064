"""The files of a folder or a bucket, as a stream of pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from models.errors import UnsupportedItem
from worker.addresses.address import AllowList
from worker.addresses.folder_address import FolderAddress
from worker.settings import Settings
from worker.sources.buckets import Buckets
from worker.sources.deadline import Deadline
from worker.sources.files import Files

FILES_PER_PAGE = 1000
# A page of a bucket arrives within this time, or its server is asked again later.
PAGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file by its address, and by its path in the folder."""

    uri: str
    name: str


class Folders:
    """Lists what the operator allows, in an order that is always the same."""

    def __init__(
        self, files: Files, buckets: Buckets, allowed: AllowList, page_files: int = FILES_PER_PAGE
    ) -> None:
        self._page_files = page_files
        self._files = files
        self._buckets = buckets
        self._allowed = allowed

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """What these settings allow; nothing connects before it is used."""
        allowed = AllowList(settings.sources)
        return cls(Files(settings.file_roots), Buckets(allowed), allowed)

    def check(self, address: FolderAddress) -> None:
        """Raises an ItemError if the folder may not be listed."""
        if address.scheme == "file":
            self._files.find_folder(address.folder)
        elif address.scheme == "s3":
            # Every file of it begins like this.
            self._allowed.permit(f"{address.folder}x")
        else:
            raise UnsupportedItem(
                "Only folders of the server (file:///data/photos/) and buckets of S3 "
                "(s3://photos/2026/) are listed. Submit other files in a list."
            )

    def list_pages(
        self, address: FolderAddress, after: str | None
    ) -> Iterator[Sequence[FoundFile]]:
        """The files after one of them, by its name. Memory is that of a page, and on a disk that of
        a folder's names. Raises an ItemError."""
        self.check(address)
        if address.scheme == "file":
            yield from self._list_disk(address, after)
            return
        bucket, _, prefix = address.folder.partition("://")[2].partition("/")
        last = None if after is None else prefix + after
        while keys := self._buckets.list_keys(
            bucket, prefix + address.start, last, self._page_files, Deadline.after(PAGE_SECONDS)
        ):
            last = keys[-1]
            yield [FoundFile(f"s3://{bucket}/{key}", key[len(prefix) :]) for key in keys]

    def _list_disk(
        self, address: FolderAddress, after: str | None
    ) -> Iterator[Sequence[FoundFile]]:
        page: list[FoundFile] = []
        for uri, name in self._files.list_folder(address.folder, after):
            page.append(FoundFile(uri, name))
            if len(page) == self._page_files:
                yield page
                page = []
        if page:
            yield page
