"""A video on this host's disk while its segments are worked on: one for each worker process."""

import tempfile
from collections.abc import Callable
from threading import Lock, Timer
from typing import IO

from db.item_values import ClaimedItem
from models.videos.matroska import name_duration
from worker.sources.reader import Sources

# A copy that nobody uses is gone after this: what is erased must not stay with an idle worker.
KEEP_SECONDS = 30.0


class LocalVideo:
    """The last video that this process has worked on, in a file that has no name: it is gone with
    the process, however that ends."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lock = Lock()
        self._timer: Timer | None = None
        self._item_id: int | None = None
        self._file: IO[bytes] | None = None
        self._digest = b""
        self._is_used = False

    def open(self, item: ClaimedItem, renew: Callable[[], None]) -> tuple[IO[bytes], bytes]:
        """The file and the digest of its bytes; the caller says `rest` when it is done with it."""
        self._stop_timer()
        with self._lock:
            self._is_used = True
            if self._item_id != item.id or self._file is None:
                self._drop()
                # Set down only when it is whole.
                file = tempfile.TemporaryFile(prefix="facetally-video-")  # noqa: SIM115
                try:
                    self._digest = self._sources.download(item.uri, file, renew)
                    name_duration(file)
                except BaseException:
                    file.close()
                    raise
                self._file, self._item_id = file, item.id
            return self._file, self._digest

    def rest(self) -> None:
        """The file is not used any more; for a while it is kept for the next segment."""
        self._stop_timer()
        self._is_used = False
        self._timer = Timer(KEEP_SECONDS, self.close)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        with self._lock:
            # The timer may have gone off while the file was opened again.
            if not self._is_used:
                self._drop()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._item_id = None, None
