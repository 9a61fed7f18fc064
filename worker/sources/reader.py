"""The bytes of an item, if its source is allowed and its size within the limits."""

import random
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import IO, Self, TypeVar

from db.item_values import STORE_SCHEME
from models.blocks import read_blocks
from models.errors import (
    FacetallyError,
    FetchFailed,
    MissingItem,
    TooLargeItem,
)
from models.file_kinds.recognition import HEAD_BYTES, is_video
from worker.addresses.address import WEB_SCHEMES, AllowList
from worker.settings import Settings
from worker.sources.buckets import Buckets
from worker.sources.deadline import Deadline
from worker.sources.files import Files
from worker.sources.store import Store
from worker.sources.web import Web

# Between attempts at a server that is unavailable; shortened at random, so that not all workers
# come back at the same time.
PAUSES_SECONDS = (0.5, 1.5, 4.0)

# How long the download of a video may take: meanwhile, its lease is renewed.
VIDEO_SECONDS = 120.0
# Long enough that no two items of a job share a digest by chance; longer ones would only fill SQL.
DIGEST_BYTES = 16

Kept = TypeVar("Kept")
Blocks = Generator[bytes, None, None]


class VideoFound(FacetallyError):
    """The item is a video, not a picture: download it to a file instead."""


class Sources:
    """Reads items from the upload store, and from the folders of this host, web servers and buckets
    that the operator allows."""

    def __init__(
        self,
        store: Store,
        file_roots: Sequence[Path],
        max_bytes: int,
        allowed: AllowList | None = None,
        seconds: float = 15.0,
        buckets: Buckets | None = None,
        max_video_bytes: int | None = None,
    ) -> None:
        self._store = store
        self._files = Files(file_roots)
        self._max_bytes = max_bytes
        self._max_video_bytes = max_video_bytes or max_bytes
        self._seconds = seconds
        self._web = Web(allowed or AllowList())
        self._buckets = buckets or Buckets(allowed or AllowList())

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The sources that these settings allow; nothing connects before it is used."""
        return cls(
            Store(settings.store_url),
            settings.file_roots,
            settings.max_item_bytes,
            allowed=AllowList(settings.sources),
            # The lease is renewed between read-ahead batches: one must not wait much longer.
            seconds=min(settings.fetch_timeout_seconds, settings.lease_seconds / 4),
            max_video_bytes=settings.max_video_bytes,
        )

    def close(self) -> None:
        self._web.close()

    def read(self, uri: str) -> bytes:
        """All bytes of a picture; raises an ItemError if it may not or cannot be read, and
        VideoFound if it starts as a video does."""
        # Only its first bytes show whether it is a video, which may be larger.
        most = max(self._max_bytes, self._max_video_bytes)

        def keep(blocks: Iterator[bytes]) -> bytes:
            return _join(_bounded(_refuse_video(blocks), self._max_bytes))

        if uri.startswith(STORE_SCHEME):
            return keep(self._read_upload(uri))
        return self.fetch(uri, keep, most, self._seconds)

    def download(self, uri: str, target: IO[bytes], renew: Callable[[], None]) -> bytes:
        """Write all bytes of a video to a file, and return their digest; `renew` is called after
        each block."""

        def keep(blocks: Iterator[bytes]) -> bytes:
            target.seek(0)
            target.truncate()
            digest = blake2b(digest_size=DIGEST_BYTES)
            for block in blocks:
                digest.update(block)
                target.write(block)
                renew()
            target.flush()
            return digest.digest()

        if uri.startswith(STORE_SCHEME):
            return keep(_bounded(self._read_upload(uri), self._max_video_bytes))
        return self.fetch(uri, keep, self._max_video_bytes, VIDEO_SECONDS)

    def fetch(
        self, uri: str, keep: Callable[[Iterator[bytes]], Kept], max_bytes: int, seconds: float
    ) -> Kept:
        """The result of `keep` for a file's blocks; it is called again if the server breaks off.

        Uploads are not read: their addresses would open the uploads of others, too.
        """
        deadline = Deadline.after(seconds)
        for pause_seconds in PAUSES_SECONDS:
            try:
                return self._try(uri, keep, max_bytes, deadline)
            except FetchFailed:
                if not deadline.allows(pause_seconds):
                    raise
            sleep(random.uniform(pause_seconds / 2, pause_seconds))
        return self._try(uri, keep, max_bytes, deadline)

    def _try(
        self,
        uri: str,
        keep: Callable[[Iterator[bytes]], Kept],
        max_bytes: int,
        deadline: Deadline,
    ) -> Kept:
        with closing(self._open(uri, max_bytes, deadline)) as blocks:
            return keep(_bounded(blocks, max_bytes))

    def _open(self, uri: str, max_bytes: int, deadline: Deadline) -> Blocks:
        scheme = uri.partition("://")[0].lower()
        if scheme == "file":
            return self._files.read(uri)
        if scheme in WEB_SCHEMES:
            return self._web.read(uri, max_bytes, deadline)
        return self._buckets.read(uri, deadline)

    def _read_upload(self, uri: str) -> Iterator[bytes]:
        try:
            with self._store.open(uri) as source:
                yield from read_blocks(source)
        except FileNotFoundError as error:
            raise MissingItem("The uploaded file is no longer stored. Submit it again.") from error


def _bounded(blocks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    taken = 0
    for block in blocks:
        taken += len(block)
        if taken > max_bytes:
            raise TooLargeItem(f"The file has more than {max_bytes} bytes, the limit.")
        yield block


def _refuse_video(blocks: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for block in blocks:
        head += block
        if len(head) >= HEAD_BYTES:
            break
    if is_video(head[:HEAD_BYTES]):
        raise VideoFound
    yield head
    yield from blocks


def _join(blocks: Iterator[bytes]) -> bytes:
    whole = BytesIO()
    for block in blocks:
        whole.write(block)
    return whole.getvalue()
