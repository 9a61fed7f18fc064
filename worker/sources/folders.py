"""The files of a folder or a bucket, as a stream of pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from models.errors import UnsupportedItem
from worker.addresses.address import BUCKET_SCHEMES, AllowList
from worker.addresses.folder_address import FolderAddress
from worker.settings import Settings
from worker.sources.buckets import Buckets
from worker.sources.deadline import Deadline
from worker.sources.files import Files
from worker.sources.walking import Entry, Parts, walk

FILES_PER_PAGE = 1000
# A page of a bucket arrives within this time, or its server is asked again later.
PAGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file by its address, and by its path in the folder; in a bucket, one whose bytes have
    changed has another version."""

    uri: str
    name: str
    version: str = ""


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
        elif address.scheme in BUCKET_SCHEMES:
            # Every file of it begins like this.
            self._allowed.permit(f"{address.folder}x")
        else:
            raise UnsupportedItem(
                "Only folders of the server (file:///data/photos/) and buckets "
                "(s3://photos/2026/, gs:// and az://) are listed. Submit other files in a list."
            )

    def list_pages(
        self, address: FolderAddress, after: str | None
    ) -> Iterator[Sequence[FoundFile]]:
        """The files after one of them, by its name. Memory is that of a page; except for S3, that
        of a folder's names. Raises an ItemError."""
        self.check(address)
        if address.scheme == "s3":
            yield from self._list_s3(address, after)
            return
        files = self._list_disk if address.scheme == "file" else self._list_bucket
        found = files(address, after)
        while page := list(islice(found, self._page_files)):
            yield page

    def _list_s3(self, address: FolderAddress, after: str | None) -> Iterator[Sequence[FoundFile]]:
        bucket, _, prefix = address.folder.partition("://")[2].partition("/")
        last = None if after is None else prefix + after
        while keys := self._buckets.list_keys(
            bucket, prefix + address.start, last, self._page_files, Deadline.after(PAGE_SECONDS)
        ):
            last = keys[-1][0]
            yield [
                FoundFile(f"s3://{bucket}/{key}", key[len(prefix) :], version)
                for key, version in keys
            ]

    def _list_disk(self, address: FolderAddress, after: str | None) -> Iterator[FoundFile]:
        for uri, name in self._files.list_folder(address.folder, after):
            yield FoundFile(uri, name)

    def _list_bucket(self, address: FolderAddress, after: str | None) -> Iterator[FoundFile]:
        top = address.folder.partition("://")[2].rstrip("/")

        def read_folder(parts: Parts) -> list[Entry]:
            path = "/".join([top, *(part.decode() for part in parts)])
            return self._buckets.read_folder(address.scheme, path, Deadline.after(PAGE_SECONDS))

        cursor = () if after is None else tuple(after.encode().split(b"/"))
        for parts, version in walk(read_folder, cursor):
            name = b"/".join(parts).decode()
            yield FoundFile(address.folder + name, name, version)
